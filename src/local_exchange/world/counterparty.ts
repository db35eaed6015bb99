/** Somebody to trade with, who never runs out of cash. */
import type { Engine } from "../engine/engine.ts";
import type { Account, Market, Side } from "../engine/model.ts";
import type { Placed, Rejection } from "../engine/requests.ts";

/** The counterparty of one exchange. */
export class Counterparty {
  readonly #engine: Engine;
  readonly #worthOf: (price: number, count: number) => number;
  #account: Account | undefined;

  /** `worthOf`: what an order can cost at most. */
  constructor(engine: Engine, worthOf: (price: number, count: number) => number) {
    this.#engine = engine;
    this.#worthOf = worthOf;
  }

  /** Places an order that rests until it trades or is canceled. */
  place(market: Market, side: Side, price: number, count: number): Placed | Rejection {
    const wallet = (this.#account ??= this.#engine.open()).wallet(0, market.shard);
    this.#engine.deposit(wallet, this.#worthOf(price, count));
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
