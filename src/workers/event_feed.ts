/**
 * Event contracts, as a feed has to know them.
 *
 * @module
 */

import type { KalshiEnv } from "../auth/env.ts";
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import { restOrderBook } from "../books/decoders/event.ts";
import type { BookDepth } from "../books/order_book.ts";
import { KalshiClient } from "../client.ts";
import type { TickerData, TradeData } from "../contract/event/channels.ts";
import { workersRuntime } from "../runtime/workers.ts";
import type { FeedClient, FeedProduct, FeedSpelling } from "./feed_product.ts";

const ticker: Readonly<Record<keyof TickerData, true>> = {
  market_ticker: true,
  market_id: true,
  price_dollars: true,
  yes_bid_dollars: true,
  yes_ask_dollars: true,
  volume_fp: true,
  open_interest_fp: true,
  dollar_volume: true,
  dollar_open_interest: true,
  yes_bid_size_fp: true,
  yes_ask_size_fp: true,
  last_trade_size_fp: true,
  ts: true,
  ts_ms: true,
  time: true,
};
const trade: Readonly<Record<keyof TradeData, true>> = {
  trade_id: true,
  market_ticker: true,
  yes_price_dollars: true,
  no_price_dollars: true,
  count_fp: true,
  taker_side: true,
  taker_outcome_side: true,
  taker_book_side: true,
  is_block_trade: true,
  ts: true,
  ts_ms: true,
};

const levels = (side: BookDepth["bids"]) =>
  side.map(({ price, size }) => [formatPrice(price), formatCount(size)]).reverse();

/** Frames of event contracts, in YES prices. */
export const eventSpelling: FeedSpelling = {
  fields: { ticker, trade },
  snapshot: ({ bids, asks }) => ({ yes_dollars_fp: levels(bids), no_dollars_fp: levels(asks) }),
  delta: (side, price, delta) => ({
    price_dollars: formatPrice(price),
    delta_fp: formatCount(delta),
    side: side === "bid" ? "yes" : "no",
  }),
  toRest: restOrderBook,
};

/** Event contracts: what a feed serves unless told. */
export const eventFeed: FeedProduct = {
  createClient: (env) => KalshiClient.fromEnv(env as KalshiEnv, { runtime: workersRuntime() }),
  statuses: async ({ markets }, tickers, options) => {
    const { items } = await markets.list({ tickers: tickers.join(), limit: tickers.length }, options);
    return new Map(items.map(({ ticker, status }) => [ticker, status]));
  },
  spelling: eventSpelling,
};

/** The product that a feed is to serve: that of `KalshiClient` unless told. */
export function productOf<Client extends FeedClient>(
  { product }: { readonly product?: FeedProduct<Client> | undefined },
): FeedProduct<Client> {
  return product ?? eventFeed as unknown as FeedProduct<Client>;
}
