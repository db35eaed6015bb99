/**
 * Candles in exact integers, from live and historical markets alike, whose fields have other names.
 *
 * @module
 */

import { parseCount, parseMoney, parsePrice } from "../../base/fixed_point.ts";
import type { MarketCandlestick, MarketCandlestickHistorical } from "../../contract/event/types.ts";
import type { ColumnSpec } from "./columns.ts";
import type { Periods } from "./times.ts";

/**
 * One candle. Prices are YES prices in ten-thousandths of a dollar, counts hundredths of a contract. Prices of trades are
 * undefined where nothing was traded.
 */
export interface CandleRow {
  /** When its period begins, in Unix milliseconds. */
  readonly beginsMs: number;
  /** When its period ends, in Unix milliseconds: Kalshi's `end_period_ts`. */
  readonly endsMs: number;
  /** First trade. */
  readonly openCenticents: number | undefined;
  /** Highest trade. */
  readonly highCenticents: number | undefined;
  /** Lowest trade. */
  readonly lowCenticents: number | undefined;
  /** Last trade. */
  readonly closeCenticents: number | undefined;
  /** Average of the trades by their contracts, in millionths of a dollar. */
  readonly meanMicros: number | undefined;
  /** The last trade before it. */
  readonly previousCenticents: number | undefined;
  /** Best bid at its beginning. */
  readonly bidOpenCenticents: number;
  /** Highest best bid. */
  readonly bidHighCenticents: number;
  /** Lowest best bid. */
  readonly bidLowCenticents: number;
  /** Best bid at its end. */
  readonly bidCloseCenticents: number;
  /** Best ask at its beginning. */
  readonly askOpenCenticents: number;
  /** Highest best ask. */
  readonly askHighCenticents: number;
  /** Lowest best ask. */
  readonly askLowCenticents: number;
  /** Best ask at its end. */
  readonly askCloseCenticents: number;
  /** Contracts traded. */
  readonly volumeCenticontracts: number;
  /** Contracts outstanding at its end. */
  readonly openInterestCenticontracts: number;
  /** Whether its period is not over: the figures will change. */
  readonly isOpen: boolean;
  /** Whether Kalshi has none, and it was made of the one before it: same quotes, no trade. */
  readonly isFilled: boolean;
}

/** Its columns. */
export const candleSpecs: readonly ColumnSpec<keyof CandleRow>[] = [
  { name: "beginsMs", type: "timestamp-ms" },
  { name: "endsMs", type: "timestamp-ms" },
  { name: "openCenticents", type: "int32" },
  { name: "highCenticents", type: "int32" },
  { name: "lowCenticents", type: "int32" },
  { name: "closeCenticents", type: "int32" },
  { name: "meanMicros", type: "int32" },
  { name: "previousCenticents", type: "int32" },
  { name: "bidOpenCenticents", type: "int32" },
  { name: "bidHighCenticents", type: "int32" },
  { name: "bidLowCenticents", type: "int32" },
  { name: "bidCloseCenticents", type: "int32" },
  { name: "askOpenCenticents", type: "int32" },
  { name: "askHighCenticents", type: "int32" },
  { name: "askLowCenticents", type: "int32" },
  { name: "askCloseCenticents", type: "int32" },
  { name: "volumeCenticontracts", type: "int64" },
  { name: "openInterestCenticontracts", type: "int64" },
  { name: "isOpen", type: "bool" },
  { name: "isFilled", type: "bool" },
];

type Candle = MarketCandlestick | MarketCandlestickHistorical;

const price = (text: string | null | undefined): number | undefined =>
  text === undefined || text === null ? undefined : parsePrice(text);

/** A candle of Kalshi's in the names of a live one. */
function asLive(candle: Candle): MarketCandlestick {
  if ("volume_fp" in candle) return candle;
  const quotes = ({ open, high, low, close }: MarketCandlestickHistorical["yes_bid"]) => ({
    open_dollars: open,
    high_dollars: high,
    low_dollars: low,
    close_dollars: close,
  });
  const { open, high, low, close, mean, previous } = candle.price;
  return {
    end_period_ts: candle.end_period_ts,
    yes_bid: quotes(candle.yes_bid),
    yes_ask: quotes(candle.yes_ask),
    price: {
      open_dollars: open,
      high_dollars: high,
      low_dollars: low,
      close_dollars: close,
      mean_dollars: mean,
      previous_dollars: previous,
    },
    volume_fp: candle.volume,
    open_interest_fp: candle.open_interest,
  };
}

/** A candle of Kalshi's as a row. */
export function candleRow(candle: Candle, periods: Periods, nowMs: number): CandleRow {
  const { end_period_ts, yes_bid: bid, yes_ask: ask, price: traded, volume_fp, open_interest_fp } = asLive(
    candle,
  );
  const endsMs = end_period_ts * 1_000;
  const { mean_dollars: mean } = traded;
  return {
    beginsMs: periods.beginOfEnding(endsMs),
    endsMs,
    openCenticents: price(traded.open_dollars),
    highCenticents: price(traded.high_dollars),
    lowCenticents: price(traded.low_dollars),
    closeCenticents: price(traded.close_dollars),
    meanMicros: mean === undefined || mean === null ? undefined : parseMoney(mean),
    previousCenticents: price(traded.previous_dollars),
    bidOpenCenticents: parsePrice(bid.open_dollars),
    bidHighCenticents: parsePrice(bid.high_dollars),
    bidLowCenticents: parsePrice(bid.low_dollars),
    bidCloseCenticents: parsePrice(bid.close_dollars),
    askOpenCenticents: parsePrice(ask.open_dollars),
    askHighCenticents: parsePrice(ask.high_dollars),
    askLowCenticents: parsePrice(ask.low_dollars),
    askCloseCenticents: parsePrice(ask.close_dollars),
    volumeCenticontracts: parseCount(volume_fp),
    openInterestCenticontracts: parseCount(open_interest_fp),
    isOpen: endsMs > nowMs,
    isFilled: false,
  };
}

/** What a period without a candle would have: the quotes that the one before it left, and no trade. */
export function filledRow(before: CandleRow, beginsMs: number, endsMs: number, nowMs: number): CandleRow {
  const { bidCloseCenticents: bid, askCloseCenticents: ask } = before;
  return {
    beginsMs,
    endsMs,
    openCenticents: undefined,
    highCenticents: undefined,
    lowCenticents: undefined,
    closeCenticents: undefined,
    meanMicros: undefined,
    previousCenticents: before.closeCenticents ?? before.previousCenticents,
    bidOpenCenticents: bid,
    bidHighCenticents: bid,
    bidLowCenticents: bid,
    bidCloseCenticents: bid,
    askOpenCenticents: ask,
    askHighCenticents: ask,
    askLowCenticents: ask,
    askCloseCenticents: ask,
    volumeCenticontracts: 0,
    openInterestCenticontracts: before.openInterestCenticontracts,
    isOpen: endsMs > nowMs,
    isFilled: true,
  };
}
