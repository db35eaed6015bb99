/**
 * Cloudflare Workers: the adapter of the runtime, `KalshiFeed`, a Durable Object that holds one stream for an account
 * and serves it to many readers, and a store for FIX sessions.
 *
 * @module
 */

export { workersRuntime } from "../runtime/workers.ts";
export { type FeedAccess, type FeedReader, KalshiFeed } from "./kalshi_feed.ts";
export type { KalshiFeedOptions } from "./feed_options.ts";
export { eventFeed } from "./event_feed.ts";
export { perpsFeed } from "./perps_feed.ts";
export type {
  FeedClient,
  FeedItem,
  FeedProduct,
  FeedSpelling,
  FeedStream,
  PublicFields,
  StreamOf,
} from "./feed_product.ts";
export type { FeedContext, FeedNamespace, FeedSocket, FeedStorage } from "./platform.ts";
export {
  DurableObjectFixStore,
  type DurableObjectFixStoreOptions,
  type FixSqlValue,
  type FixStorage,
} from "./fix_store.ts";
export type { FixStore, SentFrame } from "../fix/store.ts";
