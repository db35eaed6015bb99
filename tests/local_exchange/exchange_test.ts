import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { Session } from "./support/session.ts";

const start = 1_790_000_000_000;

async function snapshot(seed: number): Promise<unknown> {
  const exchange = LocalExchange.create({ seed, clock: new ManualClock(start) });
  exchange.step(20);
  const session = new Session(exchange);
  return {
    markets: await session.all("/markets?limit=1000", "markets"),
    trades: await session.all("/markets/trades?limit=1000", "trades"),
    events: await session.all("/events?with_nested_markets=true", "events"),
  };
}

test("the same seed makes the same exchange, another seed another one", async () => {
  assertEquals(await snapshot(3), await snapshot(3));
  assertNotEquals(await snapshot(3), await snapshot(4));
});

test("it lists as many markets as asked, in pages that miss and repeat none", async () => {
  const exchange = LocalExchange.create({ markets: 1_000 });
  const session = new Session(exchange);
  const whole = await session.all("/markets?limit=1000", "markets");
  assert(whole.length >= 1_000);
  const paged = await session.all("/markets?limit=97", "markets");
  assertEquals(paged.map(({ ticker }) => ticker), whole.map(({ ticker }) => ticker));
  assertEquals(new Set(whole.map(({ ticker }) => ticker)).size, whole.length);
  assertEquals((await session.get("/markets")).value.markets.length, 100);
});

test("market makers quote both sides of every open market, on its grid, and step by step they trade", async () => {
  const exchange = LocalExchange.create({ seed: 5 });
  const session = new Session(exchange);
  for (const market of await session.all("/markets?limit=1000&status=open", "markets")) {
    assert(Number(market.yes_bid_dollars) < Number(market.yes_ask_dollars), market.ticker);
    assert(Number(market.yes_bid_size_fp) > 0 && Number(market.yes_ask_size_fp) > 0, market.ticker);
  }
  assertEquals((await session.get("/markets/trades")).value.trades.length, 0);
  exchange.step(30);
  assert((await session.get("/markets/trades")).value.trades.length > 5);
});

test("a book lists bids of both outcomes, best last, and depth keeps the best", async () => {
  const exchange = LocalExchange.create({ seed: 1 });
  const session = new Session(exchange);
  const [ticker] = exchange.openTickers();
  const { value: { orderbook_fp: { yes_dollars: yes, no_dollars: no } } } = await session.get(
    `/markets/${ticker}/orderbook`,
  );
  for (const side of [yes, no]) {
    assert(side.length > 1);
    assertEquals(side, [...side].sort((a, b) => Number(a[0]) - Number(b[0])));
  }
  const { value: { market } } = await session.get(`/markets/${ticker}`);
  assertEquals([yes.at(-1), no.at(-1)], [
    [market.yes_bid_dollars, market.yes_bid_size_fp],
    [market.no_bid_dollars, market.yes_ask_size_fp],
  ]);
  const { value: shallow } = await session.get(`/markets/${ticker}/orderbook?depth=1`);
  assertEquals(shallow.orderbook_fp, { yes_dollars: [yes.at(-1)], no_dollars: [no.at(-1)] });
  const { value: { orderbooks } } = await session.get(
    `/markets/orderbooks?tickers=${ticker}&tickers=${ticker}`,
  );
  assertEquals(orderbooks.map((book: { ticker: string }) => book.ticker), [ticker, ticker]);
  assertEquals((await session.get(`/markets/${ticker}/orderbook?depth=101`)).status, 400);
});

test("markets are filtered by status, ticker, event, series and time", async () => {
  const exchange = LocalExchange.create({});
  const session = new Session(exchange);
  const all = await session.all("/markets?limit=1000", "markets");
  const open = await session.all("/markets?limit=1000&status=open", "markets");
  const unopened = await session.all("/markets?limit=1000&status=unopened", "markets");
  const settled = await session.all("/markets?limit=1000&status=settled", "markets");
  assert(open.length > 0 && unopened.length > 0 && settled.length > 0);
  assertEquals(open.length + unopened.length + settled.length, all.length);
  assert(
    settled.every(({ status, result, settlement_ts }) =>
      status === "finalized" && result !== "" && settlement_ts
    ),
  );
  const [first, second] = open;
  const two = await session.get(`/markets?tickers=${first.ticker},${second.ticker}`);
  assertEquals(two.value.markets.length, 2);
  const event = await session.all(`/markets?event_ticker=${first.event_ticker}`, "markets");
  assert(event.every((market) => market.event_ticker === first.event_ticker) && event.length > 1);
  const series = await session.all("/markets?series_ticker=KXNFLGAME", "markets");
  assertEquals(series.length, 6);
  assertEquals((await session.get("/markets?mve_filter=only")).value.markets, []);
  for (
    const query of [
      "status=active",
      "limit=1001",
      "limit=x",
      "min_close_ts=1&min_settled_ts=1",
      "status=open&min_close_ts=1",
    ]
  ) {
    assertEquals([query, (await session.get(`/markets?${query}`)).status], [query, 400]);
  }
  assertEquals((await session.get("/markets?cursor=garbage&limit=1")).value.markets[0].ticker, all[0].ticker);
});

test("paths: unknown ones, wrong methods, trailing slashes and encoded tickers", async () => {
  const exchange = LocalExchange.create({});
  const session = new Session(exchange);
  assertEquals((await session.get("/no/such/path")).status, 404);
  assertEquals((await session.post("/exchange/status")).status, 405);
  const moved = await session.get("/markets/?limit=1");
  assertEquals([moved.status, moved.headers.get("location")], [301, "/trade-api/v2/markets?limit=1"]);
  const ticker = exchange.openTickers().find((name) => name.includes("."));
  assert(ticker !== undefined);
  const answer = await session.get(`/markets/${ticker.replaceAll("-", "%2D")}`);
  assertEquals(answer.value.market.ticker, ticker);
  assertEquals((await session.get("/markets/%E0%A4%A")).status, 404);
});

test("faults meet the requests they are meant for, before or after these are processed", async () => {
  const exchange = LocalExchange.create({});
  const session = new Session(exchange, (await exchange.createAccount()).auth);
  exchange.fail({ status: 503, times: 2, path: "/exchange" });
  exchange.fail({
    status: 429,
    body: { error: "too many requests" },
    headers: { "retry-after": "1" },
    method: "GET",
  });
  assertEquals((await session.get("/exchange/status")).status, 503);
  const limited = await session.get("/markets?limit=1");
  assertEquals([limited.status, limited.value, limited.headers.get("retry-after")], [429, {
    error: "too many requests",
  }, "1"]);
  assertEquals((await session.get("/exchange/status")).status, 503);
  assertEquals((await session.get("/exchange/status")).status, 200);
  exchange.fail({ status: 500, method: "POST", afterProcessing: true });
  const [ticker] = exchange.openTickers();
  const body = {
    ticker,
    side: "bid",
    count: "1",
    price: "0.0100",
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "maker",
  };
  assertEquals((await session.post("/portfolio/events/orders", body)).status, 500);
  assertEquals((await session.get("/portfolio/orders")).value.orders.length, 1);
  exchange.fail({ status: 500 });
  exchange.clearFaults();
  assertEquals((await session.get("/exchange/status")).status, 200);
});

test("broken bodies are refused", async () => {
  const exchange = LocalExchange.create({});
  const session = new Session(exchange, (await exchange.createAccount()).auth);
  for (const body of ["{", "[]", "1", "null"]) {
    const { status, value } = await session.post("/portfolio/events/orders", body);
    assertEquals([body, status, value.code], [body, 400, "bad_request"]);
  }
  assertEquals((await session.post("/portfolio/events/orders")).status, 400);
});
