import { assert, assertEquals } from "@std/assert";
import { rateOf } from "../../../src/local_exchange/margin/funding.ts";
import type { MarginExchange } from "../../../src/local_exchange/margin/margin_exchange.ts";
import type { MarginMarketInfo } from "../../../src/local_exchange/margin/model.ts";
import { PremiumIndex } from "../../../src/local_exchange/margin/premium.ts";
import { createRandom } from "../../../src/local_exchange/random.ts";
import { test } from "../../support/test.ts";
import { acceptOn, addMember, addPerp, auditMargin, newMargin, NOON, trade } from "../support/margin.ts";

const EIGHT_HOURS = 28_800_000;

/** Quotes a bid and an ask of a contract each, in the place of those that there are. */
function quote(margin: MarginExchange, info: MarginMarketInfo, bid: number, ask: number): void {
  const account = margin.account("quoter") ?? addMember(margin, "quoter", 1_000);
  margin.cancelAll(account);
  const order = { wallet: account.wallet(0, 0), market: info.market, count: 100 };
  acceptOn(margin, { ...order, side: "bid", price: bid });
  acceptOn(margin, { ...order, side: "ask", price: ask });
}

test("funding is the mean premium of the period, what longs pay shorts get, and all of it is told", () => {
  const margin = newMargin();
  const { engine } = margin;
  const info = addPerp(margin, "BTC");
  const [ann, bob] = [addMember(margin, "ann", 100), addMember(margin, "bob", 100)];
  trade(margin, info, ann.wallet(0, 0), bob.wallet(0, 0), { side: "bid", price: 100_000, count: 1_000 });
  const before = [ann.wallet(0, 0).cash, bob.wallet(0, 0).cash];
  // The middle is 0.2 % above the index for half of the period, and 0.1 % for the other half.
  quote(margin, info, 100_100, 100_300);
  engine.runUntil(NOON + EIGHT_HOURS / 2);
  assertEquals(margin.funding.estimate(info), {
    rate: 2_000_000,
    computedAt: NOON + EIGHT_HOURS / 2,
    mark: 100_200,
    nextAt: NOON + EIGHT_HOURS,
    premium: { at: NOON + EIGHT_HOURS / 2, premium: 2_000_000 },
  });
  quote(margin, info, 100_000, 100_200);
  engine.runUntil(NOON + EIGHT_HOURS);
  const [funding] = margin.funding.rates();
  // A sample sees what happens at its second: 14,400 of one and 14,400 of the other.
  assertEquals([funding?.at, funding?.rate, funding?.mark], [NOON + EIGHT_HOURS, 1_500_000, 100_100]);
  // 10 contracts at 10.01 dollars, and 0.15 % of that.
  assertEquals(margin.funding.payments(ann).map(({ amount, position }) => [amount, position]), [[
    -150_150,
    1_000,
  ]]);
  assertEquals(margin.funding.payments(bob).map(({ amount, position }) => [amount, position]), [[
    150_150,
    -1_000,
  ]]);
  assertEquals([ann.wallet(0, 0).cash, bob.wallet(0, 0).cash], [
    (before[0] ?? 0) - 150_150,
    (before[1] ?? 0) + 150_150,
  ]);
  assertEquals(margin.funding.nextAt, NOON + 2 * EIGHT_HOURS);
  assertEquals(margin.funding.rates("ETH"), []);
  assertEquals(margin.funding.rates("BTC", NOON, NOON + EIGHT_HOURS).length, 1);
  auditMargin(margin);
});

test("a rate near nothing is nothing, and none is beyond the cap", () => {
  const terms = { deadband: 100_000, cap: 20_000_000 };
  assertEquals([99_999, -99_999, 100_000, -100_000].map((premium) => rateOf(premium, terms)), [
    0,
    0,
    100_000,
    -100_000,
  ]);
  assertEquals([20_000_001, -1e9].map((premium) => rateOf(premium, terms)), [20_000_000, -20_000_000]);
});

test("funding comes at 04:00, 12:00 and 20:00 UTC, also when nobody looked for days, and not where trading is closed", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const other = addPerp(margin, "GOLD");
  quote(margin, info, 100_100, 100_300);
  margin.schedules.set(other, { isOpen: false, nextAt: undefined });
  margin.engine.runUntil(NOON + 2 * 86_400_000);
  const times = margin.funding.rates().map(({ at, info }) =>
    `${info.market.ticker} ${new Date(at).toISOString().slice(8, 16)}`
  );
  assertEquals(times, [
    "BTC 02T20:00",
    "BTC 03T04:00",
    "BTC 03T12:00",
    "BTC 03T20:00",
    "BTC 04T04:00",
    "BTC 04T12:00",
  ]);
});

test("what cutting to micro-dollars leaves is kept by the exchange, and not made or lost", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC", { index: 99_999 });
  const random = createRandom(3);
  const members = Array.from({ length: 9 }, (_, index) => addMember(margin, `m${index}`, 500));
  for (let round = 0; round < 60; round++) {
    const [taker, maker] = [members[random.int(9)], members[random.int(9)]];
    if (taker === undefined || maker === undefined || taker === maker) continue;
    const terms = { side: "bid", price: 99_000 + random.int(2_000), count: 1 + random.int(700) } as const;
    margin.cancelAll(maker);
    trade(margin, info, taker.wallet(0, 0), maker.wallet(0, 0), terms);
    quote(margin, info, 98_000 + random.int(500), 101_000 + random.int(900));
    margin.engine.runUntil(margin.engine.now + 60_000);
    const kept = margin.engine.feesTaken;
    const { rate } = margin.funding.pay(info);
    const left = margin.engine.feesTaken - kept;
    assert(left >= 0 && left < 10, `${left} of a rate of ${rate}`);
    auditMargin(margin);
  }
});

test("a premium has a sample each second that is what it was then, none while a side is empty", () => {
  const margin = newMargin({}, NOON + 400);
  const info = addPerp(margin, "BTC");
  const at = (ms: number) => margin.engine.runUntil(NOON + ms);
  const samples = (from: number, to: number) =>
    margin.funding.premiums(info, NOON + from, NOON + to).map(({ at, premium }) => [at - NOON, premium]);
  at(1_500);
  quote(margin, info, 99_900, 100_300);
  at(3_100);
  quote(margin, info, 99_800, 100_000);
  at(3_900);
  quote(margin, info, 99_900, 100_100);
  at(5_000);
  margin.cancelAll(margin.account("quoter") ?? addMember(margin, "quoter", 1));
  at(7_000);
  assertEquals(samples(0, 60_000), [[2_000, 1_000_000], [3_000, 1_000_000], [4_000, 0]]);
  assertEquals(samples(3_000, 4_000), [[3_000, 1_000_000]]);
  assertEquals(margin.marks.premiumOf(info).mean(NOON, NOON + 7_000), 666_667);
  assertEquals(margin.funding.estimate(info).premium, undefined);
});

test("a premium index agrees with a list of every second", () => {
  const random = createRandom(11);
  for (let round = 0; round < 200; round++) {
    const index = new PremiumIndex();
    const seconds: (number | undefined)[] = Array.from({ length: 60 });
    let now = 0;
    while (now < 59_000) {
      const value = random.int(4) === 0 ? undefined : random.int(2_000) - 1_000;
      index.set(now, value);
      for (let second = Math.ceil(now / 1_000); second < 60; second++) seconds[second] = value;
      now += random.int(3_000);
    }
    const [from, to] = [random.int(30_000), 30_000 + random.int(30_000)];
    const expected = seconds.flatMap((premium, second) =>
      premium === undefined || second * 1_000 < from || second * 1_000 >= to
        ? []
        : { at: second * 1_000, premium }
    );
    assertEquals(index.samples(from, to), expected);
    const sum = expected.reduce((total, { premium }) => total + premium, 0);
    assertEquals(
      index.mean(from, to),
      expected.length === 0 ? undefined : Math.round(sum / expected.length) + 0,
    );
  }
});

test("marks follow the index at once and the premium of a minute, that of liquidation by half a percent at most", () => {
  const margin = newMargin();
  const info = addPerp(margin, "BTC");
  const marks = () => [info.index.price, info.settlementMark.price, info.liquidationMark.price];
  quote(margin, info, 101_900, 102_100);
  assertEquals(marks(), [100_000, 100_000, 100_000]);
  margin.engine.runUntil(NOON + 90_000);
  // 2 % above the index.
  assertEquals(marks(), [100_000, 102_000, 100_500]);
  margin.setIndex(info, 102_000);
  // The minute before is one of a premium of 2 %.
  assertEquals(marks(), [102_000, 104_040, 102_510]);
  margin.engine.runUntil(NOON + 180_000);
  assertEquals(marks(), [102_000, 102_000, 102_000]);
  margin.marks.pin(info, 99_000);
  assertEquals(marks(), [102_000, 99_000, 99_000]);
  margin.marks.pin(info, undefined);
  assertEquals(marks(), [102_000, 102_000, 102_000]);
});
