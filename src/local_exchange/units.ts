/**
 * The exchange counts in integers: prices in ticks of 0.0001 dollars, contracts in hundredths, money in
 * micro-dollars. A price times a count is then exactly an amount of money.
 *
 * These few lines have nothing in common with the client's `fixed_point`, on purpose: what a test compares comes from
 * two hands, so that a mistake in the client's arithmetic does not meet the same one here.
 *
 * @module
 */

/** One dollar as money. */
export const MONEY_ONE = 1_000_000;

/** One contract as a count. */
export const COUNT_ONE = 100;

function parseFixed(text: string, decimals: number): number | undefined {
  const match = /^(-?)(\d{1,10})(?:\.(\d{1,6}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = match[3] ?? "";
  if (fraction.length > decimals && !/^0*$/.test(fraction.slice(decimals))) return undefined;
  const value = Number(match[2]) * 10 ** decimals + Number(fraction.slice(0, decimals).padEnd(decimals, "0"));
  return match[1] === "-" ? 0 - value : value;
}

/** Reads a price such as `"0.5600"`; undefined where it is none. */
export function parsePrice(text: string): number | undefined {
  return parseFixed(text, 4);
}

/** Reads a count such as `"10"` or `"2.50"`; undefined where it is none. */
export function parseCount(text: string): number | undefined {
  return parseFixed(text, 2);
}

/** Reads an amount of money such as `"1000.00"`; undefined where it is none. */
export function parseMoney(text: string): number | undefined {
  return parseFixed(text, 6);
}

/** Writes a whole number of units of `10 ** -decimals`. */
export function formatFixed(value: number, decimals: number): string {
  const absolute = Math.abs(value);
  const one = 10 ** decimals;
  const whole = Math.floor(absolute / one);
  const fraction = String(absolute - whole * one).padStart(decimals, "0");
  return `${value < 0 ? "-" : ""}${whole}.${fraction}`;
}

/** Writes a price with 4 decimals. */
export function formatPrice(price: number): string {
  return formatFixed(price, 4);
}

/** Writes a count with 2 decimals. */
export function formatCount(count: number): string {
  return formatFixed(count, 2);
}

/** Writes money with 6 decimals. */
export function formatMoney(money: number): string {
  return formatFixed(money, 6);
}

/** Writes money with 4 decimals, cut towards minus infinity. */
export function formatMoney4(money: number): string {
  return formatFixed(Math.floor(money / 100), 4);
}

/** Money as whole cents, cut towards minus infinity. */
export function toCents(money: number): number {
  return Math.floor(money / 10_000);
}

/** `part / whole` of an amount, cut to a whole unit towards minus infinity; exact also where the product passes 2^53. */
export function shareOf(amount: number, part: number, whole: number): number {
  const product = amount * part;
  if (Number.isSafeInteger(product)) return Math.floor(product / whole);
  const exact = BigInt(amount) * BigInt(part);
  const quotient = exact / BigInt(whole);
  return Number(exact % BigInt(whole) < 0n ? quotient - 1n : quotient);
}

/** The same, rounded up. */
export const shareUp = (amount: number, part: number, whole: number): number =>
  0 - shareOf(-amount, part, whole);
