/** A small exchange for tests of the engine, and the laws that must hold in any. */
import { assert, assertEquals } from "@std/assert";
import { Book } from "../../../src/local_exchange/engine/book.ts";
import { Engine } from "../../../src/local_exchange/engine/engine.ts";
import { feeSchedule, type FeeType } from "../../../src/local_exchange/engine/fees.ts";
import { eventClearing } from "../../../src/local_exchange/engine/event_clearing.ts";
import { stateOf } from "../../../src/local_exchange/engine/events.ts";
import type { Market, Order, OrderState, Wallet } from "../../../src/local_exchange/engine/model.ts";
import type { OrderRequest, Placed, Rejection } from "../../../src/local_exchange/engine/requests.ts";
import { createRandom } from "../../../src/local_exchange/random.ts";

/** An engine without markets. */
export function newEngine(now = 0): Engine {
  return new Engine(createRandom(7), now, eventClearing);
}

/** Lists an open market. */
export function addMarket(
  engine: Engine,
  ticker: string,
  feeType: FeeType = "quadratic",
  step = 100,
): Market {
  const market: Market = {
    ticker,
    eventTicker: `${ticker}-EVENT`,
    shard: 0,
    status: "active",
    bands: [{ start: 0, end: 10_000, step }],
    fees: feeSchedule(feeType, 1),
    book: new Book(),
    trades: [],
    lastPrice: 0,
    volume: 0,
    openInterest: 0,
    updatedAt: 0,
  };
  engine.markets.set(ticker, market);
  return market;
}

/** Opens an account with cash, in micro-dollars. */
export function addAccount(engine: Engine, cash: number, precision?: number): OrderRequest["wallet"] {
  const wallet = engine.open(precision).wallet(0, 0);
  engine.deposit(wallet, cash);
  return wallet;
}

/** Places an order with the usual options. */
export function place(
  engine: Engine,
  order: Pick<OrderRequest, "wallet" | "market" | "side" | "price" | "count"> & Partial<OrderRequest>,
): Placed | Rejection {
  return engine.place({
    clientOrderId: "",
    timeInForce: "good_till_canceled",
    selfTradePrevention: "taker_at_cross",
    ...order,
  });
}

/** Places an order that must be accepted. */
export function accept(...args: Parameters<typeof place>): Placed {
  const placed = place(...args);
  if ("rejected" in placed) throw new Error(`rejected: ${placed.rejected}`);
  return placed;
}

/** Everything that is true of an exchange at any time. */
export function audit(engine: Engine): void {
  let cash = 0;
  let openInterest = 0;
  for (const market of engine.markets.values()) {
    const bid = market.book.best("bid");
    const ask = market.book.best("ask");
    assert(
      bid === undefined || ask === undefined || bid < ask,
      `${market.ticker} is crossed: ${bid}, ${ask}`,
    );
    let long = 0;
    let net = 0;
    for (const account of engine.accounts.values()) {
      for (const wallet of account.wallets()) {
        const { position } = wallet.holding(market);
        long += Math.max(0, position);
        net += position;
      }
    }
    assertEquals(net, 0, `positions in ${market.ticker} do not net to zero`);
    assertEquals(market.openInterest, long);
    openInterest += long;
    for (const side of ["bid", "ask"] as const) {
      for (const level of market.book.levels(side)) {
        let total = 0;
        let orders = 0;
        for (let order = level.first; order !== undefined; order = order.behind) {
          assertEquals([order.price, order.side, order.status], [level.price, side, "resting"]);
          assert(order.remaining > 0);
          total += order.remaining;
          orders++;
        }
        assertEquals([level.total, level.orders], [total, orders]);
      }
    }
  }
  for (const account of engine.accounts.values()) {
    for (const wallet of account.wallets()) {
      cash += wallet.cash;
      assert(wallet.available >= 0, `an account is overdrawn by ${-wallet.available}`);
      assertEquals(wallet.cash % account.precision === 0, true, "a balance is finer than its precision");
      let reserved = 0;
      for (const holding of wallet.holdings.values()) {
        const before = wallet.reserved;
        eventClearing.reprice(holding);
        assertEquals(wallet.reserved, before, "what is set aside was out of date");
        reserved += holding.bids.reserved + holding.asks.reserved;
        for (const side of [holding.bids, holding.asks]) {
          assertEquals([...side.orders].reduce((sum, { remaining }) => sum + remaining, 0), side.count);
          assert(side.reserved >= 0);
        }
      }
      assertEquals(wallet.reserved, reserved);
    }
    for (const status of ["entering", "resting", "canceled", "executed"] as const) {
      assertEquals(
        account.orders.of(status).map(({ id }) => id),
        account.orders.all.filter((order) => order.status === status).map(({ id }) => id),
      );
    }
    for (const order of account.orders.all) {
      assertEquals(order.status === "resting", account.resting.has(order));
      if (order.status !== "resting") assertEquals(order.remaining, 0);
    }
  }
  // A pair of YES and NO is worth a dollar, which the exchange holds.
  assertEquals(cash + openInterest * 10_000 + engine.feesTaken, engine.deposited);
}

/**
 * Keeps what an engine tells, and nothing else; returns how to check that it is what the engine has become: each order
 * step by step, each wallet's cash, each book.
 */
export function followEvents(engine: Engine): () => void {
  const orders = new Map<Order, OrderState>();
  const levels = new Map<string, number>();
  const gained = new Map<Wallet, number>();
  const gain = (wallet: Wallet, amount: number) => gained.set(wallet, (gained.get(wallet) ?? 0) + amount);
  let steps = 0;
  engine.listen((event) => {
    if (event.type === "order") {
      const { order, before, after, number } = event;
      assertEquals([number, before], [++steps, orders.get(order)]);
      assertEquals(event.change === "accepted", before === undefined);
      orders.set(order, after);
      if (event.change === "filled") {
        const { fill: { trade: { count }, cash, isTaker } } = event;
        gain(order.wallet, cash);
        assertEquals([after.filled, after.remaining], [
          (before?.filled ?? 0) + count,
          (before?.remaining ?? 0) - count,
        ]);
        // A block trade is outside the book: both of its orders come in for it alone.
        if (!event.fill.trade.isBlock) assertEquals(before?.status, isTaker ? "entering" : "resting");
      }
      if (event.change === "rested") assertEquals([before?.status, after.status], ["entering", "resting"]);
      if (event.change === "canceled" || event.change === "expired") {
        assertEquals([after.status, after.remaining, after.filled], ["canceled", 0, before?.filled]);
      }
    }
    if (event.type === "settlement") gain(event.settlement.holding.wallet, event.settlement.revenue);
    if (event.type === "book") {
      const key = `${event.market.ticker} ${event.side} ${event.price}`;
      levels.set(key, (levels.get(key) ?? 0) + event.delta);
    }
  });
  const deposited = new Map<Wallet, number>();
  return () => {
    assertEquals(orders.size, engine.orders.size);
    for (const [order, state] of orders) assertEquals(state, stateOf(order));
    for (const market of engine.markets.values()) {
      for (const side of ["bid", "ask"] as const) {
        for (const { price, total } of market.book.levels(side)) {
          const key = `${market.ticker} ${side} ${price}`;
          assertEquals(levels.get(key), total);
        }
      }
    }
    for (const account of engine.accounts.values()) {
      for (const wallet of account.wallets()) {
        // What was paid in before anything happened stays the same.
        const paidIn = wallet.cash - (gained.get(wallet) ?? 0);
        assertEquals(paidIn, deposited.get(wallet) ?? paidIn);
        deposited.set(wallet, paidIn);
      }
    }
  };
}
