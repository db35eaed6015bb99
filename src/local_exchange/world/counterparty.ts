/** Somebody to trade with, who never runs out of cash. */
import type { Engine } from "../engine/engine.ts";
import type { Account, Market, Side, Wallet } from "../engine/model.ts";
import type { Placed, Rejection } from "../engine/requests.ts";

/** What a wallet needs for an order at most, beyond what it has. */
export type CostOf = (price: number, count: number, wallet: Wallet) => number;

/** The counterparty of one exchange. */
export class Counterparty {
  readonly #engine: Engine;
  readonly #costOf: CostOf;
  #account: Account | undefined;

  constructor(engine: Engine, costOf: CostOf) {
    this.#engine = engine;
    this.#costOf = costOf;
  }

  /** Places an order that rests until it trades or is canceled. */
  place(market: Market, side: Side, price: number, count: number): Placed | Rejection {
    const wallet = (this.#account ??= this.#engine.open()).wallet(0, market.shard);
    this.#engine.deposit(wallet, this.#costOf(price, count, wallet));
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
