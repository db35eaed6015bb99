/** What a quote manager is told, and what it tells. */
import type { KalshiError } from "../../base/errors.ts";

/** A side of the book: `bid` buys YES, `ask` sells it. */
export type QuoteSide = "bid" | "ask";

/**
 * What happens where a quote would meet an order of the account that is not the manager's: `taker_at_cross` cancels the
 * quote, `maker` the other order.
 */
export type QuoteSelfTrade = "taker_at_cross" | "maker";

/** One level of a side: how much shall rest at which price. */
export interface QuoteLevel {
  /** YES price in dollars, such as `"0.4500"`. */
  readonly price: string;
  /** Contracts that shall rest there, such as `"10.00"`. */
  readonly count: string;
}

/**
 * The quotes that you want in a market. A side that is left out stays as it was wished; `null`, and an empty list, take
 * it away. Each price of a side is named once.
 */
export interface QuoteWish {
  /** What to buy YES at: one level or several. */
  readonly bid?: QuoteLevel | readonly QuoteLevel[] | null | undefined;
  /** What to sell YES at: one level or several. */
  readonly ask?: QuoteLevel | readonly QuoteLevel[] | null | undefined;
}

/** An order of a quote manager's, as it is known. */
export interface QuoteOrder {
  /** Ticker of the market. */
  readonly ticker: string;
  /** Its side. */
  readonly side: QuoteSide;
  /** YES price in dollars. */
  readonly price: string;
  /** Contracts that rest. */
  readonly remaining: string;
  /** Contracts that have filled. */
  readonly filled: string;
  /** Its present `client_order_id`, which changes with each amend. */
  readonly clientOrderId: string;
  /** The exchange's id; undefined while no answer has told it. */
  readonly orderId: string | undefined;
}

/** Why a wish was refused, or is not worked on. */
export type QuoteRefusal =
  /** An order larger than `limits.maxOrderCount`. */
  | "order-count"
  /** The position could pass `limits.maxPosition`. */
  | "position"
  /** The positions in the event's markets could pass `limits.maxEventPosition`. */
  | "event-position"
  /** What all quotes lock up would pass `limits.maxNotional`. */
  | "notional"
  /** The price is outside of `limits.lowestPrice` and `limits.highestPrice`. */
  | "price-band"
  /** The price is further from the book's mid than `limits.maxFromMid`, or there is no mid to compare it with. */
  | "from-mid"
  /** The price is not on the market's grid. */
  | "grid"
  /** Its best bid is at or above its best ask: the two would meet. */
  | "crossed"
  /** The market has closed. */
  | "market-closed"
  /** The kill switch was pulled. */
  | "killed";

/** Why a manager was killed. */
export type KillCause =
  /** You called `kill`. */
  | { readonly type: "called"; readonly reason: string }
  /** The loss in the window passed `limits.maxLoss`. */
  | { readonly type: "loss"; readonly loss: string }
  /** What tells of the account's orders has ended for good: quotes would rest without anybody knowing what fills. */
  | { readonly type: "stream-closed"; readonly error: unknown }
  /** The exchange triggered the order group, which traded more than its limit within 15 seconds. */
  | { readonly type: "order-group"; readonly orderGroupId: string | undefined };

/** Where a manager stands. */
export type QuoteManagerState =
  /** It works on your wishes. */
  | { readonly name: "quoting" }
  /** The kill switch was pulled: it cancels, and places nothing any more. */
  | { readonly name: "killed"; readonly cause: KillCause }
  /** It cancels everything and then is closed. */
  | { readonly name: "stopping" }
  /** Nothing of its own rests, which was proven; or `stop` has thrown what is left. */
  | { readonly name: "stopped" };

/** What a manager did, and why. */
export type QuoteEvent =
  /** It placed an order: nothing rested for a level of the wish. */
  | { readonly type: "placed"; readonly order: QuoteOrder }
  /**
   * It amended an order. `kept` says whether the order kept its place in the queue, as a smaller one at the same price
   * does; `why` is what the wish asked for.
   */
  | {
    readonly type: "amended";
    readonly order: QuoteOrder;
    readonly why: "price" | "larger" | "smaller";
    readonly kept: boolean;
  }
  /** It cancelled an order. */
  | {
    readonly type: "canceled";
    readonly order: QuoteOrder;
    /** `wish`: no level asks for it; `stale`: the book is stale; `adopted`: an order of an earlier process. */
    readonly why: "wish" | "stale" | "adopted" | "killed" | "stopped";
  }
  /** Contracts of an order filled. */
  | {
    readonly type: "filled";
    readonly order: QuoteOrder;
    /** Contracts that filled. */
    readonly count: string;
    /** The market's position after it: below zero it is NO. */
    readonly position: string;
  }
  /** An order ended that the manager did not cancel, and that did not fill. */
  | { readonly type: "gone"; readonly order: QuoteOrder; readonly reason: string | undefined }
  /** An order of an earlier process, or one that arrived late, was found and taken over. */
  | { readonly type: "adopted"; readonly order: QuoteOrder }
  /** The exchange refused something; it is tried again after `retryInMs`, or when the wish changes. */
  | {
    readonly type: "refused";
    readonly ticker: string;
    readonly side: QuoteSide;
    readonly what: "place" | "amend" | "cancel";
    readonly error: KalshiError;
    readonly retryInMs: number;
  }
  /** Nobody knows whether a request took effect: it is looked up before the side goes on. */
  | {
    readonly type: "unknown";
    readonly order: QuoteOrder;
    readonly what: "place" | "amend" | "cancel";
    readonly error: KalshiError;
  }
  /** What was unknown is known: whether the request took effect. */
  | { readonly type: "resolved"; readonly order: QuoteOrder; readonly tookEffect: boolean }
  /** A level of a wish is not placed, or only a part of it, since a limit forbids it for now. */
  | {
    readonly type: "held";
    readonly ticker: string;
    readonly side: QuoteSide;
    readonly why: QuoteRefusal;
  }
  /** The market has closed; its wish is forgotten. */
  | { readonly type: "market-closed"; readonly ticker: string; readonly status: string }
  /** The market's book is stale, or live again; `pulled` says whether its quotes are away meanwhile. */
  | { readonly type: "book"; readonly ticker: string; readonly live: boolean; readonly pulled: boolean }
  /** Orders and positions were compared with the exchange's own. */
  | {
    readonly type: "reconciled";
    readonly why: "start" | "reconnect" | "interval" | "asked";
    /** Orders that were taken over. */
    readonly adopted: number;
    /** Orders that were thought to rest and do not. */
    readonly gone: number;
  }
  /** The kill switch was pulled. */
  | { readonly type: "killed"; readonly cause: KillCause }
  /** Something failed that is tried again, such as a look-up. */
  | { readonly type: "error"; readonly error: unknown };

/** Counts of what a manager did, since it was opened. */
export interface QuoteStats {
  /** Orders placed. */
  readonly placed: number;
  /** Amends that took effect. */
  readonly amended: number;
  /** Of them, those that kept the place in the queue. */
  readonly keptPlace: number;
  /** Orders cancelled by it. */
  readonly canceled: number;
  /** Requests that were refused. */
  readonly refused: number;
  /** Requests whose outcome was unknown. */
  readonly unknown: number;
  /** Wishes that were replaced by a newer one before anything was sent for them. */
  readonly coalesced: number;
  /** Orders that rest now, as far as is known. */
  readonly resting: number;
  /** Requests that are under way now. */
  readonly underWay: number;
}
