/** What an engine must be told about money: at which prices a market trades, what an order ties up, what a fill and an end pay. */
import type { Fill, Holding, Market, Order, Settlement, Side, Trade } from "./model.ts";
import type { Rejection } from "./requests.ts";

/** An order that asks whether it can be paid. */
export interface Intent {
  readonly holding: Holding;
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  /** Whether it would trade at once. */
  readonly isTaker: boolean;
  /** The resting order whose place it takes: what is set aside for that one pays for this one. */
  readonly instead?: Order;
}

/** A fill, and what the exchange took of it in fees and rounding. */
export interface BookedFill {
  readonly fill: Fill;
  readonly taken: number;
}

/**
 * The money side of an exchange. The engine matches; a clearing says who can pay and moves cash and positions.
 * What is set aside for a holding's resting orders is right after each of these calls.
 */
export interface Clearing {
  /** Whether an order may have this price. */
  isOnGrid(market: Market, price: number): boolean;
  /** Whether an order on this side may have this price as the book is. */
  isInBand(market: Market, side: Side, price: number): boolean;
  /** Why an order is too much at its limit, beyond all that is set aside already; undefined where it is not. */
  refusal(intent: Intent): Rejection | undefined;
  /** Sets aside what an order needs that comes to rest. */
  rest(order: Order): void;
  /** Takes `count` off a resting order, with what is set aside for it; all that remains takes it out. */
  reduce(order: Order, count: number): void;
  /** Counts anew what a holding's resting orders need, after the market's fees changed. */
  reprice(holding: Holding): void;
  /** Moves one side of a trade: its cash, its position and what it gained. */
  bookFill(id: string, order: Order, trade: Trade, isTaker: boolean): BookedFill;
  /** Ends a position at `value` for a YES contract. */
  settle(holding: Holding, value: number, at: number): Settlement;
}
