/** What is shown of perps, out of what REST and the feed tell. */
import { parseCount, parsePrice } from "../../../../base/fixed_point.ts";
import type { TickerData, TradeData } from "../../../../contract/perps/channels.ts";
import type {
  MarginFill,
  MarginMarket,
  MarginOrder,
  MarginPosition,
  MarginRiskPosition,
  MarginTrade,
} from "../../../../contract/perps/types.ts";
import { moneyOf } from "../format.ts";
import type { TradeRow } from "../market_data.ts";

/** A market. Prices are in ten-thousandths of a dollar. */
export interface PerpRow {
  readonly ticker: string;
  readonly title: string;
  readonly tick: number;
  readonly isFractional: boolean;
  readonly version: number;
  /** Whether it trades now. */
  readonly isTrading: boolean;
  readonly bid: number | undefined;
  readonly ask: number | undefined;
  readonly mark: number | undefined;
  readonly index: number | undefined;
  readonly leverage: number | undefined;
  /** Contracts, in hundredths. */
  readonly volume: number;
  readonly openInterest: number;
  /** The next funding as it is estimated: a fraction, above 0 longs pay. */
  readonly funding: { readonly rate: number; readonly atMs: number } | undefined;
}

/** An order that rests. */
export interface PerpsOrderRow {
  readonly id: string;
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly filled: number;
  readonly remaining: number;
  readonly status: string;
}

/** A trade of the account's. */
export interface PerpsFillRow {
  readonly id: string;
  readonly ticker: string;
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly count: number;
  readonly fee: number;
  readonly realized: number;
  /** Whether the exchange placed it: a liquidation or an exit trigger. */
  readonly isOfExchange: boolean;
  readonly atMs: number;
}

/** What is held. */
export interface PerpsPositionRow {
  readonly ticker: string;
  readonly count: number;
  readonly entry: number;
  readonly mark: number | undefined;
  readonly unrealized: number;
  readonly margin: number | undefined;
  readonly leverage: number | undefined;
  readonly liquidation: number | undefined;
}

const price = (dollars: string | null | undefined): number | undefined => {
  const read = dollars === undefined || dollars === null || dollars === "" ? 0 : parsePrice(dollars);
  return read > 0 ? read : undefined;
};
const sideOf = (side: string): "bid" | "ask" => side === "ask" ? "ask" : "bid";

export const perpRow = (one: MarginMarket): PerpRow => ({
  ticker: one.ticker,
  title: one.title,
  tick: Math.max(1, parsePrice(one.tick_size)),
  isFractional: one.fractional_trading_enabled,
  version: one.market_version,
  isTrading: one.status === "active" && one.schedule?.is_open !== false,
  bid: price(one.bid),
  ask: price(one.ask),
  mark: price(one.settlement_mark_price?.price),
  index: price(one.reference_price?.price),
  leverage: one.leverage_estimate ?? undefined,
  volume: parseCount(one.volume_24h ?? "0"),
  openInterest: parseCount(one.open_interest ?? "0"),
  funding: undefined,
});

/** A market after its ticker. */
export const afterTicker = (row: PerpRow, told: TickerData): PerpRow => ({
  ...row,
  bid: price(told.bid),
  ask: price(told.ask),
  mark: price(told.settlement_mark_price?.price) ?? row.mark,
  index: price(told.reference_price?.price) ?? row.index,
  volume: parseCount(told.volume_24h),
  openInterest: parseCount(told.open_interest),
  funding: told.funding_rate
    ? { rate: told.funding_rate.rate, atMs: told.funding_rate.next_funding_time_ms }
    : row.funding,
});

export const perpsOrderRow = (one: MarginOrder): PerpsOrderRow => ({
  id: one.order_id,
  ticker: one.ticker,
  side: sideOf(one.side),
  price: parsePrice(one.price),
  filled: parseCount(one.fill_count),
  remaining: parseCount(one.remaining_count),
  status: "resting",
});

export const perpsFillRow = (one: MarginFill): PerpsFillRow => ({
  id: one.fill_id,
  ticker: one.ticker,
  side: sideOf(one.side),
  price: parsePrice(one.price),
  count: parseCount(one.count),
  fee: moneyOf(one.fees),
  realized: moneyOf(one.realized_pnl),
  isOfExchange: one.order_source === "system",
  atMs: Date.parse(one.created_time),
});

export const perpsPositionRow = (
  one: MarginPosition,
  risk: MarginRiskPosition | undefined,
): PerpsPositionRow => ({
  ticker: one.market_ticker,
  count: parseCount(one.position),
  entry: parsePrice(one.entry_price),
  mark: price(risk?.mark_price),
  unrealized: moneyOf(one.unrealized_pnl),
  margin: one.margin_used ? moneyOf(one.margin_used) : undefined,
  leverage: risk?.position_leverage ?? undefined,
  liquidation: price(risk?.estimated_liquidation_price),
});

export const restPerpsTrade = (one: MarginTrade): TradeRow => ({
  id: one.trade_id,
  price: parsePrice(one.price),
  count: parseCount(one.count),
  taker: sideOf(one.taker_side),
  atMs: Date.parse(one.created_time),
});

export const feedPerpsTrade = (one: TradeData): TradeRow => ({
  id: one.trade_id,
  price: parsePrice(one.price),
  count: parseCount(one.count),
  taker: sideOf(one.taker_side),
  atMs: one.ts_ms,
});
