/**
 * The stream of the event exchange: one socket, every channel.
 *
 * @module
 */

import type { RestOrderBook } from "../books/decoders/event.ts";
import { isKalshiConfig, KalshiConfig } from "../config/kalshi_config.ts";
import type { ChannelMessages } from "../contract/event/channels.ts";
import type { Fill, Order } from "../contract/event/types.ts";
import type { ChannelParams } from "./channel_params.ts";
import { ChannelStream, openStream, type StreamClass } from "./channel_stream.ts";
import { eventProduct } from "./event_product.ts";
import { eventLookup, eventRecovery, type RecoveredFill, type RecoveredOrder } from "./event_recovery.ts";
import { type LookupClient, type StreamLookup, type StreamOptions, streamRules } from "./options.ts";

const eventStream: StreamClass<
  KalshiConfig,
  StreamOptions,
  LookupClient | StreamLookup,
  Fill,
  Order,
  RestOrderBook
> = {
  product: eventProduct,
  rules: streamRules,
  configOf: (config, runtime) => isKalshiConfig(config) ? config : new KalshiConfig(config, { runtime }),
  recovery: eventRecovery,
  lookupOf: eventLookup,
};

/** What `recover` finds, by channel. */
export interface Recovered {
  /** A fill. */
  readonly fill: RecoveredFill;
  /** An order. */
  readonly user_orders: RecoveredOrder;
}

/**
 * One signed WebSocket that comes back, with every channel and live order books:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * Subscriptions are restored after a reconnect; what may have been missed is told by a marker item. When the
 * stream gives up, every iterator throws {@linkcode KalshiStreamClosedError}; after {@linkcode close} they end.
 *
 * @example
 * ```ts
 * import { KalshiAuth, KalshiConfig } from "@unofficial/kalshi";
 * import { KalshiStream } from "@unofficial/kalshi/stream";
 *
 * const auth = await KalshiAuth.fromEnv();
 * await using stream = await KalshiStream.connect({ auth, config: KalshiConfig.demo() });
 * const tickers = await stream.subscribe("ticker", { market_tickers: ["KXHIGHNY-26NOV24-T60"] });
 * for await (const item of tickers) {
 *   if (item.type === "ticker") console.log(item.msg.yes_bid_dollars, item.msg.yes_ask_dollars);
 * }
 * ```
 */
export class KalshiStream
  extends ChannelStream<KalshiConfig, ChannelMessages, ChannelParams, Recovered, RestOrderBook> {
  /**
   * Connects, in one attempt; later losses are repaired by `wsMaxRetries` attempts in a row.
   *
   * @throws {KalshiConfigError} for unknown options, and where the runtime cannot sign a WebSocket handshake
   * @throws {KalshiAuthRejectedError} when Kalshi refuses the key
   * @throws {KalshiConnectionError} when no connection can be made
   */
  static async connect(given: StreamOptions): Promise<KalshiStream> {
    return new KalshiStream(await openStream(eventStream, given));
  }
}
