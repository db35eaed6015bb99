import { assert, assertEquals } from "@std/assert";
import type { Wallet } from "../../../src/local_exchange/engine/model.ts";
import type { MarginExchange } from "../../../src/local_exchange/margin/margin_exchange.ts";
import type { MarginMarketInfo } from "../../../src/local_exchange/margin/model.ts";
import {
  effectiveStopOf,
  type ExitTrigger,
  type TriggerWish,
} from "../../../src/local_exchange/margin/trigger_model.ts";
import { test } from "../../support/test.ts";
import { acceptOn, addMember, addPerp, auditMargin, newMargin, NOON, trade } from "../support/margin.ts";

/** A member with 1,000 dollars who is long or short 20 contracts at 10 dollars, in a market with a deep book. */
function holding(side: "bid" | "ask" = "bid") {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const { market } = info;
  const [ann, bob] = [addMember(margin, "ann", 1_000), addMember(margin, "bob", 1_000_000)];
  const [mine, his] = [ann.wallet(0, 0), bob.wallet(0, 0)];
  trade(margin, info, mine, his, { side, price: 100_000, count: 2_000 });
  const deepen = (at: number) => {
    margin.cancelAll(bob);
    acceptOn(margin, { wallet: his, market, side: "bid", price: at - 100, count: 100_000 });
    acceptOn(margin, { wallet: his, market, side: "ask", price: at + 100, count: 100_000 });
  };
  deepen(100_000);
  const move = (to: number) => {
    deepen(to);
    margin.setIndex(info, to);
    margin.marks.pin(info, to);
  };
  return { margin, info, ann, bob, mine, his, move, position: () => mine.holding(market).position };
}

function set(margin: MarginExchange, wallet: Wallet, info: MarginMarketInfo, wish: TriggerWish): ExitTrigger {
  const trigger = margin.triggers.set(wallet, info, wish);
  if ("refused" in trigger) throw new Error(`refused: ${trigger.refused} ${trigger.details}`);
  return trigger;
}

const refusal = (answer: ReturnType<MarginExchange["triggers"]["set"]>) =>
  "refused" in answer ? answer.refused : `was taken: ${answer.status}`;

test("a stop loss closes the whole position once, by an order of the system, when the liquidation mark is there", () => {
  const { margin, info, ann, mine, move, position } = holding();
  const trigger = set(margin, mine, info, { kind: "bracket", stopLoss: 98_000, takeProfit: 104_000 });
  assertEquals([trigger.status, trigger.count], ["active", 0]);
  move(98_001);
  assertEquals([trigger.status, position()], ["active", 2_000]);
  move(98_000);
  assertEquals([trigger.status, trigger.leg, trigger.filled, position()], ["filled", "stop_loss", 2_000, 0]);
  const order = margin.engine.orders.get(trigger.orderId ?? "");
  assertEquals([order?.origin, order?.side, order?.status, order?.filled], [
    "take_profit_stop_loss",
    "ask",
    "executed",
    2_000,
  ]);
  // A position that is opened anew is not its business.
  const count = ann.orders.all.length;
  acceptOn(margin, { wallet: mine, market: info.market, side: "bid", price: 98_100, count: 500 });
  move(90_000);
  move(110_000);
  assertEquals([ann.orders.all.length, position()], [count + 1, 500]);
  auditMargin(margin);
});

test("a take profit of a short position is below, its stop loss above", () => {
  for (const [to, leg] of [[95_000, "take_profit"], [103_000, "stop_loss"]] as const) {
    const { margin, info, mine, move, position } = holding("ask");
    const trigger = set(margin, mine, info, { kind: "bracket", stopLoss: 103_000, takeProfit: 95_000 });
    move(to);
    assertEquals([trigger.status, trigger.leg, position()], ["filled", leg, 0]);
  }
});

test("a trailing stop follows the best mark, by an amount or by basis points of it, and never back", () => {
  for (const trail of [{ trailAmount: 2_000 }, { trailBps: 200 }]) {
    const { margin, info, mine, move, position } = holding();
    const trigger = set(margin, mine, info, { kind: "trailing", ...trail });
    assertEquals([trigger.watermark, effectiveStopOf(trigger, true)], [100_000, 98_000]);
    move(105_000);
    move(104_000);
    const stop = "trailBps" in trail ? 102_900 : 103_000;
    assertEquals([trigger.watermark, effectiveStopOf(trigger, true)], [105_000, stop]);
    move(stop + 1);
    assertEquals(position(), 2_000);
    move(stop);
    assertEquals([trigger.status, trigger.leg, position()], ["filled", "stop_loss", 0]);
  }
  const { margin, info, mine, move, position } = holding("ask");
  const trigger = set(margin, mine, info, { kind: "trailing", trailBps: 100 });
  move(90_000);
  assertEquals([trigger.watermark, effectiveStopOf(trigger, false)], [90_000, 90_900]);
  move(90_900);
  assertEquals(position(), 0);
});

test("up to 20 brackets have counts of their own, which fit the position, and each closes its count", () => {
  const { margin, info, mine, move, position } = holding();
  const bracket = (index: number, stopLoss: number, count = 100) =>
    margin.triggers.set(mine, info, { kind: "bracket", stopLoss, count, clientTriggerId: `t${index}` });
  for (let index = 0; index < 20; index++) assert(!("refused" in bracket(index, 99_000 - index * 10)));
  assertEquals(refusal(bracket(20, 98_000)), "invalid_parameters", "all 20 contracts are covered");
  assertEquals(
    refusal(margin.triggers.set(mine, info, { kind: "bracket", stopLoss: 98_000 })),
    "invalid_parameters",
    "parts are covered, so that nothing covers all of it",
  );
  trade(margin, info, mine, addMember(margin, "eve", 1_000).wallet(0, 0), {
    side: "bid",
    price: 100_050,
    count: 500,
  });
  assertEquals(refusal(bracket(20, 98_000)), "invalid_parameters", "there are 20");
  move(98_960);
  const statuses = margin.triggers.list(mine, info).map(({ status }) => status);
  assertEquals(statuses.filter((status) => status === "filled").length, 5);
  assertEquals(position(), 2_500 - 500);
  auditMargin(margin);
});

test("a key that was used gives the first trigger as it is by now, and on another position nothing", () => {
  const { margin, info, ann, mine } = holding();
  const wish = { kind: "bracket", stopLoss: 98_000, count: 500, clientTriggerId: "mine" } as const;
  const trigger = set(margin, mine, info, wish);
  assertEquals(set(margin, mine, info, { ...wish, stopLoss: 97_000 }), trigger);
  assertEquals(trigger.stopLoss, 98_000);
  margin.triggers.cancel(mine, info, { id: trigger.id });
  assertEquals([trigger.status, trigger.reason], ["canceled", "user_canceled"]);
  assertEquals(set(margin, mine, info, wish), trigger);
  assertEquals(refusal(margin.triggers.set(ann.wallet(1, 0), info, wish)), "idempotency_key_already_used");
  margin.triggers.cancel(mine, info);
  assertEquals(margin.triggers.list(mine, info).length, 1);
});

test("a second bracket for the whole position takes the place of the first, and a leg that is left out is cleared", () => {
  const { margin, info, mine } = holding();
  const first = set(margin, mine, info, { kind: "bracket", stopLoss: 98_000, takeProfit: 103_000 });
  const again = set(margin, mine, info, { kind: "bracket", takeProfit: 104_000 });
  assertEquals([again, first.stopLoss, first.takeProfit], [first, undefined, 104_000]);
  const trailing = set(margin, mine, info, { kind: "trailing", trailBps: 100 });
  assertEquals(set(margin, mine, info, { kind: "trailing", trailAmount: 500 }), trailing);
  assertEquals([trailing.trailAmount, trailing.trailBps], [500, undefined]);
  assertEquals(margin.triggers.list(mine, info, "trailing"), [trailing]);
  assert(!("refused" in margin.triggers.update(mine, info, first.id, { stopLoss: 97_000 })));
  assertEquals([first.stopLoss, first.takeProfit], [97_000, undefined]);
  assertEquals(refusal(margin.triggers.update(mine, info, first.id, {})), "invalid_parameters");
  assertEquals(
    refusal(margin.triggers.update(mine, info, trailing.id, { stopLoss: 1 })),
    "invalid_parameters",
  );
  assertEquals(
    refusal(margin.triggers.update(mine, info, "none", { stopLoss: 1 })),
    "exit_trigger_not_found",
  );
});

test("what is no trigger is refused", () => {
  const { margin, info, ann, mine } = holding();
  const refused = (wish: TriggerWish, wallet = mine) => refusal(margin.triggers.set(wallet, info, wish));
  const wrong: TriggerWish[] = [
    { kind: "bracket" },
    { kind: "trailing" },
    { kind: "bracket", stopLoss: 98_000, trailBps: 5 },
    { kind: "trailing", trailBps: 5, takeProfit: 98_000 },
    { kind: "trailing", trailBps: 5, trailAmount: 5 },
    { kind: "trailing", trailBps: 0 },
    { kind: "trailing", trailBps: 10_000 },
    { kind: "trailing", trailBps: 5, anchorOrderId: "x", clientTriggerId: "x" },
    { kind: "trailing", trailBps: 5, count: 100, clientTriggerId: "x" },
    { kind: "bracket", stopLoss: 0 },
    { kind: "bracket", stopLoss: 104_000, takeProfit: 98_000 },
    { kind: "bracket", stopLoss: 98_000, count: 150, clientTriggerId: "x" },
    { kind: "bracket", stopLoss: 98_000, count: 100 },
    { kind: "bracket", stopLoss: 98_000, clientTriggerId: "x" },
    { kind: "bracket", stopLoss: 98_000, count: 2_100, clientTriggerId: "x" },
    { kind: "bracket", stopLoss: 98_000, count: 100, anchorOrderId: "x", clientTriggerId: "x" },
  ];
  for (const wish of wrong) assertEquals(refused(wish), "invalid_parameters", JSON.stringify(wish));
  assertEquals(refused({ kind: "bracket", stopLoss: 98_000 }, ann.wallet(1, 0)), "no_open_position");
  assertEquals(
    refused({ kind: "bracket", stopLoss: 98_000, anchorOrderId: "none", clientTriggerId: "x" }),
    "anchor_order_unavailable",
  );
  // With ten dollars a position of 200 is liquidated at 9.69 dollars.
  const poor = addMember(margin, "eve", 10).wallet(0, 0);
  acceptOn(margin, { wallet: poor, market: info.market, side: "bid", price: 100_100, count: 1_900 });
  const end = margin.riskOf(poor.account).positions[0]?.liquidationPrice ?? 0;
  assertEquals(refused({ kind: "bracket", stopLoss: end }, poor), "stop_loss_past_liquidation");
  const trigger = set(margin, poor, info, { kind: "bracket", stopLoss: end + 1 });
  assertEquals(
    refusal(margin.triggers.update(poor, info, trigger.id, { stopLoss: end })),
    "stop_loss_past_liquidation",
  );
});

test("triggers end with their position, and when it is turned around", () => {
  const closed = holding();
  const stop = set(closed.margin, closed.mine, closed.info, { kind: "bracket", stopLoss: 98_000 });
  const order = { wallet: closed.mine, market: closed.info.market, side: "ask", price: 99_900 } as const;
  acceptOn(closed.margin, { ...order, count: 1_000 });
  assertEquals(stop.status, "active");
  acceptOn(closed.margin, { ...order, count: 1_000 });
  assertEquals([stop.status, stop.reason], ["canceled", "position_closed"]);
  const flipped = holding();
  const other = set(flipped.margin, flipped.mine, flipped.info, { kind: "trailing", trailBps: 200 });
  acceptOn(flipped.margin, { ...order, wallet: flipped.mine, market: flipped.info.market, count: 3_000 });
  assertEquals([other.status, other.reason], ["canceled", "position_flipped"]);
});

test("an anchored bracket waits for its order, grows with its fills, and waits again after it has closed them", () => {
  const { margin, info, bob, mine, his, position } = holding();
  const { market } = info;
  const entry = acceptOn(margin, { wallet: mine, market, side: "bid", price: 99_800, count: 1_000 }).order;
  // Its own bid is not the best one when it sells: that one would be canceled.
  const sell = (count: number) => {
    margin.cancelAll(bob);
    acceptOn(margin, { wallet: his, market, side: "ask", price: 99_800, count });
    acceptOn(margin, { wallet: his, market, side: "bid", price: 99_900, count: 100_000 });
  };
  const trigger = set(margin, mine, info, {
    kind: "bracket",
    stopLoss: 99_000,
    anchorOrderId: entry.id,
    clientTriggerId: "a",
  });
  assertEquals([trigger.status, trigger.count], ["pending_on_entry", 0]);
  margin.marks.pin(info, 98_900);
  assertEquals([trigger.status, position()], ["pending_on_entry", 2_000], "nothing of the entry was filled");
  margin.marks.pin(info, 100_000);
  sell(300);
  assertEquals([trigger.status, trigger.count], ["active", 300]);
  margin.marks.pin(info, 99_000);
  assertEquals([trigger.status, trigger.filled, trigger.leg], ["pending_on_entry", 300, "stop_loss"]);
  assertEquals(position(), 2_000);
  margin.marks.pin(info, 100_000);
  sell(200);
  assertEquals([trigger.status, trigger.count, trigger.filled], ["active", 500, 300]);
  margin.cancel(entry);
  assertEquals([trigger.status, trigger.anchor], ["active", undefined]);
  margin.marks.pin(info, 99_000);
  assertEquals([trigger.status, trigger.filled, position()], ["filled", 500, 2_000]);
  auditMargin(margin);
});

test("an anchored bracket whose order is never filled ends with it", () => {
  const { margin, info, mine } = holding();
  const order = { wallet: mine, market: info.market, side: "bid", price: 99_000, count: 100 } as const;
  const { order: entry } = acceptOn(margin, { ...order, expiresAt: NOON + 1_000 });
  const wish = { kind: "bracket", stopLoss: 98_000, anchorOrderId: entry.id, clientTriggerId: "a" } as const;
  const trigger = set(margin, mine, info, wish);
  margin.engine.runUntil(NOON + 1_000);
  assertEquals([trigger.status, trigger.reason], ["canceled", "entry_not_filled"]);
  assertEquals(set(margin, mine, info, wish), trigger, "its key gives it as it is");
  assertEquals(
    refusal(margin.triggers.set(mine, info, { ...wish, clientTriggerId: "b" })),
    "anchor_order_unavailable",
  );
});

test("what an order does not close at once is tried again each second, five times, whatever the mark does", () => {
  const { margin, info, bob, mine, his, position } = holding();
  const { market } = info;
  margin.cancelAll(bob);
  const trigger = set(margin, mine, info, { kind: "bracket", stopLoss: 98_000 });
  acceptOn(margin, { wallet: his, market, side: "bid", price: 97_900, count: 500 });
  margin.marks.pin(info, 98_000);
  assertEquals([trigger.status, trigger.filled, position()], ["active", 500, 1_500]);
  margin.marks.pin(info, 100_000);
  acceptOn(margin, { wallet: his, market, side: "bid", price: 97_900, count: 700 });
  margin.engine.runUntil(NOON + 1_000);
  // Nothing below 95 % of the mark is taken, which is 9.50 dollars now.
  assertEquals([trigger.filled, position()], [1_200, 800]);
  margin.engine.runUntil(NOON + 60_000);
  assertEquals([trigger.status, trigger.reason, trigger.filled], ["failed", "order_rejected", 1_200]);
  auditMargin(margin);
});

test("a trigger of an isolated position closes all of it, and has no parts", () => {
  const { margin, info, ann, move } = holding();
  margin.isolated.trade(ann, info, { side: "bid", price: 100_100, count: 500, margin: 20_000_000 });
  const pocket = margin.isolated.walletOf(ann, info);
  assertEquals(
    refusal(
      margin.triggers.set(pocket, info, {
        kind: "bracket",
        stopLoss: 98_000,
        count: 100,
        clientTriggerId: "a",
      }),
    ),
    "invalid_parameters",
  );
  const trigger = set(margin, pocket, info, { kind: "bracket", stopLoss: 98_000 });
  move(98_000);
  assertEquals([trigger.status, trigger.filled, pocket.cash], ["filled", 500, 0]);
  auditMargin(margin);
});

test("while nobody can trade a trigger waits", () => {
  const { margin, info, mine, move } = holding();
  const trigger = set(margin, mine, info, { kind: "bracket", stopLoss: 98_000 });
  move(98_500);
  margin.schedules.set(info, { isOpen: false, nextAt: NOON + 5_000 });
  margin.marks.pin(info, 97_000);
  margin.engine.runUntil(NOON + 4_999);
  assertEquals(trigger.status, "active");
  margin.engine.runUntil(NOON + 5_000);
  assertEquals(trigger.status, "filled");
});
