/** Prices that the perps exchange takes: ticks and bands. */
import { KalshiValueError } from "../../base/errors.ts";
import { divide, inverse, product, times } from "./ratio.ts";
import type { BookSide, MarginMarket } from "../../contract/perps/types.ts";
import { readObject, readPositive, readPrice, readWord } from "./read.ts";
import { writeRounded } from "./write.ts";

const SIDES = ["bid", "ask"] as const satisfies readonly BookSide[];

/**
 * Which way a price goes to its tick:
 *
 * - `passive`: in the order's favour: a bid down, an ask up. It never pays more than was asked for.
 * - `aggressive`: the other way: a bid up, an ask down. It trades sooner, and up to a tick worse.
 */
export type TickRounding = "passive" | "aggressive";

/**
 * Rounds a price to a market's `tick_size`, as an order takes it.
 *
 * @param market the market; its tick may change, so take it from a fresh answer
 * @param price dollars for a contract; a number, such as a model's, counts as the decimal that JavaScript prints
 * @param rounding which way, `passive` unless said otherwise
 * @throws {KalshiValueError} for what is no price above 0, and where it would become 0
 *
 * @example
 * ```ts
 * import { roundToTick } from "@unofficial/kalshi/perps";
 *
 * const market = { tick_size: "0.0005" };
 * console.log(roundToTick(market, "bid", 6.25938)); // "6.2590"
 * console.log(roundToTick(market, "ask", 6.25938)); // "6.2595"
 * ```
 */
export function roundToTick(
  market: Pick<MarginMarket, "tick_size">,
  side: BookSide,
  price: string | number,
  rounding: TickRounding = "passive",
): string {
  const isBid = readWord(side, SIDES, "side") === "bid";
  const isPassive = readWord(rounding, ["passive", "aggressive"], "rounding") === "passive";
  const tick = readPositive(readObject(market, "market").tick_size, "tick_size");
  const ticks = product(readPositive(price, "price"), inverse(tick));
  const whole = divide(ticks.numerator, ticks.denominator, isBid === isPassive ? "down" : "up");
  if (whole > 0n) return writeRounded(product({ numerator: whole, denominator: 1n }, tick), 4, "nearest");
  throw new KalshiValueError(
    `A ${side} of ${price} is less than a tick of ${market.tick_size}: it has no price.`,
  );
}

/** The prices that new orders and amends may have; undefined where there is no limit. */
export interface PerpsPriceBand {
  /** The lowest bid that is taken. */
  readonly lowestBid: string | undefined;
  /** The highest ask that is taken. */
  readonly highestAsk: string | undefined;
}

/** The best prices of a market: a market's answer and a ticker's frame have them. */
export interface BestPrices {
  /** Best price bid; nothing or 0 where nobody bids. */
  readonly bid?: string | null | undefined;
  /** Best price asked; nothing or 0 where nobody asks. */
  readonly ask?: string | null | undefined;
}

/** Each side of the band is the wider one of these: a fifth of the best price, and a thousand ticks of 0.0001. */
const TICKS = 1_000;
const FOUR_FIFTHS = { numerator: 4n, denominator: 5n };
const SIX_FIFTHS = { numerator: 6n, denominator: 5n };

function limit(best: string | null | undefined, what: "bid" | "ask"): number | undefined {
  const price = best === null || best === undefined ? 0 : readPrice(best, what);
  if (price === 0) return undefined;
  if (what === "ask") return Math.max(times(price, SIX_FIFTHS, "down", "The band"), price + TICKS);
  const lowest = Math.min(times(price, FOUR_FIFTHS, "up", "The band"), price - TICKS);
  return lowest > 0 ? lowest : undefined;
}

const asPrice = (units: number | undefined) =>
  units === undefined
    ? undefined
    : writeRounded({ numerator: BigInt(units), denominator: 10_000n }, 4, "nearest");

/**
 * The band of a market: a bid must be at least the lower of 80 % of the best bid and 0.10 dollars below it, an ask at
 * most the higher of 120 % of the best ask and 0.10 dollars above it. The exchange refuses new orders and amends outside
 * of it, by the book of that moment; what rests stays. Follows https://docs.kalshi.com/margin/price-banding.
 *
 * @throws {KalshiValueError} for what is no price
 *
 * @example
 * ```ts
 * import { priceBand } from "@unofficial/kalshi/perps";
 *
 * console.log(priceBand({ bid: "6.2590", ask: "6.2600" })); // { lowestBid: "5.0072", highestAsk: "7.5120" }
 * ```
 */
export function priceBand(best: BestPrices): PerpsPriceBand {
  const { bid, ask } = readObject(best, "best");
  return { lowestBid: asPrice(limit(bid, "bid")), highestAsk: asPrice(limit(ask, "ask")) };
}

/**
 * Whether an order at a price is within the market's band.
 *
 * @throws {KalshiValueError} for what is no side or price
 */
export function isInPriceBand(best: BestPrices, side: BookSide, price: string): boolean {
  const isBid = readWord(side, SIDES, "side") === "bid";
  const units = readPrice(price, "price");
  const { bid, ask } = readObject(best, "best");
  const end = isBid ? limit(bid, "bid") : limit(ask, "ask");
  return end === undefined || (isBid ? units >= end : units <= end);
}
