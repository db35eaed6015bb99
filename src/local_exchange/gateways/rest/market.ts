/** Kalshi's tag `market`: markets, books, trades, series. */
import {
  GetMarket,
  GetMarketOrderbook,
  GetMarketOrderbooks,
  GetMarkets,
  GetSeries,
  GetSeriesList,
  GetTrades,
} from "../../../contract/event/operations.ts";
import { ApiError } from "../../api_error.ts";
import type { MarketStatus, Trade } from "../../engine/model.ts";
import { type Call, route } from "./route.ts";
import type { MarketInfo } from "../../world/catalog.ts";
import { pageOf } from "./page.ts";
import { choice, flag, integer, invalid, list, text, timeWindow } from "./read.ts";
import { bookPayload, marketPayload, seriesPayload } from "../../wire/markets.ts";
import { tradePayload } from "../../wire/orders.ts";

/** The words of the `status` filter and the statuses they mean. */
export const statusFilter = {
  unopened: ["initialized"],
  open: ["active"],
  paused: ["inactive"],
  closed: ["closed", "determined"],
  settled: ["finalized"],
} as const satisfies Record<string, readonly MarketStatus[]>;

/** Each family of time filters and the `status` filters that it goes with. */
const timeFilters = [
  { names: ["min_created_ts", "max_created_ts"], with: ["unopened", "open"] },
  { names: ["min_close_ts", "max_close_ts"], with: ["closed"] },
  { names: ["min_settled_ts", "max_settled_ts"], with: ["settled"] },
] as const;

/** The market that a call names. */
export function marketOf({ exchange }: Call, ticker: string | undefined): MarketInfo {
  const found = ticker === undefined ? undefined : exchange.catalog.markets.get(ticker);
  if (found === undefined || exchange.archive.hasMarket(found)) throw new ApiError("market_not_found");
  return found;
}

/** What a call to list markets keeps. */
function marketFilter(call: Call): (info: MarketInfo) => boolean {
  const word = choice(call, "status", ["unopened", "open", "paused", "closed", "settled"]);
  const statuses: readonly MarketStatus[] | undefined = word && statusFilter[word];
  const tickers = list(call, "tickers");
  const event = text(call, "event_ticker");
  const series = text(call, "series_ticker");
  const mve = choice(call, "mve_filter", ["only", "exclude"]);
  const seconds = (name: string) => {
    const value = integer(call, name, { min: 0 });
    return value === undefined ? undefined : value * 1_000;
  };
  const used = timeFilters.filter(({ names }) => names.some((name) => text(call, name) !== undefined));
  if (used.length > 1) throw invalid("timestamp filters of different kinds exclude each other");
  for (const { names, with: words } of used) {
    if (word !== undefined && !words.some((allowed) => allowed === word)) {
      throw invalid(`${names.join(" and ")} go with status ${words.join(" or ")}`);
    }
  }
  const updated = seconds("min_updated_ts");
  if (updated !== undefined && (used.length > 0 || word !== undefined || mve === "only")) {
    throw invalid("min_updated_ts goes only with mve_filter=exclude and series_ticker");
  }
  const [minCreated, maxCreated] = [seconds("min_created_ts"), seconds("max_created_ts")];
  const [minClose, maxClose] = [seconds("min_close_ts"), seconds("max_close_ts")];
  const [minSettled, maxSettled] = [seconds("min_settled_ts"), seconds("max_settled_ts")];
  const within = (at: number | undefined, min: number | undefined, max: number | undefined) =>
    (min === undefined && max === undefined) ||
    (at !== undefined && (min === undefined || at >= min) && (max === undefined || at <= max));
  return (info) =>
    !call.exchange.archive.hasMarket(info) &&
    (statuses === undefined || statuses.includes(info.market.status)) &&
    (tickers === undefined || tickers.includes(info.market.ticker)) &&
    (event === undefined || info.event.ticker === event) &&
    (series === undefined || info.event.series.ticker === series) &&
    (mve === undefined || (mve === "only") === (info.event.legs !== undefined)) &&
    within(info.createdAt, minCreated, maxCreated) &&
    within(info.closeAt, minClose, maxClose) &&
    within(info.settledAt, minSettled, maxSettled) &&
    (updated === undefined || info.market.updatedAt >= updated);
}

/** What a call to list trades keeps. */
export function tradeFilter(call: Call): (trade: Trade) => boolean {
  const isWithin = timeWindow(call);
  const block = flag(call, "is_block_trade");
  return ({ at, isBlock }) =>
    isWithin(at) &&
    (block === undefined || block === isBlock);
}

export const marketRoutes = [
  route(GetMarkets, (call) => {
    const { items, cursor } = pageOf(call, call.exchange.catalog.listed, { keep: marketFilter(call) });
    return { markets: items.map((info) => marketPayload(call.exchange, info)), cursor };
  }),
  route(GetMarket, (call) => ({ market: marketPayload(call.exchange, marketOf(call, call.path.ticker)) })),
  route(GetMarketOrderbook, (call) => {
    const { market } = marketOf(call, call.path.ticker);
    return { orderbook_fp: bookPayload(market.book, integer(call, "depth", { min: 0, max: 100 }) ?? 0) };
  }),
  route(GetMarketOrderbooks, (call) => {
    const tickers = call.query.getAll("tickers");
    if (tickers.length === 0 || tickers.length > 100) throw invalid("tickers takes 1 to 100 tickers");
    return {
      orderbooks: tickers.map((ticker) => ({
        ticker,
        orderbook_fp: bookPayload(marketOf(call, ticker).market.book, 0),
      })),
    };
  }),
  route(GetTrades, (call) => {
    const ticker = text(call, "ticker");
    const { catalog, engine } = call.exchange;
    const market = ticker === undefined ? undefined : catalog.markets.get(ticker)?.market;
    // A market that has moved to the historical data has no trades here, but is no stranger.
    if (ticker !== undefined && market === undefined) throw new ApiError("market_not_found");
    const all = market?.trades ?? engine.trades;
    const keep = tradeFilter(call);
    const { items, cursor } = pageOf(call, all, {
      newestFirst: true,
      keep: (trade) => !call.exchange.archive.hasTrade(trade) && keep(trade),
    });
    return { trades: items.map(tradePayload), cursor };
  }),
  route(GetSeriesList, (call) => {
    const category = text(call, "category");
    const tags = list(call, "tags");
    const updated = integer(call, "min_updated_ts", { min: 0 });
    const kept = [...call.exchange.catalog.series.values()].filter(({ listing, updatedAt }) =>
      (category === undefined || listing.category === category) &&
      (tags === undefined || tags.some((tag) => listing.tags.includes(tag))) &&
      (updated === undefined || updatedAt >= updated * 1_000)
    );
    return { series: kept.map((series) => seriesPayload(series, flag(call, "include_volume") ?? false)) };
  }),
  route(GetSeries, (call) => {
    const series = call.exchange.catalog.series.get(call.path.series_ticker ?? "");
    if (series === undefined) throw new ApiError("not_found");
    return { series: seriesPayload(series, flag(call, "include_volume") ?? false) };
  }),
];
