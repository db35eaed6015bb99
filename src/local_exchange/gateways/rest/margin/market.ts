/** Kalshi's tag `market`, of perps: markets, books, candlesticks, trades. */
import {
  GetMarginMarket,
  GetMarginMarketCandlesticks,
  GetMarginMarketOrderbook,
  GetMarginMarkets,
  GetMarginTrades,
} from "../../../../contract/perps/operations.ts";
import { parsePrice } from "../../../units.ts";
import { bookPayload, candlePayload, marketPayload } from "../../../wire/margin/markets.ts";
import { tradePayload } from "../../../wire/margin/orders.ts";
import { askedFor, candlesOf, meanOf, MOST, withLatest } from "../candle_reading.ts";
import { pageOf } from "../page.ts";
import { choice, integer, invalid, text, timeWindow } from "../read.ts";
import { type Call, route } from "../route.ts";
import { marginOf, marketOf } from "./side.ts";

/** How wide the levels of a book are to be: a number of its ticks. */
function widthOf(call: Call, tick: number): number | undefined {
  const asked = text(call, "aggregation_tick_size");
  if (asked === undefined) return undefined;
  const width = parsePrice(asked);
  if (width === undefined || width <= 0 || width % tick !== 0) {
    throw invalid("aggregation_tick_size must be a multiple of the market's tick_size");
  }
  return width;
}

export const marginMarketRoutes = [
  route(GetMarginMarkets, (call) => {
    const status = choice(call, "status", ["inactive", "active", "closed"]);
    const margin = marginOf(call);
    const kept = margin.listed.filter((info) => status === undefined || margin.statusOf(info) === status);
    return { markets: kept.map((info) => marketPayload(margin, info)) };
  }),
  route(GetMarginMarket, (call) => ({
    market: marketPayload(marginOf(call), marketOf(call, call.path.ticker)),
  })),
  route(GetMarginMarketOrderbook, (call) => {
    const { market, tick } = marketOf(call, call.path.ticker);
    const depth = integer(call, "depth", { min: 0 }) ?? 0;
    return { orderbook: bookPayload(market.book, depth, widthOf(call, tick)) };
  }),
  route(GetMarginMarketCandlesticks, (call) => {
    const asked = askedFor(call);
    const { market } = marketOf(call, call.path.ticker);
    const found = withLatest(call, market, asked, candlesOf(call, market, asked, MOST));
    return {
      ticker: market.ticker,
      candlesticks: found.map(({ candle, previous }) => candlePayload(candle, meanOf(candle), previous)),
    };
  }),
  route(GetMarginTrades, (call) => {
    const ticker = text(call, "ticker");
    const all = ticker === undefined ? call.side.engine.trades : marketOf(call, ticker).market.trades;
    const isWithin = timeWindow(call);
    const { items, cursor } = pageOf(call, all, { newestFirst: true, keep: ({ at }) => isWithin(at) });
    return { trades: items.map(tradePayload), cursor };
  }),
];
