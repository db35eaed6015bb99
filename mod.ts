/**
 * The SDK of the Kalshi prediction-market exchange: REST client, configuration, signing.
 *
 * A call goes the same way every time: the method of a namespace (`client.markets.list`) hands an operation of
 * Kalshi's contract to the pipeline, which builds the URL, signs it with the time of sending, sends it, repeats
 * it where that is safe, and decodes the answer.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 *
 * await using client = new KalshiClient({ demo: true });
 * for await (const market of client.markets.listAll({ status: "open" }, { maxItems: 10 })) {
 *   console.log(market.ticker, market.yes_bid_dollars, market.yes_ask_dollars);
 * }
 * ```
 *
 * @module
 */

export * from "./src/auth/mod.ts";
export * from "./src/client.ts";
export * from "./src/clock.ts";
export * from "./src/config.ts";
export * from "./src/core.ts";
export type { KalshiEnvironment } from "./src/hosts.ts";
export type { KalshiSettings } from "./src/defaults.ts";
export * from "./src/errors.ts";
export type { KalshiServerCode, KnownServerCode } from "./src/server_codes.ts";
export type * from "./src/contract/field_rule.ts";
export type * from "./src/contract/operation.ts";
export type * from "./src/contract/types.ts";
export type { ClientHooks, RequestEvent, ResponseEvent, RetryEvent } from "./src/http/hooks.ts";
export type { DriftEvent } from "./src/http/hooks.ts";
export { type ListAllOptions, Page } from "./src/http/page.ts";
export type { LimitedCall, Limiter } from "./src/http/limiter.ts";
export type { CallOptions, InspectResponse, RequestTemplate } from "./src/http/pipeline.ts";
export type { RateBudgets } from "./src/http/rate_budgets.ts";
export type { RateBudget } from "./src/http/token_bucket.ts";
export type { Validate } from "./src/http/validate.ts";
export type { ResponseCheck, SchemaDifference } from "./src/contract/validation.ts";
export type { RequestIdentity } from "./src/http/response.ts";
export type { Transport, TransportFunction } from "./src/http/transport.ts";
export type * from "./src/rest/mod.ts";
export * from "./src/runtime/types.ts";
export type { Bytes, PrivateJwk, WebCryptoKey } from "./src/web_types.ts";
export { type CheckedUrl, checkUrl, type UrlKind, type UrlPolicyOptions } from "./src/url_policy.ts";
