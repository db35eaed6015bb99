/** Where messages may be missing: what becomes a marker in every iterable. */
import type { Clock } from "../base/clock.ts";
import type { FixMarker } from "./items.ts";
import type { FixSessionEvent } from "./session_types.ts";

/** Follows a session and tells what may be missing. */
export class Losses {
  readonly #clock: Clock;
  readonly #retransmission: boolean;
  #connections = 0;
  /** When something came last, and before that: a frame that shows a gap is no sign of what came before it. */
  #heardMs: number;
  #beforeMs: number;

  constructor(clock: Clock, retransmission: boolean) {
    this.#clock = clock;
    this.#retransmission = retransmission;
    this.#heardMs = this.#beforeMs = clock.now();
  }

  /** When something came last, in Unix milliseconds. */
  get heardAtMs(): number {
    return this.#heardMs;
  }

  /** The same, before what came last. */
  get heardBeforeMs(): number {
    return this.#beforeMs;
  }

  /** A frame came on a connection that is logged on. */
  heard(): void {
    this.#beforeMs = this.#heardMs;
    this.#heardMs = this.#clock.now();
  }

  /** What an event means for those who read messages. */
  after(event: FixSessionEvent): FixMarker[] {
    const missedToMs = this.#clock.now();
    if (event.type === "gap" && !event.recoverable) {
      const { from, to } = event;
      return [{ type: "gap", reason: "sequence", from, to, missedFromMs: this.#beforeMs, missedToMs }];
    }
    if (event.type === "reset" && this.#retransmission) {
      return [this.#unknown("reset", missedToMs)];
    }
    if (event.type === "ended" && event.end.kind === "gap" && this.#retransmission) {
      return [this.#unknown("not-sent-again", missedToMs)];
    }
    if (event.type !== "logged-on") return [];
    const missedFromMs = this.#heardMs;
    this.#beforeMs = this.#heardMs = missedToMs;
    return this.#connections++ > 0 && !this.#retransmission
      ? [{ type: "reconnected", missedFromMs, missedToMs }]
      : [];
  }

  #unknown(reason: "reset" | "not-sent-again", missedToMs: number): FixMarker {
    return { type: "gap", reason, from: undefined, to: undefined, missedFromMs: this.#heardMs, missedToMs };
  }
}
