/**
 * One market's order book in exact integers.
 *
 * @module
 */

import { KalshiConfigError, KalshiValueError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import { assertLevel, assertLevels, type BookDepth, type BookLevel } from "./levels.ts";
import type { OwnLevel, OwnOrder, OwnPerpsOrder } from "./own_orders.ts";
import { type BookWithoutOwn, withoutOwn } from "./without_own.ts";

export type { BookDepth, BookLevel } from "./levels.ts";

const BLOCK = 128;

/** A run of neighbouring levels, sorted by key. */
interface Block {
  readonly keys: number[];
  readonly sizes: number[];
}

/** Where `key` is in `keys`, or where it belongs. */
function search(keys: readonly number[], key: number): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle] as number < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * One side. Its key is the price for bids and the negated price for asks, so that the best level is the last
 * one: most changes happen near the best price and move few others. Levels sit in blocks of limited size,
 * which keeps a change cheap in a book of any depth.
 */
class Side {
  readonly sign: 1 | -1;
  blocks: Block[] = [{ keys: [], sizes: [] }];
  levels = 0;

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  /** The block that `key` belongs to: the last one that starts at or before it. */
  find(key: number): number {
    let low = 0;
    let high = this.blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.block(middle).keys[0] as number <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  block(index: number): Block {
    return this.blocks[index] as Block;
  }

  /** Adds `delta` to a level. A result below zero is returned and not applied. */
  add(price: number, delta: number): number {
    const key = this.sign * price;
    const index = this.find(key);
    const { keys, sizes } = this.block(index);
    const at = search(keys, key);
    if (keys[at] === key) {
      const size = sizes[at] as number + delta;
      if (size > Number.MAX_SAFE_INTEGER) {
        throw new KalshiValueError("The size of the level is too large to stay exact.");
      }
      if (size > 0) sizes[at] = size;
      else if (size === 0) this.remove(index, at);
      return size;
    }
    if (delta > 0) this.insert(index, at, key, delta);
    return delta;
  }

  insert(index: number, at: number, key: number, size: number): void {
    const { keys, sizes } = this.block(index);
    for (let i = keys.length; i > at; i--) {
      keys[i] = keys[i - 1] as number;
      sizes[i] = sizes[i - 1] as number;
    }
    keys[at] = key;
    sizes[at] = size;
    this.levels++;
    if (keys.length > BLOCK) {
      const half = { keys: keys.splice(BLOCK >> 1), sizes: sizes.splice(BLOCK >> 1) };
      this.blocks.splice(index + 1, 0, half);
    }
  }

  remove(index: number, at: number): void {
    const { keys, sizes } = this.block(index);
    const last = keys.length - 1;
    for (let i = at; i < last; i++) {
      keys[i] = keys[i + 1] as number;
      sizes[i] = sizes[i + 1] as number;
    }
    keys.pop();
    sizes.pop();
    this.levels--;
    if (last === 0 && this.blocks.length > 1) this.blocks.splice(index, 1);
  }

  sizeAt(price: number): number {
    const key = this.sign * price;
    const { keys, sizes } = this.block(this.find(key));
    const at = search(keys, key);
    return keys[at] === key ? sizes[at] as number : 0;
  }

  get bestPrice(): number | undefined {
    // An index below zero is looked for among names, which takes long.
    if (this.levels === 0) return undefined;
    const { keys } = this.block(this.blocks.length - 1);
    return this.sign * (keys[keys.length - 1] as number);
  }

  get bestSize(): number {
    if (this.levels === 0) return 0;
    const { sizes } = this.block(this.blocks.length - 1);
    return sizes[sizes.length - 1] as number;
  }

  /** Up to `count` levels, best first. */
  take(count: number): BookLevel[] {
    const taken: BookLevel[] = [];
    for (let index = this.blocks.length - 1; index >= 0; index--) {
      const { keys, sizes } = this.block(index);
      for (let at = keys.length - 1; at >= 0; at--) {
        if (taken.length >= count) return taken;
        taken.push({ price: this.sign * (keys[at] as number), size: sizes[at] as number });
      }
    }
    return taken;
  }
}

/**
 * One market's order book in exact integers: prices in ten-thousandths of a dollar, sizes in hundredths of a contract.
 * That of an event market is in YES terms. It knows nothing of sequence numbers; {@linkcode MarketBook} does.
 *
 * A change costs a binary search. Reading the best prices allocates nothing.
 *
 * @example
 * ```ts
 * import { parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";
 * import { OrderBook } from "@unofficial/kalshi/order-books";
 *
 * const book = new OrderBook();
 * book.add("bid", parsePrice("0.5600"), parseCount("10.00"));
 * book.add("ask", parsePrice("0.5700"), parseCount("5.00"));
 * console.log(book.bestBid, book.mid); // 5600 5650
 * ```
 */
export class OrderBook {
  readonly #bids = new Side(1);
  readonly #asks = new Side(-1);

  /**
   * Adds `delta` (hundredths of a contract, may be negative) to the level at `price` (ten-thousandths of
   * a dollar). Returns the new size; a negative return means that the level held less, and nothing was changed.
   *
   * @throws {KalshiConfigError} for a side that is none, and for a price or a change that is no such number
   * @throws {KalshiValueError} when the new size would not stay exact; nothing was changed
   */
  add(side: "bid" | "ask", price: number, delta: number): number {
    assertLevel("add", side, price);
    if (!Number.isSafeInteger(delta)) {
      throw new KalshiConfigError(
        `add takes a change third, in whole hundredths of a contract; got ${shown(delta)}. ` +
          'For 10 contracts write 1000, or parseCount("10.00") of @unofficial/kalshi/fixed-point.',
      );
    }
    return (side === "bid" ? this.#bids : this.#asks).add(price, delta);
  }

  /** Highest bid in ten-thousandths of a dollar; undefined when nobody bids. */
  get bestBid(): number | undefined {
    return this.#bids.bestPrice;
  }

  /** Contracts at the highest bid, in hundredths; 0 when nobody bids. */
  get bestBidSize(): number {
    return this.#bids.bestSize;
  }

  /** Lowest ask in ten-thousandths of a dollar; undefined when nobody asks. */
  get bestAsk(): number | undefined {
    return this.#asks.bestPrice;
  }

  /** Contracts at the lowest ask, in hundredths; 0 when nobody asks. */
  get bestAskSize(): number {
    return this.#asks.bestSize;
  }

  /**
   * Half way between the best prices, in ten-thousandths of a dollar (it may end in .5); undefined when a side is
   * empty.
   */
  get mid(): number | undefined {
    const bid = this.bestBid;
    const ask = this.bestAsk;
    return bid === undefined || ask === undefined ? undefined : (bid + ask) / 2;
  }

  /**
   * The best prices weighted by the size of the other side, in ten-thousandths of a dollar: an estimate, and the
   * only figure here that is not exact. Undefined when a side is empty.
   */
  get microPrice(): number | undefined {
    const bid = this.bestBid;
    const ask = this.bestAsk;
    if (bid === undefined || ask === undefined) return undefined;
    const bidSize = this.bestBidSize;
    const askSize = this.bestAskSize;
    return (bid * askSize + ask * bidSize) / (bidSize + askSize);
  }

  /** Lowest ask minus highest bid, in ten-thousandths of a dollar; undefined when a side is empty. */
  get spread(): number | undefined {
    const bid = this.bestBid;
    const ask = this.bestAsk;
    return bid === undefined || ask === undefined ? undefined : ask - bid;
  }

  /** True when the best bid is at or above the best ask, which a matching engine never leaves behind. */
  get crossed(): boolean {
    const spread = this.spread;
    return spread !== undefined && spread <= 0;
  }

  /** How many levels both sides have. */
  get levels(): number {
    return this.#bids.levels + this.#asks.levels;
  }

  /**
   * Contracts resting at `price` (ten-thousandths of a dollar), in hundredths; 0 when there is no such level.
   *
   * @throws {KalshiConfigError} for a side that is none, and for a price that is no such number
   */
  sizeAt(side: "bid" | "ask", price: number): number {
    assertLevel("sizeAt", side, price);
    return (side === "bid" ? this.#bids : this.#asks).sizeAt(price);
  }

  /**
   * The best `count` levels of each side, as copies; all of them when left out.
   *
   * @throws {KalshiConfigError} for what is no whole number from 1
   */
  depth(count: number = Infinity): BookDepth {
    assertLevels(count);
    return { bids: this.#bids.take(count), asks: this.#asks.take(count) };
  }

  /**
   * The book as it is now, less your own orders: what others want. See {@linkcode withoutOwn}.
   *
   * @throws {KalshiConfigError} for what is no order or level, and for orders of several markets
   * @throws {KalshiValueError} for a price or a count that is no exact decimal
   */
  without(own: Iterable<OwnOrder | OwnPerpsOrder | OwnLevel>): BookWithoutOwn {
    return withoutOwn(this, own);
  }

  /**
   * True when both hold the same levels with the same sizes.
   *
   * @throws {KalshiConfigError} for what is no book
   */
  equals(other: OrderBook): boolean {
    if (typeof (other as Partial<OrderBook> | null | undefined)?.depth !== "function") {
      throw new KalshiConfigError(
        `equals takes another OrderBook; got ${shown(other)}. Of a MarketBook, give its read().`,
      );
    }
    const mine = this.depth();
    const theirs = other.depth();
    const same = (a: readonly BookLevel[], b: readonly BookLevel[]) =>
      a.length === b.length &&
      a.every(({ price, size }, index) => price === b[index]?.price && size === b[index]?.size);
    return same(mine.bids, theirs.bids) && same(mine.asks, theirs.asks);
  }
}
