/** How long things take on their way, in the time of a replay. */
import type { Random } from "../random.ts";

/** The latencies of a replay, in milliseconds. */
export interface ReplayLatency {
  /** From the bot to the exchange: an order takes effect so much later. @default 0 */
  readonly orderMs?: number | undefined;
  /** From the exchange back to the bot: an answer comes so much later. @default 0 */
  readonly answerMs?: number | undefined;
  /** From the exchange to the bot: what the feed tells comes so much later. @default 0 */
  readonly feedMs?: number | undefined;
  /** So much more at most, drawn anew each time, by the seed. @default 0 */
  readonly jitterMs?: number | undefined;
}

/** The ways that something can go. */
export type Way = "order" | "answer" | "feed";

/** The latency of each way. */
export const latencyOf = (given: number | ReplayLatency = 0): Required<ReplayLatency> =>
  typeof given === "number"
    ? { orderMs: given, answerMs: given, feedMs: given, jitterMs: 0 }
    : { orderMs: 0, answerMs: 0, feedMs: 0, jitterMs: 0, ...given };

/** How long it takes at most until what was sent has been heard of. */
export const roundTripOf = ({ orderMs = 0, answerMs = 0, feedMs = 0, jitterMs = 0 }: ReplayLatency): number =>
  orderMs + Math.max(answerMs, feedMs) + 2 * jitterMs;

/** Draws how long something takes. */
export class Latency {
  readonly #fixed: Readonly<Record<Way, number>>;
  readonly #jitterMs: number;
  readonly #random: Random;
  /** Whether the clock moves: while it stands still nothing could ever arrive, so that nothing takes time. */
  isOn = false;

  constructor({ orderMs = 0, answerMs = 0, feedMs = 0, jitterMs = 0 }: ReplayLatency, random: Random) {
    this.#fixed = { order: orderMs, answer: answerMs, feed: feedMs };
    this.#jitterMs = jitterMs;
    this.#random = random;
  }

  /** Whether anything takes time in a run. */
  get isAny(): boolean {
    return this.#jitterMs > 0 || Object.values(this.#fixed).some((ms) => ms > 0);
  }

  /** Whether something takes any time at all now. */
  takesTime(way: Way): boolean {
    return this.isOn && (this.#jitterMs > 0 || this.#fixed[way] > 0);
  }

  /** How long this takes, in whole milliseconds, as Kalshi tells times. */
  draw(way: Way): number {
    const jitter = this.#jitterMs === 0 ? 0 : this.#random.int(this.#jitterMs + 1);
    return this.#fixed[way] + jitter;
  }
}
