/**
 * How processes share one account's rate budget.
 *
 * @module
 */

/** What a {@linkcode RateStore} is asked for. */
export interface RateTake {
  /** Names the bucket: `kalshi:write`. */
  readonly key: string;
  /** Tokens added in a second. */
  readonly tokensPerSecond: number;
  /** The most tokens it holds. */
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
 * For each cost in turn: when the bucket holds at least `min(cost + reserve, capacity + spare)` tokens, its level
 * becomes `min(level, capacity) - cost` and the call is granted; else nothing more is. A bucket that was never
 * seen is full.
 */
export interface RateStore {
  /** Takes tokens for as many of the costs as the bucket covers, in one step that no other taker can split. */
  take(take: RateTake): Promise<RateGrant>;
  /** Empties the bucket of that name. */
  drain(key: string): Promise<void>;
}
