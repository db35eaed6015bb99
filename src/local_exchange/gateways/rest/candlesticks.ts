/** Candlesticks of markets and events, live and historical. */
import {
  BatchGetMarketCandlesticks,
  GetMarketCandlesticks,
  GetMarketCandlesticksByEvent,
  GetMarketCandlesticksHistorical,
} from "../../../contract/event/operations.ts";
import type { MarketCandlestick } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import type { Market } from "../../engine/model.ts";
import { type Call, route } from "./route.ts";
import { formatCount, formatPrice } from "../../units.ts";
import { type Candle, endOfPeriod, type Range, startOfPeriod } from "../../world/candles.ts";
import { eventOf, isLive } from "./events.ts";
import { historicalMarketOf } from "./historical.ts";
import { marketOf } from "./market.ts";
import { flag, integer, invalid, list } from "./read.ts";

const MOST = 5_000;
const MOST_IN_BATCH = 10_000;
/** The last time that a date can show, in Unix seconds. */
const LAST_S = 8_640_000_000_000 - 2 * 86_400;

interface Asked {
  readonly start: number;
  readonly end: number;
  readonly minutes: number;
}

function askedFor(call: Call): Asked {
  const start = integer(call, "start_ts", { min: 0, max: LAST_S });
  const end = integer(call, "end_ts", { min: 0, max: LAST_S });
  const minutes = integer(call, "period_interval", { min: 1 });
  if (start === undefined || end === undefined || minutes === undefined) {
    throw invalid("start_ts, end_ts and period_interval are required");
  }
  if (minutes !== 1 && minutes !== 60 && minutes !== 1_440) {
    throw invalid("period_interval must be 1, 60 or 1440");
  }
  if (end < start) throw invalid("end_ts is before start_ts");
  return { start, end, minutes };
}

/** The candles asked for, none of the future. */
function candlesOf(call: Call, market: Market, { start, end, minutes }: Asked, most: number): Candle[] {
  const { candles, engine } = call.exchange;
  const now = endOfPeriod(Math.ceil(engine.now / 1_000), minutes);
  const until = Math.min(end, now);
  if ((until - start) / 60 / minutes > most) throw invalid(`more than ${most} candlesticks`);
  return candles.read(market, start, until, minutes);
}

function distribution({ open, low, high, close }: Range) {
  return {
    open_dollars: formatPrice(open),
    low_dollars: formatPrice(low),
    high_dollars: formatPrice(high),
    close_dollars: formatPrice(close),
  };
}

function mean({ turnover, volume }: Candle): string {
  return formatPrice(Math.round(turnover / volume));
}

/** Candles as payloads; each knows the last trade before it. */
function payloads(
  call: Call,
  market: Market,
  found: readonly Candle[],
  { minutes }: Asked,
): MarketCandlestick[] {
  const first = found[0];
  let previous = first === undefined
    ? undefined
    : call.exchange.candles.priceBefore(market, startOfPeriod(first.end, minutes));
  return found.map((candle) => {
    const { price } = candle;
    const before = previous === undefined ? {} : { previous_dollars: formatPrice(previous) };
    previous = price?.close ?? previous;
    return {
      end_period_ts: candle.end,
      yes_bid: distribution(candle.bid),
      yes_ask: distribution(candle.ask),
      price: price === undefined ? before : {
        ...distribution(price),
        mean_dollars: mean(candle),
        min_dollars: formatPrice(price.low),
        max_dollars: formatPrice(price.high),
        ...before,
      },
      volume_fp: formatCount(candle.volume),
      open_interest_fp: formatCount(candle.openInterest),
    };
  });
}

/** The last candle before the start, carried to it without trades of its own. */
function latestBefore({ exchange: { candles } }: Call, market: Market, asked: Asked): MarketCandlestick[] {
  const end = endOfPeriod(asked.start, asked.minutes);
  const before = startOfPeriod(end, asked.minutes);
  const latest = candles.latest(market, before);
  if (latest === undefined) return [];
  const flat = ({ close }: Range) => distribution({ open: close, low: close, high: close, close });
  const previous = candles.priceBefore(market, before);
  return [{
    end_period_ts: end,
    yes_bid: flat(latest.bid),
    yes_ask: flat(latest.ask),
    price: previous === undefined ? {} : { previous_dollars: formatPrice(previous) },
    volume_fp: "0.00",
    open_interest_fp: formatCount(latest.openInterest),
  }];
}

function withLatest(
  call: Call,
  market: Market,
  asked: Asked,
  found: MarketCandlestick[],
): MarketCandlestick[] {
  if (!flag(call, "include_latest_before_start")) return found;
  const [latest] = latestBefore(call, market, asked);
  if (latest === undefined || found[0]?.end_period_ts === latest.end_period_ts) return found;
  return [latest, ...found];
}

export const candlestickRoutes = [
  route(GetMarketCandlesticks, (call) => {
    const asked = askedFor(call);
    const { market, event } = marketOf(call, call.path.ticker);
    if (event.series.ticker !== call.path.series_ticker) throw new ApiError(404, "not_found");
    const found = payloads(call, market, candlesOf(call, market, asked, MOST), asked);
    return { ticker: market.ticker, candlesticks: withLatest(call, market, asked, found) };
  }),
  route(BatchGetMarketCandlesticks, (call) => {
    const asked = askedFor(call);
    const tickers = list(call, "market_tickers") ?? [];
    if (tickers.length === 0 || tickers.length > 100) throw invalid("market_tickers takes 1 to 100 tickers");
    const most = Math.floor(MOST_IN_BATCH / tickers.length);
    return {
      markets: tickers.map((ticker) => {
        const { market } = marketOf(call, ticker);
        const found = payloads(call, market, candlesOf(call, market, asked, most), asked);
        return { market_ticker: ticker, candlesticks: withLatest(call, market, asked, found) };
      }),
    };
  }),
  route(GetMarketCandlesticksByEvent, (call) => {
    const asked = askedFor(call);
    const event = eventOf(call, call.path.ticker);
    if (event.series.ticker !== call.path.series_ticker) throw new ApiError(404, "not_found");
    const live = event.markets.filter(isLive(call));
    const most = Math.floor(MOST / Math.max(1, live.length));
    const end = Math.min(asked.end, asked.start + most * asked.minutes * 60);
    const cut = { ...asked, end };
    return {
      market_tickers: live.map(({ market }) => market.ticker),
      market_candlesticks: live.map(({ market }) =>
        payloads(call, market, candlesOf(call, market, cut, MOST), cut)
      ),
      adjusted_end_ts: end,
    };
  }),
  route(GetMarketCandlesticksHistorical, (call) => {
    const asked = askedFor(call);
    const { market } = historicalMarketOf(call, call.path.ticker);
    const found = payloads(call, market, candlesOf(call, market, asked, MOST), asked);
    const plain = (
      { open_dollars, low_dollars, high_dollars, close_dollars }: MarketCandlestick["yes_bid"],
    ) => ({
      open: open_dollars,
      low: low_dollars,
      high: high_dollars,
      close: close_dollars,
    });
    return {
      ticker: market.ticker,
      candlesticks: found.map(({ end_period_ts, yes_bid, yes_ask, price, volume_fp, open_interest_fp }) => ({
        end_period_ts,
        yes_bid: plain(yes_bid),
        yes_ask: plain(yes_ask),
        price: {
          open: price.open_dollars ?? null,
          low: price.low_dollars ?? null,
          high: price.high_dollars ?? null,
          close: price.close_dollars ?? null,
          mean: price.mean_dollars ?? null,
          previous: price.previous_dollars ?? null,
        },
        volume: volume_fp,
        open_interest: open_interest_fp,
      })),
    };
  }),
];
