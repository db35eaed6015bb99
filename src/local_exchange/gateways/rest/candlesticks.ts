/** Candlesticks of markets and events, live and historical. */
import {
  BatchGetMarketCandlesticks,
  GetMarketCandlesticks,
  GetMarketCandlesticksByEvent,
  GetMarketCandlesticksHistorical,
} from "../../../contract/event/operations.ts";
import type { MarketCandlestick } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import { route } from "./route.ts";
import { formatCount, formatPrice } from "../../units.ts";
import type { Range } from "../../world/candles.ts";
import { askedFor, candlesOf, meanOf, MOST, type Shown, withLatest } from "./candle_reading.ts";
import { eventOf, isLive } from "./events.ts";
import { historicalMarketOf } from "./historical.ts";
import { marketOf } from "./market.ts";
import { invalid, list } from "./read.ts";

const MOST_IN_BATCH = 10_000;
function distribution({ open, low, high, close }: Range) {
  return {
    open_dollars: formatPrice(open),
    low_dollars: formatPrice(low),
    high_dollars: formatPrice(high),
    close_dollars: formatPrice(close),
  };
}

/** A candle's payload. */
function payload({ candle, previous }: Shown): MarketCandlestick {
  const { price } = candle;
  const before = previous === undefined ? {} : { previous_dollars: formatPrice(previous) };
  return {
    end_period_ts: candle.end,
    yes_bid: distribution(candle.bid),
    yes_ask: distribution(candle.ask),
    price: price === undefined ? before : {
      ...distribution(price),
      mean_dollars: formatPrice(meanOf(candle)),
      min_dollars: formatPrice(price.low),
      max_dollars: formatPrice(price.high),
      ...before,
    },
    volume_fp: formatCount(candle.volume),
    open_interest_fp: formatCount(candle.openInterest),
  };
}

export const candlestickRoutes = [
  route(GetMarketCandlesticks, (call) => {
    const asked = askedFor(call);
    const { market, event } = marketOf(call, call.path.ticker);
    if (event.series.ticker !== call.path.series_ticker) throw new ApiError("not_found");
    const found = candlesOf(call, market, asked, MOST);
    return { ticker: market.ticker, candlesticks: withLatest(call, market, asked, found).map(payload) };
  }),
  route(BatchGetMarketCandlesticks, (call) => {
    const asked = askedFor(call);
    const tickers = list(call, "market_tickers") ?? [];
    if (tickers.length === 0 || tickers.length > 100) throw invalid("market_tickers takes 1 to 100 tickers");
    const most = Math.floor(MOST_IN_BATCH / tickers.length);
    return {
      markets: tickers.map((ticker) => {
        const { market } = marketOf(call, ticker);
        const found = candlesOf(call, market, asked, most);
        return { market_ticker: ticker, candlesticks: withLatest(call, market, asked, found).map(payload) };
      }),
    };
  }),
  route(GetMarketCandlesticksByEvent, (call) => {
    const asked = askedFor(call);
    const event = eventOf(call, call.path.ticker);
    if (event.series.ticker !== call.path.series_ticker) throw new ApiError("not_found");
    const live = event.markets.filter(isLive(call));
    const most = Math.floor(MOST / Math.max(1, live.length));
    const end = Math.min(asked.end, asked.start + most * asked.minutes * 60);
    const cut = { ...asked, end };
    return {
      market_tickers: live.map(({ market }) => market.ticker),
      market_candlesticks: live.map(({ market }) => candlesOf(call, market, cut, MOST).map(payload)),
      adjusted_end_ts: end,
    };
  }),
  route(GetMarketCandlesticksHistorical, (call) => {
    const asked = askedFor(call);
    const { market } = historicalMarketOf(call, call.path.ticker);
    const found = candlesOf(call, market, asked, MOST).map(payload);
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
