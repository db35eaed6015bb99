/** How many orders went through what, and what was refused. */
import type { OrderEvent } from "../engine/events.ts";
import type { Market, Order, Side } from "../engine/model.ts";
import type { Rejection } from "../engine/requests.ts";
import { LatestOf } from "./latest.ts";

/** Something that was refused. */
export interface Refused {
  readonly at: number;
  readonly market: Market;
  readonly what: "order" | "amendment";
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  readonly rejection: Rejection;
}

/** The counts of a run. */
export class OrderTally {
  placed = 0;
  rested = 0;
  amended = 0;
  decreased = 0;
  filled = 0;
  filledWholly = 0;
  canceled = 0;
  rejected = 0;
  contractsOrdered = 0;
  readonly canceledBy = new Map<string, number>();
  readonly rejectedBy = new Map<string, number>();
  readonly refusals: LatestOf<Refused>;
  /** Contracts that were ahead of an order when it came to rest. */
  readonly #queueAhead = new WeakMap<Order, number>();

  constructor(mostRefusals: number) {
    this.refusals = new LatestOf(mostRefusals);
  }

  /** What was ahead of an order; undefined where it has not rested. */
  queueAhead(order: Order): number | undefined {
    return this.#queueAhead.get(order);
  }

  /** A step of an order. */
  count(event: OrderEvent): void {
    const { order, before, after } = event;
    switch (event.change) {
      case "accepted":
        this.placed++;
        this.contractsOrdered += after.initial;
        return;
      case "rested":
        if (!this.#queueAhead.has(order)) this.rested++;
        this.#queueAhead.set(order, order.market.book.queueAhead(order));
        return;
      case "replaced":
        this.amended++;
        this.contractsOrdered += Math.max(0, after.initial - (before?.initial ?? 0));
        return;
      case "decreased":
        this.decreased++;
        return;
      case "filled":
        if (before?.filled === 0) this.filled++;
        if (after.status === "executed") this.filledWholly++;
        return;
      case "canceled":
        return this.#end(event.reason);
      case "expired":
        return this.#end("expired");
    }
  }

  refuse(refused: Refused): void {
    this.rejected++;
    addOne(this.rejectedBy, refused.rejection.rejected);
    this.refusals.add(refused);
  }

  #end(reason: string): void {
    this.canceled++;
    addOne(this.canceledBy, reason);
  }
}

const addOne = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
