/** One market's order book in YES prices: price levels, each a queue in order of time. */
import type { Order, Side } from "./types.ts";

/** A price level. */
export interface Level {
  readonly price: number;
  total: number;
  orders: number;
  first: Order | undefined;
  last: Order | undefined;
}

const WORDS = 320; // 10,240 bits cover the prices 0 to 10,000

/** The prices of one side that have orders: a bitmap with a summary, so that the best price is a few steps away. */
class PriceSet {
  readonly #words = new Uint32Array(WORDS);
  readonly #summary = new Uint32Array(WORDS / 32);

  add(price: number): void {
    const word = price >>> 5;
    this.#words[word] = (this.#words[word] ?? 0) | (1 << (price & 31));
    this.#summary[word >>> 5] = (this.#summary[word >>> 5] ?? 0) | (1 << (word & 31));
  }

  delete(price: number): void {
    const word = price >>> 5;
    const left = (this.#words[word] ?? 0) & ~(1 << (price & 31));
    this.#words[word] = left;
    if (left === 0) this.#summary[word >>> 5] = (this.#summary[word >>> 5] ?? 0) & ~(1 << (word & 31));
  }

  lowest(): number | undefined {
    for (let at = 0; at < this.#summary.length; at++) {
      const some = this.#summary[at] ?? 0;
      if (some === 0) continue;
      const word = at * 32 + (31 - Math.clz32(some & -some));
      const bits = this.#words[word] ?? 0;
      return word * 32 + (31 - Math.clz32(bits & -bits));
    }
    return undefined;
  }

  highest(): number | undefined {
    for (let at = this.#summary.length - 1; at >= 0; at--) {
      const some = this.#summary[at] ?? 0;
      if (some === 0) continue;
      const word = at * 32 + (31 - Math.clz32(some));
      return word * 32 + (31 - Math.clz32(this.#words[word] ?? 0));
    }
    return undefined;
  }
}

class BookSide {
  readonly levels = new Map<number, Level>();
  readonly prices = new PriceSet();
}

/** A book. It keeps queues; money is the engine's business. */
export class Book {
  // Most of a catalogue's markets never see an order: their sides are made with the first one.
  #bids: BookSide | undefined;
  #asks: BookSide | undefined;

  /** The best price of a side. */
  best(side: Side): number | undefined {
    return side === "bid" ? this.#bids?.prices.highest() : this.#asks?.prices.lowest();
  }

  /** The level at a price. */
  level(side: Side, price: number): Level | undefined {
    return (side === "bid" ? this.#bids : this.#asks)?.levels.get(price);
  }

  /** The levels of a side, best first. */
  levels(side: Side): Level[] {
    const found = [...(side === "bid" ? this.#bids : this.#asks)?.levels.values() ?? []];
    return found.sort(side === "bid" ? (a, b) => b.price - a.price : (a, b) => a.price - b.price);
  }

  /** Puts an order at the end of its level's queue. */
  add(order: Order): void {
    const side = order.side === "bid" ? this.#bids ??= new BookSide() : this.#asks ??= new BookSide();
    let level = side.levels.get(order.price);
    if (level === undefined) {
      level = { price: order.price, total: 0, orders: 0, first: undefined, last: undefined };
      side.levels.set(order.price, level);
      side.prices.add(order.price);
    }
    order.ahead = level.last;
    order.behind = undefined;
    if (level.last === undefined) level.first = order;
    else level.last.behind = order;
    level.last = order;
    level.orders++;
    level.total += order.remaining;
  }

  /** Takes `count` off a resting order's size, which keeps its place. */
  reduce(order: Order, count: number): void {
    const level = this.level(order.side, order.price);
    if (level !== undefined) level.total -= count;
  }

  /** Takes a resting order out, with what remains of it. */
  remove(order: Order): void {
    const side = order.side === "bid" ? this.#bids : this.#asks;
    const level = side?.levels.get(order.price);
    if (side === undefined || level === undefined) return;
    if (order.ahead === undefined) level.first = order.behind;
    else order.ahead.behind = order.behind;
    if (order.behind === undefined) level.last = order.ahead;
    else order.behind.ahead = order.ahead;
    order.ahead = undefined;
    order.behind = undefined;
    level.orders--;
    level.total -= order.remaining;
    if (level.orders === 0) {
      side.levels.delete(order.price);
      side.prices.delete(order.price);
    }
  }

  /** Contracts ahead of a resting order at its price. */
  queueAhead(order: Order): number {
    let count = 0;
    for (let other = order.ahead; other !== undefined; other = other.ahead) count += other.remaining;
    return count;
  }
}
