/**
 * The clearing of the margin exchange: a contract costs nothing when it is bought, what it gains or loses is paid when it
 * is closed, and until then its holder must have a part of what it is worth.
 *
 * @module
 */
import type { BookedFill, Clearing, Intent } from "../engine/clearing.ts";
import { type FeeSchedule, tradeFee } from "../engine/fees.ts";
import { isOnGrid } from "../engine/price_grid.ts";
import type {
  Account,
  Fill,
  Holding,
  Market,
  Order,
  Settlement,
  Side,
  Trade,
  Wallet,
} from "../engine/model.ts";
import type { Rejection } from "../engine/requests.ts";
import {
  bookOnOrder,
  closable,
  type CostOf,
  movePosition,
  needOf,
  openingCount,
  restingOf,
  restingOrders,
} from "../engine/stakes.ts";
import { shareUp } from "../units.ts";
import type { MarginMarketInfo, RiskTerms } from "./model.ts";

/** Up to here every fee and every sum of money is exact: a billion dollars. */
const MOST_VALUE = 1e15;
/** So far below the best bid a bid may be, and an ask above the best ask, or a fifth of the best price where that is more. */
const BAND_TICKS = 1_000;

/** What a clearing must be told. */
export interface MarginTerms {
  infoOf(market: Market): MarginMarketInfo;
  feesOf(account: Account, market: Market): FeeSchedule;
  /** Why an order would be too much for limits on what an account holds; undefined where it would not. */
  overLimit(intent: Intent): Rejection | undefined;
}

/** What is kept for a holding, in money. */
export interface Stake {
  /** What it gains when it is closed at the settlement mark. */
  readonly unrealized: number;
  /** Margin that it needs to be opened, and to stay open, at the settlement mark. */
  readonly initial: number;
  readonly maintenance: number;
  /** Margin of the orders that would open more of it. */
  readonly resting: number;
}

const NOTHING: Stake = { unrealized: 0, initial: 0, maintenance: 0, resting: 0 };

/** What a position of this worth needs to stay open. */
export const maintenanceOf = ({ maintenanceRate }: RiskTerms, value: number): number =>
  shareUp(value, maintenanceRate, 1_000_000);

/** What it needs to be opened. */
export const initialOf = (terms: RiskTerms, value: number): number =>
  shareUp(maintenanceOf(terms, value), terms.initialMultiplier, 1_000);

/** What closing a position at a price would gain. */
export function gainAt({ position, exposure }: Holding, price: number): number {
  return position >= 0 ? position * price - exposure : exposure + position * price;
}

/** Average price at which a position was entered; 0 for none. */
export const entryOf = ({ position, exposure }: Holding): number =>
  position === 0 ? 0 : Math.round(exposure / Math.abs(position));

/** What an order that opens at this price would have lost already by the mark. */
const lossAt = (side: Side, price: number, mark: number): number =>
  Math.max(0, side === "bid" ? price - mark : mark - price);

/** Trading on margin. */
export class MarginClearing implements Clearing {
  readonly rest: Clearing["rest"];
  readonly reduce: Clearing["reduce"];
  readonly reprice: Clearing["reprice"];
  readonly #terms: MarginTerms;
  readonly #stakes = new WeakMap<Holding, Stake>();
  /** Who holds something of a market, or wants to. */
  readonly #holdings = new Map<Market, Set<Holding>>();

  readonly #restingCost: CostOf = ({ holding, side, price }, count) =>
    this.#openingCost(holding, side, price, count, false);
  readonly #closingCost: CostOf = ({ holding, side, price }, count) =>
    this.#costToTrade(holding, side, price, count, false);

  constructor(terms: MarginTerms) {
    this.#terms = terms;
    const kept = restingOrders(this.#restingCost, (holding) => this.revalue(holding));
    this.rest = kept.rest;
    this.reduce = kept.reduce;
    this.reprice = kept.reprice;
  }

  isOnGrid({ bands }: Market, price: number): boolean {
    return price > 0 && isOnGrid(bands, price);
  }

  isInBand({ book }: Market, side: Side, price: number): boolean {
    const best = book.best(side);
    if (best === undefined) return true;
    const distance = side === "bid" ? best - price : price - best;
    return distance <= BAND_TICKS || distance * 5 <= best;
  }

  refusal(intent: Intent): Rejection | undefined {
    const { holding, side, price, count, instead } = intent;
    if (price * count > MOST_VALUE) return { rejected: "invalid_order_size" };
    const opening = openingCount(holding, side, count, instead);
    // Whoever is short of margin may get out.
    if (opening === 0) return undefined;
    const over = this.#terms.overLimit(intent);
    if (over !== undefined) return over;
    const needed = this.#restingMargin(holding, intent) - this.stakeOf(holding).resting;
    return holding.wallet.available >= needed ? undefined : { rejected: "insufficient_balance" };
  }

  bookFill(id: string, order: Order, trade: Trade, isTaker: boolean): BookedFill {
    const { holding, wallet, side, market, account } = order;
    const { price, count, at } = trade;
    const before = entryOf(holding);
    const { closed, closedCost, opened } = movePosition(holding, side, count, price);
    const realized = side === "ask" ? closed * price - closedCost : closedCost - closed * price;
    const fee = tradeFee(this.#terms.feesOf(account, market), isTaker, price, count);
    wallet.cash += realized - fee;
    wallet.updatedAt = at;
    holding.realized += realized;
    // They are those of the position that is open.
    holding.fees = holding.position === 0 ? 0 : closed > 0 && opened > 0 ? fee : holding.fees + fee;
    holding.updatedAt = at;
    bookOnOrder(order, trade, { isTaker, unit: price, fee });
    this.revalue(holding);
    const fill: Fill = {
      id,
      trade,
      order,
      isTaker,
      fee,
      cash: realized - fee,
      position: holding.position,
      margin: { entryPrice: closed > 0 ? before : entryOf(holding), realized },
    };
    account.fills.push(fill);
    return { fill, taken: fee };
  }

  settle(holding: Holding, value: number, at: number): Settlement {
    const { wallet, position, exposure } = holding;
    const revenue = gainAt(holding, value);
    wallet.cash += revenue;
    wallet.updatedAt = at;
    holding.position = 0;
    holding.exposure = 0;
    holding.fees = 0;
    holding.realized += revenue;
    holding.updatedAt = at;
    this.revalue(holding);
    const settlement = { holding, position, cost: exposure, revenue, fee: 0, value, at };
    wallet.account.settlements.push(settlement);
    return settlement;
  }

  /** What is kept for a holding. */
  stakeOf(holding: Holding): Stake {
    return this.#stakes.get(holding) ?? NOTHING;
  }

  /** What a wallet would have if everything it holds were closed at the settlement marks. */
  equityOf(wallet: Wallet): number {
    let equity = wallet.cash;
    for (const holding of wallet.holdings.values()) equity += this.stakeOf(holding).unrealized;
    return equity;
  }

  /** Who holds something of a market, or has orders in it, in the order they came. */
  holdingsOf(market: Market): Iterable<Holding> {
    return this.#holdings.get(market) ?? [];
  }

  /** Counts a holding anew, at the marks as they are. */
  revalue(holding: Holding): void {
    const { position, market, wallet } = holding;
    const info = this.#terms.infoOf(market);
    const before = this.stakeOf(holding);
    const mark = info.settlementMark.price;
    const worth = Math.abs(position) * mark;
    const stake: Stake = {
      unrealized: position === 0 ? 0 : gainAt(holding, mark),
      initial: initialOf(info, worth),
      maintenance: maintenanceOf(info, worth),
      resting: this.#restingMargin(holding),
    };
    this.#stakes.set(holding, stake);
    wallet.reserved += tiedUp(stake) - tiedUp(before);
    let all = this.#holdings.get(market);
    if (all === undefined) this.#holdings.set(market, all = new Set());
    if (position === 0 && holding.bids.count === 0 && holding.asks.count === 0) all.delete(holding);
    else all.add(holding);
  }

  /** Counts everything of a market anew, after its mark has changed. */
  revalueAll(market: Market): void {
    for (const holding of [...this.holdingsOf(market)]) this.reprice(holding);
  }

  /** What `count` contracts lose when they trade at a price: by the mark, and in fees. */
  #costToTrade(
    { market, wallet }: Holding,
    side: Side,
    price: number,
    count: number,
    isTaker: boolean,
  ): number {
    if (count === 0) return 0;
    const loss = lossAt(side, price, this.#terms.infoOf(market).settlementMark.price);
    return loss * count + tradeFee(this.#terms.feesOf(wallet.account, market), isTaker, price, count);
  }

  /** What they need that open a position: initial margin at that price, which for a short is no less than at the mark, and what they lose. */
  #openingCost(holding: Holding, side: Side, price: number, count: number, isTaker: boolean): number {
    if (count === 0) return 0;
    const info = this.#terms.infoOf(holding.market);
    const at = side === "bid" ? price : Math.max(price, info.settlementMark.price);
    return initialOf(info, at * count) + this.#costToTrade(holding, side, price, count, isTaker);
  }

  /**
   * What the orders of both sides need: the more of the two, for those that fill on one side are closed by the other. Where
   * all of a side close there is nothing that they need; else what closes gives back the margin of what it closes, less
   * what it loses. `more`: an order that would come to these, in the place of another one.
   */
  #restingMargin(holding: Holding, more?: Intent): number {
    const info = this.#terms.infoOf(holding.market);
    let most = 0;
    for (const side of ["bid", "ask"] as const) {
      const own = more?.side === side ? more : undefined;
      const resting = restingOf(holding, side);
      const others = resting.count - (own?.instead?.remaining ?? 0);
      const closes = closable(holding, side);
      if (others + (own?.count ?? 0) <= closes) continue;
      let needed = needOf(this.#restingCost, resting, closes, own?.instead, this.#closingCost);
      if (own !== undefined) {
        const { price, count, isTaker } = own;
        const opening = openingCount(holding, side, count, own.instead);
        needed += this.#openingCost(holding, side, price, opening, isTaker) +
          this.#costToTrade(holding, side, price, count - opening, isTaker);
      }
      if (closes > 0) needed -= initialOf(info, closes * info.settlementMark.price);
      most = Math.max(most, needed);
    }
    return most;
  }
}

const tiedUp = ({ initial, unrealized, resting }: Stake): number => initial + resting - unrealized;
