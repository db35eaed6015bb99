/**
 * Exact prices, contract counts and money. On the wire they are decimal strings; here they are safe integers of
 * a fixed unit, so that sums and comparisons with JavaScript's own operators are exact:
 *
 * | what | unit | `"1.00"` is | on the wire |
 * |---|---|---|---|
 * | price | 0.0001 dollars (a centicent) | 10 000 | 4 decimals |
 * | count | 0.01 contracts (a centicontract) | 100 | 2 decimals |
 * | money | 0.000001 dollars | 1 000 000 | 4 to 6 decimals |
 *
 * A price times a count is money, without rounding. Follows
 * https://docs.kalshi.com/getting_started/fixed_point_migration.
 *
 * @module
 */
import { KalshiConfigError, KalshiValueError } from "./errors.ts";

/** A text that is longer is no price, and takes its time to read. */
const MOST_DIGITS = 1_000;

function refuse(message: string): never {
  throw new KalshiValueError(message);
}

/** Text as a message may show it: what is long and has letters is no number, and may be a key. */
const quoted = (text: string): string =>
  text.length > 24 && /[a-z]/i.test(text)
    ? `Text of ${text.length} characters`
    : JSON.stringify(text.slice(0, 40));

function safe(units: number): number {
  return Number.isSafeInteger(units)
    ? units + 0
    : refuse(`${typeof units === "number" ? units : `A ${typeof units}`} is no safe integer of units.`);
}

/** Places of a unit: with more, not even one is a safe integer. */
function assertPlaces(decimals: number): void {
  if (typeof decimals === "number" && decimals >= 0 && decimals <= 15 && decimals % 1 === 0) return;
  throw new KalshiConfigError(`decimals takes a whole number from 0 to 15; got ${said(decimals)}.`);
}

function said(value: unknown): string {
  return typeof value === "number" ? `${value}` : value === null ? "null" : typeof value;
}

/**
 * Reads a decimal into an integer of 10^-`decimals`. Numbers count as the decimal that JavaScript prints for
 * them, so 0.57 is exact and 0.1 + 0.2 is refused.
 *
 * @param value a plain decimal such as `"-12.50"`: digits, at most one point between them, at most a minus
 * @param decimals places of the unit, 0 to 15; further places may only hold zeros
 * @throws {KalshiValueError} for anything else: signs of plus, exponents, spaces, NaN, booleans, and what does
 * not fit the unit or a safe integer
 * @throws {KalshiConfigError} for `decimals` that are none
 */
export function parseFixed(value: string | number, decimals: number): number {
  assertPlaces(decimals);
  if (typeof value !== "string" && typeof value !== "number") {
    refuse(`Expected a decimal string, not ${value === null ? value : typeof value}.`);
  }
  const text = `${value}`;
  if (text.length > MOST_DIGITS) {
    refuse(`${quoted(text)}… is far too long for a decimal.`);
  }
  const negative = text.charCodeAt(0) === 45;
  let units = 0;
  // Places after the point; -1 before it.
  let places = -1;
  let digits = 0;
  let lost = false;
  for (let i = negative ? 1 : 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit >= 0 && digit <= 9) {
      digits++;
      if (places < 0 || ++places <= decimals) units = units * 10 + digit;
      else lost ||= digit > 0;
    } else if (digit === -2 && places < 0 && digits > 0 && i < text.length - 1) places = 0;
    else digits = -Infinity;
  }
  for (let i = Math.max(places, 0); i < decimals; i++) units *= 10;
  const problem = digits <= 0
    ? 'is no plain decimal such as "0.5600"'
    : lost
    ? `has more than ${decimals} decimals: round it first`
    : units > Number.MAX_SAFE_INTEGER
    ? "is too large to stay exact"
    : undefined;
  if (problem) refuse(`${quoted(text)} ${problem}.`);
  return negative ? 0 - units : units;
}

/**
 * Writes an integer of 10^-`decimals` as a decimal with all its places.
 *
 * @param decimals places of the unit, 0 to 15
 * @throws {KalshiValueError} when `units` is no safe integer
 * @throws {KalshiConfigError} for `decimals` that are none
 */
export function formatFixed(units: number, decimals: number): string {
  assertPlaces(decimals);
  const text = `${Math.abs(safe(units))}`.padStart(decimals + 1, "0");
  const point = text.length - decimals;
  return `${units < 0 ? "-" : ""}${text.slice(0, point)}${decimals > 0 ? "." : ""}${text.slice(point)}`;
}

function notNegative(price: number): number {
  return price >= 0 ? price : refuse("A price is never negative: is it money?");
}

/**
 * Reads a price in dollars: `"0.5600"` is 5600.
 *
 * @throws {KalshiValueError} as {@linkcode parseFixed} does, and for a negative price
 *
 * @example
 * ```ts
 * import { formatPrice, parsePrice } from "@unofficial/kalshi/fixed-point";
 *
 * const spread = parsePrice("0.5700") - parsePrice("0.5600");
 * console.log(formatPrice(spread)); // "0.0100"
 * ```
 */
export function parsePrice(dollars: string | number): number {
  return notNegative(parseFixed(dollars, 4));
}

/**
 * Writes a price with the wire's 4 decimals: 5600 is `"0.5600"`.
 *
 * @throws {KalshiValueError} for a negative price, or when it is no safe integer
 */
export function formatPrice(price: number): string {
  return formatFixed(notNegative(safe(price)), 4);
}

/**
 * Rounds a model's floating-point price in dollars to the nearest ten-thousandth: 0.56371 is 5637. Snap the
 * result to the market's grid before it becomes an order.
 *
 * @throws {KalshiValueError} for NaN, infinity, and what is too large to stay exact
 *
 * @example
 * ```ts
 * import { formatPrice, priceFromFloat, priceGrid, snapDown } from "@unofficial/kalshi/fixed-point";
 *
 * const grid = priceGrid([{ start: "0.0000", end: "1.0000", step: "0.0100" }]);
 * const bid = snapDown(grid, priceFromFloat(0.56371 - 0.01));
 * if (bid !== undefined) console.log(formatPrice(bid)); // "0.5500"
 * ```
 */
export function priceFromFloat(dollars: number): number {
  return safe(typeof dollars === "number" ? Math.round(dollars * 10_000) : dollars);
}

/**
 * The other side's price: what NO costs when YES costs `price`, and the other way round.
 *
 * @throws {KalshiValueError} unless 0 <= price <= 10 000
 */
export function complementPrice(price: number): number {
  return safe(price) <= 10_000
    ? 10_000 - notNegative(price)
    : refuse("A price over 1 dollar has no complement.");
}

/**
 * Reads a number of contracts: `"10.00"` is 1000. Negative ones are short positions and reductions.
 *
 * @throws {KalshiValueError} as {@linkcode parseFixed} does
 */
export function parseCount(contracts: string | number): number {
  return parseFixed(contracts, 2);
}

/**
 * Writes a number of contracts with the wire's 2 decimals: 1000 is `"10.00"`.
 *
 * @throws {KalshiValueError} when `count` is no safe integer
 */
export function formatCount(count: number): string {
  return formatFixed(count, 2);
}

/**
 * Reads an amount of money in dollars: `"-0.009903"` is -9903.
 *
 * @throws {KalshiValueError} as {@linkcode parseFixed} does
 */
export function parseMoney(dollars: string | number): number {
  return parseFixed(dollars, 6);
}

/**
 * Writes an amount of money with 4 decimals, or with 6 where 4 would not be exact: 5 600 000 is `"5.6000"`.
 *
 * @throws {KalshiValueError} when `money` is no safe integer
 */
export function formatMoney(money: number): string {
  return safe(money) % 100 === 0 ? formatFixed(money / 100, 4) : formatFixed(money, 6);
}

/**
 * Price times count, as money: what the contracts cost. For contracts sold, what they lock up is
 * `notional(complementPrice(price), count)`.
 *
 * @throws {KalshiValueError} when the product would not stay exact
 *
 * @example
 * ```ts
 * import { formatMoney, notional, parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";
 *
 * console.log(formatMoney(notional(parsePrice("0.3301"), parseCount("0.03")))); // "0.009903"
 * ```
 */
export function notional(price: number, count: number): number {
  return safe(safe(price) * safe(count));
}

/**
 * `a + b` of one unit, refusing what would not stay exact.
 *
 * @throws {KalshiValueError} when an operand or the sum is no safe integer
 */
export function addFixed(a: number, b: number): number {
  return safe(safe(a) + safe(b));
}

/**
 * `a - b` of one unit, refusing what would not stay exact.
 *
 * @throws {KalshiValueError} when an operand or the difference is no safe integer
 */
export function subtractFixed(a: number, b: number): number {
  return safe(safe(a) - safe(b));
}

/**
 * Orders two amounts of one unit, for `sort`: negative, 0 or positive.
 *
 * @throws {KalshiValueError} when one is no safe integer, such as NaN, which a plain `<` would let pass
 */
export function compareFixed(a: number, b: number): number {
  return safe(a) < safe(b) ? -1 : Number(a > b);
}

/**
 * The largest multiple of `step` at or below `units`: money to the cent is `floorToStep(money, 10_000)`, a
 * count to whole contracts `floorToStep(count, 100)`.
 *
 * @throws {KalshiValueError} when one is no safe integer, or `step` is not positive
 */
export function floorToStep(units: number, step: number): number {
  if (!(safe(step) > 0)) refuse("A step must be positive.");
  const rest = safe(units) % step;
  return safe(units - (rest < 0 ? rest + step : rest));
}

/**
 * The smallest multiple of `step` at or above `units`.
 *
 * @throws {KalshiValueError} when one is no safe integer, or `step` is not positive
 */
export function ceilToStep(units: number, step: number): number {
  return 0 - floorToStep(0 - safe(units), step);
}

/** A stretch of a market's price grid, in ten-thousandths of a dollar. */
export interface PriceBand {
  /** Its first price. */
  readonly start: number;
  /** Its last price. */
  readonly end: number;
  /** The tick: the distance of its prices. */
  readonly step: number;
}

/** The valid prices of a market, made by {@linkcode priceGrid}. */
export interface PriceGrid {
  /** Its bands, in the order given. */
  readonly bands: readonly PriceBand[];
  /** Its lowest price. */
  readonly lowest: number;
  /** Its highest price. */
  readonly highest: number;
}

/**
 * Reads a market's `price_ranges`, as REST and the `price_level_structure_updated` event give them. Take the
 * ranges from the market itself and do not derive them from the structure's name; they can change.
 *
 * @throws {KalshiValueError} for no range at all, a step that is not positive, a range that ends before it
 * starts, and prices that are no exact decimals
 *
 * @example
 * ```ts
 * import { nextTick, priceGrid, snapDown } from "@unofficial/kalshi/fixed-point";
 *
 * const grid = priceGrid([
 *   { start: "0.0000", end: "0.1000", step: "0.0010" },
 *   { start: "0.1000", end: "0.9000", step: "0.0100" },
 *   { start: "0.9000", end: "1.0000", step: "0.0010" },
 * ]);
 * snapDown(grid, 5678); // 5600
 * nextTick(grid, 9000); // 9010
 * ```
 */
export function priceGrid(
  ranges: readonly { readonly start: string; readonly end: string; readonly step: string }[],
): PriceGrid {
  if (!Array.isArray(ranges)) refuse(`priceGrid takes a market's list of price_ranges; got ${said(ranges)}.`);
  const bands = ranges.map((range): PriceBand => {
    if (typeof range !== "object" || range === null) refuse(`A price range is no ${said(range)}.`);
    const start = parsePrice(range.start);
    const length = parsePrice(range.end) - start;
    const step = parsePrice(range.step);
    if (length < 0) refuse(`A price range ends at ${range.end}, before its start.`);
    return Object.freeze({ start, end: start + floorToStep(length, step), step });
  });
  if (bands.length === 0) refuse("A market without price_ranges has no price grid.");
  return Object.freeze({
    bands: Object.freeze(bands),
    lowest: bands.reduce((least, { start }) => Math.min(least, start), Infinity),
    highest: bands.reduce((most, { end }) => Math.max(most, end), 0),
  });
}

function assertGrid(grid: PriceGrid): void {
  if (!Array.isArray(grid?.bands) || !grid.bands.every((band) => band?.step > 0)) {
    refuse(`Expected what priceGrid gives, not ${said(grid)}.`);
  }
}

/**
 * The highest price of the grid at or below `price`, as a bid wants it; undefined below the grid.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function snapDown(grid: PriceGrid, price: number): number | undefined {
  assertGrid(grid);
  safe(price);
  let best: number | undefined;
  for (const { start, end, step } of grid.bands) {
    if (price < start) continue;
    const candidate = price >= end ? end : price - (price - start) % step;
    if (best === undefined || candidate > best) best = candidate;
  }
  return best;
}

/**
 * The lowest price of the grid at or above `price`, as an ask wants it; undefined above the grid.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function snapUp(grid: PriceGrid, price: number): number | undefined {
  assertGrid(grid);
  safe(price);
  let best: number | undefined;
  for (const { start, end, step } of grid.bands) {
    if (price > end) continue;
    const candidate = price <= start ? start : start + ceilToStep(price - start, step);
    if (best === undefined || candidate < best) best = candidate;
  }
  return best;
}

/**
 * The price of the grid nearest to `price`, the lower one of two as near; the grid's end outside of it.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function snapNearest(grid: PriceGrid, price: number): number {
  const down = snapDown(grid, price) ?? grid.lowest;
  const up = snapUp(grid, price) ?? grid.highest;
  return Math.abs(price - down) <= Math.abs(up - price) ? down : up;
}

/**
 * Whether a price is on the grid.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function isOnGrid(grid: PriceGrid, price: number): boolean {
  return snapDown(grid, price) === price;
}

/**
 * The next price of the grid above `price`, which need not be on it; undefined at the top.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function nextTick(grid: PriceGrid, price: number): number | undefined {
  return snapUp(grid, safe(price) + 1);
}

/**
 * The next price of the grid below `price`, which need not be on it; undefined at the bottom.
 *
 * @throws {KalshiValueError} when `price` is no safe integer
 */
export function previousTick(grid: PriceGrid, price: number): number | undefined {
  return snapDown(grid, safe(price) - 1);
}
