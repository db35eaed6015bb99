/**
 * Settled markets as rows: what a backtest needs of them, exact.
 *
 * @module
 */
import { parseCount, parseMoney } from "../../base/fixed_point.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { Market } from "../../contract/event/types.ts";
import type { EventFees } from "./fee_facts.ts";

/** A settled market. Times are Unix milliseconds, counts hundredths of a contract. */
export interface MarketRow {
  /** Market ticker. */
  readonly ticker: string;
  /** Its event. */
  readonly eventTicker: string;
  /** The series of its event; undefined where Kalshi does not know the event any more. */
  readonly seriesTicker: string | undefined;
  /** `binary`, or `scalar`. */
  readonly marketType: string;
  /** What YES stands for. */
  readonly yesSubTitle: string;
  /** `yes`, `no` or `scalar`. */
  readonly result: string;
  /** What a YES contract paid, in millionths of a dollar. */
  readonly settlementMicros: number | undefined;
  /** The value that decided it, as Kalshi writes it. */
  readonly expirationValue: string;
  /** When it was made. */
  readonly createdMs: number | undefined;
  /** When trading opened. */
  readonly opensMs: number | undefined;
  /** When trading closed. */
  readonly closesMs: number | undefined;
  /** When it settled. */
  readonly settledMs: number;
  /**
   * How fees were computed when it closed: that of the event where it has its own, or else that of the series. Undefined
   * where Kalshi does not say what was in force then.
   */
  readonly feeType: string | undefined;
  /** The factor of the fee formula, along with it. */
  readonly feeMultiplier: number | undefined;
  /** Until when no fees were charged. */
  readonly feeWaiverEndsMs: number | undefined;
  /** What a winning contract paid, in millionths of a dollar. */
  readonly notionalMicros: number;
  /** Contracts traded. */
  readonly volumeCenticontracts: number;
  /** Contracts that were outstanding. */
  readonly openInterestCenticontracts: number;
  /** The price grid, Kalshi's `price_ranges`, as JSON. */
  readonly priceRanges: string;
  /** Number of the exchange shard. */
  readonly exchangeIndex: number | undefined;
  /** All of Kalshi's answer, as JSON. */
  readonly market: string;
}

/** Whether a market is settled for good. */
export const isSettled = ({ status }: Market): boolean => status === "finalized";

/** When a market settled, in Unix milliseconds. */
export const settledMs = ({ settlement_ts, close_time }: Market): number =>
  timeMs(settlement_ts) ?? timeMs(close_time) ?? 0;

/** A settled market as a row. */
export function marketRow(market: Market, { seriesTicker, feeType, feeMultiplier }: EventFees): MarketRow {
  const { settlement_value_dollars: value } = market;
  return {
    ticker: market.ticker,
    eventTicker: market.event_ticker,
    seriesTicker,
    marketType: market.market_type,
    yesSubTitle: market.yes_sub_title,
    result: market.result,
    settlementMicros: value === undefined || value === null ? undefined : parseMoney(value),
    expirationValue: market.expiration_value,
    createdMs: timeMs(market.created_time),
    opensMs: timeMs(market.open_time),
    closesMs: timeMs(market.close_time),
    settledMs: settledMs(market),
    feeType,
    feeMultiplier,
    feeWaiverEndsMs: timeMs(market.fee_waiver_expiration_time),
    notionalMicros: parseMoney(market.notional_value_dollars),
    volumeCenticontracts: parseCount(market.volume_fp),
    openInterestCenticontracts: parseCount(market.open_interest_fp),
    priceRanges: JSON.stringify(market.price_ranges),
    exchangeIndex: market.exchange_index ?? undefined,
    market: JSON.stringify(market),
  };
}
