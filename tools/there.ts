/** What must be there; a fault of the fact file or of a test otherwise. */
export function there<Value>(value: Value | undefined | null, what = "a value"): Value {
  if (value === undefined || value === null) throw new Error(`${what} is missing`);
  return value;
}
