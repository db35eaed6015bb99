/** What the engine keeps: markets, orders, trades, fills. Units as in `../units.ts`; times in Unix ms. */
import type { Book } from "./book.ts";
import type { FeeSchedule } from "./fees.ts";
import type { Account, Holding, Wallet } from "./ledger.ts";

/** A side of a book, in terms of YES: `bid` buys it, `ask` sells it (which is buying NO at 1 - price). */
export type Side = "bid" | "ask";

/** A band of prices and its step. */
export interface PriceBand {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Where a market is in its life, in the words of the `status` field. */
export type MarketStatus = "initialized" | "inactive" | "active" | "closed" | "determined" | "finalized";

/** What the engine knows of a market; texts and dates are the catalogue's. */
export interface Market {
  readonly ticker: string;
  readonly eventTicker: string;
  readonly seriesTicker: string;
  /** The shard it trades on. */
  readonly shard: number;
  status: MarketStatus;
  bands: readonly PriceBand[];
  fees: FeeSchedule;
  readonly book: Book;
  readonly trades: Trade[];
  lastPrice: number;
  volume: number;
  /** Contracts held on the YES side, which equals those on the NO side. */
  openInterest: number;
  updatedAt: number;
}

export type TimeInForce = "good_till_canceled" | "immediate_or_cancel" | "fill_or_kill";
export type SelfTradePrevention = "taker_at_cross" | "maker";
export type OrderStatus = "resting" | "canceled" | "executed";

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
  | "unpaid";

/** What an order last went through; nothing for one that has only been placed. */
export type OrderChange = CancelReason | "trade" | "amend" | "decrease";

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

export interface Order {
  readonly id: string;
  clientOrderId: string;
  readonly account: Account;
  readonly wallet: Wallet;
  readonly holding: Holding;
  readonly market: Market;
  readonly side: Side;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly cancelOnPause: boolean;
  readonly group: OrderGroup | undefined;
  readonly createdAt: number;
  price: number;
  /** Initial size; an amendment sets it anew. */
  initial: number;
  remaining: number;
  filled: number;
  status: OrderStatus;
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
  /** Neighbours in its price level's queue. */
  ahead: Order | undefined;
  behind: Order | undefined;
}

export interface Trade {
  readonly id: string;
  readonly market: Market;
  readonly price: number;
  readonly count: number;
  readonly takerSide: Side;
  readonly at: number;
  readonly isBlock: boolean;
}

/** One account's half of a trade. */
export interface Fill {
  readonly id: string;
  readonly trade: Trade;
  readonly order: Order;
  readonly isTaker: boolean;
  /** Net fee: trade fee plus rounding less rebate. */
  readonly fee: number;
  /** The account's position after it. */
  readonly position: number;
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

/** What happened to a market. */
export type MarketChange =
  | "created"
  | "opened"
  | "activated"
  | "deactivated"
  | "closed"
  | "close_date_updated"
  | "determined"
  | "settled"
  | "price_level_structure_updated"
  | "metadata_updated";

/** What happened to an order group. */
export type GroupChange = "created" | "triggered" | "reset" | "deleted" | "limit_updated";

/** What the engine tells its listeners, in the order it happened. */
export type EngineEvent =
  /** A level of a book changed by `delta`; `order` is the one that changed it. */
  | {
    readonly type: "book";
    readonly market: Market;
    readonly side: Side;
    readonly price: number;
    readonly delta: number;
    readonly order: Order;
    readonly at: number;
  }
  | { readonly type: "trade"; readonly trade: Trade }
  | { readonly type: "fill"; readonly fill: Fill }
  | { readonly type: "order"; readonly order: Order; readonly at: number }
  | { readonly type: "position"; readonly holding: Holding; readonly at: number }
  | { readonly type: "market"; readonly market: Market; readonly change: MarketChange; readonly at: number }
  | { readonly type: "group"; readonly group: OrderGroup; readonly change: GroupChange; readonly at: number }
  | { readonly type: "settlement"; readonly settlement: Settlement };
