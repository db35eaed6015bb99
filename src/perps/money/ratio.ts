/**
 * Exact fractions. A rate, a leverage or a multiplier comes as a JSON number; money times a rate is rounded once, at
 * the end, and to the side that is named.
 *
 * @module
 */
import { KalshiValueError } from "../../base/errors.ts";
import { shown } from "../../base/plain.ts";

/** A fraction; its denominator is above 0. */
export interface Ratio {
  /** What is divided. */
  readonly numerator: bigint;
  /** What it is divided by. */
  readonly denominator: bigint;
}

/** Where a fraction of a unit goes: towards minus infinity, plus infinity, or to the nearest, halves away from 0. */
export type Rounding = "down" | "up" | "nearest";

/** Nothing that is a rate has more places, before the point or after it. */
const MOST_PLACES = 40;

const DECIMAL = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?(?:e([+-]?\d{1,3}))?$/;

/** One. */
export const ONE: Ratio = { numerator: 1n, denominator: 1n };

/**
 * Reads a decimal. A number counts as the decimal that JavaScript prints for it, so that 0.0012 is exactly that.
 *
 * @throws {KalshiValueError} for what is no decimal of reasonable size
 */
export function readRatio(value: string | number, what: string): Ratio {
  const match = typeof value === "string" || typeof value === "number" ? DECIMAL.exec(`${value}`) : null;
  const places = match === null ? NaN : (match[3] ?? "").length - Number(match[4] ?? 0);
  if (match === null || !(Math.abs(places) <= MOST_PLACES)) {
    throw new KalshiValueError(`${what} takes a plain decimal such as 0.0012; got ${shown(value)}.`);
  }
  const digits = BigInt(`${match[2]}${match[3] ?? ""}`) * 10n ** BigInt(Math.max(-places, 0));
  return { numerator: match[1] === "-" ? -digits : digits, denominator: 10n ** BigInt(Math.max(places, 0)) };
}

/** `1 / ratio`, of a ratio above 0. */
export function inverse({ numerator, denominator }: Ratio): Ratio {
  return { numerator: denominator, denominator: numerator };
}

/** `a * b`. */
export function product(a: Ratio, b: Ratio): Ratio {
  return { numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator };
}

/** Below 0, 0 or above 0, as `a` is less than `b`, the same or more. */
export function compareRatios(a: Ratio, b: Ratio): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : Number(difference > 0n);
}

/** `numerator / denominator` as a whole number; the denominator is above 0. */
export function divide(numerator: bigint, denominator: bigint, rounding: Rounding): bigint {
  if (rounding === "nearest") {
    return numerator < 0n
      ? -divide(-numerator, denominator, rounding)
      : (2n * numerator + denominator) / (2n * denominator);
  }
  const whole = numerator / denominator;
  const rest = numerator % denominator;
  if (rounding === "up") return rest > 0n ? whole + 1n : whole;
  return rest < 0n ? whole - 1n : whole;
}

/**
 * A whole number that JavaScript's own are exact for.
 *
 * @throws {KalshiValueError} beyond 2^53
 */
export function exactNumber(units: bigint, what: string): number {
  const number = Number(units);
  if (Number.isSafeInteger(number)) return number;
  throw new KalshiValueError(`${what} is beyond ${Number.MAX_SAFE_INTEGER} and would not stay exact.`);
}

/**
 * An amount times a ratio, rounded once.
 *
 * @throws {KalshiValueError} when the result is beyond 2^53
 */
export function times(amount: number, ratio: Ratio, rounding: Rounding, what: string): number {
  return exactNumber(divide(BigInt(amount) * ratio.numerator, ratio.denominator, rounding), what);
}
