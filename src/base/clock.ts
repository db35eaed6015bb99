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
  /** Says whether it keeps the process alive until it fires, as it does from the start; left out where nothing can tell. */
  keepAlive?(does: boolean): void;
}

/** A source of time and timers. */
export interface Clock {
  /** Wall-clock time in Unix milliseconds: what requests are stamped with. */
  now(): number;
  /** A clock that never steps back, in milliseconds: what durations are measured with. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): ClockTimer;
  /**
   * Returns `work`, and does not move on before it has settled, which it must do by itself. For a clock that is moved
   * by hand: what takes real time, such as the signatures of a local exchange, then takes none of its own. A clock that
   * runs by itself has no such thing.
   */
  hold?<T>(work: Promise<T>): Promise<T>;
}

/** Lets a clock that is moved by hand wait for work that takes real time. */
export function held<T>(clock: Clock, work: Promise<T>): Promise<T> {
  return clock.hold?.(work) ?? work;
}

/** The runtime's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    const id: unknown = setTimeout(callback, delayMs);
    const clear = () => clearTimeout(id as number);
    return canBeLet(id) ? { clear, keepAlive: (does) => void (does ? id.ref() : id.unref()) } : { clear };
  },
};

/** What `setTimeout` gives in Node, Deno and Bun: it can be told not to keep the process alive. */
function canBeLet(id: unknown): id is { ref(): void; unref(): void } {
  return typeof id === "object" && id !== null && "unref" in id;
}
