/**
 * The matching engine: price-time priority on one YES book per market, in integers, with no time or
 * randomness of its own. It knows nothing of HTTP, and of money only what its {@linkcode Clearing} says.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Clearing } from "./clearing.ts";
import type { FeeSchedule } from "./fees.ts";
import { OrderGroups } from "./groups.ts";
import {
  Account,
  type CancelReason,
  type EngineEvent,
  type Fill,
  type Market,
  type MarketChange,
  type Order,
  type OrderGroup,
  type SelfTradePrevention,
  type Side,
  type TimeInForce,
  type Trade,
  type Wallet,
} from "./model.ts";
import { Schedule } from "./schedule.ts";

/** A wish to trade, already read and typed. */
export interface OrderRequest {
  readonly wallet: Wallet;
  readonly market: Market;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  readonly timeInForce: TimeInForce;
  readonly selfTradePrevention: SelfTradePrevention;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly cancelOnPause?: boolean;
  readonly expiresAt?: number | undefined;
  readonly group?: OrderGroup | undefined;
}

/** Why the engine refused, in the code of Kalshi's error bodies. */
export interface Refusal {
  readonly refused: string;
  readonly details?: string;
}

/** What to change of a resting order. */
export interface Amendment {
  readonly price: number;
  /** The new total: what is filled and what shall rest. */
  readonly count: number;
  readonly clientOrderId?: string | undefined;
  /** `null` clears the expiry, undefined keeps it. */
  readonly expiresAt?: number | null | undefined;
}

/** The two orders of a block trade. */
export interface Blocked {
  readonly buyerOrder: Order;
  readonly sellerOrder: Order;
}

/** What became of an accepted order at once. */
export interface Placed {
  readonly order: Order;
  /** What the order filled as a taker in this call. */
  readonly filled: number;
  /** Money that those fills traded at, in YES terms. */
  readonly value: number;
  readonly fees: number;
}

/** Ten million contracts: up to here every sum of money and fees is exact. */
const MAX_COUNT = 1_000_000_000;

const opposite = (side: Side): Side => side === "bid" ? "ask" : "bid";

/** Whether an incoming order at `price` trades with a resting one at `resting`. */
function crosses(side: Side, price: number, resting: number): boolean {
  return side === "bid" ? resting <= price : resting >= price;
}

/** One exchange's markets, accounts and orders. */
export class Engine {
  readonly accounts = new Map<string, Account>();
  readonly markets = new Map<string, Market>();
  readonly orders = new Map<string, Order>();
  readonly trades: Trade[] = [];
  readonly schedule: Schedule = new Schedule();
  readonly groups: OrderGroups;
  /** Cash paid in less cash paid out. */
  deposited = 0;
  /** Fees and rounding taken, less rebates. */
  feesTaken = 0;
  /** Cancel works, placing does not. */
  tradingPaused = false;
  /** Nothing works. */
  exchangePaused = false;
  #now: number;
  #horizon = 0;
  readonly #random: Random;
  readonly #clearing: Clearing;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor(random: Random, now: number, clearing: Clearing) {
    this.#random = random;
    this.#clearing = clearing;
    this.#now = now;
    this.groups = new OrderGroups({
      id: () => random.uuid(),
      now: () => this.#now,
      cancel: (order) => this.cancel(order, "group"),
      emit: (event) => this.emit(event),
    });
  }

  /** The engine's time: that of the last {@linkcode runUntil}. */
  get now(): number {
    return this.#now;
  }

  /** How far the {@linkcode runUntil} that is under way will go. */
  get horizon(): number {
    return Math.max(this.#horizon, this.#now);
  }

  /** Lets everything that is due happen, each at its own time. */
  runUntil(now: number): void {
    this.#horizon = now;
    for (let due = this.schedule.take(now); due !== undefined; due = this.schedule.take(now)) {
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = Math.max(this.#now, now);
  }

  /** Calls `listener` with each event as it happens; returns how to stop. */
  listen(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells the listeners. */
  emit(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Makes an account. */
  open(precision = 100): Account {
    const account = new Account(this.#random.uuid(), precision);
    this.accounts.set(account.id, account);
    return account;
  }

  /** Adds cash to a wallet, or takes it with a negative amount. */
  deposit(wallet: Wallet, amount: number): void {
    wallet.cash += amount;
    wallet.updatedAt = this.#now;
    this.deposited += amount;
  }

  /** Whether a price lies on a market's grid. */
  isOnGrid(market: Market, price: number): boolean {
    return this.#clearing.isOnGrid(market, price);
  }

  /** Places an order. */
  place(request: OrderRequest): Placed | Refusal {
    const { wallet, market, side, price } = request;
    const refusal = this.#refuse(request);
    if (refusal !== undefined) return refusal;
    const holding = wallet.holding(market);
    let count = request.count;
    if (request.reduceOnly) {
      count = Math.min(count, Math.max(0, side === "bid" ? -holding.position : holding.position));
    }
    const best = market.book.best(opposite(side));
    const isTaker = best !== undefined && crosses(side, price, best);
    if (request.postOnly && isTaker) {
      // Kalshi takes such an order and cancels it, besides refusing it in the answer.
      const order = this.#newOrder(request, 0);
      order.status = "canceled";
      order.lastChange = "post_only";
      this.emit({ type: "order", order, at: this.#now });
      return { refused: "invalid_order", details: "post only cross" };
    }
    if (!this.#clearing.affords({ holding, side, price, count, isTaker })) {
      return { refused: "insufficient_balance" };
    }
    if (request.timeInForce === "fill_or_kill" && this.#volumeAt(market, side, price, count) < count) {
      return { refused: "fill_or_kill_insufficient_resting_volume" };
    }
    const order = this.#newOrder(request, count);
    return this.#enter(order, request.timeInForce === "good_till_canceled");
  }

  /**
   * Changes a resting order. Less of it at the same price, or another expiry, keeps its place in the queue;
   * anything else puts it at the end, and may let it trade.
   */
  amend(order: Order, { price, count, clientOrderId, expiresAt }: Amendment): Placed | Refusal {
    const { market, side, account, holding } = order;
    if (this.exchangePaused) return { refused: "exchange_is_paused" };
    if (this.tradingPaused) return { refused: "trading_is_paused" };
    if (market.status !== "active") return { refused: "market_inactive" };
    if (!this.isOnGrid(market, price)) return { refused: "invalid_price" };
    const remaining = count - order.filled;
    if (count > MAX_COUNT) return { refused: "invalid_order_size" };
    if (remaining <= 0) return { refused: "invalid_order_size", details: "no more than what is filled" };
    const renamed = clientOrderId !== undefined && clientOrderId !== order.clientOrderId;
    if (renamed && account.ordersByClientId.has(clientOrderId)) return { refused: "order_already_exists" };
    const moves = price !== order.price || remaining > order.remaining;
    if (moves) {
      const best = market.book.best(opposite(side));
      const isTaker = best !== undefined && crosses(side, price, best);
      if (isTaker && order.selfTradePrevention === "taker_at_cross" && this.#meetsOwn(order, price)) {
        return { refused: "self_cross_attempt" };
      }
      if (!this.#clearing.affords({ holding, side, price, count: remaining, isTaker, instead: order })) {
        return { refused: "insufficient_balance" };
      }
    }
    if (renamed) {
      order.clientOrderId = clientOrderId;
      account.ordersByClientId.set(clientOrderId, order);
    }
    if (expiresAt !== undefined) {
      order.expiresAt = expiresAt ?? undefined;
      if (expiresAt !== null) this.#expireAt(order, expiresAt);
    }
    order.initial = count;
    order.lastChange = "amend";
    order.updatedAt = this.#now;
    if (moves) {
      this.#leave(order);
      order.price = price;
      order.remaining = remaining;
      return this.#enter(order, true);
    }
    const less = order.remaining - remaining;
    if (less > 0) this.#shrink(order, less);
    this.emit({ type: "order", order, at: this.#now });
    return { order, filled: 0, value: 0, fees: 0 };
  }

  /** Cancels what remains of a resting order; returns how much that was. */
  cancel(order: Order, reason: CancelReason = "user"): number {
    if (order.status !== "resting") return 0;
    const { remaining } = order;
    this.#leave(order);
    order.status = "canceled";
    order.lastChange = reason;
    order.updatedAt = this.#now;
    this.emit({ type: "order", order, at: this.#now });
    return remaining;
  }

  /** Takes `count` off a resting order, which keeps its place; all of it cancels it. */
  decrease(order: Order, count: number): void {
    if (count >= order.remaining) return void this.cancel(order);
    this.#shrink(order, count);
    order.lastChange = "decrease";
    order.updatedAt = this.#now;
    this.emit({ type: "order", order, at: this.#now });
  }

  /** Changes the status of a market; closing or reopening it cancels what rests in it. */
  setStatus(market: Market, status: Market["status"], change: MarketChange): void {
    const reopens = status === "active" && market.status === "inactive";
    market.status = status;
    market.updatedAt = this.#now;
    if (reopens) this.#cancelAll(market, "reactivated");
    else if (status !== "active" && status !== "inactive") this.#cancelAll(market, "market_closed");
    this.emit({ type: "market", market, change, at: this.#now });
  }

  /** Changes what trading in a market costs; orders that can no longer be paid are canceled, newest first. */
  setFees(market: Market, fees: FeeSchedule): void {
    market.fees = fees;
    for (const account of this.accounts.values()) {
      for (const wallet of account.wallets()) {
        const holding = wallet.holdings.get(market);
        if (holding === undefined) continue;
        this.#clearing.reprice(holding);
        const newestFirst = [...holding.bids.orders, ...holding.asks.orders].sort((a, b) =>
          b.createdAt - a.createdAt
        );
        for (const order of newestFirst) if (wallet.available < 0) this.cancel(order, "unpaid");
      }
    }
  }

  /** Pays every position of a market out at `value` for a YES contract. */
  settle(market: Market, value: number): void {
    for (const account of this.accounts.values()) {
      for (const wallet of account.wallets()) {
        const holding = wallet.holdings.get(market);
        if (holding === undefined || holding.position === 0) continue;
        const settlement = this.#clearing.settle(holding, value, this.#now);
        this.feesTaken += settlement.fee;
        this.emit({ type: "settlement", settlement });
        this.emit({ type: "position", holding, at: this.#now });
      }
    }
    market.openInterest = 0;
  }

  /** A trade that two accounts agreed on outside the book. */
  block(
    market: Market,
    buyer: Wallet,
    seller: Wallet,
    price: number,
    count: number,
    takerSide: Side,
  ): Blocked | Refusal {
    if (market.status !== "active") return { refused: "market_inactive" };
    const parties = { bid: buyer, ask: seller };
    for (const side of ["bid", "ask"] as const) {
      const wallet = parties[side];
      if (!this.#clearing.affords({ holding: wallet.holding(market), side, price, count, isTaker: true })) {
        return { refused: "insufficient_balance" };
      }
    }
    const make = (side: Side) => {
      const order = this.#newOrder({
        wallet: parties[side],
        market,
        clientOrderId: "",
        side,
        price,
        count,
        timeInForce: "fill_or_kill",
        selfTradePrevention: "taker_at_cross",
      }, count);
      order.remaining = 0;
      order.status = "executed";
      return order;
    };
    const orders = { bid: make("bid"), ask: make("ask") };
    this.#exchange(orders[takerSide], orders[opposite(takerSide)], price, count, true);
    for (const order of [orders.bid, orders.ask]) this.emit({ type: "order", order, at: this.#now });
    return { buyerOrder: orders.bid, sellerOrder: orders.ask };
  }

  /** Pauses trading or the whole exchange, or ends both. Orders that asked for it are canceled. */
  pause(what: "trading" | "exchange" | "nothing"): void {
    this.tradingPaused = what !== "nothing";
    this.exchangePaused = what === "exchange";
    if (what === "nothing") return;
    for (const account of this.accounts.values()) {
      for (const order of account.resting) if (order.cancelOnPause) this.cancel(order, "paused");
    }
  }

  #newOrder(request: OrderRequest, count: number): Order {
    const { wallet, market, side, price } = request;
    const { account } = wallet;
    const order: Order = {
      id: this.#random.uuid(),
      clientOrderId: request.clientOrderId,
      account,
      wallet,
      holding: wallet.holding(market),
      market,
      side,
      selfTradePrevention: request.selfTradePrevention,
      cancelOnPause: request.cancelOnPause ?? false,
      group: request.group,
      createdAt: this.#now,
      price,
      initial: request.count,
      remaining: count,
      filled: 0,
      status: "resting",
      lastChange: undefined,
      expiresAt: request.expiresAt,
      updatedAt: this.#now,
      takerCost: 0,
      makerCost: 0,
      takerFees: 0,
      makerFees: 0,
      roundingOwed: 0,
      cost: 0,
      ahead: undefined,
      behind: undefined,
    };
    account.orders.push(order);
    this.orders.set(order.id, order);
    if (order.clientOrderId !== "") account.ordersByClientId.set(order.clientOrderId, order);
    return order;
  }

  /** Matches an order and rests what is left, or cancels that. */
  #enter(order: Order, mayRest: boolean): Placed {
    const { stopped, ...taken } = this.#match(order);
    if (order.remaining === 0 && order.filled === order.initial) {
      order.status = "executed";
    } else if (order.remaining === 0 && !stopped && order.filled < order.initial) {
      // More was asked for than there was to reduce.
      order.status = "canceled";
      order.lastChange = "reduce_only";
    } else if (stopped || order.group?.triggered || !mayRest) {
      order.status = "canceled";
      order.lastChange = stopped ? "self_trade" : order.group?.triggered ? "group" : "immediate_or_cancel";
      order.remaining = 0;
    } else {
      this.#rest(order);
    }
    this.emit({ type: "order", order, at: this.#now });
    return { order, ...taken };
  }

  /** Whether an order at `price` would reach a resting order of its own account. */
  #meetsOwn(order: Order, price: number): boolean {
    const side = order.side === "bid" ? "asks" : "bids";
    for (const wallet of order.account.wallets()) {
      for (const other of wallet.holdings.get(order.market)?.[side].orders ?? []) {
        if (crosses(order.side, price, other.price)) return true;
      }
    }
    return false;
  }

  #shrink(order: Order, count: number): void {
    order.market.book.reduce(order, count);
    this.#clearing.reduce(order, count);
    this.#tellBook(order, -count);
  }

  #refuse(request: OrderRequest): Refusal | undefined {
    const { wallet, market } = request;
    if (this.exchangePaused) return { refused: "exchange_is_paused" };
    if (this.tradingPaused) return { refused: "trading_is_paused" };
    if (market.status !== "active") return { refused: "market_inactive" };
    if (!this.isOnGrid(market, request.price)) return { refused: "invalid_price" };
    if (request.count <= 0 || request.count > MAX_COUNT) return { refused: "invalid_order_size" };
    if (request.clientOrderId !== "" && wallet.account.ordersByClientId.has(request.clientOrderId)) {
      return { refused: "order_already_exists" };
    }
    if (request.group?.triggered) return { refused: "exceeded_order_group_risk_limit" };
    return undefined;
  }

  /** What rests on the other side within the limit, as far as `enough`. */
  #volumeAt(market: Market, side: Side, price: number, enough: number): number {
    let volume = 0;
    for (const level of market.book.levels(opposite(side))) {
      if (!crosses(side, price, level.price)) break;
      volume += level.total;
      if (volume >= enough) break;
    }
    return volume;
  }

  #match(taker: Order): { filled: number; value: number; fees: number; stopped: boolean } {
    const { book } = taker.market;
    const other = opposite(taker.side);
    let filled = 0;
    let value = 0;
    let fees = 0;
    while (taker.remaining > 0) {
      const best = book.best(other);
      if (best === undefined || !crosses(taker.side, taker.price, best)) break;
      const maker = book.level(other, best)?.first;
      if (maker === undefined) break;
      if (maker.account === taker.account) {
        if (taker.selfTradePrevention === "taker_at_cross") return { filled, value, fees, stopped: true };
        this.cancel(maker, "self_trade");
        continue;
      }
      const count = Math.min(taker.remaining, maker.remaining);
      fees += this.#trade(taker, maker, count);
      filled += count;
      value += best * count;
    }
    return { filled, value, fees, stopped: false };
  }

  /** One trade of a taker with a resting order; returns the taker's fee. */
  #trade(taker: Order, maker: Order, count: number): number {
    maker.market.book.reduce(maker, count);
    this.#clearing.reduce(maker, count);
    if (maker.remaining === 0) {
      maker.status = "executed";
      maker.group?.orders.delete(maker);
    }
    taker.remaining -= count;
    const fee = this.#exchange(taker, maker, maker.price, count, false);
    this.#tellBook(maker, -count);
    this.emit({ type: "order", order: maker, at: this.#now });
    if (maker.group !== undefined) this.groups.execute(maker.group, count);
    if (taker.group !== undefined) this.groups.execute(taker.group, count);
    return fee;
  }

  /** Lets contracts and cash change hands; returns the taker's fee. */
  #exchange(taker: Order, maker: Order, price: number, count: number, isBlock: boolean): number {
    const { market } = taker;
    const now = this.#now;
    taker.lastChange = maker.lastChange = "trade";
    const trade: Trade = {
      id: this.#random.uuid(),
      market,
      price,
      count,
      takerSide: taker.side,
      at: now,
      isBlock,
      volumeBefore: market.volume,
    };
    market.trades.push(trade);
    this.trades.push(trade);
    market.lastPrice = price;
    market.volume += count;
    market.updatedAt = now;
    const long = () => Math.max(0, taker.holding.position) + Math.max(0, maker.holding.position);
    const before = long();
    const [takerFill, makerFill] = [taker, maker].map((order) => {
      const { fill, taken } = this.#clearing.bookFill(this.#random.uuid(), order, trade, order === taker);
      this.feesTaken += taken;
      return fill;
    }) as [Fill, Fill];
    market.openInterest += long() - before;
    this.emit({ type: "trade", trade });
    this.emit({ type: "fill", fill: makerFill });
    this.emit({ type: "fill", fill: takerFill });
    this.emit({ type: "position", holding: maker.holding, at: now });
    this.emit({ type: "position", holding: taker.holding, at: now });
    return takerFill.fee;
  }

  #rest(order: Order): void {
    order.market.book.add(order);
    this.#clearing.rest(order);
    order.group?.orders.add(order);
    this.#tellBook(order, order.remaining);
    if (order.expiresAt !== undefined) this.#expireAt(order, order.expiresAt);
  }

  #expireAt(order: Order, at: number): void {
    this.schedule.add(at, () => {
      if (order.status === "resting" && order.expiresAt === at) this.cancel(order, "expired");
    });
  }

  /** Takes a resting order off the book. */
  #leave(order: Order): void {
    const { remaining } = order;
    order.market.book.reduce(order, remaining);
    this.#clearing.reduce(order, remaining);
    order.group?.orders.delete(order);
    this.#tellBook(order, -remaining);
  }

  #cancelAll(market: Market, reason: CancelReason): void {
    for (const side of ["bid", "ask"] as const) {
      for (const level of market.book.levels(side)) {
        while (level.first !== undefined) this.cancel(level.first, reason);
      }
    }
  }

  #tellBook(order: Order, delta: number): void {
    const { market, side, price } = order;
    this.emit({ type: "book", market, side, price, delta, order, at: this.#now });
  }
}
