/**
 * Perpetual futures, as a feed has to know them.
 *
 * @module
 */

import { formatCount, formatPrice } from "../base/fixed_point.ts";
import { restPerpsOrderBook } from "../books/decoders/perps.ts";
import type { BookDepth } from "../books/order_book.ts";
import type { TickerData, TradeData } from "../contract/perps/channels.ts";
import { PerpsClient } from "../perps/client.ts";
import type { PerpsEnv } from "../perps/env.ts";
import { workersRuntime } from "../runtime/workers.ts";
import type { FeedProduct, FeedSpelling, PublicFields } from "./feed_product.ts";

const mark = { price: true, ts_ms: true } satisfies PublicFields;

const ticker: Readonly<Record<keyof TickerData, true | PublicFields>> = {
  market_ticker: true,
  price: true,
  bid: true,
  ask: true,
  bid_size_fp: true,
  ask_size_fp: true,
  last_trade_size_fp: true,
  volume: true,
  volume_notional_value_dollars: true,
  volume_24h: true,
  volume_24h_notional_value_dollars: true,
  open_interest: true,
  open_interest_notional_value_dollars: true,
  reference_price: mark,
  settlement_mark_price: mark,
  liquidation_mark_price: mark,
  funding_rate: { rate: true, next_funding_time_ms: true, ts_ms: true },
  ts_ms: true,
};
const trade: Readonly<Record<keyof TradeData, true>> = {
  trade_id: true,
  market_ticker: true,
  price: true,
  count: true,
  taker_side: true,
  ts_ms: true,
};

const levels = (side: BookDepth["bids"]) =>
  side.map(({ price, size }) => [formatPrice(price), formatCount(size)]);

/** Frames of perps. */
export const perpsSpelling: FeedSpelling = {
  fields: { ticker, trade },
  snapshot: ({ bids, asks }) => ({ bid: levels(bids), ask: levels(asks) }),
  delta: (side, price, delta) => ({ price: formatPrice(price), delta: formatCount(delta), side }),
  toRest: restPerpsOrderBook,
};

/**
 * Perpetual futures: what a feed serves when it is given as `product`.
 *
 * @example
 * ```ts
 * import { type FeedContext, KalshiFeed, perpsFeed } from "@unofficial/kalshi/workers";
 * import type { PerpsClient, PerpsEnv } from "@unofficial/kalshi/perps";
 *
 * export class PerpsFeed extends KalshiFeed<PerpsEnv, PerpsClient> {
 *   constructor(ctx: FeedContext, env: PerpsEnv) {
 *     super(ctx, env, { product: perpsFeed });
 *   }
 * }
 * ```
 */
export const perpsFeed: FeedProduct<PerpsClient> = {
  createClient: (env) => PerpsClient.fromEnv(env as PerpsEnv, { runtime: workersRuntime() }),
  statuses: async ({ markets }, _tickers, options) => {
    // There is no filter by ticker, and there are few markets: all of them come in one answer.
    const all = await markets.list({}, options);
    return new Map(all.map(({ ticker, status }) => [ticker, status]));
  },
  spelling: perpsSpelling,
};
