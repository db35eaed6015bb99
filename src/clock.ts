/**
 * Time as the library sees it. Everything that waits or stamps takes a {@linkcode Clock}, so that a test can
 * move time instead of sleeping.
 *
 * @module
 */

/** A timer made by {@linkcode Clock.setTimer}. */
export interface ClockTimer {
  /** Forgets the timer; harmless after it fired. */
  clear(): void;
}

/** A source of time and timers. */
export interface Clock {
  /** Wall-clock time in Unix milliseconds: what requests are stamped with. */
  now(): number;
  /** A clock that never steps back, in milliseconds: what durations are measured with. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): ClockTimer;
}

/** The runtime's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    const id = setTimeout(callback, delayMs);
    return { clear: () => clearTimeout(id) };
  },
};
