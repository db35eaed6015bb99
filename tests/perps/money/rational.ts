/** Exact fractions for tests: nothing here is the library's. */

/** A fraction with a denominator above 0. */
export type Rational = readonly [numerator: bigint, denominator: bigint];

/** Reads a plain decimal, or what JavaScript prints for a number. */
export function rational(value: string | number | bigint): Rational {
  const [digits = "", exponent = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = digits.split(".");
  const shift = Number(exponent) - fraction.length;
  const units = BigInt(whole + fraction);
  return shift >= 0 ? [units * 10n ** BigInt(shift), 1n] : [units, 10n ** BigInt(-shift)];
}

export const add = ([a, b]: Rational, [c, d]: Rational): Rational => [a * d + c * b, b * d];
export const negative = ([a, b]: Rational): Rational => [-a, b];
export const subtract = (a: Rational, b: Rational): Rational => add(a, negative(b));
export const multiply = ([a, b]: Rational, [c, d]: Rational): Rational => [a * c, b * d];
export const over = ([a, b]: Rational, [c, d]: Rational): Rational =>
  c < 0n ? [-a * d, -c * b] : [a * d, b * c];
export const sign = ([a]: Rational): number => a === 0n ? 0 : a < 0n ? -1 : 1;
export const compare = (a: Rational, b: Rational): number => sign(subtract(a, b));
export const absolute = ([a, b]: Rational): Rational => [a < 0n ? -a : a, b];

/** Dollars as millionths, at or below. */
export function microsDown([a, b]: Rational): bigint {
  const scaled = a * 1_000_000n;
  const whole = scaled / b;
  return scaled % b < 0n ? whole - 1n : whole;
}

/** Dollars as millionths, at or above. */
export const microsUp = (value: Rational): bigint => -microsDown(negative(value));
