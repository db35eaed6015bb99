/**
 * Waiting, over a {@linkcode Clock} and until a signal ends it. Whoever waits leaves nothing behind: no timer, no
 * listener.
 *
 * @module
 */
import type { Clock, ClockTimer } from "./clock.ts";

/** The longest that a runtime's timer holds, 24 days in milliseconds; a longer one would fire at once. */
export const LONGEST_MS: number = 2 ** 31 - 1;

/** What waits for a signal to abort, and the one listener that tells it. */
const waiting = new WeakMap<AbortSignal, { readonly told: Set<() => void>; readonly tell: () => void }>();

/**
 * Calls `act` when a signal aborts that has not yet; returns what takes that back. However many wait, the signal has
 * one listener: Node warns of a signal that more than ten listen to, and a caller may give one signal to hundreds of
 * calls. What is given must be a function of its own each time.
 */
export function onAborted(signal: AbortSignal | undefined, act: () => void): () => void {
  if (signal === undefined) return () => {};
  let entry = waiting.get(signal);
  if (entry === undefined) {
    const told = new Set<() => void>();
    entry = {
      told,
      tell: () => {
        for (const act of told) act();
      },
    };
    waiting.set(signal, entry);
  }
  const { told, tell } = entry;
  if (told.size === 0) signal.addEventListener("abort", tell);
  told.add(act);
  return () => {
    if (told.delete(act) && told.size === 0) signal.removeEventListener("abort", tell);
  };
}

/** A promise that somebody else settles. */
export interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes one. It may be rejected before anybody waits for it, or where nobody ever does: that ends no process. */
export function deferred<T = void>(): Deferred<T> {
  let settle: Omit<Deferred<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => settle = { resolve, reject });
  promise.catch(() => {});
  return { promise, ...settle as Omit<Deferred<T>, "promise"> };
}

/**
 * Waits for what others wait for too: a caller who gives up leaves it to them. Rejects with the signal's reason when
 * it aborts first.
 */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const unheard = onAborted(signal, abort);
    work.then(resolve, reject).finally(unheard);
    if (signal.aborted) abort();
  });
}

/**
 * Waits for so many milliseconds, or 24 days if they are more. When one of the signals aborts, it ends at once, and
 * without an error: whoever goes on looks at the signal.
 */
export function delay(
  clock: Clock,
  delayMs: number,
  ...signals: readonly (AbortSignal | undefined)[]
): Promise<void> {
  if (signals.some((signal) => signal?.aborted)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      timer.clear();
      for (const unheard of heard) unheard();
      resolve();
    };
    const timer = clock.setTimer(done, Math.min(delayMs, LONGEST_MS));
    const heard = signals.map((signal) => onAborted(signal, () => done()));
  });
}

/**
 * What `work` comes to, whose signal aborts after `limitMs`, or with the signals that are given: for what leaves something
 * behind when nobody waits for it any longer.
 */
export async function withinLimit<T>(
  clock: Clock,
  limitMs: number,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const late = () => limit.abort(new DOMException(`It took longer than ${limitMs} ms.`, "TimeoutError"));
  const timer = clock.setTimer(late, Math.min(limitMs, LONGEST_MS));
  const heard = signals.map((signal) => onAborted(signal, () => limit.abort(signal?.reason)));
  const aborted = signals.find((signal) => signal?.aborted);
  if (aborted !== undefined) limit.abort(aborted.reason);
  try {
    return await work(limit.signal);
  } finally {
    timer.clear();
    for (const unheard of heard) unheard();
  }
}

/**
 * What `work` comes to, or `late()` as a rejection when it takes longer than `limitMs`; more than 24 days count as
 * no limit. Work that came too late is not heard of again.
 */
export async function deadline<T>(
  clock: Clock,
  limitMs: number,
  work: Promise<T>,
  late: () => Error,
): Promise<T> {
  if (limitMs > LONGEST_MS) return await work;
  let timer: ClockTimer | undefined;
  const limit = new Promise<never>((_, reject) => timer = clock.setTimer(() => reject(late()), limitMs));
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer?.clear();
  }
}
