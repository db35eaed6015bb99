/**
 * Waiting on behalf of a caller: time limit and abort signal.
 *
 * @module
 */

import type { Clock } from "../clock.ts";
import { KalshiAbortError, KalshiTimeoutError } from "../errors.ts";

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after this many milliseconds. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits for `work`, as long as the caller wants to.
 *
 * @throws {KalshiAbortError} when the signal says so
 * @throws {KalshiTimeoutError} after `timeoutMs`
 */
export async function waitFor<T>(
  work: Promise<T>,
  what: string,
  options: WaitOptions,
  clock: Clock,
): Promise<T> {
  const { signal, timeoutMs } = options;
  let stop = () => {};
  const given = new Promise<never>((_, reject) => {
    const abort = () => reject(new KalshiAbortError(`${what} was aborted.`, { cause: signal?.reason }));
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort);
    const timer = timeoutMs === undefined ? undefined : clock.setTimer(
      () =>
        reject(
          new KalshiTimeoutError(`${what} did not succeed within ${timeoutMs} ms.`, { outcome: "unknown" }),
        ),
      timeoutMs,
    );
    stop = () => {
      signal?.removeEventListener("abort", abort);
      timer?.clear();
    };
  });
  work.catch(() => {}); // whoever gives up does not hear of it
  try {
    return await Promise.race([work, given]);
  } finally {
    stop();
  }
}
