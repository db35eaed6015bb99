import { assertEquals, assertThrows } from "@std/assert";
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
