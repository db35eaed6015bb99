/** What positions cost and gain. */
import { KalshiValueError } from "../../base/errors.ts";
import type { BookSide, MarginFill, MarginPosition } from "../../contract/perps/types.ts";
import { afterFill, FLAT, type Held, unrealizedMicros } from "./arithmetic.ts";
import { divide, exactNumber, product, type Ratio } from "./ratio.ts";
import {
  readCount,
  readMoney,
  readObject,
  readPositive,
  readPrice,
  readSize,
  readUnits,
  readWord,
} from "./read.ts";
import { writeRounded } from "./write.ts";

/** A position of one market, counted from its fills. */
export interface PerpsPosition {
  /** Contracts in hundredths: above 0 long, below 0 short. */
  readonly positionCenticontracts: number;
  /** What the open contracts cost, in millionths of a dollar; below 0 for a short position, which sold them. */
  readonly costMicros: number;
  /** What closing has gained, before fees, in millionths of a dollar. */
  readonly realizedMicros: number;
  /** Fees of all its fills, in millionths of a dollar. */
  readonly feesMicros: number;
}

/** A position without fills. */
export const flatPosition: PerpsPosition = /* @__PURE__ */ Object.freeze({
  positionCenticontracts: FLAT.position,
  costMicros: FLAT.costMicros,
  realizedMicros: 0,
  feesMicros: 0,
});

/** What {@linkcode addFill} needs of a fill: what REST lists has it all. */
export type PerpsFillInput = Pick<MarginFill, "side" | "price" | "count" | "fees">;

/**
 * A position with one more fill. Kalshi's way: contracts that are closed gain against the average price of entry, and
 * what is left keeps that average. Exact, cost and gain always add up to the cash that was paid; the cost of a part that
 * is closed is cut to a millionth of a dollar, and what is left keeps the rest. Give each fill once, oldest first.
 *
 * A fill of the stream has `fee_cost` where REST has `fees`: `addFill(position, { ...fill, fees: fill.fee_cost })`.
 *
 * @throws {KalshiValueError} for what is no fill, and beyond 9 007 199 254 dollars
 *
 * @example
 * ```ts
 * import { formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { addFill, entryPrice, flatPosition } from "@unofficial/kalshi/perps";
 *
 * let position = addFill(flatPosition, { side: "bid", price: "6.2500", count: "10.00", fees: "0.0750" });
 * position = addFill(position, { side: "bid", price: "6.4000", count: "5.00", fees: "0.0384" });
 * position = addFill(position, { side: "ask", price: "6.6000", count: "6.00", fees: "0.0475" });
 * console.log(entryPrice(position), formatMoney(position.realizedMicros)); // "6.300000" "1.8000"
 * ```
 */
export function addFill(position: PerpsPosition, fill: PerpsFillInput): PerpsPosition {
  const held = readHeld(position);
  const side = readWord<BookSide>(readObject(fill, "fill").side as BookSide, ["bid", "ask"], "side");
  const count = readSize(fill.count, "count");
  const after = afterFill(
    held,
    side === "bid" ? count : -count,
    readPrice(fill.price, "price"),
  );
  return {
    positionCenticontracts: after.position,
    costMicros: after.costMicros,
    realizedMicros: sum(readUnits(position.realizedMicros, "realizedMicros"), after.realizedMicros),
    feesMicros: sum(readUnits(position.feesMicros, "feesMicros"), readMoney(fill.fees, "fees")),
  };
}

/** What a position that was counted from fills holds: it may come from a file. */
function readHeld(position: PerpsPosition): Held {
  const { positionCenticontracts, costMicros } = readObject(position, "position");
  return {
    position: readUnits(positionCenticontracts, "positionCenticontracts"),
    costMicros: readUnits(costMicros, "costMicros"),
  };
}

function sum(a: number, b: number): number {
  return exactNumber(BigInt(a) + BigInt(b), "The sum");
}

/**
 * Average price of the open contracts in dollars, with 6 decimals, rounded to the nearest; undefined without any.
 *
 * @throws {KalshiValueError} for what is no position
 */
export function entryPrice(position: PerpsPosition): string | undefined {
  const { position: contracts, costMicros } = readHeld(position);
  if (contracts === 0) return undefined;
  const sign = contracts < 0 ? -1n : 1n;
  return writeRounded(
    // Millionths of a dollar over hundredths of contracts are ten-thousandths of a dollar.
    { numerator: sign * BigInt(costMicros), denominator: sign * BigInt(contracts) * 10_000n },
    6,
    "nearest",
  );
}

/** What {@linkcode unrealizedPnlMicros} needs of a position: Kalshi's own, or one counted from fills. */
export type PositionToMark = PerpsPosition | Pick<MarginPosition, "position" | "entry_price">;

/** Value of a position of Kalshi's at its price of entry: hundredths of contracts times dollars. */
const entryValue = (position: number, entry: string): Ratio =>
  product({ numerator: BigInt(position), denominator: 1n }, readPositive(entry, "entry_price", 0));

/**
 * What a position would gain if it were closed at a mark price, before fees, in millionths of a dollar. Exact for a
 * position that was counted from fills; of Kalshi's own, whose `entry_price` is rounded already, rounded down.
 *
 * @throws {KalshiValueError} for what is no position or price, and beyond 9 007 199 254 dollars
 */
export function unrealizedPnlMicros(position: PositionToMark, markPrice: string): number {
  const mark = readPrice(markPrice, "markPrice");
  readObject(position, "position");
  if ("positionCenticontracts" in position) {
    return unrealizedMicros(readHeld(position), mark);
  }
  const contracts = readCount(position.position, "position");
  const { numerator, denominator } = entryValue(contracts, position.entry_price);
  const gained = BigInt(contracts) * BigInt(mark) * denominator - numerator * 10_000n;
  return exactNumber(divide(gained, denominator, "down"), "The profit");
}

/**
 * Profit as a part of the margin in use, in percent with 2 decimals: Kalshi's `roe`. Undefined without margin, which a
 * position that is hedged within a portfolio has none of its own of.
 *
 * @param unrealizedMicros what the position would gain, in millionths of a dollar
 * @param marginUsed its `margin_used`, in dollars
 * @throws {KalshiValueError} for what is no money
 */
export function returnOnMargin(
  unrealizedMicros: number,
  marginUsed: string | null | undefined,
): string | undefined {
  const gained = readUnits(unrealizedMicros, "unrealizedMicros");
  const margin = marginUsed === null || marginUsed === undefined ? 0 : readMoney(marginUsed, "marginUsed");
  if (margin <= 0) return undefined;
  return writeRounded(
    { numerator: BigInt(gained) * 100n, denominator: BigInt(margin) },
    2,
    "nearest",
  );
}

/** What {@linkcode breakEvenPrice} takes into account beside the position. */
export interface BreakEvenInput {
  /** Rate of the fee for closing it, as `fees.tiers()` has it: of a taker, or of a maker. */
  readonly exitFeeRate: number | string;
  /**
   * What funding has paid to the position in dollars: above 0 received, as `funding_amount` has it.
   *
   * @default "0"
   */
  readonly funding?: string | undefined;
}

/**
 * The price at which closing a position gains back all it has cost: its entry, the fees that it has paid (`fees`), the
 * fee for closing it, and its funding. Four decimals, rounded so that it is not a loss: up for a long position, down for
 * a short one; give it to {@linkcode roundToTick} before it becomes an order. Undefined for no position, and where no
 * price is good enough: a short position whose costs are more than it sold for.
 *
 * @param position what `portfolio.positions.list()` answers
 * @throws {KalshiValueError} for what cannot be read, and an exit fee of everything
 */
export function breakEvenPrice(
  position: Pick<MarginPosition, "position" | "entry_price" | "fees">,
  costs: BreakEvenInput,
): string | undefined {
  const { exitFeeRate, funding = "0" } = readObject(costs, "costs");
  const contracts = readCount(readObject(position, "position").position, "position");
  if (contracts === 0) return undefined;
  const isLong = contracts > 0;
  const rate = readPositive(exitFeeRate, "exitFeeRate", 0);
  // In hundredths of contracts times dollars, of which ten thousand are a millionth: cost + fees - funding.
  const { numerator, denominator } = entryValue(contracts, position.entry_price);
  const extra = BigInt(readMoney(position.fees, "fees")) - BigInt(readMoney(funding, "funding"));
  const due = numerator * 10_000n + extra * denominator;
  // What a price of 1 brings in: |q| (1 - r) for a long position, and costs: |q| (1 + r) for a short one.
  const each = isLong ? rate.denominator - rate.numerator : rate.denominator + rate.numerator;
  if (each <= 0n) throw new KalshiValueError("exitFeeRate takes a rate below 1.");
  const price = divide(
    (isLong ? due : -due) * rate.denominator,
    denominator * each * BigInt(Math.abs(contracts)),
    isLong ? "up" : "down",
  );
  if (price <= 0n) return isLong ? "0.0000" : undefined;
  return writeRounded({ numerator: price, denominator: 10_000n }, 4, "nearest");
}
