/** Recorded trades, which meet our orders where those stand in their way. */
import { opposite } from "../engine/book.ts";
import type { Market, Order, Side } from "../engine/model.ts";
import { isCrowd } from "./crowd.ts";
import type { CrowdQueue } from "./crowd_queue.ts";
import type { TapeDesk } from "./desk.ts";
import type { TapeLevel } from "./level.ts";

/** A trade of the recording. */
export interface TapeTrade {
  /** Kalshi's id of it; undefined where there is none. */
  readonly id: string | undefined;
  readonly price: number;
  readonly count: number;
  readonly takerSide: Side;
  readonly isBlock: boolean;
}

/** Those who take in one market. */
export class Takers {
  readonly #market: Market;
  readonly #desk: TapeDesk;
  readonly #crowd: CrowdQueue;

  constructor(market: Market, desk: TapeDesk, crowd: CrowdQueue) {
    this.#market = market;
    this.#desk = desk;
    this.#crowd = crowd;
  }

  /** Lets a taker of `count` through the queue of a level from its front. Returns what our orders had. */
  serve(level: TapeLevel, count: number): number {
    let left = count;
    let filled = 0;
    while (left > 0) {
      const first = this.#market.book.level(level.side, level.price)?.first;
      const met = Math.min(left, first?.remaining ?? 0);
      if (first === undefined || met === 0) break;
      left -= met;
      if (isCrowd(first.account)) this.#crowd.serve(level, first, met);
      else {
        this.#hit(first, met);
        filled += met;
      }
    }
    return filled;
  }

  /** Fills our first order at a price, as the maker; returns how much of `count` that was. */
  hitAt(side: Side, price: number, count: number): number {
    let order = this.#market.book.level(side, price)?.first;
    while (order !== undefined && isCrowd(order.account)) order = order.behind;
    if (order === undefined) return 0;
    const met = Math.min(count, order.remaining);
    this.#hit(order, met);
    return met;
  }

  /** A trade in which nobody of ours had a part. */
  print({ id, price, takerSide, isBlock }: TapeTrade, count: number): void {
    const { engine } = this.#desk;
    const market = this.#market;
    const trade = {
      id: id ?? engine.random.uuid(),
      market,
      price,
      count,
      takerSide,
      at: engine.now,
      isBlock,
      volumeBefore: market.volume,
    };
    market.trades.push(trade);
    engine.trades.push(trade);
    market.lastPrice = price;
    market.volume += count;
    market.updatedAt = engine.now;
    engine.emit({ type: "trade", trade });
  }

  #hit(maker: Order, count: number): void {
    const { engine, crowd } = this.#desk;
    const taker = crowd.order(this.#market, opposite(maker.side), maker.price, count);
    engine.hit(taker, maker, count);
  }
}
