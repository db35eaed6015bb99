/**
 * Fills and settlements, read from whatever way Kalshi tells of them: rows of REST, frames of the stream, reports of FIX.
 * All of it in exact integers; where Kalshi writes cents, dollars or counts, here is the one place that knows.
 *
 * @module
 */

import { KalshiConfigError } from "../../base/errors.ts";
import {
  addFixed,
  complementPrice,
  parseCount,
  parseFixed,
  parseMoney,
  parsePrice,
} from "../../base/fixed_point.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { MarketLifecycleV2Data } from "../../contract/event/channels.ts";
import type { Settlement } from "../../contract/event/types.ts";
import * as codes from "../../contract/fix/codes.ts";
import type { ExecutionReport } from "../../contract/fix/messages.ts";
import type { Settlement as FixSettlement } from "../../fix/settlements.ts";

/** Cents, as settlements write their revenue, in millionths of a dollar. */
const CENT_MICROS = 10_000;

/** One fill. */
export interface FillFact {
  /** What it is known by: the trade and the order, which every way tells of. */
  readonly key: string;
  readonly ticker: string;
  /** Undefined where nobody tells: it is of the subaccount that was asked for. */
  readonly subaccount: number | undefined;
  readonly orderId: string;
  readonly side: "bid" | "ask";
  /** Price, of YES where there are two sides, in ten-thousandths of a dollar. */
  readonly price: number;
  /** Contracts in hundredths. */
  readonly count: number;
  readonly feeMicros: number;
  /** Unix milliseconds; undefined where nobody tells. */
  readonly atMs: number | undefined;
  /** The position after it, in hundredths of a contract, where it was told. */
  readonly after: number | undefined;
  /** Its place among the fills of its market in one millisecond, from 0, where it was told. */
  readonly rank: number | undefined;
}

/** How a position ended. */
export interface SettlementFact {
  readonly ticker: string;
  readonly eventTicker: string | undefined;
  readonly atMs: number | undefined;
  readonly pays: {
    /** The exchange's own figures. */
    readonly kind: "told";
    /** What the position was worth before the settlement fee. */
    readonly worthMicros: number;
    readonly feeMicros: number;
    /** The position that it paid for, in hundredths of a contract. */
    readonly position: number;
  } | {
    /** What a YES contract is worth, in ten-thousandths of a dollar; the rest follows. */
    readonly kind: "value";
    readonly value: number;
  };
}

/** The way prices are written on a FIX session: `dollars` after a Logon with UseDollars(21005), else `cents`. */
export type FixPrices = "cents" | "dollars";

type Fields = Readonly<Record<string, unknown>>;

const keyOf = (tradeId: unknown, orderId: unknown): string => `${tradeId};${orderId}`;

function refuse(what: string, field: string): never {
  throw new KalshiConfigError(
    `${what} without ${field} cannot be counted: give fills and settlements as Kalshi sent them, not parts of them.`,
  );
}

function text(fields: Fields, what: string, ...names: readonly string[]): string {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === "string" && value !== "") return value;
  }
  return refuse(what, names.join(" or "));
}

/** The side of a book that a fill was on. To sell NO is to buy YES. */
function sideOf({ book_side: bookSide, outcome_side: outcome, side, action }: Fields): "bid" | "ask" {
  if (bookSide === "bid" || bookSide === "ask") return bookSide;
  if (outcome === "yes" || outcome === "no") return outcome === "yes" ? "bid" : "ask";
  const isBuy = action === "buy";
  if ((side === "yes" || side === "no") && (isBuy || action === "sell")) {
    return (side === "yes") === isBuy ? "bid" : "ask";
  }
  return refuse("A fill", "book_side or outcome_side");
}

const isNumber = (value: unknown): value is number => typeof value === "number" && value > 0;

/** A fill of REST, or the payload of one of the stream. */
export function readFill(given: object, rank?: number): FillFact {
  const fields = given as Fields;
  const { yes_price_dollars: yes, post_position_fp: after } = fields;
  const price = typeof yes === "string"
    ? parsePrice(yes)
    : complementPrice(parsePrice(text(fields, "A fill", "yes_price_dollars", "no_price_dollars")));
  const orderId = text(fields, "A fill", "order_id");
  return {
    key: keyOf(text(fields, "A fill", "trade_id"), orderId),
    ticker: text(fields, "A fill", "market_ticker", "ticker"),
    subaccount: Number(fields.subaccount ?? fields.subaccount_number ?? 0),
    orderId,
    side: sideOf(fields),
    price,
    count: parseCount(text(fields, "A fill", "count_fp")),
    feeMicros: parseMoney(text(fields, "A fill", "fee_cost")),
    atMs: fillTimeMs(fields),
    after: typeof after === "string" ? parseCount(after) : undefined,
    rank,
  };
}

/** A fill of perps: of REST, or the payload of one of the stream. */
export function readPerpsFill(given: object, rank?: number): FillFact {
  const fields = given as Fields;
  const { side, subaccount, post_position: after } = fields;
  if (side !== "bid" && side !== "ask") return refuse("A fill", "side");
  const orderId = text(fields, "A fill", "order_id");
  return {
    // What REST calls the id of a fill is what the stream calls that of its trade.
    key: keyOf(text(fields, "A fill", "trade_id", "fill_id"), orderId),
    ticker: text(fields, "A fill", "market_ticker", "ticker"),
    // Rows of REST name none.
    subaccount: typeof subaccount === "number" ? subaccount : undefined,
    orderId,
    side,
    price: parsePrice(text(fields, "A fill", "price")),
    count: parseCount(text(fields, "A fill", "count")),
    feeMicros: parseMoney(text(fields, "A fill", "fee_cost", "fees")),
    atMs: fillTimeMs(fields),
    after: typeof after === "string" ? parseCount(after) : undefined,
    rank,
  };
}

/** Milliseconds on the stream and in RFC 3339, whose further places the stream does not have. */
function fillTimeMs({ ts_ms, ts, created_time }: Fields): number | undefined {
  return isNumber(ts_ms) ? ts_ms : timeMs(created_time as string) ?? (isNumber(ts) ? ts * 1_000 : undefined);
}

/** A settlement of REST. */
export function readSettlement(row: Settlement): SettlementFact {
  const { ticker, event_ticker, yes_count_fp, no_count_fp, revenue, fee_cost, settled_time } = row;
  if (!Number.isSafeInteger(revenue)) refuse("A settlement", "revenue in whole cents");
  const feeMicros = parseMoney(fee_cost);
  return {
    ticker,
    eventTicker: event_ticker,
    atMs: timeMs(settled_time),
    pays: {
      kind: "told",
      worthMicros: addFixed(revenue * CENT_MICROS, feeMicros),
      feeMicros,
      position: parseCount(yes_count_fp) - parseCount(no_count_fp),
    },
  };
}

/** What a YES contract is worth by what the stream says of a market whose outcome is known; undefined where it does not. */
export function readOutcome({ result, settlement_value: value }: MarketLifecycleV2Data): number | undefined {
  if (typeof value === "string" && value !== "") return parsePrice(value);
  return result === "yes" ? 10_000 : result === "no" ? 0 : undefined;
}

/** A settlement that FIX told of. */
export function readFixSettlement({ Symbol: ticker, price }: FixSettlement): SettlementFact {
  return { ticker, eventTicker: undefined, atMs: undefined, pays: { kind: "value", value: price } };
}

/** A UTCTimestamp of FIX in Unix milliseconds. */
function fixTimeMs(time: string | undefined): number | undefined {
  const [, year, month, day, clock] =
    /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time ?? "") ?? [];
  return clock === undefined ? undefined : timeMs(`${year}-${month}-${day}T${clock}Z`);
}

/** A trade that FIX told of; undefined for reports of anything else. */
export function readReport(report: ExecutionReport, prices: FixPrices | undefined): FillFact | undefined {
  if (report.ExecType !== codes.ExecType.Trade) return undefined;
  if (prices === undefined) {
    throw new KalshiConfigError(
      "Reports of FIX write prices in cents, or in dollars after a Logon with UseDollars, and do not say which: make " +
        'Positions with `fixPrices: "cents"` or `fixPrices: "dollars"`.',
    );
  }
  const { Symbol: ticker, Side, OrderID, TrdMatchID, LastPx, LastQty, LongQty, ShortQty, NoMiscFees = [] } =
    report;
  if (TrdMatchID === undefined || LastPx === undefined || LastQty === undefined) {
    return refuse("A trade of FIX", "TrdMatchID(880), LastPx(31) and LastQty(32)");
  }
  if (Side !== codes.Side.Buy && Side !== codes.Side.Sell) return refuse("A trade of FIX", "Side(54) 1 or 2");
  const isTold = LongQty !== undefined || ShortQty !== undefined;
  return {
    key: keyOf(TrdMatchID, OrderID),
    ticker,
    subaccount: report.AllocAccount ?? 0,
    orderId: OrderID,
    side: Side === codes.Side.Buy ? "bid" : "ask",
    // A cent is a hundred ten-thousandths: with two places it is in that unit.
    price: prices === "dollars" ? parsePrice(LastPx) : parseFixed(LastPx, 2),
    count: parseCount(LastQty),
    feeMicros: NoMiscFees.reduce((sum, { MiscFeeAmt }) => addFixed(sum, parseMoney(MiscFeeAmt)), 0),
    atMs: fixTimeMs(report.TransactTime),
    after: isTold ? parseCount(LongQty ?? "0") - parseCount(ShortQty ?? "0") : undefined,
    rank: undefined,
  };
}
