/** The one clock of a replay: exchange, client and bot go by it, and the recording moves it. */
import { type Clock, type ClockTimer, systemClock } from "../../base/clock.ts";
import { LONGEST_MS } from "../../base/waits.ts";
import { type Timed, TimeHeap } from "../../base/time_heap.ts";
import { KalshiConfigError } from "../../base/errors.ts";

interface Waiting extends Timed {
  /** Undefined once it was cleared, or has fired. */
  callback: (() => void) | undefined;
  /** What fires it, once the clock goes by itself. */
  timer: ClockTimer | undefined;
}

/**
 * A clock that a replay moves. Its timers fire in the order of their times, and those of one time in the order in which
 * they were set.
 *
 * Give it to the client and to the stream, and let your bot wait by it: what waits by a timer of the machine is
 * not part of the replay. It stands still before the run and between two runs; once the recording is over its timers
 * take as long as elsewhere, so that a bot can end as it does there.
 */
export class ReplayClock implements Clock {
  readonly #start: number;
  #now: number;
  #made = 0;
  /** What was cleared stays until its time, or until there is too much of it. */
  readonly #heap = new TimeHeap<Waiting>();
  #cleared = 0;
  #isReleased = false;
  readonly #held = new Set<Promise<unknown>>();

  /** Starts at `startMs`, in Unix milliseconds. */
  constructor(startMs: number) {
    if (!Number.isFinite(startMs)) throw new KalshiConfigError("ReplayClock takes Unix milliseconds.");
    this.#start = startMs;
    this.#now = startMs;
  }

  /** The time it shows, in Unix milliseconds. */
  now(): number {
    // As Kalshi tells times, whatever a latency is.
    return Math.floor(this.#now);
  }

  /** Milliseconds since the replay began. */
  monotonic(): number {
    return this.now() - this.#start;
  }

  /** Calls `callback` once the clock has moved `delayMs` on. */
  setTimer(callback: () => void, delayMs: number): ClockTimer {
    // What is no time falls due at once, as with the timers of a runtime.
    const at = this.#now + (delayMs > 0 ? delayMs : 0);
    const entry: Waiting = { at, order: this.#made++, callback, timer: undefined };
    if (!this.#isReleased) this.#heap.push(entry);
    else this.#letRun(entry);
    return {
      clear: () => {
        if (entry.callback === undefined) return;
        entry.callback = undefined;
        if (entry.timer !== undefined) return entry.timer.clear();
        if (++this.#cleared > 1_000 && this.#cleared * 2 > this.#heap.size) this.#sweep();
      },
    };
  }

  /** Returns `work`, which must settle by itself: the clock stands still until it has. */
  hold<T>(work: Promise<T>): Promise<T> {
    const settled = work.then(() => {}, () => {}).finally(() => this.#held.delete(settled));
    this.#held.add(settled);
    return work;
  }

  /** Resolves when all that is held has settled; undefined where there is nothing. */
  get holding(): Promise<unknown> | undefined {
    return this.#held.size === 0 ? undefined : Promise.all(this.#held);
  }

  /** When the next timer is due, in Unix milliseconds; undefined where none waits. */
  get next(): number | undefined {
    for (let { first } = this.#heap; first !== undefined; { first } = this.#heap) {
      if (first.callback !== undefined) return first.at;
      this.#heap.take();
      this.#cleared--;
    }
    return undefined;
  }

  /** Moves on to a time, past no timer; a time that has gone by changes nothing. */
  moveTo(atMs: number): void {
    if (atMs > this.#now) this.#now = atMs;
  }

  /** Fires the next timer, at its time; false where none is due by `untilMs`. */
  fire(untilMs: number): boolean {
    const at = this.next;
    if (at === undefined || at > untilMs) return false;
    const first = this.#heap.take();
    this.moveTo(at);
    const callback = first?.callback;
    if (first !== undefined) first.callback = undefined;
    callback?.();
    return true;
  }

  /** From here on timers take as long as they do elsewhere, each of which moves the clock to its time. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const waiting = this.#heap.takeAll().filter(({ callback }) => callback !== undefined);
    for (const entry of waiting) this.#letRun(entry);
  }

  #letRun(entry: Waiting): void {
    entry.timer = systemClock.setTimer(() => {
      const { callback } = entry;
      entry.callback = undefined;
      this.moveTo(entry.at);
      callback?.();
    }, Math.min(LONGEST_MS, Math.max(0, entry.at - this.#now)));
  }

  #sweep(): void {
    const live = this.#heap.takeAll().filter(({ callback }) => callback !== undefined);
    this.#cleared = 0;
    for (const entry of live) this.#heap.push(entry);
  }
}
