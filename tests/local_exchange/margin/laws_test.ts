import { assert, assertEquals } from "@std/assert";
import type { Account, Order, Side } from "../../../src/local_exchange/engine/model.ts";
import { openingCount } from "../../../src/local_exchange/engine/stakes.ts";
import type { MarginExchange } from "../../../src/local_exchange/margin/margin_exchange.ts";
import type { MarginMarketInfo } from "../../../src/local_exchange/margin/model.ts";
import type { ExitTrigger } from "../../../src/local_exchange/margin/trigger_model.ts";
import { createRandom, type Random } from "../../../src/local_exchange/random.ts";
import { COUNT_ONE, MONEY_ONE } from "../../../src/local_exchange/units.ts";
import { test } from "../../support/test.ts";
import { addMember, addPerp, auditMargin, newMargin, placeOn } from "../support/margin.ts";

/** A world in which everything happens that can: one step after the other, out of a seed. */
class World {
  readonly margin: MarginExchange = newMargin({ fundingEveryMs: 300_000 });
  readonly random: Random;
  readonly infos: readonly MarginMarketInfo[];
  readonly accounts: readonly Account[];
  readonly orders: Order[] = [];
  readonly seen = { trades: 0, liquidations: 0, takeovers: 0, funded: 0, fired: 0, isolated: 0 };
  /** What every trigger has been, in order, and the orders that it placed. */
  readonly lives = new Map<ExitTrigger, string[]>();
  readonly placed = new Map<ExitTrigger, Set<string>>();
  #clientIds = 0;

  constructor(seed: number) {
    this.random = createRandom(seed);
    const { margin } = this;
    this.infos = [
      addPerp(margin, "BTC"),
      addPerp(margin, "GOLD", { tick: 10, index: 51_230, maintenanceRate: 15_000 }),
    ];
    this.accounts = [2_000, 300, 100, 40, 15].map((dollars, index) =>
      addMember(margin, `a${index}`, dollars)
    );
    margin.watch((event) => {
      if (event.type === "liquidation") this.seen.liquidations++;
      if (event.type === "trade") this.seen.trades++;
      if (event.type === "trade" && event.trade.isBlock) this.seen.takeovers++;
      if (event.type === "funding" && event.funding.rate !== 0) this.seen.funded++;
      if (event.type === "trigger") {
        const { trigger } = event;
        const life = this.lives.get(trigger) ?? [];
        if (life.at(-1) !== trigger.status) life.push(trigger.status);
        this.lives.set(trigger, life);
        const orders = this.placed.get(trigger) ?? new Set();
        if (trigger.orderId !== undefined) orders.add(trigger.orderId);
        this.placed.set(trigger, orders);
      }
    });
  }

  pick<T>(from: readonly T[]): T {
    return from[this.random.int(from.length)] as T;
  }

  step(): void {
    const { random, margin } = this;
    const kind = random.int(100);
    const account = this.pick(this.accounts);
    const info = this.pick(this.infos);
    if (kind < 55) this.#order(account, info);
    else if (kind < 62) this.#change();
    else if (kind < 76) this.#move(info);
    else if (kind < 86) margin.engine.runUntil(margin.engine.now + random.int(40_000));
    else if (kind < 94) this.#trigger(account, info);
    else if (kind < 96) this.#isolate(account, info);
    else if (kind < 97) this.#cash(account);
    else if (kind < 98) this.#limit(account);
    else if (kind < 99) margin.setMultiplier(info, "2.000000");
    else this.#close(info);
  }

  #order(account: Account, info: MarginMarketInfo): void {
    const { random, margin } = this;
    const { market, tick } = info;
    const side: Side = random.int(2) === 0 ? "bid" : "ask";
    const around = Math.round(info.index.price * (9_800 + random.int(401)) / 10_000 / tick) * tick;
    const type = random.int(10);
    const wallet = account.wallet(random.int(8) === 0 ? 1 : 0, 0);
    const count = (1 + random.int(40)) * (random.int(3) === 0 ? COUNT_ONE : 37);
    const { usage: before } = margin.notional.of(account);
    const opens = openingCount(wallet.holding(market), side, count) > 0;
    const placed = placeOn(margin, {
      wallet,
      market,
      side,
      price: Math.max(tick, around),
      count,
      timeInForce: type < 6 ? "good_till_canceled" : type < 9 ? "immediate_or_cancel" : "fill_or_kill",
      selfTradePrevention: random.int(2) === 0 ? "maker" : "taker_at_cross",
      postOnly: type === 0,
      reduceOnly: type === 8,
    });
    if ("order" in placed && placed.order.status === "resting") this.orders.push(placed.order);
    const { usage, effective } = margin.notional.of(account);
    // What closes a position is never too much.
    if (opens) {
      assert(usage <= before || usage <= effective, `an order took ${before} to ${usage} of ${effective}`);
    }
  }

  #change(): void {
    const { random, margin } = this;
    if (this.orders.length === 0) return;
    const order = this.pick(this.orders);
    if (order.status !== "resting") return;
    const what = random.int(3);
    if (what === 0) margin.cancel(order);
    else if (what === 1) margin.decrease(order, 1 + random.int(order.remaining));
    else {margin.amend(order, {
        price: order.price + (random.int(41) - 20) * 10,
        count: order.initial + random.int(200),
      });}
  }

  #move(info: MarginMarketInfo): void {
    const { random, margin } = this;
    const part = random.int(25) === 0 ? random.int(401) - 200 : random.int(31) - 15;
    const wanted = Math.round(info.index.price * (1_000 + part) / 1_000 / info.tick) * info.tick;
    margin.setIndex(info, Math.max(20_000, Math.min(400_000, wanted)));
  }

  #trigger(account: Account, info: MarginMarketInfo): void {
    const { random, margin } = this;
    const wallet = random.int(6) === 0 ? margin.isolated.walletOf(account, info) : account.wallet(0, 0);
    const { price } = info.liquidationMark;
    const { position } = wallet.holding(info.market);
    const [below, above] = [price - random.int(3_000), price + random.int(3_000)];
    const legs = position > 0
      ? { stopLoss: below, takeProfit: above }
      : { stopLoss: above, takeProfit: below };
    const which = random.int(5);
    const clientTriggerId = `t${this.#clientIds++}`;
    const resting = [...wallet.holding(info.market).bids.orders, ...wallet.holding(info.market).asks.orders];
    if (which === 0) margin.triggers.set(wallet, info, { kind: "trailing", trailBps: 1 + random.int(300) });
    else if (which === 1) margin.triggers.set(wallet, info, { kind: "bracket", ...legs });
    else if (which === 2) {
      const count = (1 + random.int(8)) * COUNT_ONE;
      margin.triggers.set(wallet, info, { kind: "bracket", ...legs, count, clientTriggerId });
    } else if (which === 3 && resting.length > 0) {
      const anchorOrderId = this.pick(resting).id;
      margin.triggers.set(wallet, info, { kind: "bracket", ...legs, anchorOrderId, clientTriggerId });
    } else if (random.int(3) === 0) margin.triggers.cancel(wallet, info);
  }

  #isolate(account: Account, info: MarginMarketInfo): void {
    const { random, margin } = this;
    const side: Side = random.int(2) === 0 ? "bid" : "ask";
    const price = info.market.book.best(side === "bid" ? "ask" : "bid");
    const stake = random.int(20) * MONEY_ONE;
    if (price === undefined || margin.spendable(account.wallet(0, 0)) < stake) return;
    const count = (1 + random.int(20)) * COUNT_ONE;
    const placed = margin.isolated.trade(account, info, { side, price, count, margin: stake });
    if ("order" in placed && placed.filled > 0) this.seen.isolated++;
  }

  #cash(account: Account): void {
    const { random, margin } = this;
    if (random.int(2) === 0) margin.treasury.move(account.wallet(0, 0), (1 + random.int(50)) * MONEY_ONE);
    else margin.treasury.transfer(account, 0, 1, random.int(20) * MONEY_ONE, 0);
  }

  #limit(account: Account): void {
    const { random, margin } = this;
    if (random.int(2) === 0) margin.notional.clearOwn(account);
    else margin.notional.setOwn(account, random.int(2_000) * MONEY_ONE);
  }

  #close(info: MarginMarketInfo): void {
    const { random, margin } = this;
    const isOpen = info.schedule?.isOpen ?? true;
    margin.schedules.set(
      info,
      isOpen ? { isOpen: false, nextAt: margin.engine.now + random.int(10_000) } : undefined,
    );
  }
}

test("whatever happens, money and positions are conserved, and nobody is below zero or short of margin and left alone", () => {
  const seen = { trades: 0, liquidations: 0, takeovers: 0, funded: 0, fired: 0, isolated: 0 };
  for (let seed = 1; seed <= 12; seed++) {
    const world = new World(seed);
    for (let step = 0; step < 700; step++) {
      world.step();
      auditMargin(world.margin);
    }
    const { engine, listed } = world.margin;
    for (const [trigger, life] of world.lives) {
      const end = life.findIndex((status) => ["filled", "failed", "canceled"].includes(status));
      // Nothing follows an end, and nothing was closed that it was not for.
      assert(end === -1 || end === life.length - 1, life.join());
      if (trigger.count > 0) assert(trigger.filled <= trigger.count, `${trigger.filled} of ${trigger.count}`);
      const orders = world.placed.get(trigger)?.size ?? 0;
      // It tries five times at most, and an anchored one so often for each time that its order fills.
      if (trigger.clientTriggerId === undefined) assert(orders <= 5, `${orders} orders`);
      if (trigger.filled > 0) seen.fired++;
      if (trigger.filled > 0) assert(trigger.leg !== undefined && trigger.orderId !== undefined);
    }
    // Each of the system's orders is that of one trigger, or of a liquidation.
    const ofTriggers = [...engine.orders.values()].filter(({ origin }) => origin === "take_profit_stop_loss");
    const told = [...world.placed.values()].flatMap((orders) => [...orders]);
    assertEquals(told.toSorted(), ofTriggers.map(({ id }) => id).toSorted());
    // In the end everything is paid out, and all money is there.
    for (const { market } of listed) {
      engine.setStatus(market, "closed", "closed");
      engine.settle(market, 70_000);
    }
    const cash = [...engine.accounts.values()].flatMap((account) => account.wallets())
      .reduce((sum, wallet) => sum + wallet.cash, 0);
    assertEquals(cash + engine.feesTaken, engine.deposited);
    for (const key of Object.keys(seen) as (keyof typeof seen)[]) seen[key] += world.seen[key];
  }
  for (const [what, times] of Object.entries(seen)) assert(times > 20, `${what}: ${times}`);
});

test("the same seed makes the same world, whoever looks at it", () => {
  const facts = (looks: boolean) => {
    const world = new World(99);
    for (let step = 0; step < 500; step++) {
      world.step();
      if (!looks) continue;
      for (const account of world.accounts) {
        world.margin.positionsOf(account);
        world.margin.riskOf(account);
        world.margin.notional.of(account);
        for (const wallet of account.wallets()) world.margin.balanceOf(wallet);
      }
      for (const info of world.infos) {
        world.margin.funding.estimate(info);
        world.margin.statsOf(info);
      }
    }
    const { engine, progress } = world.margin;
    return [progress, engine.trades.map(({ id, price, count }) => [id, price, count])];
  };
  assertEquals(facts(true), facts(false));
});
