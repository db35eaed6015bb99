/**
 * What becomes of a queue when contracts leave it without a trade: a recording says how many were canceled at a price,
 * and not whose they were.
 *
 * @module
 */

/**
 * Where in the queue of a price the contracts stood that were canceled:
 *
 * - `behind`: behind our order, as long as there are any. The worst case: we come forward by trades alone.
 * - `pro-rata`: everywhere, in proportion to what stands there.
 * - `ahead`: ahead of our order, as long as there are any. The best case.
 */
export type QueueModel = "behind" | "pro-rata" | "ahead";

/** The models that there are. */
export const queueModels: readonly QueueModel[] = ["behind", "pro-rata", "ahead"];

/**
 * How many of `count` canceled contracts leave each part of a queue, whose parts are told from the front; all of them
 * together are at least `count`.
 */
export function canceledFrom(model: QueueModel, parts: readonly number[], count: number): number[] {
  const taken = parts.map(() => 0);
  let left = count;
  if (model === "pro-rata") {
    const total = parts.reduce((sum, part) => sum + part, 0);
    for (const [index, part] of parts.entries()) {
      const share = Math.floor(count * part / total);
      taken[index] = share;
      left -= share;
    }
  }
  // What does not divide leaves from behind.
  const order = [...parts.keys()];
  if (model !== "ahead") order.reverse();
  for (const index of order) {
    const more = Math.min(left, (parts[index] ?? 0) - (taken[index] ?? 0));
    taken[index] = (taken[index] ?? 0) + more;
    left -= more;
  }
  return taken;
}
