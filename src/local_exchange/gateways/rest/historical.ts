/** Kalshi's tag `historical`: what is older than the cutoff has moved here from the live operations. */
import {
  GetFillsHistorical,
  GetHistoricalCutoff,
  GetHistoricalMarket,
  GetHistoricalMarkets,
  GetHistoricalOrders,
  GetHistoricalPositions,
  GetTradesHistorical,
} from "../../../contract/event/operations.ts";
import { ApiError } from "../../api_error.ts";
import { type Call, route } from "./route.ts";
import type { MarketInfo } from "../../world/catalog.ts";
import { tradeFilter } from "./market.ts";
import { orderFilter, ordersPage } from "./order_pages.ts";
import { pageOf } from "./page.ts";
import { fillFilter, positionsPage } from "./portfolio.ts";
import { accountOf, choice, list, text } from "./read.ts";
import { isoTime } from "../../wire/format.ts";
import { marketPayload } from "../../wire/markets.ts";
import { fillPayload, orderPayload, tradePayload } from "../../wire/orders.ts";

/** A market that has moved to the historical data. */
export function historicalMarketOf({ exchange }: Call, ticker: string | undefined): MarketInfo {
  const found = exchange.catalog.markets.get(ticker ?? "");
  if (found === undefined || !exchange.archive.hasMarket(found)) throw new ApiError("not_found");
  return found;
}

export const historicalRoutes = [
  route(GetHistoricalCutoff, ({ exchange: { archive } }) => ({
    market_settled_ts: isoTime(archive.cutoff),
    trades_created_ts: isoTime(archive.cutoff),
    orders_updated_ts: isoTime(archive.ordersCutoff),
    market_positions_last_updated_ts: isoTime(archive.cutoff),
  })),
  route(GetHistoricalMarkets, (call) => {
    const tickers = list(call, "tickers");
    const event = text(call, "event_ticker");
    const series = text(call, "series_ticker");
    const mve = choice(call, "mve_filter", ["exclude"]);
    const { items, cursor } = pageOf(call, call.exchange.catalog.listed, {
      keep: (info) =>
        call.exchange.archive.hasMarket(info) &&
        (tickers === undefined || tickers.includes(info.market.ticker)) &&
        (event === undefined || info.event.ticker === event) &&
        (series === undefined || info.event.series.ticker === series) &&
        (mve === undefined || info.event.legs === undefined),
    });
    return { markets: items.map((info) => marketPayload(call.exchange, info)), cursor };
  }),
  route(
    GetHistoricalMarket,
    (call) => ({ market: marketPayload(call.exchange, historicalMarketOf(call, call.path.ticker)) }),
  ),
  route(GetTradesHistorical, (call) => {
    const keep = tradeFilter(call);
    const ticker = text(call, "ticker");
    const { items, cursor } = pageOf(call, call.exchange.engine.trades, {
      newestFirst: true,
      keep: (trade) =>
        call.exchange.archive.hasTrade(trade) && (ticker === undefined || trade.market.ticker === ticker) &&
        keep(trade),
    });
    return { trades: items.map(tradePayload), cursor };
  }),
  route(GetFillsHistorical, (call) => {
    const keep = fillFilter(call);
    const { items, cursor } = pageOf(call, accountOf(call).fills, {
      newestFirst: true,
      keep: (fill) => call.exchange.archive.hasTrade(fill.trade) && keep(fill),
    });
    return { fills: items.map(fillPayload), cursor };
  }),
  route(GetHistoricalOrders, (call) => {
    const keep = orderFilter(call);
    const { items, cursor } = ordersPage(call, {
      keep: (order) => call.exchange.archive.hasOrder(order) && keep(order),
    });
    return { orders: items.map(orderPayload), cursor };
  }),
  route(
    GetHistoricalPositions,
    (call) => positionsPage(call, (holding) => call.exchange.archive.hasPosition(holding)),
  ),
];
