/** Takes `count` items. */
export async function take<T>(from: AsyncIterable<T>, count: number): Promise<T[]> {
  const iterator = from[Symbol.asyncIterator]();
  const items: T[] = [];
  while (items.length < count) {
    const { value, done } = await iterator.next();
    if (done) break;
    items.push(value);
  }
  return items;
}
