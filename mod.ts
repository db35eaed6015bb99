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
export type { KalshiClientOptions, ProductClientOptions } from "./src/client_options.ts";
export type { ClientFixOptions, OfClient, ProductClient } from "./src/product_client.ts";
export * from "./src/base/clock.ts";
export {
  KalshiConfig,
  type KalshiConfigOptions,
  type KalshiPresetOptions,
} from "./src/config/kalshi_config.ts";
export {
  type KalshiConfigContext,
  type OrderRetries,
  type RestJsonParse,
  type WsJsonParse,
  type WsJsonStringify,
} from "./src/config/client_config.ts";
export type { EnvReader } from "./src/base/environment.ts";
export * from "./src/core.ts";
export type { KalshiCoreOptions, RawRequestOptions } from "./src/core_options.ts";
export {
  eventVenue,
  type KalshiEnvironment,
  type KalshiHosts,
  type KalshiVariables,
  type KalshiVenue,
  type RestVenue,
} from "./src/config/venue.ts";
export type { HttpSettings, KalshiSettings } from "./src/config/client_config.ts";
export type { RestConfig, RestConfigOptions, RestSettings } from "./src/config/rest_config.ts";
export type { RestClient } from "./src/rest_client.ts";
export type { ClientConfig, ClientConfigOptions, ClientPresetOptions } from "./src/config/client_config.ts";
export * from "./src/base/errors.ts";
export type { KalshiServerCode, KnownServerCode } from "./src/base/server_codes.ts";
export type * from "./src/contract/field_rule.ts";
export type * from "./src/contract/operation.ts";
export type * from "./src/contract/event/types.ts";
export type { ClientHooks, EndEvent, RequestEvent, ResponseEvent, RetryEvent } from "./src/http/hooks.ts";
export { type WithResponse, withResponse } from "./src/http/with_response.ts";
export type { LogOptions } from "./src/config/logging.ts";
export type { Logger, LogLevel } from "./src/base/logger.ts";
export type { DriftEvent } from "./src/http/hooks.ts";
export { Page, PageCall } from "./src/http/page.ts";
export type { LimitedCall, Limiter } from "./src/rate_limits/limiter.ts";
export type { RequestTemplate } from "./src/contract/request_template.ts";
export type { CallOptions, ListAllOptions } from "./src/http/call_options.ts";
export type { InspectResponse } from "./src/http/pipeline.ts";
export type { RateBudgets } from "./src/rate_limits/budgets.ts";
export type { RateBudget } from "./src/rate_limits/token_bucket.ts";
export type { Validate } from "./src/http/validate.ts";
export type { ResponseCheck, SchemaDifference } from "./src/contract/validation.ts";
export type { RequestIdentity } from "./src/base/request_identity.ts";
export type { Transport, TransportFunction } from "./src/http/transport.ts";
export type * from "./src/rest/mod.ts";
export * from "./src/runtime/types.ts";
export type { Bytes, PrivateJwk, WebCryptoKey } from "./src/base/web_types.ts";
export { type CheckedUrl, checkUrl, type UrlKind, type UrlPolicyOptions } from "./src/config/url_policy.ts";
