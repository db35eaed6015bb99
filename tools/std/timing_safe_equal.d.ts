/** Whether two byte sequences of the same length are equal, in a time that depends on their length alone. */
export function timingSafeEqual(
  a: ArrayBufferView | ArrayBufferLike,
  b: ArrayBufferView | ArrayBufferLike,
): boolean;
