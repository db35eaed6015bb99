/**
 * The stream of the perps exchange: one socket, every channel.
 *
 * @module
 */

import type { RestPerpsOrderBook } from "../books/decoders/perps.ts";
import { isPerpsConfig, PerpsConfig, type PerpsConfigOptions } from "../config/perps_config.ts";
import type { ChannelMessages } from "../contract/perps/channels.ts";
import type { MarginOrder } from "../contract/perps/types.ts";
import type { MarketParams, NoParams } from "../stream/channel_params.ts";
import { ChannelStream, openStream, type StreamClass } from "../stream/channel_stream.ts";
import { type ProductStreamOptions, streamRulesOf } from "../stream/options.ts";
import { perpsProduct } from "../stream/perps_product.ts";
import {
  type PerpsLookup,
  perpsLookup,
  type PerpsLookupClient,
  type PerpsLookupFill,
  perpsRecovery,
  type RecoveredPerpsFill,
  type RecoveredPerpsOrder,
} from "../stream/perps_recovery.ts";

/** What a stream of perps is made from. */
export interface PerpsStreamOptions
  extends ProductStreamOptions<PerpsConfig | PerpsConfigOptions, PerpsLookupClient | PerpsLookup> {}

/** Parameters of `ticker`. */
export interface PerpsTickerParams extends MarketParams {
  /** Sends the current ticker of each named market at once. */
  readonly send_initial_snapshot?: boolean | undefined;
}

/** What `subscribe` takes for each channel of the perps exchange, named as Kalshi does. */
export interface PerpsChannelParams {
  /** Snapshots and changes of order books; it needs markets. */
  orderbook_delta: MarketParams;
  /** Best prices, marks, funding rate and volume, at most once a second for each market. */
  ticker: PerpsTickerParams;
  /** Public trades. */
  trade: MarketParams;
  /** Your fills. */
  fill: MarketParams;
  /** Your orders. */
  user_orders: MarketParams;
  /** Your order groups. */
  order_group_updates: NoParams;
}

/** What `recover` finds, by channel. */
export interface PerpsRecovered {
  /** A fill. */
  readonly fill: RecoveredPerpsFill;
  /** An order. */
  readonly user_orders: RecoveredPerpsOrder;
}

/** What the options of a stream of perps may be. */
export const perpsStreamRules = streamRulesOf<
  PerpsConfig | PerpsConfigOptions,
  PerpsLookupClient | PerpsLookup
>("PerpsConfig", "a PerpsClient, or a PerpsLookup");

const perpsStream: StreamClass<
  PerpsConfig,
  PerpsStreamOptions,
  PerpsLookupClient | PerpsLookup,
  PerpsLookupFill,
  MarginOrder,
  RestPerpsOrderBook
> = {
  product: perpsProduct,
  rules: perpsStreamRules,
  configOf: (config, runtime) => isPerpsConfig(config) ? config : new PerpsConfig(config, { runtime }),
  recovery: perpsRecovery,
  lookupOf: perpsLookup,
};

/**
 * One signed WebSocket of the perps exchange that comes back, with every channel and live order books: what
 * `KalshiStream` is for event contracts, with the same guarantees.
 * https://docs.kalshi.com/margin-ws/websockets/websocket-connection
 *
 * Subscriptions are restored after a reconnect; what may have been missed is told by a marker item. When the
 * stream gives up, every iterator throws `KalshiStreamClosedError`; after `close` they end.
 *
 * @example
 * ```ts
 * import { KalshiAuth } from "@unofficial/kalshi";
 * import { PerpsConfig, PerpsStream } from "@unofficial/kalshi/perps";
 *
 * const auth = await KalshiAuth.fromPem("key-id", "…");
 * await using stream = await PerpsStream.connect({ auth, config: PerpsConfig.demo() });
 * const tickers = await stream.subscribe("ticker", { market_tickers: ["KXBTCPERP"] });
 * for await (const item of tickers) {
 *   if (item.type === "ticker") console.log(item.msg.bid, item.msg.ask, item.msg.funding_rate?.rate);
 * }
 * ```
 */
export class PerpsStream extends ChannelStream<
  PerpsConfig,
  ChannelMessages,
  PerpsChannelParams,
  PerpsRecovered,
  RestPerpsOrderBook
> {
  /**
   * Connects, in one attempt; later losses are repaired by `wsMaxRetries` attempts in a row.
   *
   * @throws {KalshiConfigError} for unknown options, and where the runtime cannot sign a WebSocket handshake
   * @throws {KalshiAuthRejectedError} when Kalshi refuses the key
   * @throws {KalshiConnectionError} when no connection can be made
   */
  static async connect(given: PerpsStreamOptions): Promise<PerpsStream> {
    return new PerpsStream(await openStream(perpsStream, given));
  }
}
