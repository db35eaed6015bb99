/**
 * What the engine keeps: accounts with their wallets and holdings, markets, orders, trades, fills. Units as in
 * `../units.ts`; times in Unix ms. These things know each other, so they stand in one file.
 *
 * @module
 */
import type { Book, Queued, Side } from "./book.ts";
import type { FeeSchedule } from "./fees.ts";
import { OrderList } from "./order_list.ts";
import type { PriceGrid } from "./price_grid.ts";

export type { Side } from "./book.ts";

/** Where a market is in its life, in the words of the `status` field. */
export type MarketStatus = "initialized" | "inactive" | "active" | "closed" | "determined" | "finalized";

/** What the engine knows of a market; texts and dates are the catalogue's. */
export interface Market {
  readonly ticker: string;
  /** What it belongs to: its event, or what it follows the price of. */
  readonly eventTicker: string;
  /** The shard it trades on. */
  readonly shard: number;
  status: MarketStatus;
  bands: PriceGrid;
  fees: FeeSchedule;
  readonly book: Book<Order>;
  readonly trades: Trade[];
  lastPrice: number;
  volume: number;
  /** Contracts held on the YES side, which equals those on the NO side. */
  openInterest: number;
  updatedAt: number;
}

export type TimeInForce = "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill";
export type SelfTradePrevention = "taker_at_cross" | "maker";
/** Where an order is in its life; one that is `entering` trades, and rests or ends before anybody else has a say. */
export type OrderStatus = "entering" | "resting" | "canceled" | "executed";

/** Why an order ended without being filled. */
export type CancelReason =
  | "user"
  | "expired"
  | "immediate_or_cancel"
  | "self_trade"
  | "market_closed"
  | "paused"
  | "group"
  | "reactivated"
  | "unpaid"
  | "post_only"
  | "reduce_only";

/** What an order last went through; nothing for one that has only been placed. */
export type OrderChange = CancelReason | "trade" | "amend" | "decrease";

/** What an exchange itself places an order for. */
export type OrderOrigin = "liquidation" | "take_profit_stop_loss";

/** A group of orders that is canceled together. */
export interface OrderGroup {
  readonly id: string;
  readonly wallet: Wallet;
  limit: number;
  triggered: boolean;
  readonly orders: Set<Order>;
  /** Recent executions, for the rolling limit. */
  executions: { readonly at: number; readonly count: number }[];
}

/** What of an order changes in its life, at one moment. */
export interface OrderState {
  readonly status: OrderStatus;
  readonly clientOrderId: string;
  readonly price: number;
  /** What was asked for, as the last amendment has it. */
  readonly initial: number;
  readonly remaining: number;
  readonly filled: number;
  /** Unix milliseconds. */
  readonly expiresAt: number | undefined;
}

export interface Order extends Queued<Order> {
  readonly id: string;
  /** Its number among the orders of its account; -1 for one that the account does not list. */
  readonly number: number;
  clientOrderId: string;
  readonly account: Account;
  readonly wallet: Wallet;
  readonly holding: Holding;
  readonly market: Market;
  readonly side: Side;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly cancelOnPause: boolean;
  readonly group: OrderGroup | undefined;
  /** What the exchange itself placed it for; undefined for an order of its owner's. */
  readonly origin: OrderOrigin | undefined;
  readonly createdAt: number;
  price: number;
  /** Initial size; an amendment sets it anew. */
  initial: number;
  remaining: number;
  filled: number;
  status: OrderStatus;
  /** What the last event of it said. */
  told: OrderState | undefined;
  lastChange: OrderChange | undefined;
  expiresAt: number | undefined;
  updatedAt: number;
  takerCost: number;
  makerCost: number;
  takerFees: number;
  makerFees: number;
  /** Rounding paid so far that no rebate has given back. */
  roundingOwed: number;
  /** What its remaining contracts would cost if all of them open a position, maker fees included. */
  cost: number;
}

export interface Trade {
  readonly id: string;
  readonly market: Market;
  readonly price: number;
  readonly count: number;
  readonly takerSide: Side;
  readonly at: number;
  readonly isBlock: boolean;
  /** What was traded in its market before it. */
  readonly volumeBefore: number;
}

/** One account's half of a trade. */
export interface Fill {
  readonly id: string;
  readonly trade: Trade;
  readonly order: Order;
  readonly isTaker: boolean;
  /** Net fee: trade fee plus rounding less rebate. */
  readonly fee: number;
  /** What the wallet gained by it, below zero what it paid; fees included. */
  readonly cash: number;
  /** The account's position after it. */
  readonly position: number;
  /** What else there is to say where positions are held on margin. */
  readonly margin?: MarginOutcome;
}

/** What a fill did to a position on margin. */
export interface MarginOutcome {
  /** Average price at which the position was entered that it closed, or, where it closed nothing, that there is after it. */
  readonly entryPrice: number;
  /** What it gained, before fees. */
  readonly realized: number;
}

/** What a position was paid out. */
export interface Settlement {
  readonly holding: Holding;
  /** Contracts that were held; below zero they were NO. */
  readonly position: number;
  /** What they cost. */
  readonly cost: number;
  readonly revenue: number;
  readonly fee: number;
  /** Worth of a YES contract. */
  readonly value: number;
  readonly at: number;
}

/** The resting orders of one wallet on one side of a market. */
export interface RestingSide {
  readonly orders: Set<Order>;
  count: number;
  /** What all of them would cost if every contract opened a position. */
  cost: number;
  /** What is set aside for them, given the position that some of them would close. */
  reserved: number;
}

/** A wallet's stake in a market. */
export interface Holding {
  readonly wallet: Wallet;
  readonly market: Market;
  /** Contracts; below zero they are NO. */
  position: number;
  /** What the position cost. */
  exposure: number;
  realized: number;
  fees: number;
  /** Money spent on opening positions, and contracts traded. */
  traded: number;
  tradedCount: number;
  updatedAt: number;
  readonly bids: RestingSide;
  readonly asks: RestingSide;
}

function restingSide(): RestingSide {
  return { orders: new Set(), count: 0, cost: 0, reserved: 0 };
}

/** The cash of one subaccount on one shard. */
export class Wallet {
  readonly account: Account;
  readonly subaccount: number;
  readonly shard: number;
  cash = 0;
  /** Set aside for resting orders. */
  reserved = 0;
  updatedAt = 0;
  readonly holdings = new Map<Market, Holding>();

  constructor(account: Account, subaccount: number, shard: number) {
    this.account = account;
    this.subaccount = subaccount;
    this.shard = shard;
  }

  /** What can be spent. */
  get available(): number {
    return this.cash - this.reserved;
  }

  holding(market: Market): Holding {
    let found = this.holdings.get(market);
    if (found === undefined) {
      found = {
        wallet: this,
        market,
        position: 0,
        exposure: 0,
        realized: 0,
        fees: 0,
        traded: 0,
        tradedCount: 0,
        updatedAt: 0,
        bids: restingSide(),
        asks: restingSide(),
      };
      this.holdings.set(market, found);
    }
    return found;
  }
}

/** Subaccounts that an account can have beside the primary one. */
export const MOST_SUBACCOUNTS = 63;

/** A member of the exchange. */
export class Account {
  readonly id: string;
  /** Balances are kept at multiples of this: 100 is 0.0001 dollars, 10,000 a cent. */
  readonly precision: number;
  readonly orders = new OrderList<Order, OrderStatus>();
  readonly ordersByClientId = new Map<string, Order>();
  readonly resting = new Set<Order>();
  readonly fills: Fill[] = [];
  readonly settlements: Settlement[] = [];
  readonly groups = new Map<string, OrderGroup>();
  /** Subaccounts that exist; 0 is the primary one. */
  readonly subaccounts = new Set<number>([0]);
  readonly #wallets = new Map<number, Wallet>();

  constructor(id: string, precision: number) {
    this.id = id;
    this.precision = precision;
  }

  /** The wallet of a subaccount on a shard, empty when it is new. */
  wallet(subaccount: number, shard: number): Wallet {
    const key = subaccount * 1_000 + shard;
    let found = this.#wallets.get(key);
    if (found === undefined) this.#wallets.set(key, found = new Wallet(this, subaccount, shard));
    return found;
  }

  /** Its wallets; of one subaccount or shard where told. */
  wallets(only: { subaccount?: number | undefined; shard?: number | undefined } = {}): Wallet[] {
    return [...this.#wallets.values()].filter((wallet) =>
      (only.subaccount === undefined || wallet.subaccount === only.subaccount) &&
      (only.shard === undefined || wallet.shard === only.shard)
    );
  }
}
