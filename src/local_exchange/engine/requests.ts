/** What an engine is asked, and what it answers. */
import type {
  Market,
  Order,
  OrderGroup,
  OrderOrigin,
  SelfTradePrevention,
  Side,
  TimeInForce,
  Wallet,
} from "./model.ts";

/** A wish to trade, already read and typed. */
export interface OrderRequest {
  readonly wallet: Wallet;
  readonly market: Market;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly cancelOnPause?: boolean;
  readonly expiresAt?: number | undefined;
  readonly group?: OrderGroup | undefined;
  /** Whether it may have the id of an order that has ended. */
  readonly reusesId?: boolean;
  /** What the exchange itself places it for. */
  readonly origin?: OrderOrigin | undefined;
}

/** What to change of a resting order. */
export interface Amendment {
  readonly price: number;
  /** The new total: what is filled and what shall rest. */
  readonly count: number;
  readonly clientOrderId?: string | undefined;
  /** Whether that may be the id of an order that has ended. */
  readonly reusesId?: boolean;
  /** `null` clears the expiry, undefined keeps it. */
  readonly expiresAt?: number | null | undefined;
}

/** Why an order or an amendment was not taken, in the codes of Kalshi's error bodies. */
export type RejectReason =
  | "exceeded_order_group_risk_limit"
  | "exceeded_per_market_risk_limit"
  | "exchange_is_paused"
  | "fill_or_kill_insufficient_resting_volume"
  | "insufficient_balance"
  | "invalid_order"
  | "invalid_order_size"
  | "invalid_price"
  | "market_inactive"
  | "market_version_mismatch"
  | "order_already_exists"
  | "self_cross_attempt"
  | "trading_is_paused";

/** It was not taken. */
export interface Rejection {
  readonly rejected: RejectReason;
  readonly details?: string;
}

/** What became of an accepted order at once. */
export interface Placed {
  readonly order: Order;
  /** What the order filled as a taker in this call. */
  readonly filled: number;
  /** Money that those fills traded at, in YES terms. */
  readonly value: number;
  readonly fees: number;
}

/** What pauses: trading, where cancels still work, or the whole exchange. */
export type Pause = "trading" | "exchange" | "nothing";

/** What a trade outside the book is about. */
export interface BlockTerms {
  readonly price: number;
  readonly count: number;
  readonly takerSide: Side;
  /** What the exchange itself trades it for. */
  readonly origin?: OrderOrigin | undefined;
}

/** The two orders of a block trade. */
export interface BlockTrade {
  readonly buyerOrder: Order;
  readonly sellerOrder: Order;
}
