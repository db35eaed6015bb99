import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";

const MONDAY = Date.UTC(2026, 10, 2, 12);

const create = (options: Parameters<typeof LocalExchange.create>[0] = {}) =>
  LocalExchange.create({ clock: new ManualClock(MONDAY), perps: true, markets: 1, ...options });

test("an exchange has no perps unless it is told, and says so", async () => {
  await using exchange = LocalExchange.create({ markets: 1 });
  assertThrows(() => exchange.perps, KalshiConfigError, "start it with { perps: true }");
  await assertRejects(
    () => exchange.createAccount({ perpsBalance: "5.00" }),
    KalshiConfigError,
    "`perpsBalance` is for an exchange with perps",
  );
});

test("perps list their markets, take controls, and refuse what is wrong with it", async () => {
  await using exchange = create({ marketMakers: false });
  const { perps } = exchange;
  assertEquals(perps, exchange.perps);
  assertEquals(perps.tickers(), [
    "KXBTCPERP",
    "KXETHPERP",
    "KXSOLPERP",
    "KXXRPPERP",
    "KXGOLDPERP",
    "KXUS500PERP",
  ]);
  assertEquals(perps.listMarket({ ticker: "OIL", indexPrice: "6.1250", tickSize: "0.0005" }), "OIL");
  const { id } = await exchange.createAccount({ perpsBalance: "250.00" });
  assert(perps.placeCounterOrder({ ticker: "OIL", side: "ask", price: "6.1300", count: "50" }).length > 0);
  perps.setIndexPrice("OIL", "6.2000");
  perps.setMarkPrice("OIL", "6.2500");
  perps.setMarkPrice("OIL", undefined);
  perps.setSchedule("OIL", { open: false, nextAtMs: MONDAY + 60_000 });
  assertEquals(perps.tickers().includes("OIL"), false);
  exchange.clock.advance(60_000);
  assertEquals(perps.tickers().includes("OIL"), true);
  perps.setSchedule("OIL", undefined);
  perps.deposit(id, "-50.00");
  perps.deposit(id, "10.00", { subaccount: 1 });
  perps.setFeeTier(id, 3);
  perps.setNotionalLimit(id, "1000.00");
  perps.setNotionalLimit(id, "500.00", "OIL");
  perps.setEnabled(id, false);
  perps.setEnabled(id, true);
  perps.tradeIsolated(id, { ticker: "OIL", side: "bid", price: "6.2000", count: "1", margin: "5.00" });
  perps.corporateAction("OIL", "2.000000");
  perps.fund("OIL");
  perps.fund();
  perps.setMarketActive("OIL", false);
  perps.setMarketActive("OIL", true);
  perps.pause("trading");
  perps.pause("nothing");
  perps.step(5);
  exchange.step();
  exchange.setPace(1_000);
  exchange.clock.advance(5_000);
  const wrong: [() => unknown, string][] = [
    [() => perps.listMarket({ ticker: "OIL", indexPrice: "1.0000" }), "There is a perps market OIL already"],
    [
      () => perps.listMarket({ ticker: "GAS", indexPrice: "1.0003", tickSize: "0.0010" }),
      "between two ticks",
    ],
    [() => perps.listMarket({ ticker: "GAS", indexPrice: "501.0000" }), "indexPrice"],
    [() => perps.setSchedule("OIL", { open: true, nextAtMs: MONDAY }), "is not in the exchange's future"],
    [() => perps.setIndexPrice("GAS", "1.0000"), 'There is no perps market "GAS"'],
    [() => perps.setIndexPrice("OIL", "0.0000"), "price"],
    [() => perps.setMarkPrice("OIL", "x"), "price"],
    [() => perps.deposit("nobody", "1.00"), 'There is no account "nobody" with perps'],
    [() => perps.deposit(id, "-1000.00"), "no such amount"],
    [() => perps.deposit(id, "0"), "amount"],
    [() => perps.placeCounterOrder({ ticker: "OIL", side: "bid", price: "6.00001", count: "1" }), "price"],
    [
      () => perps.placeCounterOrder({ ticker: "OIL", side: "bid", price: "6.0003", count: "1" }),
      "invalid_price",
    ],
    [() => perps.setFeeTier(id, 4), "tier"],
    [() => perps.corporateAction("OIL", "0"), "multiplier"],
    [() => perps.setNotionalLimit(id, "-1.00"), "limit"],
    [
      () =>
        perps.tradeIsolated(id, {
          ticker: "OIL",
          side: "bid",
          price: "6.2000",
          count: "1",
          margin: "900.00",
        }),
      "no such margin",
    ],
  ];
  for (const [act, says] of wrong) assertThrows(act, KalshiConfigError, says);
});

test("nothing of the event exchange is another one because of perps", async () => {
  const facts = async (perps: boolean) => {
    await using exchange = LocalExchange.create({ clock: new ManualClock(MONDAY), perps, markets: 60 });
    const { id } = await exchange.createAccount({ keyId: "a952bcbe-ec3b-4b5b-b8f9-11dae589608c" });
    exchange.step(40);
    const answer = await exchange.fetch(new Request(`${exchange.baseUrl}/markets?limit=100`));
    return [id, exchange.openTickers(), await answer.text()];
  };
  assertEquals(await facts(true), await facts(false));
});

test("who is short of margin is liquidated step by step, and sees it over REST", async () => {
  const clock = new ManualClock(MONDAY);
  await using exchange = create({ clock, perps: { marketMakers: false, markets: 0 } });
  const { auth } = await exchange.createAccount({ perpsBalance: "100.00" });
  const runtime = exchange.createRuntime();
  await using client = new PerpsClient({ auth, config: exchange.perpsConfig, runtime, clock });
  const ticker = exchange.perps.listMarket({ ticker: "MYPERP", indexPrice: "10.0000" });
  exchange.perps.placeCounterOrder({ ticker, side: "ask", price: "10.0000", count: "100" });
  await client.orders.create({
    ticker,
    client_order_id: "mine",
    side: "bid",
    count: "100",
    price: "10.0000",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  });
  assertEquals((await client.risk.get()).positions[0]?.estimated_liquidation_price, "9.1887");
  exchange.perps.placeCounterOrder({ ticker, side: "bid", price: "9.1000", count: "1000" });
  exchange.perps.setIndexPrice(ticker, "9.1888");
  assertEquals((await client.portfolio.positions.list())[0]?.position, "100.00");
  exchange.perps.setIndexPrice(ticker, "9.1800");
  assertEquals((await client.portfolio.positions.list())[0]?.position, "75.00");
  const [order] = (await client.orders.list()).items;
  assertEquals([order?.order_source, order?.order_reason, order?.fill_count], [
    "system",
    "liquidation",
    "25.00",
  ]);
});
