import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, callable, finite } from "../base/options.ts";
import { type Clock, type ClockTimer, held, systemClock } from "../base/clock.ts";

const forwards = finite(0, "milliseconds");
/** Beyond it there are times that RFC 3339 cannot tell, with markets that close long after now. */
const END_MS = Date.UTC(9000, 0);
const listenerRule = callable();

/** What an exchange's time is: it stands still, or is ahead of the base clock. */
export type ExchangeTime = { readonly standsAt: number } | { readonly aheadMs: number };

let setTime: (clock: ExchangeClock, time: ExchangeTime) => void;

/**
 * The exchange's time. It follows a base clock (the system's, unless told) and can be moved on: orders
 * expire, markets close and timers fire as if the time had passed.
 *
 * @example
 * ```ts
 * import { LocalExchange } from "@unofficial/kalshi/local-exchange";
 *
 * await using exchange = await LocalExchange.start({ port: 0, seed: 1 });
 * exchange.clock.advance(60 * 60_000); // an hour later
 * ```
 */
export class ExchangeClock implements Clock {
  readonly #base: Clock;
  readonly #listeners = new Set<() => void>();
  #offset = 0;
  #advanced = 0;
  /** The base clock's time when it was stopped. */
  #stoppedAt: number | undefined;

  static {
    setTime = (clock, time) => {
      const isStopped = "standsAt" in time;
      clock.#stoppedAt = isStopped ? time.standsAt : undefined;
      clock.#offset = isStopped ? 0 : time.aheadMs;
    };
  }

  /** Follows `base`. */
  constructor(base: Clock = systemClock) {
    this.#base = base;
  }

  /** The clock below, which the exchange checks signatures against. */
  get base(): Clock {
    return this.#base;
  }

  /** The exchange's time in Unix milliseconds. */
  now(): number {
    return (this.#stoppedAt ?? this.#base.now()) + this.#offset;
  }

  /** Milliseconds that never step back, and go on also while the exchange's time stands still. */
  monotonic(): number {
    return this.#base.monotonic() + this.#advanced;
  }

  /** Calls `callback` once after `delayMs` of the base clock. */
  setTimer(callback: () => void, delayMs: number): ClockTimer {
    return this.#base.setTimer(callback, delayMs);
  }

  /** Lets the base clock wait for work that takes real time. */
  hold<T>(work: Promise<T>): Promise<T> {
    return held(this.#base, work);
  }

  /**
   * Moves the exchange's time on by `ms` milliseconds; everything that falls due happens before it returns.
   *
   * @throws {KalshiConfigError} for what is no number of milliseconds of at least 0, and for the year 9000 and later
   */
  advance(ms: number): void {
    assertValue("advance", "ms", ms, forwards);
    if (this.now() + ms >= END_MS) {
      throw new KalshiConfigError(`advance: \`ms\` must not lead beyond the year 8999; got ${ms}.`);
    }
    this.#offset += ms;
    this.#advanced += ms;
    for (const listener of this.#listeners) listener();
  }

  /** How far it is ahead of the base clock, in milliseconds. */
  get aheadMs(): number {
    return this.#stoppedAt === undefined ? this.#offset : this.now() - this.#base.now();
  }

  /** False while it stands still. */
  get isRunning(): boolean {
    return this.#stoppedAt === undefined;
  }

  /** Lets the exchange's time stand still, until {@linkcode run}; {@linkcode advance} moves it all the same. */
  stop(): void {
    if (this.#stoppedAt !== undefined) return;
    this.#stoppedAt = this.#base.now();
    for (const listener of this.#listeners) listener();
  }

  /** Lets the exchange's time go on from where it was stopped. */
  run(): void {
    if (this.#stoppedAt === undefined) return;
    this.#offset -= this.#base.now() - this.#stoppedAt;
    this.#stoppedAt = undefined;
    for (const listener of this.#listeners) listener();
  }

  /** Calls `listener` after each {@linkcode advance}, {@linkcode stop} and {@linkcode run}; returns how to stop. */
  onAdvance(listener: () => void): () => void {
    assertValue("onAdvance", "listener", listener, listenerRule);
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** Sets a clock's time, without a word to anybody. */
export const restoreTime = (clock: ExchangeClock, time: ExchangeTime): void => setTime(clock, time);
