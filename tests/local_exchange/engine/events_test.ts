/** The steps in the life of orders, as the engine tells them: what reports of executions are made from. */
import { assert, assertEquals } from "@std/assert";
import type { Engine } from "../../../src/local_exchange/engine/engine.ts";
import type { EngineEvent } from "../../../src/local_exchange/engine/events.ts";
import { test } from "../../support/test.ts";
import { accept, addAccount, addMarket, newEngine, place } from "../support/engine.ts";

const DOLLAR = 1_000_000;

function setUp() {
  const engine = newEngine(1_000);
  const market = addMarket(engine, "M");
  const [maker, taker] = [addAccount(engine, 100 * DOLLAR), addAccount(engine, 100 * DOLLAR)];
  const bid = { wallet: maker, market, side: "bid", price: 4_000, count: 1_000 } as const;
  const ask = { wallet: taker, market, side: "ask", price: 4_000, count: 400 } as const;
  return { engine, market, maker, taker, bid, ask, steps: stepsOf(engine) };
}

/** Every step since the last look: whose, what, and from what to what. */
function stepsOf(engine: Engine): () => unknown[] {
  const told: unknown[] = [];
  engine.listen((event: EngineEvent) => {
    if (event.type === "rejected") told.push(["rejected", event.rejection.rejected]);
    if (event.type === "settlement") told.push(["settled", event.settlement.position]);
    if (event.type !== "order") return;
    const { order, before, after } = event;
    const why = event.change === "canceled" ? [event.reason] : [];
    const role = event.change === "filled" ? [event.fill.isTaker ? "taker" : "maker"] : [];
    const state = ({ status, remaining }: typeof after) => `${status} ${remaining}`;
    told.push([order.side, event.change, ...role, ...why, before && state(before), state(after)]);
  });
  return () => told.splice(0);
}

test("an order is accepted, trades as taker, rests, trades as maker and is executed", () => {
  const { engine, bid, ask, steps } = setUp();
  accept(engine, bid);
  assertEquals(steps(), [
    ["bid", "accepted", undefined, "entering 1000"],
    ["bid", "rested", "entering 1000", "resting 1000"],
  ]);
  accept(engine, ask);
  assertEquals(steps(), [
    ["ask", "accepted", undefined, "entering 400"],
    ["bid", "filled", "maker", "resting 1000", "resting 600"],
    ["ask", "filled", "taker", "entering 400", "executed 0"],
  ]);
  accept(engine, { ...ask, count: 700 });
  assertEquals(steps(), [
    ["ask", "accepted", undefined, "entering 700"],
    ["bid", "filled", "maker", "resting 600", "executed 0"],
    ["ask", "filled", "taker", "entering 700", "entering 100"],
    ["ask", "rested", "entering 100", "resting 100"],
  ]);
});

test("an amendment replaces an order, which then trades where it crosses", () => {
  const { engine, bid, ask, steps } = setUp();
  const { order } = accept(engine, { ...bid, clientOrderId: "one" });
  accept(engine, { ...ask, price: 5_000 });
  steps();
  engine.amend(order, { price: 4_000, count: 800 });
  engine.decrease(order, 100);
  assertEquals(steps(), [
    ["bid", "replaced", "resting 1000", "resting 800"],
    ["bid", "decreased", "resting 800", "resting 700"],
  ]);
  const names: unknown[] = [];
  engine.listen((event) =>
    event.type === "order" && event.change === "replaced" &&
    names.push(event.before?.clientOrderId, event.after.clientOrderId, event.before?.price, event.after.price)
  );
  engine.amend(order, { price: 5_000, count: 1_000, clientOrderId: "two" });
  assertEquals(names, ["one", "two", 4_000, 5_000]);
  assertEquals(steps(), [
    ["bid", "replaced", "resting 700", "entering 1000"],
    ["ask", "filled", "maker", "resting 400", "executed 0"],
    ["bid", "filled", "taker", "entering 1000", "entering 600"],
    ["bid", "rested", "entering 600", "resting 600"],
  ]);
});

test("an order that ends says why, and whether it had come to rest", () => {
  const { engine, market, bid, ask, steps } = setUp();
  engine.cancel(accept(engine, bid).order);
  accept(engine, { ...bid, timeInForce: "immediate_or_cancel" });
  accept(engine, { ...bid, expiresAt: 2_000 });
  engine.runUntil(2_000);
  const ends = (all: unknown[]) => all.filter((step) => /canceled|expired/.test(String(step)));
  assertEquals(ends(steps()), [
    ["bid", "canceled", "user", "resting 1000", "canceled 0"],
    ["bid", "canceled", "immediate_or_cancel", "entering 1000", "canceled 0"],
    ["bid", "expired", "resting 1000", "canceled 0"],
  ]);
  const own = { ...ask, wallet: bid.wallet };
  accept(engine, bid);
  accept(engine, own);
  accept(engine, { ...own, selfTradePrevention: "maker" });
  engine.setStatus(market, "closed", "closed");
  assertEquals(ends(steps()), [
    ["ask", "canceled", "self_trade", "entering 400", "canceled 0"],
    ["bid", "canceled", "self_trade", "resting 1000", "canceled 0"],
    ["ask", "canceled", "market_closed", "resting 400", "canceled 0"],
  ]);
});

test("what is not taken is told as rejected; a post-only order that would trade is taken and canceled", () => {
  const { engine, bid, ask, steps } = setUp();
  accept(engine, bid);
  steps();
  place(engine, { ...bid, price: 4_050 });
  place(engine, { ...bid, count: 100_000_000 });
  place(engine, { ...ask, count: 2_000, timeInForce: "fill_or_kill" });
  assertEquals(steps(), [
    ["rejected", "invalid_price"],
    ["rejected", "insufficient_balance"],
    ["rejected", "fill_or_kill_insufficient_resting_volume"],
  ]);
  assertEquals(place(engine, { ...ask, postOnly: true }), {
    rejected: "invalid_order",
    details: "post only cross",
  });
  assertEquals(steps(), [
    ["ask", "accepted", undefined, "entering 400"],
    ["ask", "canceled", "post_only", "entering 400", "canceled 0"],
  ]);
});

test("a block trade fills an order of each side, and a market that ends pays what they hold", () => {
  const { engine, market, maker, taker, steps } = setUp();
  const block = engine.block(market, { bid: maker, ask: taker }, {
    price: 6_000,
    count: 500,
    takerSide: "bid",
  });
  assert("buyerOrder" in block);
  assertEquals(steps(), [
    ["bid", "accepted", undefined, "entering 500"],
    ["ask", "accepted", undefined, "entering 500"],
    ["ask", "filled", "maker", "entering 500", "executed 0"],
    ["bid", "filled", "taker", "entering 500", "executed 0"],
  ]);
  engine.setStatus(market, "determined", "determined");
  engine.settle(market, 10_000);
  assertEquals(steps(), [["settled", 500], ["settled", -500]]);
});
