/** Reading what payloads hold, with the field's name in the error. */
import { KalshiValueError } from "../../base/errors.ts";
import { shown } from "../../base/plain.ts";
import { parseCount, parseMoney, parsePrice } from "../../base/fixed_point.ts";
import { type Ratio, readRatio } from "./ratio.ts";

function named<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof KalshiValueError)) throw error;
    throw new KalshiValueError(`${what}: ${error.message}`);
  }
}

/** What must be there: an answer of Kalshi's, or what a helper takes. */
export function readObject<T extends object>(value: T, what: string): T {
  if (typeof value === "object" && value !== null) return value;
  throw new KalshiValueError(`${what} takes an object, such as Kalshi answers; got ${shown(value)}.`);
}

/** A price for a contract, in ten-thousandths of a dollar. */
export function readPrice(price: string, what: string): number {
  return named(what, () => parsePrice(price));
}

/** Contracts in hundredths. */
export function readCount(count: string, what: string): number {
  return named(what, () => parseCount(count));
}

/** Contracts in hundredths, of which there must be some. */
export function readSize(count: string, what: string): number {
  const size = readCount(count, what);
  if (size > 0) return size;
  throw new KalshiValueError(`${what} takes a number of contracts above 0; got ${count}.`);
}

/** Money in millionths of a dollar. */
export function readMoney(dollars: string, what: string): number {
  return named(what, () => parseMoney(dollars));
}

/** Whole units that were counted before, such as millionths of a dollar. */
export function readUnits(units: number, what: string): number {
  if (Number.isSafeInteger(units)) return units;
  throw new KalshiValueError(`${what} takes a whole number that is exact; got ${shown(units)}.`);
}

/** A rate, size or multiplier that is above 0, or 0 where `least` says so. */
export function readPositive(value: string | number, what: string, least: 0 | 1 = 1): Ratio {
  const ratio = readRatio(value, what);
  if (ratio.numerator >= BigInt(least)) return ratio;
  throw new KalshiValueError(
    `${what} takes a decimal ${least === 0 ? "of 0 or more" : "above 0"}; got ${value}.`,
  );
}

/** One of a few words. */
export function readWord<T extends string>(value: T, words: readonly T[], what: string): T {
  if (words.includes(value)) return value;
  const names = words.map((word) => `"${word}"`).join(" or ");
  throw new KalshiValueError(`${what} takes ${names}; got ${shown(value)}.`);
}
