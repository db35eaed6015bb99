/** Orders on the books: they come to rest, shrink, and leave. */
import type { CancelReason, Market, Order } from "./model.ts";
import type { EngineState } from "./state.ts";

/** The resting orders of one engine. */
export class RestingOrders {
  readonly #state: EngineState;

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** Puts what remains of an order on the book. */
  add(order: Order): void {
    order.status = "resting";
    order.market.book.add(order);
    this.#state.clearing.rest(order);
    order.group?.orders.add(order);
    this.#tellBook(order, order.remaining);
    if (order.expiresAt !== undefined) this.expireAt(order, order.expiresAt);
    this.#state.tell(order, "rested");
  }

  /** Takes `count` off a resting order, with the cash set aside for it; the books' readers are told by the caller. */
  take(order: Order, count: number): void {
    order.market.book.reduce(order, count);
    this.#state.clearing.reduce(order, count);
    if (order.remaining === 0) order.group?.orders.delete(order);
  }

  /** Takes `count` off a resting order, which keeps its place. */
  shrink(order: Order, count: number): void {
    this.take(order, count);
    this.#tellBook(order, -count);
  }

  /** Takes a resting order off the book, to be canceled or to come back at another price. */
  leave(order: Order): void {
    this.shrink(order, order.remaining);
  }

  /** Tells the readers of a book that a trade took `count` off an order. */
  tellTraded(order: Order, count: number): void {
    this.#tellBook(order, -count);
  }

  /** Cancels what remains of a resting order; returns how much that was. */
  cancel(order: Order, reason: CancelReason): number {
    if (order.status !== "resting") return 0;
    const { remaining } = order;
    this.leave(order);
    end(this.#state, order, reason);
    return remaining;
  }

  /** Cancels everything that rests in a market. */
  cancelAll(market: Market, reason: CancelReason): void {
    for (const side of ["bid", "ask"] as const) {
      for (const level of market.book.levels(side)) {
        while (level.first !== undefined) this.cancel(level.first, reason);
      }
    }
  }

  /** Cancels an order at a time, unless it expires at another one by then. */
  expireAt(order: Order, at: number): void {
    this.#state.schedule.add(at, () => {
      if (order.expiresAt === at) this.cancel(order, "expired");
    });
  }

  #tellBook(order: Order, delta: number): void {
    const { market, side, price } = order;
    this.#state.emit({ type: "book", market, side, price, delta, order, at: this.#state.now });
  }
}

/** Ends an order that is on no book with what remains of it unfilled. */
export function end(state: EngineState, order: Order, reason: CancelReason): void {
  order.remaining = 0;
  order.status = "canceled";
  order.lastChange = reason;
  order.updatedAt = state.now;
  if (reason === "expired") state.tell(order, "expired");
  else state.tellCanceled(order, reason);
}
