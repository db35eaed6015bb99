/**
 * How processes share one account's rate budget.
 *
 * @module
 */

/** What a {@linkcode RateStore} is asked for. */
export interface RateTake {
  /** Names the buckets of one kind: `kalshi:write`. */
  readonly key: string;
  /** Which of them pays: 0 is the unscoped one, 1 or more that shard's, `all` stands for every one. */
  readonly shard: number | "all";
  /** Tokens added in a second, to each. */
  readonly tokensPerSecond: number;
  /** The most tokens that each holds. */
  readonly capacity: number;
  /** Tokens that must stay behind. */
  readonly reserve: number;
  /** Tokens that gather beyond a full bucket. They cannot be spent: they only show how long it has been full. */
  readonly spare: number;
  /** True for cancels, which let no other taker go first. */
  readonly urgent: boolean;
  /** What the waiting calls cost, the first in line first. */
  readonly costs: readonly number[];
}

/** What a {@linkcode RateStore} gave. */
export interface RateGrant {
  /** For how many of the costs tokens were taken: that many from the front. */
  readonly granted: number;
  /** Milliseconds until the next one may be asked for again; 0 when all were granted. */
  readonly waitMs: number;
}

/**
 * Keeps the buckets of one account where several processes reach them. Without one, a limiter keeps them itself.
 *
 * For each cost in turn: when every bucket that pays holds at least `min(cost + reserve, capacity + spare)` tokens,
 * the level of each becomes `min(level, capacity) - cost` and the call is granted; else nothing more is.
 *
 * A key that was never seen has full buckets. A shard that was never named has paid what `all` have paid, and nothing
 * else: keep one more bucket for those, and start a shard's as its copy.
 */
export interface RateStore {
  /** Takes tokens for as many of the costs as the buckets cover, in one step that no other taker can split. */
  take(take: RateTake): Promise<RateGrant>;
  /** Empties the bucket of that shard, or all of them. */
  drain(key: string, shard: number | "all"): Promise<void>;
}
