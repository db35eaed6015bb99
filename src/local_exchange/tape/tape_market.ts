/**
 * One recorded market on the engine: the crowd's orders are what the recording says, and ours stand among them.
 *
 * Where nothing of ours is at stake, the crowd has one order at each price, which changes in place. Where an order of
 * ours rests, its place in the queue is kept: trades serve it in its turn, and cancels are placed by the queue model.
 *
 * @module
 */
import { opposite } from "../engine/book.ts";
import type { Engine } from "../engine/engine.ts";
import type { Market, Order, Side } from "../engine/model.ts";
import { type Crowd, isCrowd } from "./crowd.ts";
import { TapeLevel } from "./level.ts";
import { canceledFrom, type QueueModel } from "./queue_models.ts";

/**
 * A trade and the change of the book that it made come on two channels, in either order. So long one waits for the other,
 * in milliseconds.
 */
export const PAIRING_MS = 1_000;

/** So many trades of a market are known again. */
const KEPT_TRADE_IDS = 256;

/** A price and what is there, in the engine's units. */
export type PricedCount = readonly [price: number, count: number];

/** A trade of the recording. */
export interface TapeTrade {
  /** Kalshi's id of it; undefined where there is none. */
  readonly id: string | undefined;
  readonly price: number;
  readonly count: number;
  readonly takerSide: Side;
  readonly isBlock: boolean;
}

/** What all markets of a tape share. */
export interface TapeDesk {
  readonly engine: Engine;
  readonly crowd: Crowd;
  readonly queue: QueueModel;
  /** A level waits for the decrease of a trade that it has applied already. */
  await(market: TapeMarket, level: TapeLevel): void;
  /** The best price of the recording may have changed on a side, with what that did here. */
  moved(market: TapeMarket, side: Side): void;
  /** A price came up that is not on the market's grid. */
  offGrid(market: TapeMarket, price: number): void;
}

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
  readonly #bids = new TapeSide("bid");
  readonly #asks = new TapeSide("ask");
  /** The trades that were told last. */
  readonly #tradeIds = new Set<string>();

  constructor(market: Market, desk: TapeDesk) {
    this.market = market;
    this.#desk = desk;
  }

  /** Whether an order of ours rests in it. */
  get isStaked(): boolean {
    return this.#bids.stakes.size + this.#asks.stakes.size > 0;
  }

  /** The best price of the recording, without any order of ours. O(levels). */
  best(side: Side): number | undefined {
    let best: number | undefined;
    for (const { price, recorded } of this.#side(side).levels.values()) {
      if (recorded > 0 && (best === undefined || reaches(side, price, best))) best = price;
    }
    return best;
  }

  /** What the recording has at a price, without any order of ours. */
  recordedAt(side: Side, price: number): number {
    return this.#side(side).levels.get(price)?.recorded ?? 0;
  }

  /** The whole book, as a snapshot has it. What it has less of was canceled, as far as anybody knows. */
  snapshot(bids: readonly PricedCount[], asks: readonly PricedCount[]): void {
    const sides = [[this.#bids, new Map(bids)], [this.#asks, new Map(asks)]] as const;
    // What is gone goes first: what has come may cross what is not there any longer.
    for (const [{ levels }, told] of sides) {
      for (const level of levels.values()) {
        const less = level.recorded + level.own - (told.get(level.price) ?? 0);
        level.traded = 0;
        level.applied = 0;
        if (less > 0) this.#decrease(level, Math.min(less, level.recorded));
        // What was applied before its decrease came is in the snapshot.
        else this.#follow(level);
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
    if (delta < 0) {
      // A trade that was told of it was not of the crowd's.
      const met = Math.min(-delta, this.#tradedOf(level));
      level.traded -= met;
      level.applied -= Math.min(met, level.applied);
      // An order that rested before the recording began came with a snapshot, as if it were the crowd's.
      const before = Math.max(0, -level.own);
      level.own += before;
      level.recorded -= Math.min(before, level.recorded);
      level.gone = Math.min(level.gone, level.recorded);
      this.#follow(level);
      if (level.recorded === 0) this.#desk.moved(this, side);
    }
  }

  /** A trade; one that was told already, such as by a second subscription, is nothing new. */
  trade(trade: TapeTrade): void {
    const { id, price, count, takerSide, isBlock } = trade;
    if (id !== undefined && !this.#isNew(id)) return;
    const side = this.#side(opposite(takerSide));
    let left = count;
    if (!isBlock) {
      // What was better than its price was met before it.
      while (
        left > 0 && side.best !== undefined && side.best !== price && reaches(side.side, side.best, price)
      ) {
        const filled = this.#hitAt(side.side, side.best, left);
        if (filled === 0) break;
        left -= filled;
      }
      const level = side.levels.get(price);
      if (level !== undefined) left -= this.#meet(level, count, left);
    }
    if (left > 0) this.#print(trade, left);
  }

  #isNew(id: string): boolean {
    if (this.#tradeIds.has(id)) return false;
    this.#tradeIds.add(id);
    const [oldest] = this.#tradeIds;
    if (this.#tradeIds.size > KEPT_TRADE_IDS && oldest !== undefined) this.#tradeIds.delete(oldest);
    return true;
  }

  /** The time in which trades and decreases find each other is over: what was applied for nothing is put right. */
  expire(level: TapeLevel): void {
    if (level.applied === 0 || this.#tradedOf(level) > 0) return;
    // The market has ended meanwhile, and its book with it.
    if (this.#side(level.side).levels.get(level.price) !== level) return;
    level.applied = 0;
    this.#follow(level);
  }

  /** An order of ours came to rest. */
  staked(order: Order): void {
    const side = this.#side(order.side);
    const level = this.#level(side, order.price);
    side.stakes.add(order);
    level.stakes++;
    side.recount();
    // A trade was told that the crowd ahead of it has lost, and that is yet to be told of the book.
    const traded = this.#tradedOf(level) - level.applied;
    if (traded <= 0) return;
    level.applied += traded;
    this.#desk.await(this, level);
    this.#follow(level);
  }

  /** An order of ours rests no longer, at this price. */
  unstaked(order: Order, price: number): void {
    const side = this.#side(order.side);
    if (!side.stakes.delete(order)) return;
    const level = this.#level(side, price);
    level.stakes--;
    if (level.stakes === 0) level.departures = [];
    side.recount();
  }

  /** A bot took contracts of the crowd: they are gone until the recording has less. */
  taken(order: Order, count: number): void {
    const level = this.#side(order.side).levels.get(order.price);
    if (level === undefined) return;
    level.shown -= count;
    level.gone = Math.min(level.recorded, level.gone + count);
    if (order.remaining === 0) this.#lost(level, order);
  }

  /** The engine took everything off the book: the market is over, and what comes next is another snapshot. */
  forget(): void {
    for (const side of [this.#bids, this.#asks]) {
      side.levels.clear();
      side.stakes.clear();
      side.recount();
      this.#desk.moved(this, side.side);
    }
  }

  #side(side: Side): TapeSide {
    return side === "bid" ? this.#bids : this.#asks;
  }

  #level({ side, levels }: TapeSide, price: number): TapeLevel {
    let level = levels.get(price);
    if (level === undefined) {
      levels.set(price, level = new TapeLevel(side, price));
      if (!this.#desk.engine.isOnGrid(this.market, price)) this.#desk.offGrid(this, price);
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
        const filled = this.#hitAt(others.side, others.best, left);
        if (filled === 0) break;
        left -= filled;
      }
      level.gone += count - left;
    }
    this.#follow(level);
    if (isNew) this.#desk.moved(this, side);
  }

  #decrease(level: TapeLevel, count: number): void {
    level.recorded -= count;
    const explained = level.traded === 0 ? 0 : Math.min(count, this.#tradedOf(level));
    level.traded -= explained;
    if (level.applied > 0) level.applied -= Math.min(explained, level.applied);
    if (level.gone > level.recorded) level.gone = level.recorded;
    if (count > explained) {
      const { now } = this.#desk.engine;
      if (now - level.leftAt > PAIRING_MS) this.#forget(level);
      level.left += count - explained;
      level.leftAt = now;
    }
    this.#follow(level);
    if (level.recorded === 0) this.#desk.moved(this, level.side);
  }

  /** Trades that were told of a level and still wait for its decrease. */
  #tradedOf(level: TapeLevel): number {
    if (level.traded > 0 && this.#desk.engine.now - level.tradedAt > PAIRING_MS) level.traded = 0;
    return level.traded;
  }

  #forget(level: TapeLevel): void {
    level.left = 0;
    if (level.departures.length > 0) level.departures = [];
  }

  /** Makes the crowd at a level what it should be: more comes from behind, less was canceled. */
  #follow(level: TapeLevel): void {
    const { wanted } = level;
    const change = wanted - level.shown;
    if (change === 0) return;
    if (level.isSplit && level.stakes === 0) this.#merge(level);
    const { crowd, level: place } = level;
    if (crowd !== undefined && place !== undefined && wanted > 0 && level.stakes === 0) {
      crowd.remaining += change;
      place.total += change;
      level.shown += change;
      return this.#tell(crowd, change);
    }
    if (change > 0) this.#grow(level, change);
    else this.#cancel(level, -change);
  }

  #grow(level: TapeLevel, count: number): void {
    const { book } = this.market;
    const last = book.level(level.side, level.price)?.last;
    level.shown += count;
    if (last !== undefined && isCrowd(last.account)) {
      last.remaining += count;
      if (level.level !== undefined) level.level.total += count;
      return this.#tell(last, count);
    }
    const { spare } = level;
    level.spare = undefined;
    const order = spare ?? this.#desk.crowd.order(this.market, level.side, level.price, count);
    order.status = "resting";
    order.remaining = count;
    book.add(order);
    if (level.crowd === undefined) level.crowd = order;
    else level.isSplit = true;
    level.level = book.level(level.side, level.price);
    this.#tell(order, count);
  }

  #cancel(level: TapeLevel, count: number): void {
    if (level.stakes === 0 && !level.isSplit && level.crowd !== undefined) {
      const order = level.crowd;
      this.#shrink(level, order, count);
      // Nobody keeps an order of the crowd's that was never filled.
      if (order.filled === 0) level.spare = order;
      return;
    }
    const orders = this.#ordersOf(level);
    const taken = canceledFrom(this.#desk.queue, orders.map(({ remaining }) => remaining), count);
    for (const [index, order] of orders.entries()) {
      const less = taken[index] ?? 0;
      if (less === 0) continue;
      if (level.stakes > 0) level.departures.push({ before: nextOfOurs(order), count: less });
      this.#shrink(level, order, less);
    }
  }

  /** The crowd's orders at a level, from the front. */
  #ordersOf(level: TapeLevel): Order[] {
    const orders: Order[] = [];
    let order = this.market.book.level(level.side, level.price)?.first;
    for (; order !== undefined; order = order.behind) if (isCrowd(order.account)) orders.push(order);
    return orders;
  }

  #shrink(level: TapeLevel, order: Order, count: number): void {
    this.market.book.reduce(order, count);
    order.remaining -= count;
    level.shown -= count;
    if (order.remaining === 0) this.#lost(level, order);
    this.#tell(order, -count);
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
    if (!level.isSplit) return;
    level.isSplit = false;
    const [first, ...others] = this.#ordersOf(level);
    level.crowd = first;
    for (const other of others) {
      if (first === undefined || level.level === undefined) return;
      const { remaining } = other;
      this.market.book.reduce(other, remaining);
      other.remaining = 0;
      other.status = "canceled";
      first.remaining += remaining;
      level.level.total += remaining;
    }
  }

  /**
   * A trade at a level: `count` contracts, of which `left` were not met at a better price. Returns what our orders there
   * had of it.
   */
  #meet(level: TapeLevel, count: number, left: number): number {
    const { engine } = this.#desk;
    if (level.left > 0 && engine.now - level.leftAt > PAIRING_MS) this.#forget(level);
    const seen = Math.min(count, level.left);
    level.left -= seen;
    const awaited = count - seen;
    if (awaited > 0) {
      level.traded = this.#tradedOf(level) + awaited;
      level.tradedAt = engine.now;
    }
    if (awaited > 0) {
      // What was traded is nobody's to take, though the book tells it later.
      level.applied = Math.min(level.recorded, level.applied + awaited);
      this.#desk.await(this, level);
    }
    if (level.stakes === 0) {
      this.#follow(level);
      return 0;
    }
    const filled = this.#serve(level, seen, left);
    // The crowd is what the recording says, whoever was served.
    this.#putRight(level);
    return filled;
  }

  /**
   * Lets a taker of `count` through the queue from its front. `seen` contracts of the crowd left before it was known that
   * they traded: they count where they stood. Returns what our orders had.
   */
  #serve(level: TapeLevel, seen: number, count: number): number {
    const absent = this.#takeBack(level, seen);
    let left = count - Math.min(count, absent.get(undefined) ?? 0);
    let filled = 0;
    while (left > 0) {
      const first = this.market.book.level(level.side, level.price)?.first;
      if (first === undefined) break;
      const ours = isCrowd(first.account) ? nextOfOurs(first) : first;
      if (ours !== undefined) {
        // Those that have left are the ones that were served, before those that are still there.
        left -= Math.min(left, absent.get(ours) ?? 0);
        absent.delete(ours);
      }
      if (ours !== first) {
        const taken = Math.min(left, first.remaining);
        if (taken === 0) break;
        this.#shrink(level, first, taken);
        left -= taken;
        continue;
      }
      const met = Math.min(left, first.remaining);
      if (met === 0) break;
      this.#hit(first, met);
      filled += met;
      left -= met;
    }
    return filled;
  }

  /** Where contracts stood that have left and are now known to have traded: the front is undefined. */
  #takeBack(level: TapeLevel, count: number): Map<Order | undefined, number> {
    const absent = new Map<Order | undefined, number>();
    let left = count;
    while (left > 0) {
      const last = level.departures.at(-1);
      if (last === undefined) break;
      const taken = Math.min(left, last.count);
      last.count -= taken;
      if (last.count === 0) level.departures.pop();
      left -= taken;
      // Behind all of ours they were in nobody's way.
      if (last.before === undefined) continue;
      const stands = last.before.status === "resting" && last.before.price === level.price;
      const key = stands ? last.before : undefined;
      absent.set(key, (absent.get(key) ?? 0) + taken);
    }
    // What left before any of ours was there stood ahead of them.
    if (left > 0) absent.set(undefined, (absent.get(undefined) ?? 0) + left);
    return absent;
  }

  /** What the crowd has too much leaves from the back, what it has too little comes there: no queue model decides. */
  #putRight(level: TapeLevel): void {
    const change = level.wanted - level.shown;
    if (change > 0) return this.#grow(level, change);
    let left = -change;
    for (const order of this.#ordersOf(level).reverse()) {
      if (left === 0) break;
      const less = Math.min(left, order.remaining);
      this.#shrink(level, order, less);
      left -= less;
    }
  }

  /** Fills our first order at a price, as the maker; returns how much of `count` that was. */
  #hitAt(side: Side, price: number, count: number): number {
    let order = this.market.book.level(side, price)?.first;
    while (order !== undefined && isCrowd(order.account)) order = order.behind;
    if (order === undefined) return 0;
    const met = Math.min(count, order.remaining);
    this.#hit(order, met);
    return met;
  }

  #hit(maker: Order, count: number): void {
    const { engine, crowd } = this.#desk;
    const taker = crowd.order(this.market, opposite(maker.side), maker.price, count);
    engine.hit(taker, maker, count);
  }

  /** A trade in which nobody of ours had a part. */
  #print({ id, price, takerSide, isBlock }: TapeTrade, count: number): void {
    const { engine } = this.#desk;
    const { market } = this;
    const { volume } = market;
    const trade = {
      id: id ?? engine.random.uuid(),
      market,
      price,
      count,
      takerSide,
      at: engine.now,
      isBlock,
      volumeBefore: volume,
    };
    market.trades.push(trade);
    engine.trades.push(trade);
    market.lastPrice = price;
    market.volume += count;
    market.updatedAt = engine.now;
    engine.emit({ type: "trade", trade });
  }

  #tell(order: Order, delta: number): void {
    const { market, side, price } = order;
    this.#desk.engine.emit({ type: "book", market, side, price, delta, order, at: this.#desk.engine.now });
  }
}

/** The first order of ours behind one of the crowd's. */
function nextOfOurs(order: Order): Order | undefined {
  let next = order.behind;
  while (next !== undefined && isCrowd(next.account)) next = next.behind;
  return next;
}
