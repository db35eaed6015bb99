/**
 * The matching engine: price-time priority on one YES book per market, in integers, with no time or
 * randomness of its own. It knows nothing of HTTP.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { PRICE_ONE } from "../units.ts";
import { settleFill, tradeFee } from "./fees.ts";
import { Account, addResting, neededFor, reduceResting, reserve, unitCost, type Wallet } from "./ledger.ts";
import { Schedule } from "./schedule.ts";
import type {
  CancelReason,
  EngineEvent,
  Fill,
  Market,
  Order,
  OrderGroup,
  SelfTradePrevention,
  Side,
  TimeInForce,
  Trade,
} from "./types.ts";

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

/** What became of an accepted order at once. */
export interface Placed {
  readonly order: Order;
  /** What the order filled as a taker in this call. */
  readonly filled: number;
  /** Money that those fills traded at, in YES terms. */
  readonly value: number;
  readonly fees: number;
}

const opposite = (side: Side): Side => side === "bid" ? "ask" : "bid";

/** Whether a price lies on a market's grid. */
export function isOnGrid(market: Market, price: number): boolean {
  if (price <= 0 || price >= PRICE_ONE) return false;
  return market.bands.some(({ start, end, step }) =>
    price >= start && price <= end && (price - start) % step === 0
  );
}

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
  /** Cash paid in less cash paid out. */
  deposited = 0;
  /** Fees and rounding taken, less rebates. */
  feesTaken = 0;
  /** Cancel works, placing does not. */
  tradingPaused = false;
  /** Nothing works. */
  exchangePaused = false;
  #now: number;
  readonly #random: Random;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor(random: Random, now: number) {
    this.#random = random;
    this.#now = now;
  }

  /** The engine's time: that of the last {@linkcode runUntil}. */
  get now(): number {
    return this.#now;
  }

  /** Lets everything that is due happen, each at its own time. */
  runUntil(now: number): void {
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

  /** Places an order. */
  place(request: OrderRequest): Placed | Refusal {
    const { wallet, market, side, price } = request;
    const { account } = wallet;
    const refusal = this.#refuse(request);
    if (refusal !== undefined) return refusal;
    const holding = wallet.holding(market);
    let count = request.count;
    if (request.reduceOnly) {
      count = Math.min(count, Math.max(0, side === "bid" ? -holding.position : holding.position));
    }
    const best = market.book.best(opposite(side));
    const isTaker = best !== undefined && crosses(side, price, best);
    if (request.postOnly && isTaker) return { refused: "invalid_order", details: "post only cross" };
    if (wallet.available < neededFor(holding, side, price, count, isTaker)) {
      return { refused: "insufficient_balance" };
    }
    if (request.timeInForce === "fill_or_kill" && this.#volumeAt(market, side, price, count) < count) {
      return { refused: "fill_or_kill_insufficient_resting_volume" };
    }
    const order: Order = {
      id: this.#random.uuid(),
      clientOrderId: request.clientOrderId,
      account,
      wallet,
      holding,
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
      cancelReason: undefined,
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
    const { stopped, ...taken } = this.#match(order);
    if (order.remaining === 0 && order.filled > 0) {
      order.status = "executed";
    } else if (stopped || order.group?.triggered || request.timeInForce !== "good_till_canceled") {
      order.status = "canceled";
      order.cancelReason = stopped ? "self_trade" : order.group?.triggered ? "group" : "immediate_or_cancel";
      order.remaining = 0;
    } else {
      this.#rest(order);
    }
    this.emit({ type: "order", order, at: this.#now });
    return { order, ...taken };
  }

  /** Cancels what remains of a resting order; returns how much that was. */
  cancel(order: Order, reason: CancelReason = "user"): number {
    if (order.status !== "resting") return 0;
    const { remaining } = order;
    this.#leave(order);
    order.status = "canceled";
    order.cancelReason = reason;
    order.updatedAt = this.#now;
    this.emit({ type: "order", order, at: this.#now });
    return remaining;
  }

  /** Takes `count` off a resting order, which keeps its place; all of it cancels it. */
  decrease(order: Order, count: number): void {
    if (count >= order.remaining) return void this.cancel(order);
    order.market.book.reduce(order, count);
    reduceResting(order, count);
    reserve(order.holding);
    order.updatedAt = this.#now;
    this.#tellBook(order, -count);
    this.emit({ type: "order", order, at: this.#now });
  }

  /** Changes the status of a market; leaving `active` for good cancels what rests in it. */
  setStatus(market: Market, status: Market["status"], change: string): void {
    market.status = status;
    market.updatedAt = this.#now;
    if (status === "closed" || status === "determined" || status === "finalized") {
      this.#cancelAll(market, "market_closed");
    }
    this.emit({ type: "market", market, change, at: this.#now });
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

  /** Cancels every order of a group and refuses new ones until it is reset. */
  trigger(group: OrderGroup): void {
    group.triggered = true;
    for (const order of group.orders) this.cancel(order, "group");
    this.emit({ type: "group", group, change: "triggered", at: this.#now });
  }

  #refuse(request: OrderRequest): Refusal | undefined {
    const { wallet, market } = request;
    if (this.exchangePaused) return { refused: "exchange_is_paused" };
    if (this.tradingPaused) return { refused: "trading_is_paused" };
    if (market.status !== "active") return { refused: "market_inactive" };
    if (!isOnGrid(market, request.price)) return { refused: "invalid_price" };
    if (request.count <= 0) return { refused: "invalid_order_size" };
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

  /** One trade between two orders; returns the taker's fee. */
  #trade(taker: Order, maker: Order, count: number): number {
    const { market } = taker;
    const { price } = maker;
    const now = this.#now;
    const trade: Trade = {
      id: this.#random.uuid(),
      market,
      price,
      count,
      takerSide: taker.side,
      at: now,
      isBlock: false,
    };
    market.trades.push(trade);
    this.trades.push(trade);
    market.lastPrice = price;
    market.volume += count;
    market.updatedAt = now;

    market.book.reduce(maker, count);
    if (maker.remaining === count) {
      maker.remaining = 0;
      market.book.remove(maker);
      maker.remaining = count;
      maker.status = "executed";
      maker.group?.orders.delete(maker);
    }
    reduceResting(maker, count);
    taker.remaining -= count;

    const before = Math.max(0, taker.holding.position) + Math.max(0, maker.holding.position);
    const takerFill = this.#settle(taker, trade, true);
    const makerFill = this.#settle(maker, trade, false);
    market.openInterest += Math.max(0, taker.holding.position) + Math.max(0, maker.holding.position) - before;

    this.#tellBook(maker, -count);
    this.emit({ type: "trade", trade });
    this.emit({ type: "fill", fill: makerFill });
    this.emit({ type: "fill", fill: takerFill });
    this.emit({ type: "order", order: maker, at: now });
    this.emit({ type: "position", holding: maker.holding, at: now });
    this.emit({ type: "position", holding: taker.holding, at: now });
    if (maker.group !== undefined) this.#execute(maker.group, count);
    if (taker.group !== undefined) this.#execute(taker.group, count);
    return takerFill.fee;
  }

  /** Moves one side's cash and position. */
  #settle(order: Order, trade: Trade, isTaker: boolean): Fill {
    const { holding, wallet, side, market } = order;
    const { price, count } = trade;
    const direction = side === "bid" ? 1 : -1;
    const cost = unitCost(side, price);
    const closing = Math.min(count, Math.max(0, -direction * holding.position));
    const opening = count - closing;
    const revenue = closing * (PRICE_ONE - cost) - opening * cost;
    const settled = settleFill(
      revenue,
      tradeFee(market.fees, isTaker, price, count),
      order.account.precision,
      order.roundingOwed,
    );
    let { fee } = settled;
    order.roundingOwed = settled.owed;
    wallet.cash += settled.change;
    this.feesTaken += revenue - settled.change;

    if (closing > 0) {
      const share = closing === Math.abs(holding.position)
        ? holding.exposure
        : Math.floor(holding.exposure * (closing / Math.abs(holding.position)));
      holding.exposure -= share;
      holding.realized += closing * (PRICE_ONE - cost) - share;
    }
    holding.exposure += opening * cost;
    holding.traded += opening * cost;
    holding.tradedCount += count;
    holding.position += direction * count;
    reserve(holding);
    if (wallet.available < 0) {
      // Fees and rounding of many small fills can pass what was set aside for the whole order by a trifle.
      const waived = Math.ceil(-wallet.available / order.account.precision) * order.account.precision;
      wallet.cash += waived;
      this.feesTaken -= waived;
      fee = Math.max(0, fee - waived);
    }
    holding.fees += fee;
    holding.updatedAt = this.#now;
    wallet.updatedAt = this.#now;

    order.filled += count;
    order.updatedAt = this.#now;
    if (isTaker) {
      order.takerCost += cost * count;
      order.takerFees += fee;
    } else {
      order.makerCost += cost * count;
      order.makerFees += fee;
    }
    const fill: Fill = {
      id: this.#random.uuid(),
      trade,
      order,
      isTaker,
      fee,
      position: holding.position,
    };
    order.account.fills.push(fill);
    return fill;
  }

  #rest(order: Order): void {
    order.market.book.add(order);
    addResting(order);
    reserve(order.holding);
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
    order.market.book.remove(order);
    reduceResting(order, remaining);
    reserve(order.holding);
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

  /** Counts an execution; a group whose executions of the last 15 seconds pass its limit is triggered. */
  #execute(group: OrderGroup, count: number): void {
    group.executions.push({ at: this.#now, count });
    if (!group.triggered && this.rolling(group) > group.limit) this.trigger(group);
  }

  /** Contracts that a group executed in the last 15 seconds. */
  rolling(group: OrderGroup): number {
    group.executions = group.executions.filter(({ at }) => at > this.#now - 15_000);
    return group.executions.reduce((sum, { count }) => sum + count, 0);
  }
}
