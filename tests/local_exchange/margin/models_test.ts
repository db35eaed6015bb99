import { assert, assertEquals } from "@std/assert";
import type { Order, Side } from "../../../src/local_exchange/engine/model.ts";
import { createRandom } from "../../../src/local_exchange/random.ts";
import { COUNT_ONE } from "../../../src/local_exchange/units.ts";
import { test } from "../../support/test.ts";
import { acceptOn, addMember, addPerp, auditMargin, newMargin, placeOn, trade } from "../support/margin.ts";

test("while marks stand still, no order and no fill takes more than there was when the order was taken", () => {
  let trades = 0;
  for (let seed = 1; seed <= 15; seed++) {
    const random = createRandom(seed);
    const margin = newMargin();
    const infos = [addPerp(margin, "BTC"), addPerp(margin, "ETH", { maintenanceRate: 40_000 })];
    for (const info of infos) margin.marks.pin(info, 100_000);
    const wallets = [200, 50, 20, 5, 2].map((dollars, index) =>
      addMember(margin, `m${index}`, dollars).wallet(0, 0)
    );
    const resting: Order[] = [];
    for (let step = 0; step < 500; step++) {
      const wallet = wallets[random.int(5)];
      const info = infos[random.int(2)];
      const order = resting[random.int(Math.max(1, resting.length))];
      assert(wallet !== undefined && info !== undefined);
      const price = 98_000 + random.int(4_001);
      const what = random.int(10);
      if (what < 7) {
        const side: Side = random.int(2) === 0 ? "bid" : "ask";
        const count = 1 + random.int(20 * COUNT_ONE);
        const placed = placeOn(margin, {
          wallet,
          market: info.market,
          side,
          price,
          count,
          selfTradePrevention: "maker",
        });
        if ("order" in placed && placed.order.status === "resting") resting.push(placed.order);
      } else if (order?.status === "resting") {
        if (what === 7) margin.cancel(order);
        else if (what === 8) margin.decrease(order, 1 + random.int(order.remaining));
        else margin.amend(order, { price, count: order.initial + random.int(400) });
      }
      for (const { available, account } of wallets) {
        // Each fill may round its fee up by as much.
        assert(available >= -100 * account.fills.length, `${available} after ${account.fills.length} fills`);
      }
      auditMargin(margin);
    }
    trades += margin.engine.trades.length;
  }
  assert(trades > 1_000, `${trades}`);
});

test("a trigger fires at the first mark that reaches it by a plain reading of its prices, and at no other one", () => {
  let fired = 0;
  for (let seed = 1; seed <= 120; seed++) {
    const random = createRandom(seed);
    const margin = newMargin();
    const info = addPerp(margin, "BTC");
    const wallet = addMember(margin, "ann", 10_000).wallet(0, 0);
    const other = addMember(margin, "bob", 1_000_000).wallet(0, 0);
    const side: Side = random.int(2) === 0 ? "bid" : "ask";
    trade(margin, info, wallet, other, { side, price: 100_000, count: 1_000 });
    // Whatever the mark is, there is somebody to trade with.
    for (let level = 0; level < 30; level++) {
      const depth = { wallet: other, market: info.market, count: 1_000 } as const;
      acceptOn(margin, { ...depth, side: "bid", price: 99_900 - level });
      acceptOn(margin, { ...depth, side: "ask", price: 100_100 + level });
    }
    const way = side === "bid" ? 1 : -1;
    const kind = random.int(3);
    const wish = kind === 0
      ? { kind: "trailing", trailAmount: 500 + random.int(3_000) } as const
      : kind === 1
      ? { kind: "trailing", trailBps: 50 + random.int(300) } as const
      : {
        kind: "bracket",
        stopLoss: 100_000 - way * (500 + random.int(2_000)),
        takeProfit: 100_000 + way * (500 + random.int(2_000)),
      } as const;
    const trigger = margin.triggers.set(wallet, info, wish);
    assert(!("refused" in trigger));
    let mark = 100_000;
    let best = mark;
    for (let step = 0; step < 150; step++) {
      mark = Math.max(96_000, Math.min(104_000, mark + random.int(801) - 400));
      best = way > 0 ? Math.max(best, mark) : Math.min(best, mark);
      margin.marks.pin(info, mark);
      const distance = wish.kind === "trailing"
        ? wish.trailAmount ?? Math.ceil(best * (wish.trailBps ?? 0) / 10_000)
        : 0;
      const stop = wish.kind === "trailing" ? best - way * distance : wish.stopLoss;
      const isStopped = (mark - stop) * way <= 0;
      const isTaken = wish.kind === "bracket" && (mark - wish.takeProfit) * way >= 0;
      if (isStopped || isTaken) {
        assertEquals([trigger.status, trigger.leg], ["filled", isStopped ? "stop_loss" : "take_profit"]);
        assertEquals(wallet.holding(info.market).position, 0);
        fired++;
        break;
      }
      assertEquals([trigger.status, wallet.holding(info.market).position], ["active", way * 1_000]);
    }
    auditMargin(margin);
  }
  assert(fired > 60, `${fired}`);
});

test("a position is liquidated at the first mark that is past its liquidation price, and at none before", () => {
  for (let seed = 1; seed <= 80; seed++) {
    const random = createRandom(seed);
    const margin = newMargin();
    const info = addPerp(margin, "BTC", {
      maintenanceRate: 10_000 + random.int(60_000),
      initialMultiplier: 1_200,
    });
    const wallet = addMember(margin, "ann", 20 + random.int(40)).wallet(0, 0);
    const other = addMember(margin, "bob", 1_000_000).wallet(0, 0);
    const side: Side = random.int(2) === 0 ? "bid" : "ask";
    trade(margin, info, wallet, other, { side, price: 100_000, count: 500 + random.int(1_500) });
    const end = margin.riskOf(wallet.account).positions[0]?.liquidationPrice;
    assert(end !== undefined);
    const way = side === "bid" ? 1 : -1;
    // What is rounded down is the last price that is too low for who is long, and the last one that will do for who is short.
    const last = side === "bid" ? end + 1 : end;
    for (let left = 40; left >= 0; left--) {
      margin.marks.pin(info, last + way * left * 7);
      assertEquals(margin.liquidation.isUnderWay(wallet), false, `${left}`);
    }
    margin.marks.pin(info, last - way);
    assertEquals(margin.liquidation.isUnderWay(wallet), true);
    auditMargin(margin);
  }
});
