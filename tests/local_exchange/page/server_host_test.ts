import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError } from "../../../mod.ts";
import { LocalExchange } from "../../../src/local_exchange/mod.ts";
import { test } from "../../support/test.ts";
import { Visitor } from "./support/page.ts";

const REST = "/trade-api/v2";
const order = (more: object = {}) => ({
  ticker: "A",
  side: "bid",
  count: "10.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
  ...more,
});

test("the page trades as its account: order, fill, position, balance", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: "A" });
  const other = await exchange.createAccount({ balance: "7.00" });
  const account = await exchange.createAccount({ balance: "500.00" });
  const visitor = new Visitor(await exchange.servePage({ account: account.id }));
  exchange.placeCounterOrder({ ticker: "A", side: "ask", price: "0.5000", count: "4" });
  const { status, value } = await visitor.send("POST", `${REST}/portfolio/events/orders`, order());
  assertEquals(status, 201);
  assertEquals([value.fill_count, value.remaining_count], ["4.00", "6.00"]);
  const { value: fills } = await visitor.get(`${REST}/portfolio/fills`);
  assertEquals(fills.fills.length, 1);
  const { value: positions } = await visitor.get(`${REST}/portfolio/positions`);
  assertEquals(positions.market_positions[0].position_fp, "4.00");
  assertEquals(
    (await visitor.send("DELETE", `${REST}/portfolio/events/orders/${value.order_id}`)).status,
    200,
  );
  assertEquals((await visitor.get(`${REST}/api_keys`)).value.api_keys.length, 1, "the page has no key");
  const first = new Visitor(await exchange.servePage());
  assertEquals((await first.get(`${REST}/portfolio/balance`)).value.balance, 700);
  assertEquals((await first.get("/control/state")).value.accountId, other.id, "the first unless told");
});

test("without an account it opens one; what is no account, port or token is refused", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  const page = await exchange.servePage({ hostname: "localhost" });
  assertStringIncludes(page.url, "http://localhost:");
  const visitor = new Visitor(page);
  assertEquals((await visitor.get(`${REST}/portfolio/balance`)).value.balance, 100_000);
  await assertRejects(() => exchange.servePage({ account: "nobody" }), KalshiConfigError, "no account");
  await assertRejects(() => exchange.servePage({ port: 70_000 }), KalshiConfigError, "port");
  await assertRejects(() => exchange.servePage({ token: "short" }), KalshiConfigError, "token");
  await assertRejects(
    () => exchange.servePage({ hostname: "0.0.0.0" as "localhost" }),
    KalshiConfigError,
    "hostname",
  );
  await assertRejects(() => exchange.servePage({ port: visitor.port }));
  const own = "a-token-of-ones-own-0123456789_ABCDEFGH";
  assertEquals(new Visitor(await exchange.servePage({ token: own })).token, own);
});

test("closing ends its connections, and the exchange's end is the page's", async () => {
  const exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: "A" });
  const [one, two] = [await exchange.servePage(), await exchange.servePage()];
  const reader = await new Visitor(one).feed(["A"]);
  await reader.wait("orderbook_snapshot");
  await one.close();
  await one.close();
  await reader.closed;
  await assertRejects(() => new Visitor(one).get("/"));
  const other = await new Visitor(two).feed(["A"]);
  await exchange.close();
  await other.closed;
  await assertRejects(() => new Visitor(two).get("/"));
});

test("the feed gives books, tickers and trades, and the account's own events", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: "A" });
  const account = await exchange.createAccount();
  const visitor = new Visitor(await exchange.servePage());
  await using reader = await visitor.feed(["A"]);
  assertEquals(reader.protocol, "kalshi-feed");
  assertEquals((await reader.wait("orderbook_snapshot")).msg.market_ticker, "A");
  await reader.wait("status", 0, ({ msg }) => msg.state === "open");
  const { value } = await visitor.send("POST", `${REST}/portfolio/events/orders`, order());
  const placed = await reader.wait("user_order");
  assertEquals([placed.msg.order_id, placed.msg.status], [value.order_id, "resting"]);
  const delta = await reader.wait("orderbook_delta");
  assertEquals([delta.msg.price_dollars, delta.msg.delta_fp, delta.msg.client_order_id], [
    "0.5000",
    "10.00",
    undefined,
  ]);
  exchange.placeCounterOrder({ ticker: "A", side: "ask", price: "0.5000", count: "3" });
  const fill = await reader.wait("fill");
  assertEquals([fill.msg.count_fp, fill.msg.order_id], ["3.00", value.order_id]);
  const position = await reader.wait("market_position");
  assertEquals([position.msg.position_fp, position.msg.user_id], ["3.00", account.id]);
  assertEquals((await reader.wait("trade")).msg.count_fp, "3.00");
  await reader.wait("ticker");
});

test("what goes wrong with the sockets is seen in the feed, which repairs itself", async () => {
  await using exchange = await LocalExchange.start({ marketMakers: false });
  exchange.listMarket({ ticker: "A" });
  const visitor = new Visitor(await exchange.servePage());
  await using reader = await visitor.feed(["A"]);
  await reader.wait("orderbook_snapshot");
  await reader.wait("status", 0, ({ msg }) => msg.state === "open");
  const from = reader.frames.length;
  assertEquals((await visitor.control("drop-sockets")).status, 200);
  assertEquals((await reader.wait("stale", from)).msg.market_ticker, "A");
  await reader.wait("orderbook_snapshot", from);
  await reader.wait("status", from, ({ msg }) => msg.state === "open");
  await visitor.send("POST", `${REST}/portfolio/events/orders`, order());
  await reader.wait("user_order", from);
});

test("each control does what the exchange's own does, and refuses what that refuses", async () => {
  await using exchange = await LocalExchange.start();
  const account = await exchange.createAccount({ balance: "100.00" });
  const visitor = new Visitor(await exchange.servePage());
  const done = async (what: string, body: object = {}) => {
    const { status, value } = await visitor.control(what, body);
    assertEquals(status, 200, `${what}: ${JSON.stringify(value)}`);
    return value;
  };
  assertEquals((await done("stop")).state.running, false);
  const { value: { nowMs } } = await visitor.get("/control/state");
  assertEquals((await done("advance", { ms: 60_000 })).state.nowMs, nowMs + 60_000);
  assertEquals((await done("run")).state.running, true);
  assertEquals((await done("pace", { stepMs: 1_000 })).state.paceMs, 1_000);
  assertEquals((await done("pace", { stepMs: null })).state.paceMs, null);
  await done("step", { times: 3 });
  const { ticker } = await done("list-market", { ticker: "MINE" });
  assertEquals(ticker, "MINE");
  assertEquals(
    typeof (await done("counter-order", { ticker, side: "ask", price: "0.30", count: "5" })).orderId,
    "string",
  );
  await done("market-active", { ticker, active: false });
  await done("market-active", { ticker, active: true });
  await done("close-time", { ticker, atMs: exchange.clock.now() + 3_600_000 });
  await done("determine", { ticker, outcome: "yes" });
  await done("settle", { ticker });
  const { value: { market } } = await visitor.get(`${REST}/markets/${ticker}`);
  assertEquals([market.status, market.result], ["finalized", "yes"]);
  for (const what of ["trading", "exchange", "nothing"]) {
    assertEquals((await done("pause", { what })).state.paused, what);
  }
  await done("deposit", { amount: "50.00" });
  assertEquals((await visitor.get(`${REST}/portfolio/balance`)).value.balance, 15_000);
  const { state } = await done("fail", { status: 503, times: 2, path: "/markets" });
  assertEquals(state.faults, [{ fault: { status: 503, times: 2, path: "/markets" }, left: 2 }]);
  assertEquals((await visitor.get(`${REST}/markets`)).status, 200, "faults are for bots, not for the page");
  assertEquals((await fetch(`${exchange.baseUrl}/markets`)).status, 503);
  await done("skew", { ms: 60_000 });
  const headers = await account.auth.headers("GET", `${REST}/portfolio/balance`);
  const skewed = await fetch(`${exchange.baseUrl}/portfolio/balance`, { headers });
  assertEquals(skewed.status, 401);
  assertEquals((await visitor.get(`${REST}/portfolio/balance`)).status, 200, "the page signs nothing");
  await done("refuse-sockets", { status: 503 });
  await done("fail-sockets", { fault: "stall", forMs: 1 });
  const cleared = (await done("clear-faults")).state;
  assertEquals([cleared.faults, cleared.skewMs], [[], 0]);
  const wrong: readonly [string, object][] = [
    ["pause", { what: "everything" }],
    ["pause", {}],
    ["stop", { now: true }],
    ["advance", { ms: -1 }],
    ["advance", { ms: "1" }],
    ["advance", { seconds: 1 }],
    ["determine", { ticker: "NONE", outcome: "yes" }],
    ["settle", { ticker: exchange.openTickers()[0] }],
    ["fail", { stats: 503 }],
    ["fail", {}],
    ["fail-sockets", {}],
    ["fail-sockets", { fault: "explode" }],
    ["pace", { stepMs: 0 }],
    ["deposit", { amount: "-1000.00" }],
  ];
  for (const [what, body] of wrong) {
    const { status, value } = await visitor.control(what, body);
    assertEquals(status, 400, what);
    assert(value.message.length > 10);
  }
});
