/**
 * What is shown of perps: markets, positions, orders, fills, trades, funding.
 *
 * @module
 */
import type {
  MarginFill,
  MarginFundingRate,
  MarginMarket,
  MarginOrder,
  MarginPosition,
  MarginRiskPosition,
  MarginSubaccountBalance,
  MarginTrade,
} from "../../contract/perps/types.ts";
import type { Colour } from "../colours.ts";
import type { Column } from "../table.ts";

const ofSide = (side: string): Colour => side === "bid" ? "green" : "red";
const ofGain = (dollars: string | null | undefined): Colour | undefined =>
  Number(dollars) > 0 ? "green" : Number(dollars) < 0 ? "red" : undefined;

/** Whether a market trades now, in a word. */
export function tradingOf({ status, schedule }: MarginMarket): string {
  return status === "active" && schedule?.is_open === false ? "closed for now" : status;
}

/** Columns of markets. */
export const perpsMarketColumns: readonly Column<MarginMarket>[] = [
  { name: "ticker", value: ({ ticker }) => ticker, colour: () => "bold" },
  { name: "title", value: ({ title }) => title, isShortened: true },
  { name: "trading", value: tradingOf },
  { name: "bid", value: ({ bid }) => bid, align: "right", colour: () => "green" },
  { name: "ask", value: ({ ask }) => ask, align: "right", colour: () => "red" },
  {
    name: "mark",
    value: ({ settlement_mark_price }) => settlement_mark_price?.price,
    align: "right",
  },
  { name: "index", value: ({ reference_price }) => reference_price?.price, align: "right" },
  { name: "volume_24h", value: ({ volume_24h }) => volume_24h, align: "right" },
  { name: "open_interest", value: ({ open_interest }) => open_interest, align: "right" },
  { name: "leverage", value: ({ leverage_estimate }) => leverage_estimate, align: "right" },
  { name: "last_price", value: ({ price }) => price, inTable: false },
  { name: "bid_size", value: ({ bid_size_fp }) => bid_size_fp, inTable: false },
  { name: "ask_size", value: ({ ask_size_fp }) => ask_size_fp, inTable: false },
  {
    name: "liquidation_mark",
    value: ({ liquidation_mark_price }) => liquidation_mark_price?.price,
    inTable: false,
  },
  { name: "tick_size", value: ({ tick_size }) => tick_size, inTable: false },
  { name: "contract_size", value: ({ contract_size }) => contract_size, inTable: false },
  {
    name: "underlying_multiplier",
    value: ({ underlying_multiplier }) => underlying_multiplier,
    inTable: false,
  },
  { name: "market_version", value: ({ market_version }) => market_version, inTable: false },
  { name: "asset_class", value: ({ asset_class }) => asset_class, inTable: false },
  { name: "status", value: ({ status }) => status, inTable: false },
];

/** Columns of the balance of a subaccount. */
export const perpsBalanceColumns: readonly Column<MarginSubaccountBalance>[] = [
  { name: "subaccount", value: ({ subaccount }) => subaccount, align: "right" },
  { name: "equity_dollars", value: ({ account_equity }) => account_equity, align: "right" },
  { name: "position_value_dollars", value: ({ position_value }) => position_value, align: "right" },
  { name: "initial_margin_dollars", value: ({ initial_margin }) => initial_margin, align: "right" },
  {
    name: "maintenance_margin_dollars",
    value: ({ maintenance_margin }) => maintenance_margin,
    align: "right",
  },
  {
    name: "resting_orders_dollars",
    value: ({ resting_orders_margin }) => resting_orders_margin,
    align: "right",
  },
  { name: "available_dollars", value: ({ available_balance }) => available_balance, align: "right" },
];

/** A position, with what the risk of it says. */
export interface PerpsPositionRow extends MarginPosition {
  readonly risk: MarginRiskPosition | undefined;
}

/** Columns of positions. */
export const perpsPositionColumns: readonly Column<PerpsPositionRow>[] = [
  { name: "ticker", value: ({ market_ticker }) => market_ticker },
  { name: "position", value: ({ position }) => position, align: "right" },
  { name: "entry_price", value: ({ entry_price }) => entry_price, align: "right" },
  { name: "mark_price", value: ({ risk }) => risk?.mark_price, align: "right" },
  {
    name: "unrealized_dollars",
    value: ({ unrealized_pnl }) => unrealized_pnl,
    align: "right",
    colour: ({ unrealized_pnl }) => ofGain(unrealized_pnl),
  },
  { name: "margin_used_dollars", value: ({ margin_used }) => margin_used, align: "right" },
  { name: "leverage", value: ({ risk }) => risk?.position_leverage, align: "right" },
  {
    name: "liquidation_price",
    value: ({ risk }) => risk?.estimated_liquidation_price,
    align: "right",
    colour: () => "yellow",
  },
  { name: "roe_percent", value: ({ roe }) => roe, inTable: false },
  { name: "fees_dollars", value: ({ fees }) => fees, inTable: false },
  { name: "is_portfolio", value: ({ is_portfolio }) => is_portfolio, inTable: false },
  { name: "subaccount", value: ({ subaccount }) => subaccount, inTable: false },
];

/** Columns of orders. */
export const perpsOrderColumns: readonly Column<MarginOrder>[] = [
  { name: "order_id", value: ({ order_id }) => order_id },
  { name: "client_order_id", value: ({ client_order_id }) => client_order_id, inTable: false },
  { name: "ticker", value: ({ ticker }) => ticker },
  { name: "side", value: ({ side }) => side, colour: ({ side }) => ofSide(side) },
  { name: "price", value: ({ price }) => price, align: "right" },
  { name: "remaining", value: ({ remaining_count }) => remaining_count, align: "right" },
  { name: "filled", value: ({ fill_count }) => fill_count, align: "right" },
  { name: "created_time", value: ({ created_time }) => created_time },
  {
    name: "placed_by",
    value: ({ order_reason, order_source }) => order_reason ?? order_source,
    inTable: false,
  },
  { name: "expiration_time", value: ({ expiration_time }) => expiration_time, inTable: false },
  { name: "order_group_id", value: ({ order_group_id }) => order_group_id, inTable: false },
];

/** Columns of fills. */
export const perpsFillColumns: readonly Column<MarginFill>[] = [
  { name: "created_time", value: ({ created_time }) => created_time, width: 24 },
  { name: "ticker", value: ({ ticker }) => ticker, width: 16 },
  { name: "side", value: ({ side }) => side, colour: ({ side }) => ofSide(side), width: 4 },
  { name: "count", value: ({ count }) => count, align: "right", width: 9 },
  { name: "price", value: ({ price }) => price, align: "right", width: 10 },
  { name: "entry_price", value: ({ entry_price }) => entry_price, align: "right", width: 10 },
  { name: "fees_dollars", value: ({ fees }) => fees, align: "right", width: 8 },
  {
    name: "realized_dollars",
    value: ({ realized_pnl }) => realized_pnl,
    align: "right",
    colour: ({ realized_pnl }) => ofGain(realized_pnl),
    width: 8,
  },
  { name: "is_taker", value: ({ is_taker }) => is_taker, inTable: false },
  { name: "placed_by", value: ({ order_source }) => order_source, inTable: false },
  { name: "fill_id", value: ({ fill_id }) => fill_id, inTable: false },
  { name: "order_id", value: ({ order_id }) => order_id, inTable: false },
];

/** Columns of public trades. */
export const perpsTradeColumns: readonly Column<MarginTrade>[] = [
  { name: "created_time", value: ({ created_time }) => created_time, width: 24 },
  { name: "ticker", value: ({ ticker }) => ticker, width: 16 },
  {
    name: "taker_side",
    value: ({ taker_side }) => taker_side,
    colour: ({ taker_side }) => ofSide(taker_side),
  },
  { name: "count", value: ({ count }) => count, align: "right", width: 9 },
  { name: "price", value: ({ price }) => price, align: "right", width: 10 },
  { name: "trade_id", value: ({ trade_id }) => trade_id, inTable: false },
];

/** Columns of funding that was paid. */
export const perpsRateColumns: readonly Column<MarginFundingRate>[] = [
  { name: "funding_time", value: ({ funding_time }) => funding_time, width: 24 },
  { name: "ticker", value: ({ market_ticker }) => market_ticker, width: 16 },
  { name: "funding_rate", value: ({ funding_rate }) => funding_rate, align: "right", width: 12 },
  { name: "mark_price", value: ({ mark_price }) => mark_price, align: "right", width: 10 },
];
