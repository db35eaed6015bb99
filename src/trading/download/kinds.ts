/**
 * What a folder of history holds: three kinds of rows, each a table of its own.
 *
 * @module
 */
import type { CandleRow } from "../history/candle_rows.ts";
import type { TradeRow } from "../history/lists.ts";
import type { MarketRow } from "./market_rows.ts";

/** What can be downloaded: public trades, candles, and settled markets with their results. */
export type HistoryKind = "trades" | "candles" | "markets";

/** The kinds, in the order in which they are downloaded. */
export const historyKinds = ["markets", "trades", "candles"] as const satisfies readonly HistoryKind[];

/** A candle of a folder, which holds those of many markets. Periods that are not over are left out. */
export interface SavedCandleRow extends CandleRow {
  /** Market ticker. */
  readonly ticker: string;
}

/** The rows of each kind. */
export interface HistoryRowOf {
  /** Public trades. */
  readonly trades: TradeRow;
  /** Candles. */
  readonly candles: SavedCandleRow;
  /** Settled markets. */
  readonly markets: MarketRow;
}

/** What a column holds, as `src/tables` calls it. */
export interface StoredColumn<Field extends string = string> {
  /** Its name in Parquet. */
  readonly name: string;
  /** What it holds. */
  readonly type: "int32" | "int64" | "double" | "timestamp" | "string" | "boolean";
  /** Whether a row may have none. */
  readonly isNullable?: boolean;
  /** The field of a row that it holds. */
  readonly field: Field;
}

/** How rows of a kind are kept. */
export interface KindTable<Row> {
  /** Its columns. */
  readonly columns: readonly StoredColumn<keyof Row & string>[];
  /** The moment by which a row belongs to a day of UTC, and by which rows of a file are in order. */
  atMs(row: Row): number;
  /** What a row has that no column holds, since it is always the same. */
  readonly rest: Partial<Row>;
}

const trades: KindTable<TradeRow> = {
  columns: [
    { name: "ticker", type: "string", field: "ticker" },
    { name: "created_time", type: "timestamp", field: "atMs" },
    { name: "price_e4", type: "int32", field: "priceCenticents" },
    { name: "count_e2", type: "int64", field: "countCenticontracts" },
    { name: "taker_side", type: "string", field: "takerSide" },
    { name: "is_block_trade", type: "boolean", field: "isBlockTrade" },
    { name: "trade_id", type: "string", field: "tradeId" },
  ],
  atMs: ({ atMs }) => atMs,
  rest: {},
};

const price = (name: string, field: keyof SavedCandleRow, isNullable: boolean) =>
  ({ name: `${name}_e4`, type: "int32", field, isNullable }) as const;

const candles: KindTable<SavedCandleRow> = {
  columns: [
    { name: "ticker", type: "string", field: "ticker" },
    { name: "begin_time", type: "timestamp", field: "beginsMs" },
    { name: "end_time", type: "timestamp", field: "endsMs" },
    price("open", "openCenticents", true),
    price("high", "highCenticents", true),
    price("low", "lowCenticents", true),
    price("close", "closeCenticents", true),
    { name: "mean_e6", type: "int32", field: "meanMicros", isNullable: true },
    price("previous", "previousCenticents", true),
    price("bid_open", "bidOpenCenticents", false),
    price("bid_high", "bidHighCenticents", false),
    price("bid_low", "bidLowCenticents", false),
    price("bid_close", "bidCloseCenticents", false),
    price("ask_open", "askOpenCenticents", false),
    price("ask_high", "askHighCenticents", false),
    price("ask_low", "askLowCenticents", false),
    price("ask_close", "askCloseCenticents", false),
    { name: "volume_e2", type: "int64", field: "volumeCenticontracts" },
    { name: "open_interest_e2", type: "int64", field: "openInterestCenticontracts" },
    { name: "is_filled", type: "boolean", field: "isFilled" },
  ],
  atMs: ({ beginsMs }) => beginsMs,
  rest: { isOpen: false },
};

const markets: KindTable<MarketRow> = {
  columns: [
    { name: "ticker", type: "string", field: "ticker" },
    { name: "event_ticker", type: "string", field: "eventTicker" },
    { name: "series_ticker", type: "string", field: "seriesTicker", isNullable: true },
    { name: "market_type", type: "string", field: "marketType" },
    { name: "yes_sub_title", type: "string", field: "yesSubTitle" },
    { name: "result", type: "string", field: "result" },
    { name: "settlement_value_e6", type: "int64", field: "settlementMicros", isNullable: true },
    { name: "expiration_value", type: "string", field: "expirationValue" },
    { name: "created_time", type: "timestamp", field: "createdMs", isNullable: true },
    { name: "open_time", type: "timestamp", field: "opensMs", isNullable: true },
    { name: "close_time", type: "timestamp", field: "closesMs", isNullable: true },
    { name: "settlement_time", type: "timestamp", field: "settledMs" },
    { name: "fee_type", type: "string", field: "feeType", isNullable: true },
    { name: "fee_multiplier", type: "double", field: "feeMultiplier", isNullable: true },
    { name: "fee_waiver_expiration_time", type: "timestamp", field: "feeWaiverEndsMs", isNullable: true },
    { name: "notional_e6", type: "int64", field: "notionalMicros" },
    { name: "volume_e2", type: "int64", field: "volumeCenticontracts" },
    { name: "open_interest_e2", type: "int64", field: "openInterestCenticontracts" },
    { name: "price_ranges", type: "string", field: "priceRanges" },
    { name: "exchange_index", type: "int32", field: "exchangeIndex", isNullable: true },
    { name: "market", type: "string", field: "market" },
  ],
  atMs: ({ settledMs }) => settledMs,
  rest: {},
};

/** How the rows of each kind are kept. */
export const kindTables: { readonly [Kind in HistoryKind]: KindTable<HistoryRowOf[Kind]> } = {
  trades,
  candles,
  markets,
};

const DAY_MS = 86_400_000;

/** The day of UTC that a moment is in, such as `2026-11-24`. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** The days of UTC that a time touches, oldest first, each as a time within it. */
export function daysOf(fromMs: number, toMs: number): { readonly fromMs: number; readonly toMs: number }[] {
  const days: { fromMs: number; toMs: number }[] = [];
  for (let atMs = fromMs; atMs < toMs;) {
    const endMs = Math.min(toMs, (Math.floor(atMs / DAY_MS) + 1) * DAY_MS);
    days.push({ fromMs: atMs, toMs: endMs });
    atMs = endMs;
  }
  return days;
}
