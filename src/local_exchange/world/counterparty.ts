/** Somebody to trade with, who never runs out of cash. */
import type { Engine } from "../engine/engine.ts";
import { worthOf } from "../engine/event_contract.ts";
import type { Account, Market, Side } from "../engine/model.ts";
import type { Placed, Rejection } from "../engine/requests.ts";

/** The counterparty of one exchange. */
export class Counterparty {
  readonly #engine: Engine;
  #account: Account | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Places an order that rests until it trades or is canceled. */
  place(market: Market, side: Side, price: number, count: number): Placed | Rejection {
    const wallet = (this.#account ??= this.#engine.open()).wallet(0, market.shard);
    // No contract costs more than it can be worth.
    this.#engine.deposit(wallet, count * worthOf("yes"));
    return this.#engine.place({
      wallet,
      market,
      clientOrderId: "",
      side,
      price,
      count,
      timeInForce: "good_till_canceled",
      selfTradePrevention: "maker",
    });
  }
}
