/**
 * The bucket that Kalshi meters requests with. The rate limiter keeps one for each of the account's buckets, and the
 * local exchange refuses with the same.
 *
 * @module
 */

import { assertValue, number } from "../base/options.ts";

/**
 * How fast a bucket refills and how much it holds, in Kalshi's tokens. Most requests cost 10 tokens.
 *
 * See https://docs.kalshi.com/getting_started/rate_limits.
 */
export interface RateBudget {
  /** Tokens added in a second: `refill_rate` of `GET /account/limits`. */
  readonly tokensPerSecond: number;
  /** The most tokens it holds: `bucket_capacity` of `GET /account/limits`. One second's tokens by default. */
  readonly capacity?: number | undefined;
}

/** What is kept of a bucket: with its budget and a time, it is that bucket again. */
export interface TokenBucketState {
  /** How many tokens it held then, those that cannot be spent among them. */
  readonly level: number;
  /** When that was, in milliseconds. */
  readonly atMs: number;
}

const tokensRule = number(0);

// Sums of fractions of a token must not make a caller wait for a billionth of one.
const tolerance = 1e-6;

/**
 * A token bucket. It knows no clock: the caller says what time it is, in milliseconds that never go back.
 *
 * @example
 * ```ts
 * import { TokenBucket } from "@unofficial/kalshi/testing";
 *
 * const bucket = new TokenBucket({ tokensPerSecond: 100, capacity: 100 }, 0);
 * bucket.take(100, 0); // 0: taken
 * bucket.take(10, 0); // 100: not taken, try again in 100 ms
 * ```
 */
export class TokenBucket {
  #perMs = 0;
  #capacity = 0;
  #spare = 0;
  #level = Infinity;
  #atMs: number;

  /** A full bucket at the time `nowMs`. `spare`: see {@linkcode take}. */
  constructor(budget: RateBudget, nowMs: number, spare = 0) {
    this.#atMs = nowMs;
    this.#set(budget, spare);
  }

  /** The bucket that was kept as `state`; never with more than it can hold. */
  static restore(budget: RateBudget, state: TokenBucketState, spare = 0): TokenBucket {
    const bucket = new TokenBucket(budget, state.atMs, spare);
    bucket.#level = state.level;
    return bucket;
  }

  /** What is to be kept of it. */
  get state(): TokenBucketState {
    return { level: this.#level, atMs: this.#atMs };
  }

  /** The most tokens that it holds. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many tokens it holds now. */
  level(nowMs: number): number {
    return Math.min(this.#refill(nowMs), this.#capacity);
  }

  /**
   * Takes `cost` tokens, all or none. Returns 0 when they were taken, else the milliseconds until they could
   * be: `Infinity` when the bucket never holds as many.
   *
   * With `reserve`, takes only what leaves that many behind. What is too large for that waits for up to `spare`
   * tokens beyond a full bucket instead; these only measure how long the bucket has been full, and cannot be spent.
   */
  take(cost: number, nowMs: number, reserve = 0): number {
    const waitMs = this.waitFor(cost, nowMs, reserve);
    if (waitMs === 0) this.#level = Math.min(this.#level, this.#capacity) - cost;
    return waitMs;
  }

  /** What {@linkcode take} would return; takes nothing. */
  waitFor(cost: number, nowMs: number, reserve = 0): number {
    if (cost > this.#capacity) return Infinity;
    const missing = Math.min(cost + reserve, this.#capacity + this.#spare) - this.#refill(nowMs);
    return missing > tolerance ? missing / this.#perMs : 0;
  }

  /** Another bucket that is as this one is now. */
  copy(): TokenBucket {
    const copy = new TokenBucket({ tokensPerSecond: 1000 * this.#perMs, capacity: this.#capacity }, 0);
    copy.#perMs = this.#perMs;
    copy.#spare = this.#spare;
    copy.#level = this.#level;
    copy.#atMs = this.#atMs;
    return copy;
  }

  /** Empties it. */
  drain(nowMs: number): void {
    this.#refill(nowMs);
    this.#level = 0;
  }

  /** Changes its budget; it keeps the tokens that it has and the new one can hold. */
  resize(budget: RateBudget, nowMs: number, spare = 0): void {
    this.#level = this.level(nowMs);
    this.#set(budget, spare);
  }

  #set(budget: RateBudget, spare: number): void {
    assertValue("TokenBucket", "tokensPerSecond", budget?.tokensPerSecond, tokensRule);
    if (budget.capacity !== undefined) assertValue("TokenBucket", "capacity", budget.capacity, tokensRule);
    this.#perMs = budget.tokensPerSecond / 1000;
    this.#capacity = budget.capacity ?? budget.tokensPerSecond;
    this.#spare = spare;
  }

  #refill(nowMs: number): number {
    const gained = Math.max(0, nowMs - this.#atMs) * this.#perMs;
    this.#atMs = Math.max(nowMs, this.#atMs);
    return this.#level = Math.min(this.#level + gained, this.#capacity + this.#spare);
  }
}
