/** When what waits is sent. */
import type { Clock, ClockTimer } from "../base/clock.ts";

/**
 * How often the socket is written to, in a millisecond, and how many times at once. In a flood, frames wait some tenths of
 * a millisecond for each other: a write for each would cost more than all the rest, here and in the server.
 */
const WRITES_PER_MS = 4;
const WRITES_AT_ONCE = 8;

/**
 * - `resting`: nothing is to be sent.
 * - `due`: it is sent at the end of this turn.
 * - a timer: a little later.
 */
type State = "resting" | "due" | ClockTimer;

/** Sends with whatever else comes in the same turn; a little later where much was sent just now. */
export class SendPace {
  readonly #clock: Clock;
  readonly #send: () => void;
  #state: State = "resting";
  /** How many times the socket may be written to, as of a time. */
  #writes = WRITES_AT_ONCE;
  #countedAt = 0;

  constructor(clock: Clock, send: () => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Something is to be sent. */
  soon(): void {
    if (this.#state === "due") return;
    const now = this.#clock.monotonic();
    this.#writes = Math.min(this.#writes + (now - this.#countedAt) * WRITES_PER_MS, WRITES_AT_ONCE);
    this.#countedAt = now;
    if (this.#writes >= 1) {
      this.#writes--;
      this.rest();
      this.#state = "due";
      queueMicrotask(() => {
        this.#state = "resting";
        this.#send();
      });
    } else if (this.#state === "resting") {
      this.#state = this.#clock.setTimer(() => {
        this.#state = "resting";
        this.#send();
      }, 1);
    }
  }

  /** A timer is not waited for any longer: it was sent, or there is nothing to send. */
  rest(): void {
    if (typeof this.#state !== "object") return;
    this.#state.clear();
    this.#state = "resting";
  }
}
