import { assert, assertEquals } from "@std/assert";
import type { EngineEvent } from "../../../src/local_exchange/engine/events.ts";
import { test } from "../../support/test.ts";
import { accept, addAccount, addMarket, audit, newEngine, place } from "../support/engine.ts";

const DOLLAR = 1_000_000;

test("the best price trades first, and at one price the oldest order", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const [a, b, c, taker] = [1, 2, 3, 4].map(() => addAccount(engine, 1_000 * DOLLAR));
  assert(a && b && c && taker);
  const worse = accept(engine, { wallet: a, market, side: "ask", price: 6_100, count: 500 }).order;
  const first = accept(engine, { wallet: b, market, side: "ask", price: 6_000, count: 500 }).order;
  const second = accept(engine, { wallet: c, market, side: "ask", price: 6_000, count: 500 }).order;
  const { order, filled, value } = accept(engine, {
    wallet: taker,
    market,
    side: "bid",
    price: 6_500,
    count: 800,
  });
  assertEquals([first.filled, second.filled, worse.filled], [500, 300, 0]);
  assertEquals([order.status, filled, value], ["executed", 800, 800 * 6_000]);
  assertEquals(market.book.queueAhead(second), 0);
  audit(engine);
});

test("immediate or cancel keeps what filled; fill or kill fills whole or not at all", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, 1_000 * DOLLAR);
  const taker = addAccount(engine, 1_000 * DOLLAR);
  accept(engine, { wallet: maker, market, side: "bid", price: 4_000, count: 300 });
  const ask = { wallet: taker, market, side: "ask", price: 4_000, count: 500 } as const;
  assertEquals(place(engine, { ...ask, timeInForce: "fill_or_kill" }), {
    rejected: "fill_or_kill_insufficient_resting_volume",
  });
  const { order, filled } = accept(engine, { ...ask, timeInForce: "immediate_or_cancel" });
  assertEquals([order.status, order.lastChange, filled, order.remaining], [
    "canceled",
    "immediate_or_cancel",
    300,
    0,
  ]);
  accept(engine, { wallet: maker, market, side: "bid", price: 4_000, count: 500 });
  assertEquals(accept(engine, { ...ask, timeInForce: "fill_or_kill" }).order.status, "executed");
  audit(engine);
});

test("post only refuses to cross", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, 1_000 * DOLLAR);
  const other = addAccount(engine, 1_000 * DOLLAR);
  accept(engine, { wallet: maker, market, side: "bid", price: 4_000, count: 300 });
  const ask = { wallet: other, market, side: "ask", count: 100, postOnly: true } as const;
  assertEquals(place(engine, { ...ask, price: 4_000 }), {
    rejected: "invalid_order",
    details: "post only cross",
  });
  const [order] = other.account.orders.all;
  assertEquals([order?.status, order?.lastChange, order?.remaining], ["canceled", "post_only", 0]);
  assertEquals(accept(engine, { ...ask, price: 4_100 }).order.status, "resting");
});

test("self-trade prevention stops the taker or cancels the maker, across subaccounts too", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const own = addAccount(engine, 1_000 * DOLLAR);
  const second = own.account.wallet(1, 0);
  engine.deposit(second, 1_000 * DOLLAR);
  const other = addAccount(engine, 1_000 * DOLLAR);
  const better = accept(engine, { wallet: other, market, side: "ask", price: 5_000, count: 200 }).order;
  const resting = accept(engine, { wallet: own, market, side: "ask", price: 5_100, count: 200 }).order;
  const worse = accept(engine, { wallet: other, market, side: "ask", price: 5_200, count: 200 }).order;
  const bid = { wallet: second, market, side: "bid", price: 5_300, count: 500 } as const;
  const stopped = accept(engine, bid);
  assertEquals([stopped.filled, stopped.order.status, stopped.order.lastChange], [
    200,
    "canceled",
    "self_trade",
  ]);
  assertEquals([better.status, resting.status, worse.status], ["executed", "resting", "resting"]);
  const through = accept(engine, { ...bid, selfTradePrevention: "maker" });
  assertEquals([resting.status, resting.lastChange, worse.status], ["canceled", "self_trade", "executed"]);
  assertEquals([through.filled, through.order.remaining, through.order.status], [200, 300, "resting"]);
  audit(engine);
});

test("reduce only closes at most the position", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, 1_000 * DOLLAR);
  const taker = addAccount(engine, 1_000 * DOLLAR);
  accept(engine, { wallet: maker, market, side: "ask", price: 5_000, count: 300 });
  accept(engine, { wallet: taker, market, side: "bid", price: 5_000, count: 300 });
  accept(engine, { wallet: maker, market, side: "bid", price: 4_900, count: 1_000 });
  const ask = { wallet: taker, market, side: "ask", price: 4_900, count: 500, reduceOnly: true } as const;
  const closed = accept(engine, { ...ask, timeInForce: "immediate_or_cancel" });
  assertEquals([closed.filled, taker.holding(market).position], [300, 0]);
  assertEquals([closed.order.status, closed.order.lastChange], ["canceled", "reduce_only"]);
  assertEquals(accept(engine, { ...ask, timeInForce: "immediate_or_cancel" }).filled, 0);
  audit(engine);
});

test("an order expires at its time and frees its cash", () => {
  const engine = newEngine(1_000);
  const market = addMarket(engine, "M");
  const wallet = addAccount(engine, 10 * DOLLAR);
  const { order } = accept(engine, {
    wallet,
    market,
    side: "bid",
    price: 5_000,
    count: 2_000,
    expiresAt: 5_000,
  });
  assertEquals(wallet.available, 0);
  engine.runUntil(4_999);
  assertEquals(order.status, "resting");
  engine.runUntil(5_000);
  assertEquals([order.status, order.lastChange, wallet.available], ["canceled", "expired", 10 * DOLLAR]);
});

test("an order that cannot be paid at its limit is refused, one that closes a position costs nothing", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, 1_000 * DOLLAR);
  const taker = addAccount(engine, 5 * DOLLAR + 175_000);
  const bid = { wallet: taker, market, side: "bid", price: 5_000, count: 1_000 } as const;
  accept(engine, { wallet: maker, market, side: "ask", price: 5_000, count: 1_001 });
  assertEquals(place(engine, { ...bid, count: 1_001 }), { rejected: "insufficient_balance" });
  accept(engine, bid);
  assertEquals(taker.available, 0);
  assertEquals(place(engine, { ...bid, count: 1 }), { rejected: "insufficient_balance" });
  const ask = { wallet: taker, market, side: "ask", price: 8_000 } as const;
  accept(engine, { ...ask, count: 600 });
  accept(engine, { ...ask, count: 400 });
  assertEquals(place(engine, { ...ask, count: 1 }), { rejected: "insufficient_balance" });
  audit(engine);
});

test("rounding of many small fills is waived where nothing is left to pay it", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, DOLLAR / 2, 10_000);
  const taker = addAccount(engine, 100 * DOLLAR);
  const { order } = accept(engine, { wallet: maker, market, side: "bid", price: 5_000, count: 100 });
  assertEquals(maker.available, 0);
  for (let fill = 0; fill < 100; fill++) {
    accept(engine, { wallet: taker, market, side: "ask", price: 5_000, count: 1 });
    audit(engine);
  }
  assertEquals([order.status, maker.cash], ["executed", 0]);
});

test("a position that is closed pays out and books what was gained", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const maker = addAccount(engine, 1_000 * DOLLAR);
  const taker = addAccount(engine, 100 * DOLLAR);
  accept(engine, { wallet: maker, market, side: "ask", price: 4_000, count: 1_000 });
  accept(engine, { wallet: taker, market, side: "bid", price: 4_000, count: 1_000 });
  const holding = taker.holding(market);
  assertEquals([holding.position, holding.exposure, holding.traded], [1_000, 4 * DOLLAR, 4 * DOLLAR]);
  accept(engine, { wallet: maker, market, side: "bid", price: 7_000, count: 400 });
  accept(engine, { wallet: taker, market, side: "ask", price: 7_000, count: 400 });
  assertEquals([holding.position, holding.exposure, holding.realized], [600, 2_400_000, 1_200_000]);
  // The maker sold 10 for 0.40 and bought 4 back for 0.70: NO at 0.60, of which 4 are closed.
  const made = maker.holding(market);
  assertEquals([made.position, made.exposure, made.realized], [-600, 3_600_000, -1_200_000]);
  assertEquals(market.openInterest, 600);
  audit(engine);
});

test("pausing trading refuses orders, lets cancels through and cancels what asked for it", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const wallet = addAccount(engine, 100 * DOLLAR);
  const bid = { wallet, market, side: "bid", price: 4_000, count: 100 } as const;
  const stays = accept(engine, bid).order;
  const leaves = accept(engine, { ...bid, cancelOnPause: true }).order;
  engine.pause("trading");
  assertEquals([stays.status, leaves.status, leaves.lastChange], ["resting", "canceled", "paused"]);
  assertEquals(place(engine, bid), { rejected: "trading_is_paused" });
  assertEquals(engine.cancel(stays), 100);
  engine.pause("exchange");
  assertEquals(place(engine, bid), { rejected: "exchange_is_paused" });
  engine.pause("nothing");
  accept(engine, bid);
  audit(engine);
});

test("prices off the grid, sizes of nothing and used client order ids are refused", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const wallet = addAccount(engine, 100 * DOLLAR);
  const bid = { wallet, market, side: "bid", price: 4_000, count: 100 } as const;
  for (const price of [0, 10_000, 4_050, -100]) {
    assertEquals(place(engine, { ...bid, price }), { rejected: "invalid_price" });
  }
  assertEquals(place(engine, { ...bid, count: 0 }), { rejected: "invalid_order_size" });
  const { order } = accept(engine, { ...bid, clientOrderId: "mine" });
  engine.cancel(order);
  assertEquals(place(engine, { ...bid, clientOrderId: "mine" }), { rejected: "order_already_exists" });
  assertEquals(
    accept(engine, { ...bid, wallet: addAccount(engine, DOLLAR), clientOrderId: "mine" }).order.status,
    "resting",
  );
  engine.setStatus(market, "closed", "closed");
  assertEquals(place(engine, bid), { rejected: "market_inactive" });
  assertEquals(market.book.best("bid"), undefined);
});

test("events tell every change of a book, so that a copy stays equal to it", () => {
  const engine = newEngine();
  const market = addMarket(engine, "M");
  const copy = new Map<string, number>();
  const seen: EngineEvent[] = [];
  const stop = engine.listen((event) => {
    seen.push(event);
    if (event.type !== "book") return;
    const key = `${event.side} ${event.price}`;
    const left = (copy.get(key) ?? 0) + event.delta;
    if (left === 0) copy.delete(key);
    else copy.set(key, left);
  });
  const maker = addAccount(engine, 100 * DOLLAR);
  const taker = addAccount(engine, 100 * DOLLAR);
  const { order } = accept(engine, { wallet: maker, market, side: "ask", price: 6_000, count: 500 });
  accept(engine, { wallet: maker, market, side: "ask", price: 6_100, count: 500 });
  accept(engine, { wallet: taker, market, side: "bid", price: 6_000, count: 700 });
  engine.decrease(order, 100);
  stop();
  assertEquals(Object.fromEntries(copy), { "ask 6100": 500, "bid 6000": 200 });
  assertEquals(seen.filter(({ type }) => type === "trade").length, 1);
  assertEquals(seen.filter((event) => event.type === "order" && event.change === "filled").length, 2);
});
