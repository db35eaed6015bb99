/** Matching: price-time priority on one YES book for each market. */
import { opposite, type Side } from "./book.ts";
import type { OrderGroups } from "./groups.ts";
import type { Fill, Market, Order, Trade } from "./model.ts";
import type { Placed } from "./requests.ts";
import { end, type RestingOrders } from "./resting_orders.ts";
import type { EngineState } from "./state.ts";

/** Whether an incoming order at `price` trades with a resting one at `resting`. */
function crosses(side: Side, price: number, resting: number): boolean {
  return side === "bid" ? resting <= price : resting >= price;
}

/** Whether an order at this price would trade at once. */
export function wouldTrade({ book }: Market, side: Side, price: number): boolean {
  const best = book.best(opposite(side));
  return best !== undefined && crosses(side, price, best);
}

/** What rests on the other side within the limit, as far as `enough`. */
export function volumeWithin({ book }: Market, side: Side, price: number, enough: number): number {
  let volume = 0;
  for (const level of book.levels(opposite(side))) {
    if (!crosses(side, price, level.price)) break;
    volume += level.total;
    if (volume >= enough) break;
  }
  return volume;
}

/** Whether an order at `price` would reach a resting order of its own account. */
export function meetsOwn(order: Order, price: number): boolean {
  const side = order.side === "bid" ? "asks" : "bids";
  for (const wallet of order.account.wallets()) {
    for (const other of wallet.holdings.get(order.market)?.[side].orders ?? []) {
      if (crosses(order.side, price, other.price)) return true;
    }
  }
  return false;
}

/** What an incoming order has traded, and whether it met an order of its own account. */
interface Taken {
  filled: number;
  value: number;
  fees: number;
  isStopped: boolean;
}

/** The matching of one engine. */
export class Matching {
  readonly #state: EngineState;
  readonly #resting: RestingOrders;
  readonly #groups: OrderGroups;

  constructor(state: EngineState, resting: RestingOrders, groups: OrderGroups) {
    this.#state = state;
    this.#resting = resting;
    this.#groups = groups;
  }

  /** Matches an order and rests what is left, or cancels that. */
  enter(order: Order, mayRest: boolean): Placed {
    const { isStopped, filled, value, fees } = this.#match(order);
    if (isStopped) end(this.#state, order, "self_trade");
    else if (order.remaining > 0 && order.group?.triggered) end(this.#state, order, "group");
    else if (order.remaining > 0 && !mayRest) end(this.#state, order, "immediate_or_cancel");
    else if (order.remaining > 0) this.#resting.add(order);
    // More was asked for than there was to reduce.
    else if (order.status === "entering") end(this.#state, order, "reduce_only");
    return { order, filled, value, fees };
  }

  /** Trades two orders with each other that are on no book. */
  tradeOutside(taker: Order, maker: Order, price: number, count: number): void {
    taker.remaining = maker.remaining = 0;
    taker.status = maker.status = "executed";
    this.#exchange(taker, maker, { price, count, isBlock: true });
  }

  /** Trades one resting order with a taker that is on no book, whatever else rests before it. */
  hit(taker: Order, maker: Order, count: number): void {
    this.#trade(taker, maker, count);
  }

  #match(taker: Order): Taken {
    const { book } = taker.market;
    const other = opposite(taker.side);
    const taken: Taken = { filled: 0, value: 0, fees: 0, isStopped: false };
    while (taker.remaining > 0) {
      const best = book.best(other);
      if (best === undefined || !crosses(taker.side, taker.price, best)) break;
      const maker = book.level(other, best)?.first;
      if (maker === undefined) break;
      if (maker.account === taker.account) {
        if (taker.selfTradePrevention === "taker_at_cross") {
          taken.isStopped = true;
          break;
        }
        this.#resting.cancel(maker, "self_trade");
        continue;
      }
      const count = Math.min(taker.remaining, maker.remaining);
      taken.fees += this.#trade(taker, maker, count);
      taken.filled += count;
      taken.value += best * count;
    }
    return taken;
  }

  /** One trade of a taker with a resting order; returns the taker's fee. */
  #trade(taker: Order, maker: Order, count: number): number {
    this.#resting.take(maker, count);
    if (maker.remaining === 0) maker.status = "executed";
    taker.remaining -= count;
    if (taker.remaining === 0 && taker.filled + count === taker.initial) taker.status = "executed";
    const fee = this.#exchange(taker, maker, { price: maker.price, count, isBlock: false });
    this.#resting.tellTraded(maker, count);
    if (maker.group !== undefined) this.#groups.execute(maker.group, count);
    if (taker.group !== undefined) this.#groups.execute(taker.group, count);
    return fee;
  }

  /** Lets contracts and cash change hands; returns the taker's fee. */
  #exchange(
    taker: Order,
    maker: Order,
    { price, count, isBlock }: Pick<Trade, "price" | "count" | "isBlock">,
  ): number {
    const state = this.#state;
    const { market } = taker;
    const at = state.now;
    taker.lastChange = maker.lastChange = "trade";
    const trade: Trade = {
      id: state.random.uuid(),
      market,
      price,
      count,
      takerSide: taker.side,
      at,
      isBlock,
      volumeBefore: market.volume,
    };
    market.trades.push(trade);
    state.trades.push(trade);
    market.lastPrice = price;
    market.volume += count;
    market.updatedAt = at;
    const before = long(taker, maker);
    const takerFill = this.#book(taker, trade, true);
    const makerFill = this.#book(maker, trade, false);
    market.openInterest += long(taker, maker) - before;
    state.emit({ type: "trade", trade });
    state.tellFilled(maker, makerFill);
    state.tellFilled(taker, takerFill);
    state.emit({ type: "position", holding: maker.holding, at });
    state.emit({ type: "position", holding: taker.holding, at });
    return takerFill.fee;
  }

  #book(order: Order, trade: Trade, isTaker: boolean): Fill {
    const { fill, taken } = this.#state.clearing.bookFill(this.#state.random.uuid(), order, trade, isTaker);
    this.#state.feesTaken += taken;
    return fill;
  }
}

/** Contracts that the two hold on the YES side. */
const long = (taker: Order, maker: Order): number =>
  Math.max(0, taker.holding.position) + Math.max(0, maker.holding.position);
