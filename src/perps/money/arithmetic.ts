/**
 * What a position on margin costs, gains and needs, in whole numbers: prices in ten-thousandths of a dollar for a
 * contract, contracts in hundredths, above 0 long and below 0 short, money in millionths of a dollar. A price times a
 * count is money, without rounding.
 *
 * Every other product is made in bigint and rounded once, against the trader: what he pays goes up, what he gets goes
 * down. Results are exact up to 2^53 millionths, which is 9 007 199 254 dollars; beyond, a `KalshiValueError`.
 *
 * @module
 */
import { KalshiValueError } from "../../base/errors.ts";
import { divide, exactNumber, type Ratio, times } from "./ratio.ts";

/** What is held of a market, with what it cost. */
export interface Held {
  /** Contracts in hundredths: above 0 long, below 0 short. */
  readonly position: number;
  /** Their price when they were taken on, added up, in millionths of a dollar: below 0 for a short position. */
  readonly costMicros: number;
}

/** What a fill leaves, and what it gained. */
export interface AfterFill extends Held {
  /** Gained by what it closed, below 0 lost, before fees, in millionths of a dollar. */
  readonly realizedMicros: number;
}

/** Nothing. */
export const FLAT: Held = { position: 0, costMicros: 0 };

/** A sum or a product of safe integers, as long as it is one. */
function exact(units: number): number {
  if (Number.isSafeInteger(units)) return units + 0;
  throw new KalshiValueError(
    `The amount is beyond ${Number.MAX_SAFE_INTEGER} units and would not stay exact.`,
  );
}

/** What contracts are worth at a price: above 0 for a long position, below 0 for a short one. */
export function valueMicros(position: number, price: number): number {
  return exact(position * price);
}

/**
 * A position after a fill of `count` contracts, above 0 bought and below 0 sold. What is closed takes its share of the
 * cost along, cut to a millionth, and what stays keeps the rest: nothing is lost on the way.
 */
export function afterFill({ position, costMicros }: Held, count: number, price: number): AfterFill {
  const closing = Math.sign(position) * Math.sign(count) < 0
    ? Math.sign(count) * Math.min(Math.abs(count), Math.abs(position))
    : 0;
  const closedCost = closing === 0
    ? 0
    : closing === -position
    ? costMicros
    : Number(BigInt(costMicros) * BigInt(closing) / BigInt(-position));
  return {
    position: exact(position + count),
    costMicros: exact(costMicros - closedCost + exact((count - closing) * price)),
    realizedMicros: exact(0 - exact(closing * price) - closedCost),
  };
}

/** What a position would gain if it were closed at `mark`, before fees. */
export function unrealizedMicros({ position, costMicros }: Held, mark: number): number {
  return exact(valueMicros(position, mark) - costMicros);
}

/** The fee of a trade worth `notional` millionths, which is above 0. */
export function feeMicros(notional: number, rate: Ratio): number {
  return times(notional, rate, "up", "The fee");
}

/** What funding pays to a position, above 0 received: long pays short while the rate is above 0. */
export function fundingMicros(position: number, mark: number, rate: Ratio): number {
  return times(0 - valueMicros(position, mark), rate, "down", "The funding payment");
}

/** The margin that `base` millionths need at a rate; of maintenance margin, what its multiplier makes of it. */
export function marginMicros(base: number, rate: Ratio): number {
  return times(base, rate, "up", "The margin");
}

const WHAT = "The liquidation price";

/** A position, and the account that answers for it. */
export interface Exposure {
  /** Contracts in hundredths: above 0 long, below 0 short. */
  readonly position: number;
  /** Mark price at which `equityMicros` holds. */
  readonly mark: number;
  /** What answers for the position: cash with what is not realized at `mark`. */
  readonly equityMicros: number;
  /** Maintenance margin of the other positions that the same equity answers for. */
  readonly otherMaintenanceMicros: number;
  /** Maintenance margin of the position as a part of its value. */
  readonly maintenanceRate: Ratio;
  /** Maintenance margin as a part of the equity, at which the position is liquidated. */
  readonly threshold: Ratio;
}

/**
 * The mark price at which maintenance margin reaches the threshold's part of the equity, as the mark of this one market
 * moves: rounded towards where it is reached earlier. A long position is liquidated at it and below, and not at all where
 * it is undefined; a short one at it and above.
 *
 * @throws {KalshiValueError} for a rate of the threshold or more, and when the price is beyond 2^53
 */
export function liquidationPrice(exposure: Exposure): number | undefined {
  const { position, maintenanceRate: rate, threshold } = exposure;
  if (position === 0) return undefined;
  const isLong = position > 0;
  // With t = a/b and m = c/d: t (E + q (P - P0)) = M + m |q| P, both sides times b d.
  const ad = threshold.numerator * rate.denominator;
  const bd = threshold.denominator * rate.denominator;
  const bc = threshold.denominator * rate.numerator;
  const size = BigInt(Math.abs(position));
  const cushion = ad * (BigInt(exposure.equityMicros) - BigInt(position) * BigInt(exposure.mark)) -
    bd * BigInt(exposure.otherMaintenanceMicros);
  const slope = size * (isLong ? ad - bc : ad + bc);
  if (slope <= 0n) {
    throw new KalshiValueError(
      "A maintenance margin of the whole value or more has no liquidation price: check the rate.",
    );
  }
  if (isLong) return cushion >= 0n ? undefined : exactNumber(divide(-cushion, slope, "up"), WHAT);
  return cushion <= 0n ? 0 : exactNumber(divide(cushion, slope, "down"), WHAT);
}
