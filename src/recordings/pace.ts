/**
 * Items at the times when they came.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { KalshiAbortError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";
import type { RecordedItem } from "./items.ts";

/**
 * Passes items on, each as long after the first one as it came, over `speed`. Within a session the clock that never steps
 * back counts, between two of them the machine's. Nothing waits for what came before `fromMs`.
 *
 * @throws {KalshiAbortError} when the signal aborts
 */
export async function* pace(
  items: AsyncIterable<RecordedItem>,
  speed: number | "max",
  clock: Clock = systemClock,
  signal?: AbortSignal,
  fromMs = -Infinity,
): AsyncGenerator<RecordedItem, void, undefined> {
  if (speed === "max") return yield* items;
  let begun: number | undefined;
  /** What time of the recording it is, in microseconds since its first item. */
  let atUs = 0;
  let last: RecordedItem | undefined;
  for await (const item of items) {
    if (item.atMs < fromMs) {
      yield item;
      continue;
    }
    const isNew = item.kind === "start" && item.isSession;
    if (last !== undefined) {
      atUs += Math.max(0, isNew ? (item.atMs - last.atMs) * 1_000 : item.us - last.us);
    }
    last = item;
    begun ??= clock.monotonic();
    const waitMs = begun + atUs / 1_000 / speed - clock.monotonic();
    if (waitMs > 0) await delay(clock, waitMs, signal);
    if (signal?.aborted) throw new KalshiAbortError("The replay was aborted.", { cause: signal.reason });
    yield item;
  }
}
