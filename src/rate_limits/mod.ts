/**
 * Rate limiters to share between clients, or between processes. A client that needs one for itself has it by
 * `rateLimit: "auto"` or `rateLimit: { read, write }`.
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
 *
 * @module
 */
export { type RateBucketStats, RateLimiter, type ShardedMarket } from "./rate_limiter.ts";
export type { RateCosts } from "./costs.ts";
export type { RateLimiterOptions } from "./limiter_options.ts";
export type { RateBucketName, RateRequest } from "./rate_request.ts";
export {
  type AccountBucketLimit,
  type AccountLimits,
  AutoRateLimiter,
  type AutoRateLimiterOptions,
} from "./auto.ts";
export type { LimitedCall, Limiter, RateProduct } from "./limiter.ts";
export type { RequestTemplate } from "../contract/request_template.ts";
export type { RateBudgets } from "./budgets.ts";
export type { RateGrant, RateStore, RateTake } from "./store.ts";
export type { RateBudget } from "./token_bucket.ts";
