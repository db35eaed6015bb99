/**
 * The buckets of one kind that an account has: the unscoped one, and one for each shard from 1 on.
 *
 * Which shards there are is not known before somebody names them. So one bucket is kept for all that nobody has
 * named: it pays for what all buckets pay for and for nothing else, and a shard's bucket starts as its copy.
 *
 * @module
 */
import type { Payer } from "./charge.ts";
import { type RateBudget, TokenBucket, type TokenBucketState } from "./token_bucket.ts";

/** What is kept of the buckets of one kind. */
export interface ShardBucketsState {
  /** The one for all shards that nobody has named. */
  readonly unnamed: TokenBucketState;
  /** Those that somebody has, 0 for the unscoped one. */
  readonly named: ReadonlyMap<number, TokenBucketState>;
}

/** The buckets of one kind that an account has: one for each shard that was named, and one for all others. */
export class ShardBuckets {
  readonly #unnamed: TokenBucket;
  readonly #named = new Map<number, TokenBucket>();

  /**
   * Full buckets at the time `nowMs`, or those that were kept. `spare`: see {@linkcode TokenBucket.take}.
   */
  constructor(budget: RateBudget, nowMs: number, spare = 0, kept?: ShardBucketsState) {
    this.#unnamed = kept === undefined
      ? new TokenBucket(budget, nowMs, spare)
      : TokenBucket.restore(budget, kept.unnamed, spare);
    this.#named.set(0, this.#unnamed.copy());
    for (const [shard, state] of kept?.named ?? []) {
      this.#named.set(shard, TokenBucket.restore(budget, state, spare));
    }
  }

  /** What is to be kept of them. */
  get state(): ShardBucketsState {
    const named = new Map([...this.#named].map(([shard, bucket]) => [shard, bucket.state]));
    return { unnamed: this.#unnamed.state, named };
  }

  /** The most tokens that each of them holds. */
  get capacity(): number {
    return this.#unnamed.capacity;
  }

  /** The shards that were named so far, 0 for the unscoped bucket. */
  get shards(): Iterable<number> {
    return this.#named.keys();
  }

  /** How many tokens the bucket of a shard holds. */
  level(shard: number, nowMs: number): number {
    return (this.#named.get(shard) ?? this.#unnamed).level(nowMs);
  }

  /** {@linkcode TokenBucket.take} of every bucket that pays: of all or of none. */
  take(payer: Payer, cost: number, nowMs: number, reserve = 0): number {
    if (payer !== "all") return this.#of(payer).take(cost, nowMs, reserve);
    let waitMs = 0;
    for (const bucket of this.#named.values()) {
      waitMs = Math.max(waitMs, bucket.waitFor(cost, nowMs, reserve));
    }
    if (waitMs > 0) return waitMs;
    for (const bucket of this.#named.values()) bucket.take(cost, nowMs, reserve);
    // It never holds less than the unscoped one, which pays for all this pays for.
    this.#unnamed.take(cost, nowMs, reserve);
    return 0;
  }

  /** Empties every bucket that pays. */
  drain(payer: Payer, nowMs: number): void {
    for (const bucket of payer === "all" ? this.#every() : [this.#of(payer)]) bucket.drain(nowMs);
  }

  /** Changes the budget of every bucket: see {@linkcode TokenBucket.resize}. */
  resize(budget: RateBudget, nowMs: number, spare = 0): void {
    for (const bucket of this.#every()) bucket.resize(budget, nowMs, spare);
  }

  #every(): TokenBucket[] {
    return [...this.#named.values(), this.#unnamed];
  }

  #of(shard: number): TokenBucket {
    let bucket = this.#named.get(shard);
    if (bucket === undefined) this.#named.set(shard, bucket = this.#unnamed.copy());
    return bucket;
  }
}
