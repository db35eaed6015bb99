/**
 * What ends a call before its answer has come: its time, its caller's signal, the end of its client.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";
import { KalshiAbortError, KalshiClosedError, type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import type { CallTimers } from "../runtime/types.ts";
import { delay, LONGEST_MS, onAborted } from "../base/waits.ts";
import { type Call, contextOf } from "./call.ts";

/** Ends the calls of one client. */
export class CallLimits {
  readonly #clock: Clock;
  /** Undefined where each call has a timer of its own. */
  readonly #timers: CallTimers | undefined;
  /** How many requests may be in flight at once, for messages. */
  readonly #mostInFlight: number | undefined;
  /** What ends each call and wait under way. No AbortSignal: Node warns of one that more than ten listen to. */
  readonly #ends = new Set<() => void>();
  #isClosed = false;

  constructor(
    clock: Clock,
    { mostInFlight, timers }: {
      readonly mostInFlight?: number | undefined;
      readonly timers?: CallTimers | undefined;
    } = {},
  ) {
    this.#clock = clock;
    this.#mostInFlight = mostInFlight;
    this.#timers = timers;
  }

  /** Whether {@linkcode close} was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ends what runs and refuses what comes. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#ends) end();
    this.#timers?.close();
  }

  /**
   * Runs `work` for at most `limitMs`, and no longer than the call may take. It returns when one of its ends strikes,
   * even where a transport ignores its signal.
   */
  async run<T>(call: Call, limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal } = call.options;
    const remainingMs = call.endsAt === Infinity ? Infinity : call.endsAt - this.#clock.monotonic();
    const ms = Math.min(limitMs, remainingMs);
    const controller = new AbortController();
    let timer: ClockTimer | undefined;
    let unheard: (() => void) | undefined;
    let strike: (error: KalshiError) => void = () => {};
    const onAbort = () => strike(aborted(call));
    const onClose = () => strike(closed(call));
    const onTime = () => strike(this.#tooLate(call, ms, remainingMs < limitMs));
    try {
      return await new Promise<T>((resolve, reject) => {
        strike = (error) => {
          reject(error);
          controller.abort(error);
        };
        if (signal?.aborted) return onAbort();
        if (this.#isClosed) return onClose();
        if (remainingMs <= 0) return onTime();
        // Timers hold no more, and fire at once instead; what is longer than 24 days counts as no limit.
        if (ms <= LONGEST_MS) timer = (this.#timers ?? this.#clock).setTimer(onTime, ms);
        if (signal !== undefined) unheard = onAborted(signal, onAbort);
        this.#ends.add(onClose);
        work(controller.signal).then(resolve, reject);
      });
    } finally {
      timer?.clear();
      unheard?.();
      this.#ends.delete(onClose);
    }
  }

  /** Waits between two attempts of a call. */
  wait(call: Call, delayMs: number): Promise<void> {
    return this.run(call, Infinity, (signal) => delay(this.#clock, delayMs, signal));
  }

  /** Waits between two calls. Ends early with the signal and with the client, and without an error. */
  async pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const closing = new AbortController();
    const end = () => closing.abort();
    this.#ends.add(end);
    if (this.#isClosed) end();
    await delay(this.#clock, delayMs, signal, closing.signal);
    this.#ends.delete(end);
  }

  /** `isTotal`: it was the time of the whole call, not that of the attempt. */
  #tooLate(call: Call, ms: number, isTotal: boolean): KalshiError {
    const { method, path, attempts, progress } = call;
    // The status of an answer stands, whenever its body comes.
    const refusal = progress.at === "answered" ? progress.refusal : undefined;
    if (refusal !== undefined) return refusal({ unreadable: "it did not come in time" });
    const said = `${method} ${path}`;
    const text = progress.at === "queue"
      ? `${said} was not sent: the connection pool was full. All ${this.#mostInFlight} connections of ` +
        `limits.maxConnections were in use for the ${ms} ms that ${
          isTotal ? "totalTimeoutMs" : "timeoutMs"
        } left. ` +
        "Raise one of the two, or make fewer calls at once."
      : isTotal
      ? `${said} had no answer within its total time limit (totalTimeoutMs), after ${attempts} ` +
        `attempt${attempts === 1 ? "" : "s"}.`
      : `${said} had no whole answer within timeoutMs (${ms} ms).`;
    return new KalshiTimeoutError(text, contextOf(call));
  }
}

function aborted(call: Call): KalshiAbortError {
  const cause = call.options.signal?.reason;
  return new KalshiAbortError(`${call.method} ${call.path} was ended by its AbortSignal.`, {
    ...contextOf(call),
    cause,
  });
}

function closed(call: Call): KalshiClosedError {
  return new KalshiClosedError(
    `${call.method} ${call.path} was ended: the client was closed.`,
    contextOf(call),
  );
}
