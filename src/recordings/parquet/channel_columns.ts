/**
 * The columns of each channel: what a payload says, as exact integers and moments in UTC. A field that is not there, or
 * is none of its column's kind, is null; the frame's own text stands beside it.
 *
 * @module
 */
import { parseFixed } from "../../base/fixed_point.ts";
import { isTime } from "../format.ts";
import type { Cell, TableColumn } from "../../tables/columns.ts";

type Payload = Readonly<Record<string, unknown>>;

/** How a field becomes a cell; each is null for what it does not know. */
type Kind = "price" | "count" | "money" | "text" | "flag" | "whole" | "small" | "ms" | "seconds";

/** A column, and the fields that it is read from: the first that is there. */
interface FieldColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly fields: readonly string[];
}

const TYPES: Readonly<Record<Kind, TableColumn["type"]>> = {
  price: "int64",
  count: "int64",
  money: "int64",
  text: "string",
  flag: "boolean",
  whole: "int64",
  small: "int32",
  ms: "timestamp",
  seconds: "timestamp",
};

const decimals: Readonly<Partial<Record<Kind, number>>> = { price: 4, count: 2, money: 6 };

/** Whole numbers of a unit; null for what has more places than the unit, or is no decimal. */
function units(value: unknown, places: number): Cell {
  if (typeof value !== "string" && typeof value !== "number") return null;
  try {
    return parseFixed(value, places);
  } catch {
    return null;
  }
}

function moment(value: unknown, unitMs: number): Cell {
  const ms = typeof value === "number" ? value * unitMs : typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isInteger(ms) && isTime(ms) ? ms : null;
}

function cellOf(kind: Kind, value: unknown): Cell {
  switch (kind) {
    case "price":
    case "count":
    case "money":
      return units(value, decimals[kind] ?? 0);
    case "text":
      return typeof value === "string" ? value : null;
    case "flag":
      return typeof value === "boolean" ? value : null;
    case "whole":
      return Number.isSafeInteger(value) ? value as number : null;
    case "small":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? value as number : null;
    case "ms":
      return moment(value, 1);
    case "seconds":
      return moment(value, 1_000);
  }
}

const column = (name: string, kind: Kind, ...fields: readonly string[]): FieldColumn => ({
  name,
  kind,
  fields: fields.length > 0 ? fields : [name],
});
const texts = (...names: readonly string[]): readonly FieldColumn[] =>
  names.map((name) => column(name, "text"));

/** When it happened: Kalshi's milliseconds, or its time as text. */
const HAPPENED = column("happened_at", "ms", "ts_ms", "ts");
const SUBACCOUNT = column("subaccount", "small", "subaccount", "subaccount_number");

const LIFECYCLE: readonly FieldColumn[] = [
  ...texts("event_type", "event_ticker", "series_ticker", "result"),
  column("settlement_value_e4", "price", "settlement_value"),
  column("open_at", "seconds", "open_ts"),
  column("close_at", "seconds", "close_ts"),
  column("determined_at", "seconds", "determination_ts"),
  column("settled_at", "seconds", "settled_ts"),
  column("is_deactivated", "flag"),
  ...texts("price_level_structure", "title"),
];

/** The fields of each channel; a product's own names stand beside one another. */
const CHANNELS: Readonly<Record<string, readonly FieldColumn[]>> = {
  orderbook_delta: [
    ...texts("side"),
    column("price_e4", "price", "price_dollars", "price"),
    column("count_e2", "count", "count_fp"),
    column("delta_e2", "count", "delta_fp", "delta"),
    HAPPENED,
    ...texts("client_order_id", "last_update_reason"),
    SUBACCOUNT,
  ],
  trade: [
    ...texts("trade_id"),
    column("price_e4", "price", "yes_price_dollars", "price"),
    column("count_e2", "count", "count_fp", "count"),
    column("taker_side", "text", "taker_outcome_side", "taker_side"),
    ...texts("taker_book_side"),
    column("is_block_trade", "flag"),
    HAPPENED,
  ],
  ticker: [
    column("price_e4", "price", "price_dollars", "price"),
    column("bid_e4", "price", "yes_bid_dollars", "bid"),
    column("ask_e4", "price", "yes_ask_dollars", "ask"),
    column("bid_size_e2", "count", "yes_bid_size_fp", "bid_size_fp"),
    column("ask_size_e2", "count", "yes_ask_size_fp", "ask_size_fp"),
    column("last_trade_size_e2", "count", "last_trade_size_fp"),
    column("volume_e2", "count", "volume_fp", "volume"),
    column("open_interest_e2", "count", "open_interest_fp", "open_interest"),
    HAPPENED,
  ],
  fill: [
    ...texts("trade_id", "order_id", "client_order_id", "side", "action", "outcome_side", "book_side"),
    column("is_taker", "flag"),
    column("price_e4", "price", "yes_price_dollars", "price"),
    column("count_e2", "count", "count_fp", "count"),
    column("fee_e6", "money", "fee_cost"),
    column("post_position_e2", "count", "post_position_fp", "post_position"),
    SUBACCOUNT,
    HAPPENED,
  ],
  user_orders: [
    ...texts("order_id", "client_order_id", "order_group_id", "status", "side", "outcome_side", "book_side"),
    column("price_e4", "price", "yes_price_dollars", "price"),
    column("fill_count_e2", "count", "fill_count_fp", "fill_count"),
    column("remaining_count_e2", "count", "remaining_count_fp", "remaining_count"),
    column("initial_count_e2", "count", "initial_count_fp"),
    column("taker_cost_e6", "money", "taker_fill_cost_dollars"),
    column("maker_cost_e6", "money", "maker_fill_cost_dollars"),
    column("taker_fees_e6", "money", "taker_fees_dollars"),
    column("maker_fees_e6", "money", "maker_fees_dollars"),
    ...texts("last_update_reason"),
    SUBACCOUNT,
    column("created_at", "ms", "created_ts_ms"),
    column("updated_at", "ms", "last_updated_ts_ms"),
    column("expires_at", "ms", "expiration_ts_ms"),
  ],
  market_positions: [
    column("position_e2", "count", "position_fp"),
    column("position_cost_e6", "money", "position_cost_dollars"),
    column("realized_pnl_e6", "money", "realized_pnl_dollars"),
    column("fees_paid_e6", "money", "fees_paid_dollars"),
    column("volume_e2", "count", "volume_fp"),
    SUBACCOUNT,
  ],
  market_lifecycle_v2: LIFECYCLE,
  multivariate_market_lifecycle: LIFECYCLE,
};

/** The fields of a market's payload, its event's and its series'. */
const MARKET: readonly FieldColumn[] = [
  ...texts("event_ticker", "series_ticker", "title", "market_type", "status", "result"),
  column("settlement_value_e4", "price", "settlement_value_dollars"),
  column("open_at", "ms", "open_time"),
  column("close_at", "ms", "close_time"),
  column("settled_at", "ms", "settlement_ts"),
  column("volume_e2", "count", "volume_fp"),
  column("open_interest_e2", "count", "open_interest_fp"),
  ...texts("price_level_structure", "fee_type", "fee_multiplier"),
];

const toColumn = ({ name, kind }: FieldColumn): TableColumn => ({
  name,
  type: TYPES[kind],
  isNullable: true,
});

function cellsOf(columns: readonly FieldColumn[], payload: Payload): Cell[] {
  return columns.map(({ kind, fields }) => {
    for (const field of fields) {
      const value = payload[field];
      if (value === undefined || value === null) continue;
      // Of the two names of one moment, the older one has seconds.
      return cellOf(field === "ts" && typeof value === "number" ? "seconds" : kind, value);
    }
    return null;
  });
}

/** Sides of a snapshot: the field that each is in, and what its deltas call it. */
const SIDES: readonly (readonly [field: string, side: string])[] = [
  ["yes_dollars_fp", "yes"],
  ["no_dollars_fp", "no"],
  ["bid", "bid"],
  ["ask", "ask"],
];

/** The payloads of a snapshot's levels, in their order; one without a level for a book that is empty. */
export function levelsOf(payload: Payload): Payload[] {
  const found = SIDES.flatMap(([field, side]) => {
    const levels = payload[field];
    if (!Array.isArray(levels)) return [];
    return levels.map((level): Payload => {
      const [price, count] = Array.isArray(level) ? level : [];
      return { side, price_dollars: price, count_fp: count };
    });
  });
  return found.length > 0 ? found : [{}];
}

/** The columns of a channel beside those that all have; none for a channel that is not known here. */
export const channelColumns = (channel: string): readonly TableColumn[] =>
  Object.hasOwn(CHANNELS, channel) ? (CHANNELS[channel] ?? []).map(toColumn) : [];

/** The cells of a payload for them. */
export const channelCells = (channel: string, payload: Payload): Cell[] =>
  Object.hasOwn(CHANNELS, channel) ? cellsOf(CHANNELS[channel] ?? [], payload) : [];

/** The columns of what markets are. */
export const marketColumns: readonly TableColumn[] = MARKET.map(toColumn);

/** The cells of a market for them; an event's fees stand before those of its series. */
export function marketCells(market: Payload, event: Payload = {}, series: Payload = {}): Cell[] {
  const fee = event.fee_multiplier_override ?? series.fee_multiplier;
  return cellsOf(MARKET, {
    series_ticker: event.series_ticker,
    ...market,
    fee_type: event.fee_type_override ?? series.fee_type,
    fee_multiplier: typeof fee === "number" ? String(fee) : undefined,
  });
}
