/**
 * What `subscribe` takes for each channel of the event exchange:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * @module
 */

/** Which markets of a channel, by ticker. */
export interface MarketParams {
  /** Only these markets; all of them when left out. */
  readonly market_tickers?: readonly string[] | undefined;
  /** Short for a list of one. */
  readonly market_ticker?: string | undefined;
}

/** Parameters of `orderbook_delta`, which needs markets. */
export interface OrderbookParams extends MarketParams {
  /**
   * Whether the NO side comes in YES prices, so that it reads as asks; true unless told. One stream has one
   * setting, and its order books need `true`.
   */
  readonly use_yes_price?: boolean | undefined;
}

/** Parameters of `ticker`. */
export interface TickerParams extends MarketParams {
  /** Only these markets, by UUID; not together with tickers. */
  readonly market_ids?: readonly string[] | undefined;
  /** Short for a list of one. */
  readonly market_id?: string | undefined;
  /** Sends the current ticker of each named market at once. */
  readonly send_initial_snapshot?: boolean | undefined;
}

/** Parameters of `communications`. */
export interface CommunicationsParams {
  /** Into how many shards the feed is cut, 1 to 100. */
  readonly shard_factor?: number | undefined;
  /** Which shard to read, from 0. */
  readonly shard_key?: number | undefined;
  /** `self`: only what concerns your own requests and quotes. */
  readonly user_filter?: "" | "self" | undefined;
}

/** Parameters of the CF Benchmarks channels. */
export interface IndexParams {
  /** Only these indices, or `["all"]`; none when left out: `add` them later. */
  readonly index_ids?: readonly string[] | undefined;
}

/** Parameters of `pyth_value`. */
export interface UnderlyingParams {
  /** Only these underlyings, or `["all"]`; none when left out: `add` them later. */
  readonly underlying_tickers?: readonly string[] | undefined;
}

/** A channel that takes no parameters. */
export type NoParams = Readonly<Record<never, never>>;

/** What `subscribe` takes for each channel, named as Kalshi does. */
export interface ChannelParams {
  /** Snapshots and changes of order books. */
  orderbook_delta: OrderbookParams;
  /** Best prices, last price and volume. */
  ticker: TickerParams;
  /** Public trades. */
  trade: MarketParams;
  /** Your fills. */
  fill: MarketParams;
  /** Your positions. */
  market_positions: MarketParams;
  /** Markets and events as they are created, change and settle. */
  market_lifecycle_v2: NoParams;
  /** The same for combos. */
  multivariate_market_lifecycle: NoParams;
  /** Requests for quote and quotes. */
  communications: CommunicationsParams;
  /** Your order groups. */
  order_group_updates: NoParams;
  /** Your orders. */
  user_orders: MarketParams;
  /** CF Benchmarks indices. */
  cfbenchmarks_value: IndexParams;
  /** Pyth prices. */
  pyth_value: UnderlyingParams;
  /** CF Benchmarks indices, five times a second. */
  cfbenchmarks_value_5hz: IndexParams;
}
