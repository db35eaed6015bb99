import { assert, assertEquals } from "@std/assert";
import { feeSchedule } from "../../../src/local_exchange/engine/fees.ts";
import { test } from "../../support/test.ts";
import { accept, addAccount, addMarket, audit, newEngine, place } from "../support/engine.ts";

const DOLLAR = 1_000_000;

function setUp() {
  const engine = newEngine(1_000);
  const market = addMarket(engine, "M");
  const [own, other, third] = [1, 2, 3].map(() => addAccount(engine, 100 * DOLLAR));
  assert(own && other && third);
  const bid = { wallet: own, market, side: "bid", price: 4_000, count: 1_000 } as const;
  return { engine, market, own, other, third, bid };
}

test("an amendment to less keeps its place, to more or another price loses it", () => {
  const { engine, market, own, other, bid } = setUp();
  const first = accept(engine, bid).order;
  const second = accept(engine, { ...bid, wallet: other }).order;
  assertEquals([market.book.queueAhead(first), market.book.queueAhead(second)], [0, 1_000]);
  engine.amend(first, { price: 4_000, count: 400 });
  assertEquals([first.remaining, first.initial, market.book.queueAhead(first)], [400, 400, 0]);
  engine.amend(first, { price: 4_000, count: 401 });
  assertEquals([first.remaining, market.book.queueAhead(first), market.book.queueAhead(second)], [
    401,
    1_000,
    0,
  ]);
  engine.amend(second, { price: 4_100, count: 1_000 });
  assertEquals([market.book.best("bid"), market.book.queueAhead(first)], [4_100, 0]);
  assertEquals(own.reserved, 401 * 4_000);
  audit(engine);
});

test("an amendment's count is the total, what has filled included", () => {
  const { engine, market, other, bid } = setUp();
  const { order } = accept(engine, bid);
  accept(engine, { wallet: other, market, side: "ask", price: 4_000, count: 300 });
  engine.amend(order, { price: 4_000, count: 500 });
  assertEquals([order.filled, order.remaining, order.initial], [300, 200, 500]);
  assertEquals(engine.amend(order, { price: 4_000, count: 300 }), {
    rejected: "invalid_order_size",
    details: "no more than what is filled",
  });
  audit(engine);
});

test("an amendment that crosses trades, one that cannot be paid changes nothing", () => {
  const { engine, market, own, other, bid } = setUp();
  const { order } = accept(engine, bid);
  accept(engine, { wallet: other, market, side: "ask", price: 5_000, count: 600 });
  const crossed = engine.amend(order, { price: 5_000, count: 1_000 });
  assert("order" in crossed);
  assertEquals([crossed.filled, order.remaining, order.status], [600, 400, "resting"]);
  const before = own.available;
  const queued = accept(engine, { wallet: other, market, side: "bid", price: 5_000, count: 100 }).order;
  assertEquals(engine.amend(order, { price: 9_900, count: 100_000 }), { rejected: "insufficient_balance" });
  assertEquals([own.available, order.price, order.remaining, market.book.queueAhead(queued)], [
    before,
    5_000,
    400,
    400,
  ]);
  audit(engine);
});

test("an amendment into an own order is refused, or cancels it, as self-trade prevention says", () => {
  const { engine, market, own, bid } = setUp();
  const { order } = accept(engine, bid);
  const ask = accept(engine, { wallet: own, market, side: "ask", price: 5_000, count: 100 }).order;
  assertEquals(engine.amend(order, { price: 5_000, count: 1_000 }), { rejected: "self_cross_attempt" });
  assertEquals([order.price, ask.status], [4_000, "resting"]);
  const maker = accept(engine, { ...bid, selfTradePrevention: "maker" }).order;
  engine.amend(maker, { price: 5_000, count: 1_000 });
  assertEquals([ask.status, ask.lastChange, maker.remaining], ["canceled", "self_trade", 1_000]);
  audit(engine);
});

test("an expiry can be set, moved and cleared without losing the place", () => {
  const { engine, market, other, bid } = setUp();
  const { order } = accept(engine, bid);
  const behind = accept(engine, { ...bid, wallet: other }).order;
  engine.amend(order, { price: 4_000, count: 1_000, expiresAt: 2_000 });
  engine.amend(order, { price: 4_000, count: 1_000, expiresAt: 3_000 });
  engine.runUntil(2_500);
  assertEquals([order.status, market.book.queueAhead(behind)], ["resting", 1_000]);
  engine.amend(order, { price: 4_000, count: 1_000, expiresAt: null });
  engine.runUntil(3_500);
  assertEquals(order.status, "resting");
  engine.amend(order, { price: 4_000, count: 1_000, expiresAt: 4_000 });
  engine.runUntil(4_000);
  assertEquals([order.status, order.lastChange], ["canceled", "expired"]);
});

test("an amended client order id is taken, and the old one stays taken", () => {
  const { engine, bid } = setUp();
  const { order } = accept(engine, { ...bid, clientOrderId: "a" });
  accept(engine, { ...bid, clientOrderId: "b" });
  const change = { price: 4_000, count: 1_000 };
  assertEquals(engine.amend(order, { ...change, clientOrderId: "b" }), { rejected: "order_already_exists" });
  engine.amend(order, { ...change, clientOrderId: "c" });
  assertEquals(order.clientOrderId, "c");
  for (const clientOrderId of ["a", "c"]) {
    assertEquals(place(engine, { ...bid, clientOrderId }), { rejected: "order_already_exists" });
  }
});

test("a group that trades more than its limit in 15 seconds loses its orders and takes no new ones", () => {
  const { engine, market, own, other, bid } = setUp();
  const group = engine.groups.create(own, 500);
  const resting = accept(engine, { ...bid, price: 3_900, group }).order;
  const outside = accept(engine, { ...bid, price: 3_800 }).order;
  const hit = { wallet: other, market, side: "ask", price: 4_000 } as const;
  accept(engine, { ...bid, group });
  accept(engine, { ...hit, count: 500 });
  assertEquals([group.triggered, engine.groups.rolling(group)], [false, 500]);
  engine.runUntil(17_000);
  assertEquals(engine.groups.rolling(group), 0);
  accept(engine, { ...hit, count: 500 });
  assertEquals(group.triggered, false);
  accept(engine, { ...bid, group });
  accept(engine, { ...hit, count: 1 });
  assertEquals([group.triggered, resting.status, resting.lastChange, outside.status], [
    true,
    "canceled",
    "group",
    "resting",
  ]);
  assertEquals(group.orders.size, 0);
  assertEquals(place(engine, { ...bid, group }), { rejected: "exceeded_order_group_risk_limit" });
  engine.groups.reset(group);
  accept(engine, { ...bid, group });
  audit(engine);
});

test("a taker that trips its own group does not rest", () => {
  const { engine, market, own, other } = setUp();
  const group = engine.groups.create(own, 100);
  accept(engine, { wallet: other, market, side: "ask", price: 5_000, count: 300 });
  const { order, filled } = accept(engine, {
    wallet: own,
    market,
    side: "bid",
    price: 5_000,
    count: 1_000,
    group,
  });
  assertEquals([filled, order.status, order.lastChange, group.triggered], [300, "canceled", "group", true]);
  audit(engine);
});

test("lowering a group's limit below what it traded triggers it; deleting cancels", () => {
  const { engine, market, own, other, bid } = setUp();
  const group = engine.groups.create(own, 1_000);
  const { order } = accept(engine, { ...bid, group });
  accept(engine, { wallet: other, market, side: "ask", price: 4_000, count: 300 });
  engine.groups.setLimit(group, 300);
  assertEquals(order.status, "resting");
  engine.groups.setLimit(group, 299);
  assertEquals([order.status, group.triggered], ["canceled", true]);
  engine.groups.reset(group);
  const again = accept(engine, { ...bid, group }).order;
  engine.groups.delete(group);
  assertEquals([again.status, own.account.groups.size], ["canceled", 0]);
  audit(engine);
});

test("settlement pays a dollar, nothing, or a part that is cut to whole cents", () => {
  for (
    const [value, long, short, fee] of [[10_000, 300, 0, 0], [0, 0, 300, 0], [
      3_333,
      99,
      200,
      10_000,
    ]] as const
  ) {
    const { engine, market, own, other } = setUp();
    accept(engine, { wallet: other, market, side: "ask", price: 5_000, count: 300 });
    accept(engine, { wallet: own, market, side: "bid", price: 5_000, count: 300 });
    engine.setStatus(market, "closed", "closed");
    const before = [own.cash, other.cash];
    engine.settle(market, value);
    assertEquals([own.cash - (before[0] ?? 0), other.cash - (before[1] ?? 0)], [
      long * 10_000,
      short * 10_000,
    ]);
    const [settlement] = own.account.settlements;
    assertEquals([settlement?.position, settlement?.cost], [300, 1_500_000]);
    assertEquals((settlement?.fee ?? 0) + (other.account.settlements[0]?.fee ?? 0), fee);
    assertEquals([own.holding(market).position, market.openInterest], [0, 0]);
    audit(engine);
  }
});

test("a block trade moves positions outside the book", () => {
  const { engine, market, own, other } = setUp();
  const resting = accept(engine, {
    wallet: addAccount(engine, 100 * DOLLAR),
    market,
    side: "ask",
    price: 4_000,
    count: 100,
  });
  const result = engine.block(market, { bid: own, ask: other }, {
    price: 5_000,
    count: 1_000,
    takerSide: "bid",
  });
  assert("buyerOrder" in result);
  assertEquals([own.holding(market).position, other.holding(market).position], [1_000, -1_000]);
  assertEquals([engine.trades[0]?.isBlock, resting.order.remaining, result.buyerOrder.status], [
    true,
    100,
    "executed",
  ]);
  assertEquals(
    engine.block(market, { bid: own, ask: other }, { price: 5_000, count: 100_000, takerSide: "bid" }),
    { rejected: "insufficient_balance" },
  );
  audit(engine);
});

test("fees that rise cancel the newest orders that can no longer be paid", () => {
  const { engine, market } = setUp();
  const poor = addAccount(engine, 10 * DOLLAR);
  const bid = { wallet: poor, market, side: "bid", price: 5_000 } as const;
  const old = accept(engine, { ...bid, count: 1_000 }).order;
  engine.runUntil(engine.now + 1);
  const young = accept(engine, { ...bid, count: 1_000 }).order;
  engine.setFees(market, feeSchedule("quadratic_with_maker_fees", 1));
  assertEquals([old.status, young.status, young.lastChange], ["resting", "canceled", "unpaid"]);
  audit(engine);
});

test("closing a market cancels what rests in it, and so does reopening a paused one", () => {
  const { engine, market, bid } = setUp();
  const { order } = accept(engine, bid);
  engine.setStatus(market, "inactive", "deactivated");
  assertEquals([order.status, place(engine, bid)], ["resting", { rejected: "market_inactive" }]);
  engine.setStatus(market, "active", "activated");
  assertEquals([order.status, order.lastChange], ["canceled", "reactivated"]);
  const again = accept(engine, bid).order;
  engine.setStatus(market, "closed", "closed");
  assertEquals([again.status, again.lastChange], ["canceled", "market_closed"]);
  audit(engine);
});
