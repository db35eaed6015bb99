import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { ExchangeClock, LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

test("an exchange's clock follows its base and can only be moved on", async () => {
  const base = new ManualClock(1_000);
  const clock = new ExchangeClock(base);
  let told = 0;
  const stop = clock.onAdvance(() => told++);
  clock.advance(500);
  await base.advance(100);
  assertEquals([clock.now(), clock.monotonic(), clock.base.now(), told], [1_600, 600, 1_100, 1]);
  stop();
  clock.advance(1);
  assertEquals(told, 1);
  for (const ms of [-1, Number.NaN]) assertThrows(() => clock.advance(ms), KalshiConfigError);
});

test("what falls due happens before advance returns", () => {
  const exchange = LocalExchange.create({ markets: 0, clock: new ManualClock(1_790_000_000_000) });
  const ticker = exchange.listMarket({ ticker: "SOON", closesInMs: 1_000 });
  assertEquals(exchange.openTickers().includes(ticker), true);
  exchange.clock.advance(1_000);
  assertEquals(exchange.openTickers().includes(ticker), false);
});

test("the exchange's time stands still between stop and run, but for what advance moves", async () => {
  const base = new ManualClock(1_790_000_000_000);
  const exchange = LocalExchange.create({ clock: base, marketMakers: false });
  const { clock } = exchange;
  const ticker = exchange.listMarket({ ticker: "A", closesInMs: 10_000 });
  const [before, monotonic] = [clock.now(), clock.monotonic()];
  clock.stop();
  clock.stop();
  await base.advance(60_000);
  assertEquals([clock.now(), clock.isRunning], [before, false]);
  assertEquals(clock.monotonic(), monotonic + 60_000, "durations go on");
  assert(exchange.openTickers().includes(ticker));
  clock.advance(4_000);
  assertEquals(clock.now(), before + 4_000);
  clock.run();
  clock.run();
  await base.advance(5_999);
  assertEquals([clock.now(), clock.isRunning], [before + 9_999, true]);
  assert(exchange.openTickers().includes(ticker));
  await base.advance(1);
  assert(!exchange.openTickers().includes(ticker));
});

test("the makers' pace can be set, changed and taken away", async () => {
  const base = new ManualClock(1_790_000_000_000);
  const exchange = LocalExchange.create({ clock: base });
  const quotes = async () => {
    const answer = await exchange.fetch(new Request(`${exchange.baseUrl}/markets?limit=1000`));
    const { markets } = await answer.json() as { markets: { yes_bid_dollars: string }[] };
    return markets.map(({ yes_bid_dollars }) => yes_bid_dollars).join();
  };
  const first = await quotes();
  await base.advance(60_000);
  assertEquals(await quotes(), first);
  exchange.setPace(1_000);
  await base.advance(60_000);
  const second = await quotes();
  assertNotEquals(second, first);
  exchange.setPace(undefined);
  await base.advance(60_000);
  assertEquals(await quotes(), second);
  assertThrows(() => exchange.setPace(0), KalshiConfigError, "stepMs");
});

test("no time is so far away that nobody can write it", async () => {
  const exchange = LocalExchange.create({ clock: new ManualClock(1_790_000_000_000), marketMakers: false });
  const before = exchange.clock.now();
  for (const ms of [1e15, 1e300, Number.MAX_VALUE]) {
    assertThrows(() => exchange.clock.advance(ms), KalshiConfigError, "beyond the year 8999");
    assertThrows(() => exchange.listMarket({ ticker: "FAR", closesInMs: ms }), KalshiConfigError, "to 1");
    assertThrows(() => exchange.setClockSkew(-ms), KalshiConfigError, "milliseconds from");
  }
  assertEquals(exchange.clock.now(), before);
  exchange.listMarket({ ticker: "LATE", closesInMs: 1e13 });
  const answer = await exchange.fetch(new Request(`${exchange.baseUrl}/markets/LATE`));
  assertEquals(answer.status, 200);
  const { market } = await answer.json() as { market: { close_time: string } };
  assertEquals(market.close_time.slice(0, 4), "2343");
});
