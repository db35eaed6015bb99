/**
 * What every bot writes again, exact: `@unofficial/kalshi/trading`. A book less your own orders,
 * positions with what they cost and made, quotes that are kept resting, and history of any length.
 *
 * @module
 */

export {
  type BookDepth,
  type BookLevel,
  type BookToRead,
  type BookWithoutOwn,
  type OwnExcess,
  type OwnLevel,
  type OwnOrder,
  withoutOwn,
} from "../books/mod.ts";
export {
  type PositionChange,
  type PositionDoubt,
  type PositionFill,
  type PositionGap,
  Positions,
  type PositionSettled,
  type PositionSnapshot,
  type PositionsState,
  type PositionsStats,
} from "./positions/positions.ts";
export type { OpenPositionsOptions, PositionsOptions } from "./positions/options.ts";
export type { PositionProductName } from "./positions/product.ts";
export type { PositionDifference } from "./positions/differences.ts";
export type { FixPrices } from "./positions/facts.ts";
export type { LedgerStats, Taken } from "./positions/ledger.ts";
export type { Mark, MarkBy, NoMark } from "./positions/marks.ts";
export { type HeldMarket, type WorstCase, worstCase } from "./positions/risk.ts";
export type { EventFacts, EventView, PositionMoney, PositionView, TotalView } from "./positions/views.ts";
export * from "./quotes/mod.ts";
export { candles } from "./history/candles.ts";
export type { CandleRow } from "./history/candle_rows.ts";
export type { ColumnSpec, ColumnType, HistoryColumn, HistoryColumns } from "./history/columns.ts";
export { type FillRow, fillsHistory, type TradeRow, tradesHistory } from "./history/lists.ts";
export type {
  CandlesOptions,
  FillsHistoryOptions,
  HistoryWalkOptions,
  TradesHistoryOptions,
} from "./history/options.ts";
export {
  type HistoryCsvOptions,
  type HistoryPage,
  type HistoryProgress,
  HistoryRows,
} from "./history/rows.ts";
export type { CandleInterval, TimeInput } from "./history/times.ts";
export { KalshiTableError } from "../tables/errors.ts";
export { downloadHistory } from "./download/download.ts";
export { HistoryFolder, openHistory, type SavedRowsOptions } from "./download/folder.ts";
export type { HistoryKind, HistoryRowOf, SavedCandleRow } from "./download/kinds.ts";
export type { MarketRow } from "./download/market_rows.ts";
export type { DownloadOptions, DownloadProgress } from "./download/options.ts";
export type { DownloadedHistory, DownloadedKind } from "./download/run.ts";
