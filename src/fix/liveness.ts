/** Heartbeats and TestRequests of one connection: both sides say something in every interval, or it is dead. */
import type { Clock, ClockTimer } from "../base/clock.ts";

/** How much longer than HeartBtInt silence may last, for the time a message is on its way. */
const PATIENCE = 1.2;

type Silence =
  | { readonly name: "none" }
  /** The peer was asked whether it is there. */
  | { readonly name: "asked"; readonly testReqId: string; readonly atMs: number };

/** What a connection does about silence. */
export interface LivenessActions {
  /** Nothing went out for an interval. */
  heartbeat(): void;
  /** Nothing came in for an interval and a bit. */
  test(testReqId: string): void;
  /** No answer for another interval. */
  dead(): void;
}

/** Watches one connection. */
export class Liveness {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #actions: LivenessActions;
  #lastSentMs: number;
  #lastReceivedMs: number;
  #silence: Silence = { name: "none" };
  #timer: ClockTimer | undefined;
  #stopped = false;
  #tests = 0;

  /** An interval of 0 means no heartbeats at all. */
  constructor(clock: Clock, intervalMs: number, actions: LivenessActions) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#actions = actions;
    this.#lastSentMs = this.#lastReceivedMs = clock.monotonic();
    if (intervalMs > 0) this.#wait();
  }

  sent(): void {
    this.#lastSentMs = this.#clock.monotonic();
  }

  /** Anything that came whole ends silence: an answer need not be the one that was asked for. */
  received(): void {
    this.#lastReceivedMs = this.#clock.monotonic();
    if (this.#silence.name === "asked") this.#silence = { name: "none" };
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.clear();
  }

  #wait(): void {
    // What was done about silence may have ended the connection.
    if (this.#stopped) return;
    this.#timer = this.#clock.setTimer(
      () => this.#look(),
      Math.max(this.#dueMs() - this.#clock.monotonic(), 1),
    );
  }

  #dueMs(): number {
    if (this.#silence.name === "asked") return this.#silence.atMs + this.#intervalMs;
    return Math.min(this.#lastSentMs + this.#intervalMs, this.#lastReceivedMs + PATIENCE * this.#intervalMs);
  }

  #look(): void {
    const now = this.#clock.monotonic();
    if (this.#silence.name === "asked") {
      if (now >= this.#silence.atMs + this.#intervalMs) return this.#actions.dead();
    } else if (now >= this.#lastReceivedMs + PATIENCE * this.#intervalMs) {
      const testReqId = `${Math.floor(this.#clock.now())}-${++this.#tests}`;
      this.#silence = { name: "asked", testReqId, atMs: now };
      this.#actions.test(testReqId);
    } else if (now >= this.#lastSentMs + this.#intervalMs) {
      this.#actions.heartbeat();
    }
    this.#wait();
  }
}
