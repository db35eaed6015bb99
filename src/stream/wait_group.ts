/**
 * What waits for the same thing, with one timer for all of it: a stream may hold thousands of books.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";

/** Those that wait together. Its timers end when none waits any longer. */
export class WaitGroup<Member> {
  readonly #clock: Clock;
  readonly #members = new Set<Member>();
  readonly #timers = new Set<ClockTimer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those that still wait. */
  get members(): readonly Member[] {
    return [...this.#members];
  }

  /** How many still wait. */
  get size(): number {
    return this.#members.size;
  }

  add(member: Member): void {
    this.#members.add(member);
  }

  remove(member: Member): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
  }

  /** Runs something later, if any of them still waits then. */
  after(delayMs: number, run: () => void): void {
    const timer = this.#clock.setTimer(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }
}
