import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { assertValue, callable, number } from "../base/options.ts";
import { delay } from "../base/waits.ts";

const time = number(0, Number.MAX_SAFE_INTEGER, "milliseconds");
const later = number(0, Infinity, "milliseconds");
const called = callable();

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until it is told to move.
 *
 * @example
 * ```ts
 * import { ManualClock } from "@unofficial/kalshi/testing";
 *
 * const clock = new ManualClock(1_790_000_000_000);
 * clock.setTimer(() => console.log("a minute later"), 60_000);
 * await clock.advance(60_000);
 * ```
 */
export class ManualClock implements Clock {
  #now: number;
  readonly #start: number;
  #made = 0;
  readonly #waiting = new Set<Waiting>();
  readonly #held = new Set<Promise<unknown>>();

  /**
   * Starts at `startMs` (Unix milliseconds).
   *
   * @throws {KalshiConfigError} for what is no such number
   */
  constructor(startMs = 1_790_000_000_000) {
    assertValue("ManualClock", "startMs", startMs, time);
    this.#now = startMs;
    this.#start = startMs;
  }

  /** The time it shows, in Unix milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Milliseconds since it was made. */
  monotonic(): number {
    return this.#now - this.#start;
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#waiting.size;
  }

  /** Calls `callback` once the clock has moved `delayMs` on. */
  setTimer(callback: () => void, delayMs: number): ClockTimer {
    assertValue("ManualClock.setTimer", "callback", callback, called);
    // A timer that falls due at no time would wait for ever.
    assertValue("ManualClock.setTimer", "delayMs", Math.max(0, delayMs), later);
    const entry = { at: this.#now + Math.max(0, delayMs), order: this.#made++, callback };
    this.#waiting.add(entry);
    return { clear: () => void this.#waiting.delete(entry) };
  }

  /** Returns `work`, which must settle by itself; {@linkcode advance} waits for it. */
  hold<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(() => {}, () => {}).finally(() => this.#held.delete(settled));
    this.#held.add(settled);
    return work;
  }

  /**
   * Moves on by `ms`, firing what falls due in order; pending promises settle before and after each timer, and so
   * does what {@linkcode hold} was given.
   *
   * @throws {KalshiConfigError} for what is no number of milliseconds of at least 0
   */
  async advance(ms: number): Promise<void> {
    assertValue("ManualClock.advance", "ms", ms, time);
    const target = this.#now + ms;
    await this.#settle();
    for (let next = this.#next(target); next !== undefined; next = this.#next(target)) {
      this.#waiting.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await this.#settle();
    }
    this.#now = target;
  }

  async #settle(): Promise<void> {
    await settle();
    while (this.#held.size > 0) {
      await Promise.all(this.#held);
      await settle();
    }
  }

  #next(target: number): Waiting | undefined {
    let first: Waiting | undefined;
    for (const entry of this.#waiting) {
      if (entry.at > target) continue;
      if (
        first === undefined || entry.at < first.at || (entry.at === first.at && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }
}

/** Lets promise chains and the runtime's own queues run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await delay(systemClock, 0);
}
