/** FIX sessions that a client of perps opens: their product, key and rate budget are the client's. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { FixConfig, KalshiFixOrderRejectError } from "../../src/fix/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { PerpsClient, type PerpsFixOptions } from "../../src/perps/mod.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

async function setUp() {
  const clock = new ManualClock(Date.UTC(2026, 10, 27, 17));
  const exchange = LocalExchange.create({
    clock,
    markets: 0,
    marketMakers: false,
    fix: true,
    perps: { markets: 0, marketMakers: false },
  });
  const { auth } = await exchange.createAccount({ perpsBalance: "1000.00" });
  const Symbol = exchange.perps.listMarket({ ticker: "KXBTCPERP1", indexPrice: "11.2500" });
  const runtime = exchange.createRuntime();
  const budget = { tokensPerSecond: 100, capacity: 100 };
  const limiter = new RateLimiter({ product: "margin", read: budget, write: budget, marginMs: 0, clock });
  const client = new PerpsClient({ auth, config: exchange.perpsConfig, runtime, clock, rateLimit: limiter });
  const { host, port } = exchange.fixConfig("order-entry", { product: "margin" });
  return { exchange, client, limiter, Symbol, place: { host, port, tls: false } };
}

test("a client of perps opens a session of perps, which draws on the buckets of perps", async () => {
  const { exchange, client, limiter, Symbol, place } = await setUp();
  await using _ = exchange;
  const session = await client.fix({ config: { session: "order-entry", ...place } });
  assertEquals(session.config.product, "margin");
  const order = await session.newOrderSingle({ Symbol, Side: "1", OrderQty: "2", Price: "11.2500" });
  assertEquals([order.report.Price, order.report.OrdStatus], ["11.2500", "0"]);
  const left = () => limiter.stats().write?.tokens;
  assertEquals(left(), 90);
  await session.orderCancelRequest({ OrigClOrdID: order.ClOrdID, Side: "1", Symbol });
  assertEquals(left(), 89);
  exchange.perps.placeCounterOrder({ ticker: Symbol, side: "ask", price: "11.2500", count: "2" });
  const bought = await session.newOrderSingle({ Symbol, Side: "1", OrderQty: "2", Price: "11.2500" });
  const { LastPx, LongQty, ClearingBusinessDate } = bought.report;
  assertEquals([LastPx, LongQty, ClearingBusinessDate], ["11.2500", "2.00", "20261127"]);
  const positions = await client.portfolio.positions.list();
  assertEquals(positions.map(({ position }) => position), ["2.00"]);
  for (
    const [OrderQty, says] of [["900000", "the notional limit"], ["10000", "too little margin"]] as const
  ) {
    const refused = await assertRejects(
      () => session.newOrderSingle({ Symbol, Side: "1", OrderQty, Price: "11.2500" }),
      KalshiFixOrderRejectError,
    );
    assertStringIncludes(refused.message, says);
    assertEquals((refused.details as { OrdRejReason?: number }).OrdRejReason, 3);
  }
  await client.close();
  assertEquals(session.state.name, "closed");
});

test("it opens no session of event contracts, and needs the place of an exchange that is not Kalshi's", async () => {
  const { exchange, client, place } = await setUp();
  await using _ = exchange;
  const event = new FixConfig({ product: "event", session: "order-entry", ...place });
  const wrong: readonly (readonly [unknown, string])[] = [
    [{ config: event }, "opens sessions of perps"],
    [{ config: { product: "event", session: "order-entry", ...place } }, "opens sessions of perps"],
    [{ config: { session: "rfq", ...place } }, 'cannot be "rfq" for the product "margin"'],
    [{ config: { session: "post-trade", ...place } }, 'cannot be "post-trade" for the product "margin"'],
    [{ config: { session: "order-entry" } }, "give `host`"],
  ];
  for (const [options, says] of wrong) {
    const error = await assertRejects(() => client.fix(options as PerpsFixOptions), KalshiConfigError);
    assertStringIncludes(error.message, says);
  }
  await client.close();
});
