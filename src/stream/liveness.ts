/**
 * Whether the other side of a socket is there: a sign of life is asked for at each interval, and must come before the
 * next.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";

/** How a socket is watched. */
export interface LivenessOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Sends a ping frame; undefined where the runtime cannot. */
  readonly ping: (() => void) | undefined;
  /** Asks which subscriptions Kalshi has, which it answers. */
  readonly list: () => void;
  /** An interval has passed, and the next sign of life was asked for. */
  readonly onInterval: () => void;
  /** None came. */
  readonly onSilence: () => void;
  /** None could be asked for. */
  readonly onFailure: (cause: unknown) => void;
}

/** With pings as the signs of life, what Kalshi has is asked at every so many of them. */
const PINGS_PER_LIST = 6;

/** Watches one socket from its opening to its end. */
export class Liveness {
  readonly #options: LivenessOptions;
  #timer: ClockTimer;
  /** Whether the last sign of life was asked for, and has come. */
  #sign: "not-asked" | "asked" | "given" = "not-asked";
  #pings = 1;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#timer = this.#next();
  }

  /** Something came. */
  heard(): void {
    if (this.#sign === "asked") this.#sign = "given";
  }

  /** What was to ask for a sign of life could not be written: that none comes proves nothing. */
  forgive(): void {
    this.#sign = "not-asked";
  }

  /** The socket is gone. */
  stop(): void {
    this.#timer.clear();
  }

  #next(): ClockTimer {
    const { clock, intervalMs } = this.#options;
    return clock.setTimer(() => this.#probe(), intervalMs);
  }

  #probe(): void {
    const { ping, list, onSilence, onFailure, onInterval } = this.#options;
    if (this.#sign === "asked") return onSilence();
    this.#sign = "asked";
    this.#timer = this.#next();
    try {
      ping?.();
      if (ping === undefined || this.#pings++ % PINGS_PER_LIST === 0) list();
    } catch (cause) {
      return onFailure(cause);
    }
    onInterval();
  }
}
