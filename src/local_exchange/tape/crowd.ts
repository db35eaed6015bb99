/** The crowd: everybody of a recording, as one account that is never short of cash and pays no fees. */
import type { BookedFill, Clearing, Intent } from "../engine/clearing.ts";
import type { Engine } from "../engine/engine.ts";
import type { Account, Fill, Holding, Market, Order, Side, Trade } from "../engine/model.ts";
import type { Rejection } from "../engine/requests.ts";

/** The id of its account; those of others are UUIDs. */
export const CROWD_ID = "crowd";

/** Whether an account is the crowd's. */
export const isCrowd = ({ id }: Account): boolean => id === CROWD_ID;

/** The clearing of an exchange that has a crowd. Nothing is set aside for its orders, which change in place. */
export function crowdClearing(clearing: Clearing): Clearing {
  return {
    ...clearing,

    refusal(intent: Intent): Rejection | undefined {
      return isCrowd(intent.holding.wallet.account) ? undefined : clearing.refusal(intent);
    },

    rest(order: Order): void {
      if (!isCrowd(order.account)) clearing.rest(order);
    },

    reduce(order: Order, count: number): void {
      if (isCrowd(order.account)) order.remaining -= count;
      else clearing.reduce(order, count);
    },

    reprice(holding: Holding): void {
      if (!isCrowd(holding.wallet.account)) clearing.reprice(holding);
    },

    bookFill(id: string, order: Order, trade: Trade, isTaker: boolean): BookedFill {
      if (!isCrowd(order.account)) return clearing.bookFill(id, order, trade, isTaker);
      const { holding, side } = order;
      holding.position += side === "bid" ? trade.count : -trade.count;
      order.filled += trade.count;
      const fill: Fill = { id, trade, order, isTaker, fee: 0, cash: 0, position: holding.position };
      return { fill, taken: 0 };
    },
  };
}

/** The crowd of one exchange. */
export class Crowd {
  readonly #engine: Engine;
  readonly #account: Account;
  #made = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#account = engine.open(100, CROWD_ID);
  }

  /** An order of the crowd's, which is on no book yet; nobody keeps it but who asked for it. */
  order(market: Market, side: Side, price: number, count: number): Order {
    const wallet = this.#account.wallet(0, market.shard);
    const { now } = this.#engine;
    return {
      // Nobody can ask for it: its number does.
      id: `${CROWD_ID}-${++this.#made}`,
      number: -1,
      clientOrderId: "",
      account: this.#account,
      wallet,
      holding: wallet.holding(market),
      market,
      side,
      selfTradePrevention: "maker",
      cancelOnPause: false,
      group: undefined,
      origin: undefined,
      createdAt: now,
      price,
      initial: count,
      remaining: count,
      filled: 0,
      status: "entering",
      told: undefined,
      lastChange: undefined,
      expiresAt: undefined,
      updatedAt: now,
      takerCost: 0,
      makerCost: 0,
      takerFees: 0,
      makerFees: 0,
      roundingOwed: 0,
      cost: 0,
      ahead: undefined,
      behind: undefined,
    };
  }
}
