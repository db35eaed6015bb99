/** Contracts, what they are worth, and how much of the underlying is in them. */
import { KalshiValueError } from "../../base/errors.ts";
import { formatCount } from "../../base/fixed_point.ts";
import { shown } from "../../base/plain.ts";
import { divide, exactNumber, inverse, product, type Ratio, readRatio } from "./ratio.ts";
import type { MarginMarket } from "../../contract/perps/types.ts";
import { readCount, readMoney, readObject, readPositive, readPrice } from "./read.ts";
import { writeExact, writeRounded } from "./write.ts";

/** What a contract is made of: a market of the perps exchange has both. */
export type ContractUnits = Pick<MarginMarket, "contract_size" | "underlying_multiplier">;

/** The underlying in one contract: the contract's size in its own unit, times what one unit holds. */
function perContract(market: ContractUnits): Ratio {
  const { contract_size: size, underlying_multiplier: multiplier } = readObject(market, "market");
  return product(
    readPositive(size, "contract_size"),
    readPositive(multiplier, "underlying_multiplier"),
  );
}

/**
 * What contracts are worth at a price, in millionths of a dollar: Kalshi's `position_notional`. A price is one of a
 * contract, so that neither the contract's size nor its multiplier is in it. Never below 0; exact up to 9 007 199 254
 * dollars.
 *
 * @param price dollars for a contract, such as a `mark_price`
 * @param count contracts; a short position's are below 0
 * @throws {KalshiValueError} for what is no price or count, and beyond that
 *
 * @example
 * ```ts
 * import { formatMoney } from "@unofficial/kalshi/fixed-point";
 * import { notionalMicros } from "@unofficial/kalshi/perps";
 *
 * console.log(formatMoney(notionalMicros("6.2590", "-100.00"))); // "625.9000"
 * ```
 */
export function notionalMicros(price: string, count: string): number {
  const units = readPrice(price, "price") * Math.abs(readCount(count, "count"));
  if (Number.isSafeInteger(units)) return units;
  throw new KalshiValueError(`The notional of ${count} contracts at ${price} would not stay exact.`);
}

/**
 * How much of the underlying is in contracts, as an exact decimal: 250 contracts of 0.0001 BTC are `"0.025"`. Below 0
 * for a short position.
 *
 * @throws {KalshiValueError} for what is no count, size or multiplier
 */
export function underlyingOf(market: ContractUnits, count: string): string {
  const contracts = { numerator: BigInt(readCount(count, "count")), denominator: 100n };
  return writeExact(product(contracts, perContract(market)));
}

/**
 * What one unit of the underlying costs at a contract's price, rounded to the nearest: at `"6.2590"` for 0.0001 BTC a
 * bitcoin costs `"62590.0000"`. To look at and to compare; orders take the contract's price.
 *
 * @param decimals places of the result, 0 to 15; 4 unless said otherwise
 * @throws {KalshiValueError} for what is no price, size, multiplier or number of places
 */
export function underlyingPrice(market: ContractUnits, price: string, decimals: number = 4): string {
  if (!(Number.isInteger(decimals) && decimals >= 0 && decimals <= 15)) {
    throw new KalshiValueError("decimals takes a whole number from 0 to 15.");
  }
  const dollars = { numerator: BigInt(readPrice(price, "price")), denominator: 10_000n };
  return writeRounded(product(dollars, inverse(perContract(market))), decimals, "nearest");
}

/** What {@linkcode contractsFor} needs of a market. */
export type TradedUnits = ContractUnits & Pick<MarginMarket, "fractional_trading_enabled">;

/** Hundredths of contracts that an order may have: whole contracts, or hundredths where parts are traded. */
function orderCount(exact: { numerator: bigint; denominator: bigint }, isFractional: boolean): string {
  const step = isFractional ? 1n : 100n;
  const steps = divide(exact.numerator * 100n, exact.denominator * step, "down");
  return formatCount(exactNumber(steps * step, "The count"));
}

/**
 * The contracts that hold at most so much of the underlying, as an order takes them: whole ones, or hundredths where the
 * market trades parts. The size of a hedge: 0.0257 BTC are `"257.00"` contracts of 0.0001.
 *
 * @param underlying units of the underlying, 0 or more
 * @throws {KalshiValueError} for an amount below 0, and what is no size or multiplier
 */
export function contractsFor(market: TradedUnits, underlying: string): string {
  const amount = readPositive(underlying, "underlying", 0);
  return orderCount(product(amount, inverse(perContract(market))), market.fractional_trading_enabled);
}

/**
 * The contracts that are worth at most so many dollars at a price, as an order takes them.
 *
 * @param dollars their worth together, 0 or more
 * @throws {KalshiValueError} for an amount below 0, and what is no price above 0
 */
export function contractsWorth(
  market: Pick<MarginMarket, "fractional_trading_enabled">,
  price: string,
  dollars: string,
): string {
  const each = readPrice(price, "price");
  const all = readMoney(dollars, "dollars");
  if (each === 0 || all < 0) {
    throw new KalshiValueError("contractsWorth takes a price above 0 and dollars of 0 or more.");
  }
  // Money in millionths over a price in ten-thousandths is hundredths of contracts.
  return orderCount(
    { numerator: BigInt(all), denominator: BigInt(each) * 100n },
    readObject(market, "market").fractional_trading_enabled,
  );
}

/**
 * Reads dollars without a limit, in millionths: what a market has traded since it opened
 * (`volume_notional_value_dollars`) may pass what a safe integer holds. For your own money there is `parseMoney` of
 * `@unofficial/kalshi/fixed-point`.
 *
 * @throws {KalshiValueError} for what is no decimal of at most 6 places
 */
export function bigMicros(dollars: string): bigint {
  const { numerator, denominator } = readRatio(dollars, "dollars");
  const micros = numerator * 1_000_000n;
  if (micros % denominator === 0n) return micros / denominator;
  throw new KalshiValueError(
    `dollars takes at most 6 decimals; got ${JSON.stringify(dollars.slice(0, 40))}.`,
  );
}

/**
 * Writes millionths of a dollar of any size, with 6 decimals.
 *
 * @throws {KalshiValueError} for what is no bigint
 */
export function formatBigMicros(micros: bigint): string {
  if (typeof micros !== "bigint") {
    throw new KalshiValueError(`micros takes a bigint, as bigMicros gives it; got ${shown(micros)}.`);
  }
  return writeRounded({ numerator: micros, denominator: 1_000_000n }, 6, "nearest");
}
