/**
 * Waiting on behalf of a caller: time limit and abort signal.
 *
 * @module
 */

import { deadline, onAborted } from "../base/waits.ts";
import type { Clock } from "../base/clock.ts";
import { commandParams } from "../contract/event/commands.ts";
import { KalshiAbortError, KalshiConfigError, KalshiTimeoutError } from "../base/errors.ts";
import { assertAtLeast, assertSignal, readOptions } from "../config/options.ts";
import { isPlain, readOwn } from "../base/plain.ts";

/** How long a caller waits. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait after this many milliseconds; more than 24 days count as no limit. */
  readonly timeoutMs?: number | undefined;
}

/**
 * A copy of a call's options; refuses those that it does not have, and a time limit that is none.
 *
 * @throws {KalshiConfigError} naming the option
 */
export function readCall<O extends WaitOptions>(what: string, options: O, ...more: readonly string[]): O {
  const known = ["signal", "timeoutMs", ...more];
  const param = isPlain(options as unknown) &&
    Object.keys(options).find((name) => isParam(name) && !known.includes(name));
  if (param && /^(subscribe|on|fills|userOrders)$/.test(what)) {
    throw new KalshiConfigError(
      `${what} has no option "${param}". It is a parameter: it goes into the argument before the options.`,
    );
  }
  const own = readOptions(what, options, known);
  if (own.signal !== undefined) assertSignal(own.signal);
  if (own.timeoutMs !== undefined) assertAtLeast("timeoutMs", own.timeoutMs);
  return own;
}

const isParam = (name: string) => Object.hasOwn(commandParams.subscribe ?? {}, name);

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
