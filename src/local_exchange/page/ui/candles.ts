/** The candles of a market, kept up to date. */
import type { KalshiClient } from "../../../client.ts";
import { parseCount, parsePrice } from "../../../base/fixed_point.ts";
import type { MarketCandlestick } from "../../../contract/event/types.ts";
import type { Candle } from "./plot.ts";

/** Minutes of a candle, as Kalshi has them. */
export type Interval = 1 | 60 | 1440;

/** How many candles a chart has. */
const SHOWN = 120;

function candleOf({ end_period_ts, price, volume_fp }: MarketCandlestick, interval: Interval): Candle[] {
  const { open_dollars: open, high_dollars: high, low_dollars: low, close_dollars: close } = price;
  // Nothing traded in it.
  if (!open || !high || !low || !close) return [];
  return [{
    at: end_period_ts - interval * 60,
    open: parsePrice(open),
    high: parsePrice(high),
    low: parsePrice(low),
    close: parsePrice(close),
    volume: parseCount(volume_fp),
  }];
}

/** Reads the candles up to now; with `since`, those from that second on. */
export async function readCandles(
  client: KalshiClient,
  ticker: string,
  interval: Interval,
  nowMs: number,
  since?: number,
): Promise<Candle[]> {
  const seconds = interval * 60;
  const now = Math.ceil(nowMs / 1_000);
  const [found] = await client.markets.bulkCandlesticks({
    market_tickers: ticker,
    start_ts: since ?? now - SHOWN * seconds,
    end_ts: now + seconds,
    period_interval: interval,
  });
  return (found?.candlesticks ?? []).flatMap((one) => candleOf(one, interval));
}

/** Puts newer candles in the place of those they begin with. */
export function mergeCandles(kept: readonly Candle[], newer: readonly Candle[]): Candle[] {
  const from = newer[0]?.at ?? Infinity;
  return [...kept.filter(({ at }) => at < from), ...newer].slice(-SHOWN);
}
