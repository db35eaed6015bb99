/** How long a caller waits, and waiting so. */
import type { Clock } from "./clock.ts";
import { KalshiAbortError, KalshiTimeoutError } from "./errors.ts";
import { number, type Rules, signal } from "./options.ts";
import { readOwn } from "./plain.ts";
import { deadline, onAborted } from "./waits.ts";

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after this many milliseconds; more than 24 days count as no limit. */
  readonly timeoutMs?: number | undefined;
}

/** What waiting may be. */
export const waitRules: Rules<WaitOptions> = {
  signal: signal(),
  timeoutMs: number(0, Infinity, "milliseconds"),
};

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
  const { signal, timeoutMs = Infinity } = readOwn(options);
  const late = () =>
    new KalshiTimeoutError(`${what} did not succeed within ${timeoutMs} ms.`, { outcome: "unknown" });
  let unheard = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(new KalshiAbortError(`${what} was aborted.`, { cause: signal?.reason }));
    if (signal?.aborted) abort();
    else unheard = onAborted(signal, abort);
  });
  try {
    return await deadline(clock, timeoutMs, Promise.race([aborted, work]), late);
  } finally {
    unheard();
  }
}
