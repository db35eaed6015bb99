/**
 * One recorded market on the engine: the crowd's orders are what the recording says, and ours stand among them.
 *
 * @module
 */
import { opposite } from "../engine/book.ts";
import type { Market, Order, Side } from "../engine/model.ts";
import { CrowdQueue } from "./crowd_queue.ts";
import type { TapeDesk } from "./desk.ts";
import { TapeLevel } from "./level.ts";
import { type AwaitedTrade, PAIRING_MS, type Stood } from "./pairing.ts";
import { Takers, type TapeTrade } from "./takers.ts";

/** So many trades of a market are known again. */
const KEPT_TRADE_IDS = 256;

/** A price and what is there, in the engine's units. */
export type PricedCount = readonly [price: number, count: number];

/** Whether an order on `side` at `price` is better than, or as good as, `other`. */
const reaches = (side: Side, price: number, other: number): boolean =>
  side === "bid" ? price >= other : price <= other;

/** One side of a recorded book. */
class TapeSide {
  readonly levels = new Map<number, TapeLevel>();
  /** Our orders that rest on it. */
  readonly stakes = new Set<Order>();
  /** The best price of those. */
  best: number | undefined;
  readonly side: Side;

  constructor(side: Side) {
    this.side = side;
  }

  recount(): void {
    this.best = undefined;
    for (const { price } of this.stakes) {
      if (this.best === undefined || reaches(this.side, price, this.best)) this.best = price;
    }
  }
}

/** One market of a tape. */
export class TapeMarket {
  readonly market: Market;
  readonly #desk: TapeDesk;
  readonly #crowd: CrowdQueue;
  readonly #takers: Takers;
  readonly #bids = new TapeSide("bid");
  readonly #asks = new TapeSide("ask");
  readonly #known = new KnownIds(KEPT_TRADE_IDS);

  constructor(market: Market, desk: TapeDesk) {
    this.market = market;
    this.#desk = desk;
    this.#crowd = new CrowdQueue(market, desk);
    this.#takers = new Takers(market, desk, this.#crowd);
  }

  /** The best price of the recording, without any order of ours. O(levels). */
  best(side: Side): number | undefined {
    let best: number | undefined;
    for (const { price, recorded } of this.#side(side).levels.values()) {
      if (recorded > 0 && (best === undefined || reaches(side, price, best))) best = price;
    }
    return best;
  }

  /** The whole book, as a snapshot has it. What it has less of was canceled, as far as anybody knows. */
  snapshot(bids: readonly PricedCount[], asks: readonly PricedCount[]): void {
    const sides = [[this.#bids, new Map(bids)], [this.#asks, new Map(asks)]] as const;
    // What is gone goes first: what has come may cross what is not there any longer.
    for (const [{ levels }, told] of sides) {
      for (const level of levels.values()) {
        const less = level.recorded + level.own - (told.get(level.price) ?? 0);
        if (less > 0) this.#decrease(level, Math.min(less, level.recorded));
        // The decrease of a trade that was told is in the snapshot, or never comes.
        for (const trade of [...level.awaited]) this.#comeBack(level, trade);
      }
    }
    for (const [side, told] of sides) {
      for (const [price, count] of told) {
        const level = this.#level(side, price);
        const more = count - level.own - level.recorded;
        if (more > 0) this.#increase(side, level, more);
      }
    }
  }

  /** A level changed by `delta`. */
  delta(side: Side, price: number, delta: number): void {
    const on = side === "bid" ? this.#bids : this.#asks;
    const level = on.levels.get(price) ?? this.#level(on, price);
    if (delta > 0) this.#increase(on, level, delta);
    else if (delta < 0) this.#decrease(level, Math.min(-delta, level.recorded));
  }

  /** A level changed by `delta` through an order of whoever recorded: the crowd is without those. */
  ownDelta(side: Side, price: number, delta: number): void {
    const level = this.#level(this.#side(side), price);
    level.own += delta;
    if (delta >= 0) return;
    const { hidden, ours: [first] } = level;
    level.explain(-delta);
    // A trade that was told of it was not of the crowd's: who was taken for the one that sold stands first in line again.
    this.#crowd.comeBack(level, { before: first, count: hidden - level.hidden });
    // An order that rested before the recording began came with a snapshot, as if it were the crowd's.
    const before = Math.max(0, -level.own);
    level.own += before;
    level.recorded -= Math.min(before, level.recorded);
    level.gone = Math.min(level.gone, level.recorded);
    this.#crowd.follow(level);
    if (level.recorded === 0) this.#desk.moved(this.market, side);
  }

  /** A trade; one that was told already, such as by a second subscription, is nothing new. */
  trade(trade: TapeTrade): void {
    const { id, price, count, takerSide, isBlock } = trade;
    if (id !== undefined && !this.#known.isNew(id)) return;
    const side = this.#side(opposite(takerSide));
    let left = count;
    if (!isBlock) {
      // What was better than its price was met before it.
      while (
        left > 0 && side.best !== undefined && side.best !== price && reaches(side.side, side.best, price)
      ) {
        const filled = this.#takers.hitAt(side.side, side.best, left);
        if (filled === 0) break;
        left -= filled;
      }
      left -= this.#meet(this.#level(side, price), count, left);
    }
    if (left > 0) this.#takers.print(trade, left);
  }

  /** An order of ours came to rest. */
  staked(order: Order): void {
    const side = this.#side(order.side);
    const level = this.#level(side, order.price);
    side.stakes.add(order);
    level.ours = [...level.ours, order];
    level.joined(order);
    side.recount();
  }

  /** An order of ours rests no longer, at this price. */
  unstaked(order: Order, price: number): void {
    const side = this.#side(order.side);
    if (!side.stakes.delete(order)) return;
    const level = this.#level(side, price);
    level.left(order, level.ours[level.ours.indexOf(order) + 1]);
    level.ours = level.ours.filter((other) => other !== order);
    side.recount();
  }

  /** A bot took contracts of the crowd: they are gone until the recording has less. */
  taken(order: Order, count: number): void {
    const level = this.#side(order.side).levels.get(order.price);
    if (level === undefined) return;
    level.gone = Math.min(level.recorded, level.gone + count);
    this.#crowd.taken(level, order, count);
  }

  /** The engine took everything off the book: the market is over, and what comes next is another snapshot. */
  forget(): void {
    for (const side of [this.#bids, this.#asks]) {
      for (const level of side.levels.values()) level.clear();
      side.levels.clear();
      side.stakes.clear();
      side.recount();
      this.#desk.moved(this.market, side.side);
    }
  }

  #side(side: Side): TapeSide {
    return side === "bid" ? this.#bids : this.#asks;
  }

  #level({ side, levels }: TapeSide, price: number): TapeLevel {
    let level = levels.get(price);
    if (level === undefined) {
      levels.set(price, level = new TapeLevel(side, price));
      if (!this.#desk.engine.isOnGrid(this.market, price)) this.#desk.offGrid(this.market, price);
    }
    return level;
  }

  #increase({ side }: TapeSide, level: TapeLevel, count: number): void {
    const isNew = level.recorded === 0;
    level.recorded += count;
    const others = this.#side(opposite(side));
    if (others.best !== undefined && reaches(side, level.price, others.best)) {
      // In the recording nobody stood in its way: here our order does, and is the maker.
      let left = count;
      while (left > 0 && others.best !== undefined && reaches(side, level.price, others.best)) {
        const filled = this.#takers.hitAt(others.side, others.best, left);
        if (filled === 0) break;
        left -= filled;
      }
      level.gone += count - left;
    }
    if (level.awaited.length > 0) level.hide(level.recorded);
    this.#crowd.follow(level);
    if (isNew) this.#desk.moved(this.market, side);
  }

  #decrease(level: TapeLevel, count: number): void {
    level.recorded -= count;
    const explained = level.awaited.length === 0 ? 0 : level.explain(count);
    if (level.gone > level.recorded) level.gone = level.recorded;
    if (count > explained) this.#cancel(level, count - explained);
    if (level.recorded === 0) this.#desk.moved(this.market, level.side);
  }

  /** Contracts that left a level, as far as anybody knows by a cancel. */
  #cancel(level: TapeLevel, count: number): void {
    const { now } = this.#desk.engine;
    const less = Math.max(0, -level.lack);
    if (level.ours.length === 0) {
      if (less > 0) this.#crowd.cancel(level, less);
      return level.departAlone(now, less, count - less);
    }
    const places: Stood[] = [];
    if (less > 0) this.#crowd.cancel(level, less, places);
    for (const { before, count: stood } of places) level.depart(now, before, stood, 0);
    if (count > less) level.depart(now, undefined, 0, count - less);
  }

  /**
   * A trade at a level: `count` contracts, of which `left` were not met at a better price. Returns what our orders there
   * had of it.
   */
  #meet(level: TapeLevel, count: number, left: number): number {
    const { now } = this.#desk.engine;
    const { shown } = level;
    const places: Stood[] = [];
    const seen = level.takeBack(now, count, places);
    // What was traded is nobody's to take, though the book tells it later.
    if (count > seen) this.#await(level, count - seen);
    if (level.ours.length === 0) {
      this.#crowd.follow(level);
      return 0;
    }
    // What was taken for a cancel was this trade: all stand as they did before it, and the taker goes through them.
    for (const place of places) this.#crowd.restore(level, place);
    const filled = this.#takers.serve(level, left);
    // The crowd is what the recording says, whoever was served.
    this.#crowd.putRight(level, shown);
    return filled;
  }

  #await(level: TapeLevel, count: number): void {
    const { engine } = this.#desk;
    const due = engine.schedule.add(engine.now + PAIRING_MS, () => this.#comeBack(level, trade));
    const trade: AwaitedTrade = { before: undefined, count, hidden: 0, due };
    level.await(trade);
    level.hide(level.recorded);
  }

  /** The decrease of a trade does not come: its contracts are there, ahead of all that came to the level after it. */
  #comeBack(level: TapeLevel, trade: AwaitedTrade): void {
    this.#crowd.comeBack(level, level.giveUp(trade));
  }
}

/** The ids that were told last: `most` of them at least, and twice as many at most. */
class KnownIds {
  readonly #most: number;
  // Two sets, the older of which goes as a whole: taking single ids out of one costs as much as all else about a trade.
  #new = new Set<string>();
  #old = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  isNew(id: string): boolean {
    if (this.#new.has(id) || this.#old.has(id)) return false;
    if (this.#new.size >= this.#most) {
      this.#old = this.#new;
      this.#new = new Set();
    }
    this.#new.add(id);
    return true;
  }
}
