/**
 * Keeps calls inside the account's rate budget.
 *
 * @module
 */
import { type Clock, systemClock } from "../base/clock.ts";
import { assertValue, type Read, readOptions, whole } from "../base/options.ts";
import { shown } from "../base/plain.ts";
import { budgetsRules, type RateBudgets } from "./budgets.ts";
import type { PayerOf } from "./charge.ts";
import { EndpointCosts, type RateCosts } from "./costs.ts";
import type { LimitedCall, Limiter, RateProduct } from "./limiter.ts";
import { limiterRules, type RateLimiterOptions } from "./limiter_options.ts";
import { type Draw, Pool, type PoolBudget } from "./pool.ts";
import {
  assertRequest,
  leftTheLine,
  payerOf,
  type RateBucketName,
  type RateRequest,
  rateRequestOf,
} from "./rate_request.ts";
import { SharedBuckets } from "./shared_buckets.ts";

/** Figures of one bucket. */
export interface RateBucketStats {
  /** Tokens it holds now; with a store, what they would be if this process were alone. */
  readonly tokens: number;
  /** Calls in line now. */
  readonly waiting: number;
  /** Calls let through. */
  readonly granted: number;
  /** Calls of those that waited for a millisecond or longer. */
  readonly delayed: number;
  /** Milliseconds that all calls waited, added up. */
  readonly delayedMs: number;
  /** 429 answers reported. */
  readonly rateLimited: number;
}

/** On which shard a market is. */
export interface ShardedMarket {
  /** Ticker of the market. */
  readonly ticker: string;
  /** Number of its shard; 0 or more. */
  readonly exchange_index: number;
}

const shardRule = whole(0);

/** Two clocks never run alike: a bucket that is used up for hours must not get ahead of Kalshi's. */
const PACE = 0.999;

/**
 * Lets calls through no faster than Kalshi's token buckets refill. Give one to as many clients as share the
 * account; perps has budgets of its own and so takes a limiter of its own.
 *
 * It holds a timer only while a call waits, so there is nothing to close.
 *
 * See https://docs.kalshi.com/getting_started/rate_limits.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { RateLimiter } from "@unofficial/kalshi/rate-limits";
 *
 * const rateLimit = new RateLimiter({
 *   read: { tokensPerSecond: 1200 },
 *   write: { tokensPerSecond: 1200, capacity: 3600 },
 * });
 * await using quoter = new KalshiClient({ demo: true, rateLimit });
 * await using watcher = new KalshiClient({ demo: true, rateLimit });
 * await Promise.all([quoter.exchange.status(), watcher.exchange.status()]);
 * ```
 */
export class RateLimiter implements Limiter {
  /** Whose budgets it keeps. */
  readonly product: RateProduct;
  readonly #clock: Clock;
  readonly #options: Read<RateLimiterOptions, typeof limiterRules>;
  readonly #pools = new Map<RateBucketName, Pool>();
  #budgets: RateBudgets;
  #costs: EndpointCosts;
  #shards: ReadonlyMap<string, number> = new Map();

  /** Throws a `KalshiConfigError` when a budget is no positive number or an option is unknown. */
  constructor(given: RateLimiterOptions) {
    const options = readOptions("RateLimiter", given, limiterRules);
    this.product = options.product;
    this.#budgets = options;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#costs = this.#costsOf(options.costs);
  }

  /**
   * Takes the tokens of one call. Returns nothing when they are there and nobody is in line, so that such a call
   * loses no time; else a promise of its turn.
   *
   * Throws a `KalshiConfigError` for a request that cannot be, and when the bucket never holds as many tokens; for a
   * batch, `details.largest` is the largest one that it does hold. Rejects when `signal` aborts: with its reason where
   * that is a `KalshiError`, else with a `KalshiAbortError`.
   */
  acquire(request: RateRequest): void | Promise<void> {
    const { signal } = request;
    const draw = this.#drawOf(request);
    const pool = this.#pool(request.bucket);
    pool.assertFits(draw);
    if (signal?.aborted) throw leftTheLine(signal);
    return pool.takeNow(draw) ? undefined : pool.join(draw, signal);
  }

  /**
   * Takes the tokens of one call if they are there and nobody is in line; false when {@linkcode RateLimiter.acquire}
   * must be asked, as always with a store. A call that does not have to wait needs no signal that ends its wait.
   */
  tryAcquire(request: RateRequest): boolean {
    const draw = this.#drawOf(request);
    return this.#pool(request.bucket).takeNow(draw);
  }

  /** {@linkcode acquire} for a request of a client. */
  admit(call: LimitedCall, signal?: AbortSignal): void | Promise<void> {
    return this.acquire(rateRequestOf(call, this.#payerOf, signal));
  }

  /** {@linkcode tryAcquire} for a request of a client. */
  tryAdmit(call: LimitedCall): boolean {
    return this.tryAcquire(rateRequestOf(call, this.#payerOf));
  }

  /** {@linkcode onRateLimited} for a request of a client. */
  refused(call: LimitedCall): void {
    const { bucket, shard } = rateRequestOf(call, this.#payerOf);
    this.onRateLimited(bucket, shard);
  }

  /** A request was answered with 429: others use the account too. Empties the buckets that paid, which then refill. */
  onRateLimited(bucket: RateBucketName, shard?: number | "all"): void {
    this.#pool(bucket).drain(payerOf(bucket, shard));
  }

  /** Changes the budgets, as when the account's tier has changed. What waits and no longer fits is refused. */
  setBudgets({ read, write }: RateBudgets): void {
    this.#budgets = readOptions("RateLimiter.setBudgets", { read, write }, budgetsRules);
    for (const [name, pool] of this.#pools) pool.resize(this.#budget(name));
  }

  /** Changes the costs of the endpoints, as `GET /account/endpoint_costs` answers them. */
  setCosts(costs: RateCosts): void {
    this.#costs = this.#costsOf(costs);
  }

  /**
   * Says on which shard each market of the margin exchange is, as `GET /margin/markets` answers it: an order is then
   * paid for by the bucket of its market's shard alone. One whose market is not among them, for all that is known, could
   * be paid for by any, and is counted on all.
   */
  setShards(markets: Iterable<ShardedMarket>): void {
    this.#shards = new Map(Array.from(markets, ({ ticker, exchange_index }) => {
      assertValue(`The market ${shown(ticker)}`, "exchange_index", exchange_index, shardRule);
      return [ticker, exchange_index];
    }));
  }

  /** Figures of each bucket used so far: `read`, `write`, and `write:2` for that of shard 2. */
  stats(): Record<string, RateBucketStats> {
    const stats: Record<string, RateBucketStats> = {};
    for (const [name, pool] of this.#pools) {
      for (const [shard, figures] of pool.figures()) stats[shard === 0 ? name : `${name}:${shard}`] = figures;
    }
    return stats;
  }

  readonly #payerOf: PayerOf = (ticker) => this.#shards.get(ticker) ?? "all";

  // Whether the account's list of costs covers the margin exchange, Kalshi does not say; what it costs there, it does.
  #costsOf(costs: RateCosts | undefined): EndpointCosts {
    return new EndpointCosts(costs, this.product === "margin" ? "own" : "default");
  }

  #drawOf(request: RateRequest): Draw {
    assertRequest(request);
    const { bucket, shard, priority, items = 1 } = request;
    return {
      payer: payerOf(bucket, shard),
      urgent: priority === "cancel",
      cost: this.#costs.of(request) * items,
      items,
    };
  }

  #pool(name: RateBucketName): Pool {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      const { store, storeKey, storeTimeoutMs: timeoutMs, onStoreError } = this.#options;
      const clock = this.#clock;
      const key = `${storeKey}${this.product === "event" ? "" : `:${this.product}`}:${name}`;
      const shared = store && new SharedBuckets({ store, key, timeoutMs, clock, onError: onStoreError });
      this.#pools.set(name, pool = new Pool({ name, budget: this.#budget(name), clock, shared }));
    }
    return pool;
  }

  #budget(name: RateBucketName): PoolBudget {
    const { tokensPerSecond, capacity = tokensPerSecond } = this.#budgets[name];
    const { marginMs, cancelReserve } = this.#options;
    return {
      tokensPerSecond: tokensPerSecond * PACE,
      capacity,
      spare: tokensPerSecond * marginMs / 1000,
      forCancels: name === "read" ? 0 : cancelReserve ?? capacity / 10,
    };
  }
}
