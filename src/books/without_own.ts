/**
 * A book less your own orders.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import { assertLevel, assertLevels, type BookDepth, type BookLevel } from "./levels.ts";
import { type OwnLevel, type OwnOrder, type OwnPerpsOrder, ownSizes } from "./own_orders.ts";

/** A book that can be read: a `LiveOrderBook`, an `OrderBook`, or anything with their `depth`. */
export interface BookToRead {
  /** Market ticker, where the book knows it. */
  readonly ticker?: string | undefined;
  /** The best `count` levels of each side, best first; all of them when left out. */
  depth(count?: number): BookDepth;
}

/** A level at which more of your own was given than the book shows: the two were not read at one moment. */
export interface OwnExcess {
  /** Side of the book. */
  readonly side: "bid" | "ask";
  /** Price in ten-thousandths of a dollar. */
  readonly price: number;
  /** What was given as your own, in hundredths of a contract. */
  readonly own: number;
  /** What the book shows there, in hundredths of a contract; 0 when it has no such level. */
  readonly shown: number;
}

/**
 * What others want: a book as it was when this was made, less your own orders. It does not change, and reads as an
 * `OrderBook` does.
 */
export class BookWithoutOwn {
  /**
   * Levels at which more of your own was given than the book shows. Nothing is left there, and nothing below it:
   * the book and the list of orders come by two ways, and one of them was behind. Empty when all is well.
   */
  readonly excess: readonly OwnExcess[];
  readonly #bids: readonly BookLevel[];
  readonly #asks: readonly BookLevel[];

  /** Made by {@linkcode withoutOwn}. */
  constructor(bids: readonly BookLevel[], asks: readonly BookLevel[], excess: readonly OwnExcess[]) {
    this.#bids = bids;
    this.#asks = asks;
    this.excess = excess;
  }

  /** Highest bid of others in ten-thousandths of a dollar; undefined when nobody else bids. */
  get bestBid(): number | undefined {
    return this.#bids[0]?.price;
  }

  /** Contracts of others at the highest bid, in hundredths; 0 when nobody else bids. */
  get bestBidSize(): number {
    return this.#bids[0]?.size ?? 0;
  }

  /** Lowest ask of others in ten-thousandths of a dollar; undefined when nobody else asks. */
  get bestAsk(): number | undefined {
    return this.#asks[0]?.price;
  }

  /** Contracts of others at the lowest ask, in hundredths; 0 when nobody else asks. */
  get bestAskSize(): number {
    return this.#asks[0]?.size ?? 0;
  }

  /** Half way between the best prices, in ten-thousandths of a dollar (it may end in .5); undefined when a side is empty. */
  get mid(): number | undefined {
    const [bid, ask] = [this.bestBid, this.bestAsk];
    return bid === undefined || ask === undefined ? undefined : (bid + ask) / 2;
  }

  /** Lowest ask minus highest bid, in ten-thousandths of a dollar; undefined when a side is empty. */
  get spread(): number | undefined {
    const [bid, ask] = [this.bestBid, this.bestAsk];
    return bid === undefined || ask === undefined ? undefined : ask - bid;
  }

  /** How many levels both sides have. */
  get levels(): number {
    return this.#bids.length + this.#asks.length;
  }

  /**
   * Contracts of others at `price` (ten-thousandths of a dollar), in hundredths; 0 when there are none.
   *
   * @throws {KalshiConfigError} for a side that is none, and for a price that is no such number
   */
  sizeAt(side: "bid" | "ask", price: number): number {
    assertLevel("sizeAt", side, price);
    return (side === "bid" ? this.#bids : this.#asks).find((level) => level.price === price)?.size ?? 0;
  }

  /**
   * The best `count` levels of each side, as copies; all of them when left out.
   *
   * @throws {KalshiConfigError} for what is no whole number from 1
   */
  depth(count: number = Infinity): BookDepth {
    assertLevels(count);
    return { bids: this.#bids.slice(0, count), asks: this.#asks.slice(0, count) };
  }
}

function others(
  side: "bid" | "ask",
  levels: readonly BookLevel[],
  own: Map<number, number>,
  excess: OwnExcess[],
): readonly BookLevel[] {
  if (own.size === 0) return levels;
  const left: BookLevel[] = [];
  for (const level of levels) {
    const { price, size } = level;
    const mine = own.get(price);
    own.delete(price);
    if (mine === undefined) left.push(level);
    else if (mine < size) left.push({ price, size: size - mine });
    else if (mine > size) excess.push({ side, price, own: mine, shown: size });
  }
  for (const [price, mine] of own) excess.push({ side, price, own: mine, shown: 0 });
  return left;
}

/**
 * A book less your own orders, as both are now: what others want. Exact, in YES terms. `book.without(own)` is the
 * same.
 *
 * Give all of your orders; those of other markets, and those that rest no longer, are left out of account. The book
 * and your orders come by two ways: where more of your own is given than the book shows, nothing is left of that
 * level, and `excess` says so.
 *
 * @throws {KalshiConfigError} for what is no book, order or level, and for orders of several markets when the book does
 * not say which one it is of
 * @throws {KalshiValueError} for a price or a count that is no exact decimal
 * @throws {KalshiStaleBookError} when the book is one that is kept live, and is not
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { withoutOwn } from "@unofficial/kalshi/trading";
 *
 * await using client = await KalshiClient.fromEnv();
 * await using stream = await client.stream();
 * const book = await stream.orderBook("KXHIGHNY-26NOV24-T60");
 * const own = [];
 * for await (const order of client.orders.listAll({ status: "resting" })) own.push(order);
 * const others = withoutOwn(book, own);
 * console.log(others.bestBid, others.bestAsk, others.excess);
 * ```
 */
export function withoutOwn(
  book: BookToRead,
  own: Iterable<OwnOrder | OwnPerpsOrder | OwnLevel>,
): BookWithoutOwn {
  if (typeof (book as Partial<BookToRead> | null | undefined)?.depth !== "function") {
    throw new KalshiConfigError(
      `withoutOwn takes a LiveOrderBook or an OrderBook first; got ${
        shown(book)
      }. Of a MarketBook, give its read().`,
    );
  }
  const sizes = ownSizes(own, book.ticker);
  const { bids, asks } = book.depth();
  const excess: OwnExcess[] = [];
  const left = [others("bid", bids, sizes.bid, excess), others("ask", asks, sizes.ask, excess)] as const;
  return new BookWithoutOwn(...left, Object.freeze(excess));
}
