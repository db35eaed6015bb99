/**
 * Your own orders as levels of a book in YES terms, whichever of Kalshi's terms they are in.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { addFixed, complementPrice, parseCount, parsePrice } from "../base/fixed_point.ts";
import { shown } from "../base/plain.ts";
import { assertLevel } from "./levels.ts";

/** One of your own orders in exact integers, as you keep it yourself. */
export interface OwnLevel {
  /** `bid` buys YES; `ask` sells YES, which is to buy NO. */
  readonly side: "bid" | "ask";
  /** YES price in ten-thousandths of a dollar. */
  readonly price: number;
  /** Contracts that rest, in hundredths. */
  readonly size: number;
  /** Market ticker; of whatever book it is taken off when left out. */
  readonly ticker?: string | undefined;
}

/**
 * One of your own orders as Kalshi tells of it: an `Order` of REST, or the `msg` of a `user_order` of the stream. The
 * side is read from `book_side`, else `outcome_side`, else from the deprecated `side` with `action`; the price from
 * `yes_price_dollars`, else `no_price_dollars`.
 */
export interface OwnOrder {
  /** The exchange's id: an order that is given twice counts once, as it was given last. */
  readonly order_id?: string | undefined;
  /** Market ticker. */
  readonly ticker?: string | undefined;
  /** Only `resting` orders, and those that say no status, are in a book. */
  readonly status?: string | null | undefined;
  /** `bid` for bought YES or sold NO, `ask` for the other two. */
  readonly book_side?: string | null | undefined;
  /** `yes` for bought YES or sold NO, `no` for the other two. */
  readonly outcome_side?: string | null | undefined;
  /** The deprecated pair of words: which outcome is bought or sold. */
  readonly side?: string | null | undefined;
  /** The deprecated pair of words: `buy` or `sell`. */
  readonly action?: string | null | undefined;
  /** Price of YES in dollars. */
  readonly yes_price_dollars?: string | undefined;
  /** Price of NO in dollars. */
  readonly no_price_dollars?: string | undefined;
  /** Contracts that still rest. */
  readonly remaining_count_fp: string;
}

/** One of your own orders of perps as Kalshi tells of it: an order of REST, or the `msg` of a `user_order` of the stream. */
export interface OwnPerpsOrder {
  /** The exchange's id: an order that is given twice counts once, as it was given last. */
  readonly order_id?: string | undefined;
  /** Market ticker. */
  readonly ticker?: string | undefined;
  /** `bid` or `ask`. */
  readonly side: string;
  /** Price in dollars. */
  readonly price: string;
  /** Contracts that still rest. */
  readonly remaining_count: string;
}

function refuse(item: unknown, says: string): never {
  throw new KalshiConfigError(
    `Own orders are orders of Kalshi's (with book_side, yes_price_dollars and remaining_count_fp; of perps with side, ` +
      `price and remaining_count) or levels ` +
      `{ side: "bid" | "ask", price, size }; ${says}${
        typeof item === "object" ? "" : `: got ${shown(item)}`
      }.`,
  );
}

/** The side of a book that an order rests on. */
function sideOf(order: OwnOrder): "bid" | "ask" {
  const { book_side: bookSide, outcome_side: outcome, side, action } = order;
  if (bookSide === "bid" || bookSide === "ask") return bookSide;
  if (outcome === "yes" || outcome === "no") return outcome === "yes" ? "bid" : "ask";
  // To sell NO is to buy YES.
  const isBuy = action === "buy";
  if ((side === "yes" || side === "no") && (isBuy || action === "sell")) {
    return (side === "yes") === isBuy ? "bid" : "ask";
  }
  return refuse(order, "one of them has neither book_side, nor outcome_side, nor side with action");
}

function priceOf({ yes_price_dollars: yes, no_price_dollars: no }: OwnOrder): number {
  if (yes !== undefined && yes !== null) return parsePrice(yes);
  if (no !== undefined && no !== null) return complementPrice(parsePrice(no));
  return refuse({}, "one of them has neither yes_price_dollars nor no_price_dollars");
}

/** An order or a level as a level; undefined where none of it rests. */
function levelOf(item: Own): OwnLevel | undefined {
  if (typeof item !== "object" || item === null) return refuse(item, "one of them is none");
  if ("size" in item) {
    assertLevel("without", item.side, item.price);
    if (!Number.isSafeInteger(item.size) || item.size < 0) {
      return refuse(
        {},
        `a size is whole hundredths of a contract from 0, such as 1000 for 10; got ${shown(item.size)}`,
      );
    }
    return item;
  }
  if (!("remaining_count_fp" in item)) {
    if (!("remaining_count" in item)) return refuse({}, "one of them has no remaining_count_fp");
    const { side, price, remaining_count, ticker } = item;
    if (side !== "bid" && side !== "ask") return refuse({}, "the side of one of them is neither bid nor ask");
    return { side, price: parsePrice(price), size: parseCount(remaining_count), ticker };
  }
  if (item.status !== undefined && item.status !== null && item.status !== "resting") return undefined;
  if (item.remaining_count_fp === undefined) return refuse({}, "one of them has no remaining_count_fp");
  return {
    side: sideOf(item),
    price: priceOf(item),
    size: parseCount(item.remaining_count_fp),
    ticker: item.ticker,
  };
}

/** One of your own orders, in whichever terms. */
export type Own = OwnOrder | OwnPerpsOrder | OwnLevel;

/** What of your own rests at each price of each side. */
export type OwnSizes = Readonly<Record<"bid" | "ask", Map<number, number>>>;

/**
 * Sums up own orders by level. Those of other markets than `ticker` are left out; where the book does not say which
 * market it is of, all of them must be of one.
 */
export function ownSizes(own: Iterable<Own>, ticker: string | undefined): OwnSizes {
  if (typeof (own as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] !== "function") {
    refuse(own, "give a list of them, or another iterable that is not asynchronous");
  }
  // A key of its own for each item that has no id: any object will do.
  const items = new Map<unknown, Own>();
  for (const item of own) items.set((item as OwnOrder | null | undefined)?.order_id ?? Symbol(), item);
  const sizes = { bid: new Map<number, number>(), ask: new Map<number, number>() };
  let market = ticker;
  for (const item of items.values()) {
    const level = levelOf(item);
    if (level === undefined || level.size === 0) continue;
    if (level.ticker !== undefined && level.ticker !== market) {
      if (ticker !== undefined) continue;
      if (market !== undefined) {
        throw new KalshiConfigError(
          `Own orders of ${shown(market)} and of ${
            shown(level.ticker)
          } were given for one book, which does not say ` +
            "which market it is of: give those of its market alone.",
        );
      }
      market = level.ticker;
    }
    const side = sizes[level.side];
    side.set(level.price, addFixed(side.get(level.price) ?? 0, level.size));
  }
  return sizes;
}
