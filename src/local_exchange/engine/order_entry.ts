/** Orders as they come in, and as their owners change them: taken or rejected, amended, decreased. */
import { opposite } from "./book.ts";
import { type Matching, meetsOwn, volumeWithin, wouldTrade } from "./matching.ts";
import type { Account, Market, Order, Side, Wallet } from "./model.ts";
import type { Amendment, BlockTerms, BlockTrade, OrderRequest, Placed, Rejection } from "./requests.ts";
import { end, type RestingOrders } from "./resting_orders.ts";
import type { EngineState } from "./state.ts";

/** Ten million contracts: up to here every sum of money and fees is exact. */
const MAX_COUNT = 1_000_000_000;

/** Whether an id belongs to another order; to one that has not ended, where that is enough. */
function isTaken({ ordersByClientId }: Account, id: string, reusesId = false): boolean {
  const status = ordersByClientId.get(id)?.status;
  if (status === undefined) return false;
  return !reusesId || status === "entering" || status === "resting";
}

/** The order entry of one engine. */
export class OrderEntry {
  readonly #state: EngineState;
  readonly #resting: RestingOrders;
  readonly #matching: Matching;

  constructor(state: EngineState, resting: RestingOrders, matching: Matching) {
    this.#state = state;
    this.#resting = resting;
    this.#matching = matching;
  }

  /** Places an order. */
  place(request: OrderRequest): Placed | Rejection {
    const { wallet, market, side, price } = request;
    const rejection = this.#check(request);
    if (rejection !== undefined) return this.#reject(request, rejection);
    const holding = wallet.holding(market);
    const count = request.reduceOnly
      ? Math.min(request.count, Math.max(0, side === "bid" ? -holding.position : holding.position))
      : request.count;
    const isTaker = wouldTrade(market, side, price);
    if (request.postOnly && isTaker) {
      // Kalshi takes such an order and cancels it, besides refusing it in the answer.
      const order = this.#accept(request, count);
      end(this.#state, order, "post_only");
      return { rejected: "invalid_order", details: "post only cross" };
    }
    const refusal = this.#state.clearing.refusal({ holding, side, price, count, isTaker });
    if (refusal !== undefined) return this.#reject(request, refusal);
    if (request.timeInForce === "fill_or_kill" && volumeWithin(market, side, price, count) < count) {
      return this.#reject(request, { rejected: "fill_or_kill_insufficient_resting_volume" });
    }
    return this.#matching.enter(this.#accept(request, count), request.timeInForce === "good_till_canceled");
  }

  /**
   * Changes a resting order. Less of it at the same price, or another expiry, keeps its place in the queue;
   * anything else puts it at the end, and may let it trade.
   */
  amend(order: Order, amendment: Amendment): Placed | Rejection {
    const { price, count, clientOrderId, expiresAt } = amendment;
    const remaining = count - order.filled;
    const moves = price !== order.price || remaining > order.remaining;
    const rejection = this.#checkAmendment(order, amendment, moves);
    if (rejection !== undefined) {
      this.#state.emit({ type: "amendment_rejected", order, amendment, rejection, at: this.#state.now });
      return rejection;
    }
    if (clientOrderId !== undefined && clientOrderId !== order.clientOrderId) {
      order.clientOrderId = clientOrderId;
      order.account.ordersByClientId.set(clientOrderId, order);
    }
    if (expiresAt !== undefined) {
      order.expiresAt = expiresAt ?? undefined;
      if (expiresAt !== null) this.#resting.expireAt(order, expiresAt);
    }
    order.initial = count;
    order.lastChange = "amend";
    order.updatedAt = this.#state.now;
    if (moves) {
      this.#resting.leave(order);
      order.price = price;
      order.remaining = remaining;
      order.status = "entering";
      this.#state.tell(order, "replaced");
      return this.#matching.enter(order, true);
    }
    if (remaining < order.remaining) this.#resting.shrink(order, order.remaining - remaining);
    this.#state.tell(order, "replaced");
    return { order, filled: 0, value: 0, fees: 0 };
  }

  /** Takes `count` off a resting order, which keeps its place; all of it cancels it. */
  decrease(order: Order, count: number): void {
    if (count >= order.remaining) return void this.#resting.cancel(order, "user");
    this.#resting.shrink(order, count);
    order.lastChange = "decrease";
    order.updatedAt = this.#state.now;
    this.#state.tell(order, "decreased");
  }

  /** A trade that two accounts agreed on outside the book. */
  block(
    market: Market,
    parties: Readonly<Record<Side, Wallet>>,
    { price, count, takerSide, origin }: BlockTerms,
  ): BlockTrade | Rejection {
    // What the exchange itself must do it does at any time.
    if (market.status !== "active" && origin === undefined) return { rejected: "market_inactive" };
    for (const side of ["bid", "ask"] as const) {
      const holding = parties[side].holding(market);
      const refusal = this.#state.clearing.refusal({ holding, side, price, count, isTaker: true });
      if (refusal !== undefined) return refusal;
    }
    const make = (side: Side) =>
      this.#accept({
        wallet: parties[side],
        market,
        clientOrderId: "",
        side,
        price,
        count,
        timeInForce: "fill_or_kill",
        selfTradePrevention: "taker_at_cross",
        origin,
      }, count);
    const orders = { bid: make("bid"), ask: make("ask") };
    this.#matching.tradeOutside(orders[takerSide], orders[opposite(takerSide)], price, count);
    return { buyerOrder: orders.bid, sellerOrder: orders.ask };
  }

  #reject(request: OrderRequest, rejection: Rejection): Rejection {
    this.#state.emit({ type: "rejected", request, rejection, at: this.#state.now });
    return rejection;
  }

  #check(request: OrderRequest): Rejection | undefined {
    const { wallet, market, side, price, count, clientOrderId, group } = request;
    const rejection = this.#checkMarket(market, side, price);
    if (rejection !== undefined) return rejection;
    if (count <= 0 || count > MAX_COUNT) return { rejected: "invalid_order_size" };
    if (clientOrderId !== "" && isTaken(wallet.account, clientOrderId, request.reusesId)) {
      return { rejected: "order_already_exists" };
    }
    return group?.triggered ? { rejected: "exceeded_order_group_risk_limit" } : undefined;
  }

  #checkAmendment(
    order: Order,
    { price, count, clientOrderId, reusesId }: Amendment,
    moves: boolean,
  ): Rejection | undefined {
    const { market, side, account, holding } = order;
    const rejection = this.#checkMarket(market, side, price);
    if (rejection !== undefined) return rejection;
    if (count > MAX_COUNT) return { rejected: "invalid_order_size" };
    if (count <= order.filled) {
      return { rejected: "invalid_order_size", details: "no more than what is filled" };
    }
    const renamed = clientOrderId !== undefined && clientOrderId !== order.clientOrderId;
    if (renamed && isTaken(account, clientOrderId, reusesId)) return { rejected: "order_already_exists" };
    if (!moves) return undefined;
    const isTaker = wouldTrade(market, side, price);
    if (isTaker && order.selfTradePrevention === "taker_at_cross" && meetsOwn(order, price)) {
      return { rejected: "self_cross_attempt" };
    }
    const intent = { holding, side, price, count: count - order.filled, isTaker, instead: order };
    return this.#state.clearing.refusal(intent);
  }

  #checkMarket(market: Market, side: Side, price: number): Rejection | undefined {
    const { exchangePaused, tradingPaused, clearing } = this.#state;
    if (exchangePaused) return { rejected: "exchange_is_paused" };
    if (tradingPaused) return { rejected: "trading_is_paused" };
    if (market.status !== "active") return { rejected: "market_inactive" };
    if (!clearing.isOnGrid(market, price)) return { rejected: "invalid_price" };
    if (clearing.isInBand(market, side, price)) return undefined;
    return { rejected: "invalid_price", details: "outside the price band" };
  }

  /** Takes an order in: `count` of it is to be traded. */
  #accept(request: OrderRequest, count: number): Order {
    const { wallet, market, side, price } = request;
    const state = this.#state;
    const { account } = wallet;
    const order: Order = {
      id: state.random.uuid(),
      number: account.orders.nextNumber,
      clientOrderId: request.clientOrderId,
      account,
      wallet,
      holding: wallet.holding(market),
      market,
      side,
      selfTradePrevention: request.selfTradePrevention,
      cancelOnPause: request.cancelOnPause ?? false,
      group: request.group,
      origin: request.origin,
      createdAt: state.now,
      price,
      initial: request.count,
      remaining: count,
      filled: 0,
      status: "entering",
      told: undefined,
      lastChange: undefined,
      expiresAt: request.expiresAt,
      updatedAt: state.now,
      takerCost: 0,
      makerCost: 0,
      takerFees: 0,
      makerFees: 0,
      roundingOwed: 0,
      cost: 0,
      ahead: undefined,
      behind: undefined,
    };
    account.orders.add(order);
    state.orders.set(order.id, order);
    if (order.clientOrderId !== "") account.ordersByClientId.set(order.clientOrderId, order);
    state.tell(order, "accepted");
    return order;
  }
}
