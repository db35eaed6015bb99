/** What the watched accounts have at stake in one market, and what that is worth. */
import { worthOf } from "../engine/event_contract.ts";
import type { Holding, Market, Order, Side } from "../engine/model.ts";
import type { MarketInfo } from "../world/catalog.ts";
import type { MarkedBy } from "./data.ts";
import { DownSampled } from "./down_sampled.ts";
import { HaltedTime } from "./extremes.ts";
import { type DoubledPrice, MovementTable } from "./movements.ts";

/** Twice what a YES contract and its NO are worth together. */
const DOUBLED_PAIR = 2 * worthOf("yes");

/** The middle at one time; undefined where there was none. */
export interface MidState {
  readonly at: number;
  readonly mid: DoubledPrice;
}

/** By what a position is marked. */
export interface Mark {
  readonly by: MarkedBy;
  /** Undefined where it is marked by its cost. */
  readonly price: DoubledPrice | undefined;
}

/** The best price of a side, without the orders of the watched accounts; undefined where nobody else is there. */
export type TopOf = (market: Market, side: Side) => number | undefined;

interface Held {
  readonly position: number;
  readonly cost: number;
}

/** What a stake has to know of the run that it is a part of. */
export interface StakeTerms {
  readonly at: number;
  readonly top: TopOf;
  readonly horizons: number;
  /** Points of the middle that are kept. */
  readonly mostMids: number;
}

/** The stake in one market. */
export class MarketStake {
  readonly market: Market;
  readonly info: MarketInfo | undefined;
  readonly movements: MovementTable;
  readonly mids: DownSampled<MidState>;
  readonly halted = new HaltedTime();
  /** Whether it trades. */
  isOpen = false;
  /** The middle, and what it was just before the order came that trades now. */
  mid: DoubledPrice | undefined;
  midBefore: DoubledPrice | undefined;
  /** What came in by trades and settlements, less what went out. */
  cash = 0;
  fees = 0;
  orders = 0;
  fills = 0;
  bought = 0;
  sold = 0;
  yes = 0;
  no = 0;
  cost = 0;
  /** What the position is worth by its mark. */
  worth = 0;
  /** What it was worth when the accounts came with it. */
  startWorth = 0;
  readonly #top: TopOf;
  #bid: number | undefined;
  #ask: number | undefined;
  #lastMid: DoubledPrice | undefined;
  readonly #held = new Map<Holding, Held>();

  constructor(market: Market, info: MarketInfo | undefined, { at, top, horizons, mostMids }: StakeTerms) {
    this.market = market;
    this.info = info;
    this.#top = top;
    this.movements = new MovementTable(horizons);
    this.mids = new DownSampled(at, mostMids, (_, later) => later);
    this.#bid = top(market, "bid");
    this.#ask = top(market, "ask");
    this.#seeMid(at);
    this.midBefore = this.mid;
  }

  /** A level of the book has changed; returns whether the middle has. */
  look(side: Side, price: number, at: number): boolean {
    // What happens below the best price moves nothing.
    if (side === "bid") {
      if (this.#bid !== undefined && price < this.#bid) return false;
      this.#bid = this.#top(this.market, "bid");
    } else {
      if (this.#ask !== undefined && price > this.#ask) return false;
      this.#ask = this.#top(this.market, "ask");
    }
    return this.#seeMid(at);
  }

  /** What a wallet holds has become this. */
  hold(holding: Holding): void {
    if (holding.position === 0) this.#held.delete(holding);
    else this.#held.set(holding, { position: holding.position, cost: holding.exposure });
    this.yes = this.no = this.cost = 0;
    for (const { position, cost } of this.#held.values()) {
      if (position > 0) this.yes += position;
      else this.no -= position;
      this.cost += cost;
    }
  }

  /** What open positions are marked by now. */
  mark(): Mark {
    const result = this.info?.settlementValue;
    if (result !== undefined) return { by: "result", price: 2 * result };
    if (this.mid !== undefined) return { by: "mid", price: this.mid };
    if (this.#lastMid === undefined) return { by: "cost", price: undefined };
    const least = this.#bid === undefined ? this.#lastMid : Math.max(this.#lastMid, 2 * this.#bid);
    const price = this.#ask === undefined ? least : Math.min(least, 2 * this.#ask);
    return { by: "last-mid", price };
  }

  /** Marks what is held anew; returns by how much it is worth more. */
  revalue(): number {
    const before = this.worth;
    this.worth = this.#worthNow();
    return this.worth - before;
  }

  #worthNow(): number {
    if (this.yes === 0 && this.no === 0) return 0;
    const { price } = this.mark();
    if (price === undefined) return this.cost;
    // Half a micro-dollar is cut.
    return Math.floor((this.yes * price + this.no * (DOUBLED_PAIR - price)) / 2);
  }

  #seeMid(at: number): boolean {
    const before = this.mid;
    const [bid, ask] = [this.#bid, this.#ask];
    // A crossed book, such as while a tape moves, has no middle that means something.
    this.mid = bid === undefined || ask === undefined || bid >= ask ? undefined : bid + ask;
    if (this.mid === before) return false;
    if (this.mid !== undefined) {
      this.#lastMid = this.mid;
      this.mids.add({ at, mid: this.mid });
    }
    return true;
  }
}

/** The best prices of an engine's own book, without the orders that are told. */
export function topWithout(isOwn: (order: Order) => boolean): TopOf {
  const isOther = (order: Order) => !isOwn(order);
  return ({ book }, side) => book.bestOf(side, isOther);
}
