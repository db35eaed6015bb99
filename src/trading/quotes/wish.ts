/** A wish as it is given, read into levels. */
import { formatPrice, isOnGrid, parseCount, parsePrice, snapDown, snapUp } from "../../base/fixed_point.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import { isPlain, shown } from "../../base/plain.ts";
import type { Level } from "./decide.ts";
import type { MarketDesk } from "./desk.ts";
import { refused } from "./limits.ts";
import type { QuoteLevel, QuoteSide, QuoteWish } from "./types.ts";

/** The levels of each side that a wish names, best first. */
export interface ReadWish {
  bid?: Level[];
  ask?: Level[];
}

/** A wish that takes both sides away. */
export const NO_WISH: QuoteWish = { bid: null, ask: null };

/** A copy of a wish, whose form is right. */
export function copyWish(given: QuoteWish | null): QuoteWish {
  if (given === null) return NO_WISH;
  if (!isPlain(given)) throw wrong(`takes { bid, ask } or null; got ${shown(given)}`);
  const copy: { bid?: QuoteWish["bid"]; ask?: QuoteWish["ask"] } = {};
  for (const name of Object.keys(given)) {
    if (name !== "bid" && name !== "ask") {
      throw wrong(`has no side ${JSON.stringify(name)}: its sides are bid and ask`);
    }
    const side = given[name];
    if (side === undefined) continue;
    if (side === null) copy[name] = null;
    else {copy[name] = (Array.isArray(side) ? side : [side]).map((level: QuoteLevel) =>
        copyLevel(name, level)
      );}
  }
  return copy;
}

function copyLevel(side: QuoteSide, level: QuoteLevel): QuoteLevel {
  if (!isPlain(level)) throw wrong(`takes { price, count } for a level of the ${side}; got ${shown(level)}`);
  const { price, count } = level;
  for (const name of Object.keys(level)) {
    if (name !== "price" && name !== "count") {
      throw wrong(`has no ${JSON.stringify(name)} in a level: it takes price and count`);
    }
  }
  if (typeof price !== "string" || typeof count !== "string") {
    throw wrong('takes price and count as texts, such as { price: "0.4500", count: "10.00" }');
  }
  if (parseCount(count) < 0) throw wrong(`takes a count from 0; got ${count}`);
  parsePrice(price);
  return { price, count };
}

/**
 * Reads a wish by a market's grid.
 *
 * @throws {KalshiConfigError} for a price that is named twice
 * @throws {KalshiQuoteRefusedError} for a price off the grid, unless it is to be moved onto it, and for sides that meet
 */
export function readWish(desk: MarketDesk, wish: QuoteWish, offGrid: "refuse" | "snap"): ReadWish {
  const read: ReadWish = {};
  for (const side of ["bid", "ask"] as const) {
    const given = wish[side];
    if (given === undefined) continue;
    const levels = [...(given === null ? [] : given) as readonly QuoteLevel[]]
      .map(({ price, count }) => ({
        price: onGrid(desk, side, parsePrice(price), offGrid),
        count: parseCount(count),
      }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => side === "bid" ? b.price - a.price : a.price - b.price);
    for (const [index, { price }] of levels.entries()) {
      if (levels[index - 1]?.price === price) {
        throw wrong(`names the price ${formatPrice(price)} of the ${side} twice: add the counts`);
      }
    }
    read[side] = levels;
  }
  const bid = (read.bid ?? desk.bid.levels)?.[0];
  const ask = (read.ask ?? desk.ask.levels)?.[0];
  if (bid !== undefined && ask !== undefined && bid.price >= ask.price) {
    const prices = `${formatPrice(bid.price)} and asks ${formatPrice(ask.price)}`;
    throw refused(desk, "crossed", `bids ${prices}: the two would meet`);
  }
  return read;
}

function onGrid(desk: MarketDesk, side: QuoteSide, price: number, offGrid: "refuse" | "snap"): number {
  const { grid } = desk.market;
  const snapped = side === "bid" ? snapDown(grid, price) : snapUp(grid, price);
  const isPrice = (value: number | undefined): value is number =>
    value !== undefined && value > 0 && value < 10_000;
  if (isPrice(price) && isOnGrid(grid, price)) return price;
  if (offGrid === "snap" && isPrice(snapped)) return snapped;
  throw refused(desk, "grid", `has a price of ${formatPrice(price)}, which is not on the market's grid`);
}

const wrong = (says: string) => new KalshiConfigError(`QuoteManager.set: a wish ${says}. Nothing was sent.`);
