import { assert, assertEquals } from "@std/assert";
import { test } from "../../support/test.ts";
import {
  acceptOn,
  addMember,
  addPerp,
  auditMargin,
  newMargin,
  NOON,
  placeOn,
  trade,
} from "../support/margin.ts";

/** A market at 10 dollars, and a member with 10 dollars who is long 20 contracts of 200 dollars: 5 % of what they are worth. */
function leveraged() {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const ann = addMember(margin, "ann", 10);
  const bob = addMember(margin, "bob", 100_000);
  const [mine, his] = [ann.wallet(0, 0), bob.wallet(0, 0)];
  trade(margin, info, mine, his, { side: "bid", price: 100_000, count: 2_000 });
  return { margin, info, ann, bob, mine, his };
}

test("a wallet is liquidated below its maintenance margin, at the price that was said, and not above it", () => {
  const { margin, info, ann, mine } = leveraged();
  // Cash of 9.90 after the fee of 0.10: 200 - 9.90 = 190.10 dollars must be 98 % of what is held.
  const [risk] = margin.riskOf(ann).positions;
  assertEquals(risk?.liquidationPrice, 96_989);
  assertEquals([risk?.maintenance, risk?.leverage], [4_000_000, 50]);
  assertEquals(margin.riskOf(ann).leverage, 50);
  margin.setIndex(info, 96_990);
  assertEquals(margin.liquidation.isUnderWay(mine), false);
  margin.setIndex(info, 96_989);
  // 9.90 - 20 * 0.3011 is 3.878 dollars; 2 % of 193.978 is more.
  assertEquals(margin.liquidation.isUnderWay(mine), true);
  auditMargin(margin);
});

test("liquidation drops orders, then closes a quarter of the position each second by orders of the system", () => {
  const { margin, info, ann, mine, his } = leveraged();
  const { market } = info;
  const own = acceptOn(margin, { wallet: mine, market, side: "ask", price: 110_000, count: 100 });
  acceptOn(margin, { wallet: his, market, side: "bid", price: 96_900, count: 100_000 });
  margin.setIndex(info, 96_900);
  assertEquals([own.order.status, own.order.lastChange], ["canceled", "unpaid"]);
  const { position } = mine.holding(market);
  assertEquals(position, 1_500);
  const [order] = ann.orders.all.filter(({ origin }) => origin === "liquidation");
  assertEquals([order?.side, order?.initial, order?.filled, order?.status], ["ask", 500, 500, "executed"]);
  // 3.70 dollars less the fee of 48.45 dollars are more than 2 % of 145.35.
  assertEquals(margin.liquidation.isUnderWay(mine), false);
  margin.engine.runUntil(NOON + 10_000);
  assertEquals(mine.holding(market).position, 1_500);
  // A little further down it goes on, step by step.
  margin.setIndex(info, 95_400);
  assertEquals(mine.holding(market).position, 1_100, "a quarter, in whole contracts");
  auditMargin(margin);
});

test("what nobody takes goes to the insurance fund after five steps, at the liquidation mark", () => {
  const { margin, info, mine } = leveraged();
  margin.setIndex(info, 96_900);
  assertEquals(mine.holding(info.market).position, 2_000);
  margin.engine.runUntil(NOON + 3_999);
  assertEquals(mine.holding(info.market).position, 2_000);
  margin.engine.runUntil(NOON + 4_000);
  assertEquals(mine.holding(info.market).position, 0);
  assertEquals(margin.liquidation.fund?.wallet(0, 0).holding(info.market).position, 2_000);
  // 9.90 - 20 * 0.31 - the fee of 193.80 dollars.
  assertEquals(mine.cash, 9_900_000 - 6_200_000 - 96_900);
  auditMargin(margin);
});

test("a wallet that has nothing left loses everything at once and owes nothing: the fund pays what is missing", () => {
  const { margin, info, ann, mine } = leveraged();
  const told: string[] = [];
  margin.watch((event) => {
    if (event.type === "liquidation") told.push(event.wallet.account.id);
  });
  margin.setIndex(info, 80_000);
  assertEquals([mine.cash, mine.holding(info.market).position, told], [0, 0, ["ann"]]);
  assertEquals(ann.fills.at(-1)?.order.origin, "liquidation");
  // It lost 40 dollars and the fee of 0.08 with 9.90.
  const fund = margin.liquidation.fund?.wallet(0, 0);
  assertEquals((fund?.cash ?? 0) % 1_000_000_000, 1_000_000_000 - 30_180_000 - 32_000);
  auditMargin(margin);
  assertEquals(
    placeOn(margin, { wallet: mine, market: info.market, side: "bid", price: 80_000, count: 100 }),
    {
      rejected: "insufficient_balance",
    },
  );
});

test("in a closed market nothing is sold, and it goes on when that opens; what is worth nothing is taken over anyway", () => {
  const { margin, info, mine, his } = leveraged();
  const { market } = info;
  acceptOn(margin, { wallet: his, market, side: "bid", price: 96_900, count: 100_000 });
  margin.schedules.set(info, { isOpen: false, nextAt: NOON + 60_000 });
  margin.setIndex(info, 96_900);
  margin.engine.runUntil(NOON + 59_999);
  assertEquals([mine.holding(market).position, margin.liquidation.isUnderWay(mine)], [2_000, true]);
  margin.engine.runUntil(NOON + 61_000);
  assertEquals([mine.holding(market).position, market.status], [1_500, "active"]);
  margin.schedules.set(info, { isOpen: false, nextAt: undefined });
  margin.setIndex(info, 80_000);
  assertEquals(mine.holding(market).position, 0);
  auditMargin(margin);
});

test("cross margin holds a position up with all the cash of its subaccount, isolated margin with that of its pocket alone", () => {
  const { margin, info, ann, mine, his } = leveraged();
  const { market } = info;
  margin.treasury.move(mine, 90_000_000);
  acceptOn(margin, { wallet: his, market, side: "ask", price: 100_000, count: 2_000 });
  const placed = margin.isolated.trade(ann, info, {
    side: "bid",
    price: 100_000,
    count: 2_000,
    margin: 10_000_000,
  });
  assert("order" in placed);
  const pocket = margin.isolated.walletOf(ann, info);
  assertEquals([pocket.cash, mine.cash], [9_900_000, 89_900_000]);
  assertEquals(margin.walletsOf(ann).map(({ subaccount }) => subaccount), [0]);
  assertEquals(margin.riskOf(ann).positions.map(({ liquidationPrice }) => liquidationPrice), [
    56_173,
    96_989,
  ]);
  margin.setIndex(info, 90_000);
  // The pocket is empty, the subaccount has lost what its own position lost, and nothing else.
  assertEquals([pocket.cash, pocket.holding(market).position], [0, 0]);
  assertEquals([mine.cash, mine.holding(market).position], [89_900_000, 2_000]);
  auditMargin(margin);
});

test("what an isolated position leaves when it is closed goes back to the subaccount", () => {
  const { margin, info, bob, ann } = leveraged();
  const { market } = info;
  margin.treasury.move(ann.wallet(0, 0), 90_000_000);
  acceptOn(margin, { wallet: bob.wallet(0, 0), market, side: "ask", price: 100_000, count: 1_000 });
  margin.isolated.trade(ann, info, { side: "bid", price: 100_000, count: 1_000, margin: 20_000_000 });
  acceptOn(margin, { wallet: bob.wallet(0, 0), market, side: "bid", price: 101_000, count: 1_000 });
  const before = ann.wallet(0, 0).cash;
  margin.isolated.trade(ann, info, { side: "ask", price: 101_000, count: 1_000, margin: 0 });
  // 20 dollars, a dollar that it gained, and fees of 0.05 and 0.0505.
  assertEquals(ann.wallet(0, 0).cash - before, 20_000_000 + 1_000_000 - 50_000 - 50_500);
  assertEquals(margin.isolated.walletOf(ann, info).cash, 0);
  // What the book has nothing for takes nothing.
  margin.isolated.trade(ann, info, { side: "ask", price: 150_000, count: 1_000, margin: 5_000_000 });
  assertEquals(margin.isolated.walletOf(ann, info).cash, 0);
  auditMargin(margin);
});

test("cash that holds a position up cannot be moved away, nor what was gained on paper alone", () => {
  const { margin, info, ann, mine } = leveraged();
  // 9.90 dollars less the initial margin of 6.
  assertEquals(margin.spendable(mine), 3_900_000);
  assertEquals(margin.treasury.transfer(ann, 0, 1, 3_900_001, 0), false);
  margin.setIndex(info, 200_000);
  assertEquals([margin.balanceOf(mine).available, margin.spendable(mine)], [197_900_000, 9_900_000]);
  margin.setIndex(info, 100_000);
  assertEquals(margin.treasury.transfer(ann, 0, 1, 3_900_000, 0), true);
  auditMargin(margin);
});
