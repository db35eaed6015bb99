/**
 * The time limits of many calls by one timer of the runtime. To make a timer and take it back costs Deno and Node as
 * much as all checks of a call, and nearly every call ends long before its limit.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { CallTimers } from "./types.ts";

/** A limit that counts. */
interface Limit {
  readonly atMs: number;
  readonly strike: () => void;
}

/** The timers of one client's calls, for a runtime whose timers belong to the process. */
export class SharedTimers implements CallTimers {
  readonly #clock: Clock;
  readonly #limits = new Set<Limit>();
  #timer: ClockTimer | undefined;
  /** When the timer fires; it may be earlier than any limit that still counts. */
  #firesAtMs = Infinity;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `strike` once after so many milliseconds, unless it is cleared before. */
  setTimer(strike: () => void, ms: number): ClockTimer {
    const limit = { atMs: this.#clock.monotonic() + ms, strike };
    this.#limits.add(limit);
    if (limit.atMs < this.#firesAtMs) this.#fireIn(ms, limit.atMs);
    else if (this.#limits.size === 1) this.#timer?.keepAlive?.(true);
    return { clear: () => this.#clear(limit) };
  }

  /** Leaves no timer behind; those of calls that still end are their own. */
  close(): void {
    this.#isClosed = true;
    if (this.#limits.size === 0) this.#stop();
  }

  #clear(limit: Limit): void {
    if (!this.#limits.delete(limit) || this.#limits.size > 0) return;
    // It stays for the next call, and keeps no process alive meanwhile.
    if (this.#isClosed || this.#timer?.keepAlive === undefined) this.#stop();
    else this.#timer.keepAlive(false);
  }

  #fireIn(ms: number, atMs: number): void {
    this.#stop();
    this.#firesAtMs = atMs;
    this.#timer = this.#clock.setTimer(() => this.#onFire(atMs), ms);
  }

  #stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#firesAtMs = Infinity;
  }

  #onFire(nowMs: number): void {
    this.#stop();
    let next = Infinity;
    for (const limit of this.#limits) {
      if (limit.atMs > nowMs) {
        next = Math.min(next, limit.atMs);
        continue;
      }
      this.#limits.delete(limit);
      limit.strike();
    }
    if (next < Infinity) this.#fireIn(Math.max(0, next - this.#clock.monotonic()), next);
  }
}
