/** One market's order book: price levels, each a queue in order of time. It keeps queues; money is the clearing's business. */

/** A side of a book, in terms of YES: `bid` buys it, `ask` sells it (which is buying NO at 1 - price). */
export type Side = "bid" | "ask";

/** The side that an order trades with. */
export const opposite = (side: Side): Side => side === "bid" ? "ask" : "bid";

/** What rests in a book. */
export interface Queued<O> {
  readonly side: Side;
  readonly price: number;
  readonly remaining: number;
  /** Neighbours in the queue of its price level. */
  ahead: O | undefined;
  behind: O | undefined;
}

/** A price level. */
export interface Level<O> {
  readonly price: number;
  total: number;
  orders: number;
  first: O | undefined;
  last: O | undefined;
}

/** The levels of one side, over any integer prices. */
class BookSide<O> {
  readonly byPrice = new Map<number, Level<O>>();
  /** The best level is the last, so that what happens at the top moves nothing else. */
  readonly worstFirst: Level<O>[] = [];
  readonly #sign: 1 | -1;

  constructor(side: Side) {
    this.#sign = side === "bid" ? 1 : -1;
  }

  /** The level at a price, made where there is none. */
  at(price: number): Level<O> {
    let level = this.byPrice.get(price);
    if (level === undefined) {
      level = { price, total: 0, orders: 0, first: undefined, last: undefined };
      this.byPrice.set(price, level);
      this.worstFirst.splice(this.#index(price), 0, level);
    }
    return level;
  }

  delete(price: number): void {
    this.byPrice.delete(price);
    this.worstFirst.splice(this.#index(price), 1);
  }

  /** Where a price stands or would stand. */
  #index(price: number): number {
    let low = 0;
    let high = this.worstFirst.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = (this.worstFirst[middle] as Level<O>).price;
      if ((other - price) * this.#sign < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A book of orders, best price first and then oldest first. */
export class Book<O extends Queued<O>> {
  // Most of a catalogue's markets never see an order: their sides are made with the first one.
  #bids: BookSide<O> | undefined;
  #asks: BookSide<O> | undefined;

  /** The best price of a side. */
  best(side: Side): number | undefined {
    const levels = this.#side(side)?.worstFirst;
    return levels?.[levels.length - 1]?.price;
  }

  /** The best price of a side at which an order rests that counts. */
  bestOf(side: Side, counts: (order: O) => boolean): number | undefined {
    const levels = this.#side(side)?.worstFirst ?? [];
    for (let index = levels.length - 1; index >= 0; index--) {
      const level = levels[index];
      for (let order = level?.first; order !== undefined; order = order.behind) {
        if (counts(order)) return level?.price;
      }
    }
    return undefined;
  }

  /** The level at a price. */
  level(side: Side, price: number): Level<O> | undefined {
    return this.#side(side)?.byPrice.get(price);
  }

  /** The levels of a side, best first. */
  levels(side: Side): Level<O>[] {
    return (this.#side(side)?.worstFirst ?? []).toReversed();
  }

  /** Puts an order at the end of its level's queue. */
  add(order: O): void {
    const side = order.side === "bid"
      ? this.#bids ??= new BookSide("bid")
      : this.#asks ??= new BookSide("ask");
    const level = side.at(order.price);
    order.ahead = level.last;
    order.behind = undefined;
    if (level.last === undefined) level.first = order;
    else level.last.behind = order;
    level.last = order;
    level.orders++;
    level.total += order.remaining;
  }

  /** Puts an order into a level's queue, right ahead of one that stands there. */
  insert(order: O, before: O): void {
    const level = this.level(before.side, before.price);
    if (level === undefined) return;
    order.ahead = before.ahead;
    order.behind = before;
    if (before.ahead === undefined) level.first = order;
    else before.ahead.behind = order;
    before.ahead = order;
    level.orders++;
    level.total += order.remaining;
  }

  /** Takes `count` off a resting order, which keeps its place; all that remains of it takes it out. */
  reduce(order: O, count: number): void {
    const side = this.#side(order.side);
    const level = side?.byPrice.get(order.price);
    if (side === undefined || level === undefined) return;
    level.total -= count;
    if (count < order.remaining) return;
    if (order.ahead === undefined) level.first = order.behind;
    else order.ahead.behind = order.behind;
    if (order.behind === undefined) level.last = order.ahead;
    else order.behind.ahead = order.ahead;
    order.ahead = undefined;
    order.behind = undefined;
    level.orders--;
    if (level.orders === 0) side.delete(order.price);
  }

  /** Contracts ahead of a resting order at its price. */
  queueAhead(order: O): number {
    let count = 0;
    for (let other = order.ahead; other !== undefined; other = other.ahead) count += other.remaining;
    return count;
  }

  #side(side: Side): BookSide<O> | undefined {
    return side === "bid" ? this.#bids : this.#asks;
  }
}
