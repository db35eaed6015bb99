/**
 * What happens in an engine, in the order it happens: one stream, which every gateway's feed reads. Of each order it
 * tells the whole life, with what the order was before and is after.
 *
 * @module
 */
import type {
  CancelReason,
  Fill,
  Holding,
  Market,
  Order,
  OrderGroup,
  OrderState,
  Settlement,
  Side,
  Trade,
} from "./model.ts";
import type { Amendment, OrderRequest, Pause, Rejection } from "./requests.ts";

/**
 * The steps in the life of an order that need no more words:
 *
 * - `accepted`: it was taken; it trades, comes to rest or is canceled next.
 * - `rested`: what remains of it rests on the book.
 * - `replaced`: it was amended. One that left the book for that trades, comes to rest or is canceled next.
 * - `decreased`: it was made smaller, and kept its place.
 * - `expired`: its time is over, and what remained of it is gone.
 */
export type PlainStep = "accepted" | "rested" | "replaced" | "decreased" | "expired";

/** A step in the life of an order. */
export type OrderStep =
  | { readonly change: PlainStep }
  /** Contracts of it traded; `fill` says whether it was the maker or the taker. */
  | { readonly change: "filled"; readonly fill: Fill }
  /** What remained of it is gone. */
  | { readonly change: "canceled"; readonly reason: CancelReason };

/** A step in the life of an order, and what the order was and is. */
export type OrderEvent = OrderStep & {
  readonly type: "order";
  readonly order: Order;
  /** What the last event of this order said; undefined where this is the first. */
  readonly before: OrderState | undefined;
  readonly after: OrderState;
  /** Its number among the steps of all orders, from 1, by which it can be told again. */
  readonly number: number;
  readonly at: number;
};

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

/** A level of a book changed by `delta`; `order` is the one that changed it. */
export interface BookEvent {
  readonly type: "book";
  readonly market: Market;
  readonly side: Side;
  readonly price: number;
  readonly delta: number;
  readonly order: Order;
  readonly at: number;
}

/** Something happened to a market. */
export interface MarketEvent {
  readonly type: "market";
  readonly market: Market;
  readonly change: MarketChange;
  readonly at: number;
}

/** What an engine tells its listeners. */
export type EngineEvent =
  | BookEvent
  | MarketEvent
  | OrderEvent
  /** An order was not taken. */
  | {
    readonly type: "rejected";
    readonly request: OrderRequest;
    readonly rejection: Rejection;
    readonly at: number;
  }
  /** A resting order was not changed, and stays as it was. */
  | {
    readonly type: "amendment_rejected";
    readonly order: Order;
    readonly amendment: Amendment;
    readonly rejection: Rejection;
    readonly at: number;
  }
  /** Trading, or all of the exchange, pauses, or goes on. */
  | { readonly type: "pause"; readonly what: Pause; readonly at: number }
  /** A trade of a taker with a maker; what it did to each of their orders follows. */
  | { readonly type: "trade"; readonly trade: Trade }
  | { readonly type: "position"; readonly holding: Holding; readonly at: number }
  | { readonly type: "group"; readonly group: OrderGroup; readonly change: GroupChange; readonly at: number }
  /** A position was paid out. */
  | { readonly type: "settlement"; readonly settlement: Settlement };

/** What an order is now. */
export function stateOf(order: Order): OrderState {
  const { status, clientOrderId, price, initial, remaining, filled, expiresAt } = order;
  return { status, clientOrderId, price, initial, remaining, filled, expiresAt };
}
