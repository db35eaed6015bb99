import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

const DAY = 86_400_000;
/** A whole hour. */
const start = 1_790_002_800_000;

function setUp(options = {}) {
  const exchange = LocalExchange.create({ clock: new ManualClock(start), ...options });
  return { exchange, session: new Session(exchange) };
}

test("markets open, close, are determined and settle by themselves, one winner to an event", async () => {
  const { exchange, session } = setUp();
  const before = await session.all("/markets?limit=1000&status=unopened", "markets");
  exchange.clock.advance(DAY);
  for (const { ticker } of before) {
    assertEquals((await session.get(`/markets/${ticker}`)).value.market.status, "active");
  }
  exchange.clock.advance(4 * DAY);
  const settled = await session.all("/events?status=settled&with_nested_markets=true", "events");
  const weather = settled.filter(({ series_ticker }) => series_ticker.startsWith("KXHIGH"));
  assert(weather.length >= 12);
  for (const { markets } of weather) {
    assertEquals(markets.filter(({ result }: { result: string }) => result === "yes").length, 1);
    assert(
      markets.every(({ status, settlement_ts }: { status: string; settlement_ts?: string }) =>
        status === "finalized" && settlement_ts
      ),
    );
  }
  // A ladder of strikes is consistent: what is above a strike is above every lower one.
  for (const { markets } of settled.filter(({ series_ticker }) => series_ticker === "KXBTCD")) {
    const results = markets.map(({ result }: { result: string }) => result);
    assertEquals(results, [...results].sort().reverse());
  }
});

test("makers quote in a market as soon as it opens", async () => {
  const { exchange, session } = setUp();
  const [{ ticker }] = await session.all("/markets?status=unopened", "markets");
  assertEquals((await session.get(`/markets/${ticker}/orderbook`)).value.orderbook_fp.yes_dollars, []);
  exchange.clock.advance(DAY);
  assert((await session.get(`/markets/${ticker}/orderbook`)).value.orderbook_fp.yes_dollars.length > 0);
});

test("with stepMs the books move as time passes, however far it is moved", async () => {
  const { exchange, session } = setUp({ stepMs: 1_000 });
  exchange.clock.advance(30_000);
  const early = (await session.get("/markets/trades?limit=1000")).value.trades.length;
  assert(early > 5);
  exchange.clock.advance(40 * DAY);
  const later = await session.all("/markets/trades?limit=1000", "trades");
  assert(later.length > early && later.length < 20_000);
});

test("candlesticks add up what happened, minute by minute and by the hour", async () => {
  const { exchange, session } = setUp({ marketMakers: false });
  const ticker = exchange.listMarket({ ticker: "KXC", closesInMs: 30 * DAY });
  const account = new Session(exchange, (await exchange.createAccount()).auth);
  const take = async (price: string, count: string) => {
    exchange.placeCounterOrder({ ticker, side: "ask", price, count });
    await account.post("/portfolio/events/orders", orderBody({ ticker, price, count }));
  };
  await take("0.4000", "10");
  exchange.clock.advance(20_000);
  await take("0.5000", "30");
  exchange.clock.advance(60_000);
  await take("0.3000", "10");
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.2000", count: "1" });
  exchange.clock.advance(3 * 60_000);
  const at = start / 1_000;
  const read = async (query: string) =>
    (await session.get(`/series/KXC-SERIES/markets/${ticker}/candlesticks?${query}`)).value.candlesticks;
  const minutes = await read(`start_ts=${at}&end_ts=${at + 240}&period_interval=1`);
  assertEquals(minutes.map((one: { end_period_ts: number }) => one.end_period_ts - at), [60, 120, 180, 240]);
  const [first, second, third] = minutes;
  assertEquals(first.price, {
    open_dollars: "0.4000",
    low_dollars: "0.4000",
    high_dollars: "0.5000",
    close_dollars: "0.5000",
    mean_dollars: "0.4750",
    min_dollars: "0.4000",
    max_dollars: "0.5000",
  });
  assertEquals([first.volume_fp, first.open_interest_fp, second.volume_fp, second.open_interest_fp], [
    "40.00",
    "40.00",
    "10.00",
    "50.00",
  ]);
  assertEquals([second.price.previous_dollars, second.yes_bid.close_dollars], ["0.5000", "0.2000"]);
  assertEquals([third.price, third.volume_fp, third.yes_bid.open_dollars], [
    { previous_dollars: "0.3000" },
    "0.00",
    "0.2000",
  ]);
  const [hour] = await read(`start_ts=${at}&end_ts=${at + 3_600}&period_interval=60`);
  assertEquals([hour.end_period_ts - at, hour.volume_fp, hour.price.low_dollars, hour.price.close_dollars], [
    3_600,
    "50.00",
    "0.3000",
    "0.3000",
  ]);
  const [latest] = await read(
    `start_ts=${at + 210}&end_ts=${at + 240}&period_interval=1&include_latest_before_start=true`,
  );
  assertEquals([latest.end_period_ts - at, latest.price], [240, { previous_dollars: "0.3000" }]);
  const batch = await session.get(
    `/markets/candlesticks?market_tickers=${ticker}&start_ts=${at}&end_ts=${at + 240}&period_interval=1`,
  );
  assertEquals(batch.value.markets, [{ market_ticker: ticker, candlesticks: minutes }]);
  const event = await session.get(
    `/series/KXC-SERIES/events/${ticker}-EVENT/candlesticks?start_ts=${at}&end_ts=${
      at + 240
    }&period_interval=1`,
  );
  assertEquals([event.value.market_tickers, event.value.market_candlesticks], [[ticker], [minutes]]);
  for (
    const query of [
      "",
      "start_ts=1&end_ts=0&period_interval=1",
      `start_ts=0&end_ts=${at}&period_interval=1`,
      "start_ts=0&end_ts=1&period_interval=5",
    ]
  ) {
    assertEquals([
      query,
      (await session.get(`/series/KXC-SERIES/markets/${ticker}/candlesticks?${query}`)).status,
    ], [query, 400]);
  }
});

test("what is older than the cutoff moves to the historical operations, and nothing is in both or lost", async () => {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock(start) });
  const account = new Session(exchange, (await exchange.createAccount()).auth);
  const trade = async (ticker: string) => {
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1" });
    const { value } = await account.post(
      "/portfolio/events/orders",
      orderBody({ ticker, price: "0.5000", count: "1" }),
    );
    await account.post("/portfolio/events/orders", orderBody({ ticker, price: "0.1000", count: "1" }));
    return value.order_id;
  };
  const [old, young] = ["OLD", "YOUNG"].map((ticker) =>
    exchange.listMarket({ ticker, closesInMs: 30 * DAY })
  );
  assert(old && young);
  await trade(old);
  exchange.determine(old, "yes", { settle: true });
  exchange.clock.advance(10_000);
  exchange.setHistoricalCutoff(exchange.clock.now());
  exchange.clock.advance(10_000);
  await trade(young);
  const tickers = async (path: string, items: string) =>
    (await account.all(path, items)).map(({ ticker }) => ticker).filter((ticker) =>
      ticker === old || ticker === young
    );
  const pairs = [
    ["/markets?limit=1000", "/historical/markets?limit=1000", "markets"],
    ["/markets/trades", "/historical/trades", "trades"],
    ["/portfolio/fills", "/historical/fills", "fills"],
    ["/portfolio/positions?settlement_status=all", "/historical/positions", "market_positions"],
  ] as const;
  for (const [live, historical, items] of pairs) {
    assertEquals([items, await tickers(live, items), await tickers(historical, items)], [items, [young], [
      old,
    ]]);
  }
  assertEquals(
    [await tickers("/portfolio/orders", "orders"), await tickers("/historical/orders", "orders")],
    [[young, young], [old, old]],
  );
  assertEquals((await account.get(`/markets/${old}`)).status, 404);
  assertEquals((await account.get(`/historical/markets/${old}`)).value.market.ticker, old);
  assertEquals((await account.get(`/historical/markets/${young}`)).status, 404);
  const at = Math.floor(exchange.clock.now() / 1_000);
  const candles = `candlesticks?start_ts=${at - 3_600}&end_ts=${at + 60}&period_interval=1`;
  assert((await account.get(`/historical/markets/${old}/${candles}`)).value.candlesticks.length > 0);
  const { value: cutoff } = await account.get("/historical/cutoff");
  assert(Date.parse(cutoff.market_settled_ts) < exchange.clock.now());
  exchange.setHistoricalCutoff(undefined);
  assertEquals(await tickers("/historical/trades", "trades"), []);
});

test("fees change for a series or an event, at once or on time", async () => {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock(start) });
  const account = new Session(exchange, (await exchange.createAccount()).auth);
  const ticker = exchange.openTickers().find((name) => name.startsWith("KXHIGHNY"));
  assert(ticker !== undefined);
  const { value: { market } } = await account.get(`/markets/${ticker}`);
  const fee = async () => {
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1" });
    return (await account.post("/portfolio/events/orders", orderBody({ ticker, count: "1" }))).value
      .average_fee_paid;
  };
  assertEquals(await fee(), "0.0175");
  const later = exchange.clock.now() + 60_000;
  exchange.setSeriesFees("KXHIGHNY", "quadratic", 2, later);
  assertEquals(await fee(), "0.0175");
  const { value: { series_fee_change_arr: [change] } } = await account.get(
    "/series/fee_changes?series_ticker=KXHIGHNY",
  );
  assertEquals([change.fee_multiplier, Date.parse(change.scheduled_ts)], [2, later]);
  exchange.clock.advance(60_000);
  assertEquals(await fee(), "0.0350");
  assertEquals((await account.get("/series/fee_changes")).value.series_fee_change_arr, []);
  assertEquals(
    (await account.get("/series/fee_changes?show_historical=true")).value.series_fee_change_arr.length,
    1,
  );
  assertEquals((await account.get("/series/KXHIGHNY")).value.series.fee_multiplier, 2);
  exchange.setEventFees(market.event_ticker, "quadratic", 0);
  assertEquals(await fee(), "0.0000");
  const { value: { event } } = await account.get(`/events/${market.event_ticker}`);
  assertEquals([event.fee_type_override, event.fee_multiplier_override], ["quadratic", 0]);
  exchange.setEventFees(market.event_ticker);
  assertEquals(await fee(), "0.0350");
  assertEquals((await account.get("/events/fee_changes")).value.event_fee_changes.length, 2);
});

test("milestones and structured targets point at the games and teams of the sports events", async () => {
  const { session } = setUp();
  const { value: { milestones } } = await session.get("/milestones?limit=10&category=Sports");
  assertEquals(milestones.length, 3);
  const [game] = milestones;
  assertEquals((await session.get(`/milestones/${game.id}`)).value.milestone, game);
  assertEquals((await session.get(`/live_data/milestone/${game.id}`)).value.live_data.milestone_id, game.id);
  assertEquals((await session.get("/milestones")).status, 400);
  const paged = await session.all("/structured_targets?page_size=4", "structured_targets");
  assertEquals(paged.length, 6);
  assertEquals((await session.get(`/structured_targets/${paged[0].id}`)).value.structured_target, paged[0]);
  const { value } = await session.get(
    `/events?tickers=${game.related_event_tickers[0]}&with_milestones=true`,
  );
  assertEquals([value.events.length, value.milestones], [1, [game]]);
});
