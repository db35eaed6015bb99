/**
 * One feed of Kalshi's for many machines, on NATS JetStream: `@unofficial/kalshi/nats`. The connection to NATS is yours:
 * `@nats-io/transport-node` makes one on Node, Deno and Bun.
 *
 * @module
 */

export type { GatewayMarker, Lane, LaneProduct } from "./protocol.ts";
export type { NatsConnection } from "./connection.ts";
export { NatsRateStore } from "./rate_store.ts";
export type { NatsRateStoreOptions } from "./rate_store_options.ts";
export { NatsOrderLedger } from "./order_ledger.ts";
export type { NatsOrderLedgerOptions, PlaceIntentOptions } from "./ledger_options.ts";
export type { IntendedOrder, IntentBasis, IntentState } from "./ledger_entry.ts";
export type { RateGrant, RateStore, RateTake } from "../rate_limits/store.ts";
export { KalshiNatsError } from "./errors.ts";
export { NatsGateway } from "./gateway.ts";
export type { LaneStats, NatsGatewayStats, NatsGatewayStatus } from "./gateway_stats.ts";
export type { GatewayStream, NatsGatewayOptions } from "./gateway_options.ts";
export { NatsFeed, NatsPerpsFeed } from "./feed.ts";
export type { ProductFeed } from "./feed.ts";
export type { FeedStart, NatsFeedOptions, NatsPerpsFeedOptions, ProductFeedOptions } from "./feed_options.ts";
