/**
 * Cloudflare Workers: the adapter of the runtime, and `KalshiFeed`, a Durable Object that holds one stream for an
 * account and serves it to many readers.
 *
 * @module
 */

export { workersRuntime } from "../runtime/workers.ts";
export { type FeedOptions, type FeedSocket, type FeedState, KalshiFeed } from "./kalshi_feed.ts";
