/**
 * Buckets that a store keeps for several processes. What it says is bounded by what can be: a store that is broken,
 * slow, or has the time wrong stops nobody for longer than the tokens themselves could.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { KalshiTimeoutError } from "../base/errors.ts";
import { tell } from "../base/tell.ts";
import { deadline } from "../base/waits.ts";
import { checkedGrant, longestWaitMs, type RateGrant, type RateStore, type RateTake } from "./store.ts";

/** How long a store may let no cancel through, where its tokens take less: others may have taken them first. */
const CANCEL_PATIENCE_MS = 1_000;
/** How long a store may make other calls wait, beside the time of a refill: processes take turns. */
const PATIENCE_MS = 60_000;
/** A store that says again and again that the tokens will be there in a moment is not asked without end. */
const LONGEST_PAUSE_MS = 100;

/** What {@linkcode SharedBuckets} are made from. */
export interface SharedBucketsOptions {
  readonly store: RateStore;
  /** Names the buckets. */
  readonly key: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly onError: ((error: unknown) => void) | undefined;
}

/** How often in a row the store has let nobody of a line through, and since when. */
interface Refusals {
  readonly count: number;
  readonly sinceMs: number;
}

/** The buckets of one kind in a store. */
export class SharedBuckets {
  readonly #options: SharedBucketsOptions;
  readonly #refusals = new WeakMap<object, Refusals>();

  constructor(options: SharedBucketsOptions) {
    this.#options = options;
  }

  /**
   * Takes tokens for the first of a line. Undefined when the store has failed, which was told: the limiter then counts
   * on its own for that moment. Never rejects.
   */
  async take(line: object, wanted: Omit<RateTake, "key">): Promise<RateGrant | undefined> {
    const { store, key, timeoutMs, clock, onError } = this.#options;
    try {
      const late = () => new KalshiTimeoutError(`The rate store did not answer within ${timeoutMs} ms.`);
      // The store gets a copy: what it does to that changes nothing of what was asked.
      const asked = store.take({ ...wanted, key, costs: [...wanted.costs] });
      const grant = checkedGrant(await deadline(clock, timeoutMs, asked, late), wanted);
      if (grant.granted === 0) return { granted: 0, waitMs: this.#waitOf(line, wanted, grant.waitMs) };
      this.forgive(line);
      return grant;
    } catch (error) {
      tell(onError, () => error);
      return undefined;
    }
  }

  /** Somebody new comes to a line where nobody waited: the store gets its time again. */
  forgive(line: object): void {
    this.#refusals.delete(line);
  }

  /** Empties the bucket of a shard, or all of them. Never rejects. */
  async drain(shard: RateTake["shard"]): Promise<void> {
    const { store, key, onError } = this.#options;
    try {
      await store.drain(key, shard);
    } catch (error) {
      tell(onError, () => error);
    }
  }

  /**
   * The pause before a store that lets nobody through is asked again: as long as it says, but neither without any nor
   * past its time. Throws when that is over.
   */
  #waitOf(line: object, wanted: Omit<RateTake, "key">, saidMs: number): number {
    const nowMs = this.#options.clock.monotonic();
    const { count, sinceMs } = this.#refusals.get(line) ?? { count: 0, sinceMs: nowMs };
    this.#refusals.set(line, { count: count + 1, sinceMs });
    const longestMs = longestWaitMs(wanted, wanted.costs[0] ?? 0);
    const limitMs = wanted.urgent ? Math.max(longestMs, CANCEL_PATIENCE_MS) : longestMs + PATIENCE_MS;
    const heldMs = nowMs - sinceMs;
    if (heldMs >= limitMs) {
      throw new KalshiTimeoutError(
        `The rate store has let nobody through for ${Math.round(heldMs)} ms. The limiter goes on alone.`,
      );
    }
    const leastMs = Math.min(2 ** count, LONGEST_PAUSE_MS);
    return Math.min(Math.max(saidMs, leastMs), limitMs - heldMs);
  }
}
