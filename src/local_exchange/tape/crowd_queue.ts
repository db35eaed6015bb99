/**
 * The crowd's orders on the engine's book, at the prices of one market: one at each price, which changes in place, and
 * where orders of ours rest one before each of them, so that everybody's place in the queue is kept.
 *
 * @module
 */
import type { Market, Order } from "../engine/model.ts";
import { isCrowd } from "./crowd.ts";
import type { TapeDesk } from "./desk.ts";
import type { TapeLevel } from "./level.ts";
import type { Stood } from "./pairing.ts";
import { canceledFrom } from "./queue_models.ts";

/** The crowd's queues of one market. What changes at a level is told to the readers of the book once it is whole. */
export class CrowdQueue {
  readonly #market: Market;
  readonly #desk: TapeDesk;
  /** An order of the crowd's, which is named when a level of the crowd's changes. */
  #voice: Order | undefined;

  constructor(market: Market, desk: TapeDesk) {
    this.#market = market;
    this.#desk = desk;
  }

  /** Makes the crowd at a level what it should be: more comes from behind, less was canceled. */
  follow(level: TapeLevel): void {
    const { lack } = level;
    if (lack > 0) this.#grow(level, lack);
    else if (lack < 0) this.cancel(level, -lack);
  }

  /** Cancels contracts, where the queue model has them stand; puts where that was into `places`. */
  cancel(level: TapeLevel, count: number, places?: Stood[]): void {
    if (level.isSplit && level.ours.length === 0) this.#merge(level);
    const { crowd } = level;
    if (crowd !== undefined && level.ours.length === 0) {
      this.#shrink(level, crowd, count);
      // Nobody keeps an order of the crowd's that was never filled.
      if (crowd.remaining === 0 && crowd.filled === 0) level.spare = crowd;
      return this.#tell(level, -count);
    }
    const orders = this.#ordersOf(level);
    const taken = canceledFrom(this.#desk.queue, orders.map(({ remaining }) => remaining), count);
    for (const [index, order] of orders.entries()) {
      const less = taken[index] ?? 0;
      if (less === 0) continue;
      places?.push({ before: nextOfOurs(order), count: less });
      this.#shrink(level, order, less);
    }
    this.#tell(level, -count);
  }

  /** Contracts come back to where they stood, as many of them as are missing; the rest of what is missing from behind. */
  comeBack(level: TapeLevel, { before, count }: Stood): void {
    const back = Math.min(count, level.lack);
    if (back > 0) {
      this.restore(level, { before, count: back });
      this.#tell(level, back);
    }
    this.follow(level);
  }

  /** Contracts stand again where they did; whoever calls tells the readers of the book. */
  restore(level: TapeLevel, { before, count }: Stood): void {
    if (count === 0) return;
    const ahead = before === undefined
      ? this.#market.book.level(level.side, level.price)?.last
      : before.ahead;
    level.shown += count;
    if (ahead !== undefined && isCrowd(ahead.account)) return this.#enlarge(level, ahead, count);
    this.#add(level, count, before);
  }

  /** Takes contracts off the first order in line, which is the crowd's; whoever calls tells the readers of the book. */
  serve(level: TapeLevel, first: Order, count: number): void {
    this.#shrink(level, first, count);
  }

  /** Makes the crowd what it should be, from the end of the queue: no queue model decides. Tells all of what has changed. */
  putRight(level: TapeLevel, shownBefore: number): void {
    const { lack } = level;
    if (lack > 0) this.restore(level, { before: undefined, count: lack });
    let left = -lack;
    for (const order of left > 0 ? this.#ordersOf(level).reverse() : []) {
      if (left === 0) break;
      const less = Math.min(left, order.remaining);
      this.#shrink(level, order, less);
      left -= less;
    }
    this.#tell(level, level.shown - shownBefore);
  }

  /** A bot took contracts of one of its orders, and the engine has them off the book. */
  taken(level: TapeLevel, order: Order, count: number): void {
    level.shown -= count;
    if (order.remaining === 0) this.#lost(level, order);
  }

  #grow(level: TapeLevel, count: number): void {
    if (level.isSplit && level.ours.length === 0) this.#merge(level);
    const { crowd } = level;
    const last = crowd !== undefined && level.ours.length === 0
      ? crowd
      : this.#market.book.level(level.side, level.price)?.last;
    level.shown += count;
    if (last !== undefined && isCrowd(last.account)) this.#enlarge(level, last, count);
    else this.#add(level, count, undefined);
    this.#tell(level, count);
  }

  #enlarge({ level }: TapeLevel, order: Order, count: number): void {
    order.remaining += count;
    if (level !== undefined) level.total += count;
  }

  /** Puts an order of the crowd's on the book, ahead of one of ours or at the end. */
  #add(level: TapeLevel, count: number, before: Order | undefined): void {
    const { book } = this.#market;
    const { spare } = level;
    level.spare = undefined;
    const order = spare ?? this.#desk.crowd.order(this.#market, level.side, level.price, count);
    this.#voice ??= order;
    order.status = "resting";
    order.remaining = count;
    if (before === undefined) book.add(order);
    else book.insert(order, before);
    if (level.crowd !== undefined) level.isSplit = true;
    level.crowd = level.isSplit ? this.#ordersOf(level)[0] : order;
    level.level = book.level(level.side, level.price);
  }

  /** The crowd's orders at a level, from the front. */
  #ordersOf(level: TapeLevel): Order[] {
    const orders: Order[] = [];
    let order = this.#market.book.level(level.side, level.price)?.first;
    for (; order !== undefined; order = order.behind) if (isCrowd(order.account)) orders.push(order);
    return orders;
  }

  #shrink(level: TapeLevel, order: Order, count: number): void {
    level.shown -= count;
    if (order.remaining > count && level.level !== undefined) {
      order.remaining -= count;
      level.level.total -= count;
      return;
    }
    this.#market.book.reduce(order, count);
    order.remaining -= count;
    if (order.remaining === 0) this.#lost(level, order);
  }

  /** An order of the crowd's is no longer on the book. */
  #lost(level: TapeLevel, order: Order): void {
    if (order.status === "resting") order.status = "canceled";
    if (level.crowd !== order) return;
    level.crowd = level.isSplit ? this.#ordersOf(level)[0] : undefined;
    if (level.crowd === undefined) {
      level.level = undefined;
      level.isSplit = false;
    }
  }

  /** Makes one order of the crowd's at a level where none of ours stands between them any longer. */
  #merge(level: TapeLevel): void {
    level.isSplit = false;
    const [first, ...others] = this.#ordersOf(level);
    level.crowd = first;
    for (const other of others) {
      if (first === undefined || level.level === undefined) return;
      const { remaining } = other;
      this.#market.book.reduce(other, remaining);
      other.remaining = 0;
      other.status = "canceled";
      first.remaining += remaining;
      level.level.total += remaining;
    }
  }

  #tell({ side, price }: TapeLevel, delta: number): void {
    const order = this.#voice;
    if (delta === 0 || order === undefined) return;
    const { engine } = this.#desk;
    engine.emit({ type: "book", market: this.#market, side, price, delta, order, at: engine.now });
  }
}

/** The first order of ours behind one of the crowd's. */
export function nextOfOurs(order: Order): Order | undefined {
  let next = order.behind;
  while (next !== undefined && isCrowd(next.account)) next = next.behind;
  return next;
}
