/** What the REST APIs and WebSockets of all products have in common, in memory and so on every runtime. */
import { assert, assertEquals } from "@std/assert";
import { LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { pageOf } from "./support/browser.ts";
import { orderOf, type TestedProduct, testedProducts } from "./support/products.ts";
import { type Answer, Session } from "./support/session.ts";

async function setUp(product: TestedProduct, options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({ ...product.options, ...options });
  const ticker = product.list(exchange, "KXONE");
  const account = await exchange.createAccount();
  return { exchange, ticker, account, session: new Session(exchange, account.auth) };
}

async function codeOf(asked: Promise<Answer>): Promise<[status: number, code: string | undefined]> {
  const { status, value } = await asked;
  return [status, value?.code];
}

for (const [name, product] of Object.entries(testedProducts)) {
  const order = (ticker: string, more: object = {}) => orderOf(product, { ticker, cents: 40, ...more });

  test(`${name}: who signs, and what its key may do, is checked`, async () => {
    const { exchange, ticker, account, session } = await setUp(product);
    await using _ = exchange;
    assertEquals((await session.get(product.orderList)).status, 200);
    assertEquals((await new Session(exchange).get(product.open)).status, 200);
    assertEquals(await codeOf(new Session(exchange).get(product.orderList)), [
      401,
      "token_authentication_failure",
    ]);
    exchange.setClockSkew(60_000);
    assertEquals(await codeOf(session.get(product.orderList)), [401, "header_timestamp_expired"]);
    exchange.setClockSkew(0);

    const reader = new Session(exchange, (await exchange.createKey(account.id, { scopes: ["read"] })).auth);
    assertEquals((await reader.get(product.orderList)).status, 200);
    assertEquals(await codeOf(reader.post(product.orders, order(ticker))), [403, "permission_denied"]);
    const trader = new Session(
      exchange,
      (await exchange.createKey(account.id, { scopes: ["read", "write::trade"] })).auth,
    );
    assertEquals((await trader.post(product.orders, order(ticker))).status, 201);
    const bound = new Session(exchange, (await exchange.createKey(account.id, { subaccount: 0 })).auth);
    assertEquals((await bound.post(product.orders, order(ticker))).status, 201);
    assertEquals(await codeOf(bound.get(`${product.orderList}?subaccount=1`)), [403, "permission_denied"]);
    assertEquals(await codeOf(bound.get(product.wholeAccount)), [403, "permission_denied"]);
  });

  test(`${name}: a key of one subaccount trades there, and sees nothing of another`, async () => {
    const { exchange, ticker, account, session } = await setUp(product);
    await using _ = exchange;
    assertEquals((await session.post(product.subaccounts)).value, { subaccount_number: 1 });
    const transfer = {
      client_transfer_id: "00000000-0000-4000-8000-000000000001",
      from_subaccount: 0,
      to_subaccount: 1,
      amount_cents: 10_000,
    };
    assertEquals((await session.post(`${product.subaccounts}/transfer`, transfer)).status, 200);
    const bound = new Session(exchange, (await exchange.createKey(account.id, { subaccount: 1 })).auth);
    const { value: own } = await bound.post(product.orders, order(ticker));
    const { value: others } = await session.post(product.orders, order(ticker));
    const idsOf = async (asked: Promise<Answer>) =>
      (await asked).value.orders.map(({ order_id }: { order_id: string }) => order_id);
    assertEquals(await idsOf(bound.get(product.orderList)), [own.order_id]);
    assertEquals(await idsOf(session.get(`${product.orderList}?subaccount=0`)), [others.order_id]);
    assertEquals(await codeOf(bound.get(`${product.orderList}/${others.order_id}`)), [404, "not_found"]);
    assertEquals(await codeOf(bound.delete(`${product.orders}/${others.order_id}`)), [404, "not_found"]);
    const elsewhere = order(ticker, { subaccount: 0 });
    assertEquals(await codeOf(bound.post(product.orders, elsewhere)), [403, "permission_denied"]);
    assertEquals((await bound.delete(`${product.orders}/${own.order_id}`)).status, 200);
  });

  test(`${name}: what the contract does not have is refused by name, unless the exchange is lenient`, async () => {
    const { exchange, ticker, session } = await setUp(product);
    await using _ = exchange;
    const says = async (asked: Promise<Answer>) => {
      const { status, value } = await asked;
      return `${status} ${value.message} ${value.details}`;
    };
    const stranger = await says(session.get(`${product.orderList}?tickr=${ticker}`));
    assert(stranger.startsWith("400") && stranger.includes("did you mean `ticker`?"), stranger);
    const field = await says(session.post(product.orders, order(ticker, { postOnly: true })));
    assert(field.startsWith("400") && field.includes("did you mean `post_only`?"), field);
    const type = await says(session.post(product.orders, order(ticker, { post_only: "true" })));
    assert(type.startsWith("400") && type.includes("post_only"), type);

    const lenient = await setUp(product, { requests: "lenient" });
    await using __ = lenient.exchange;
    const { status } = await lenient.session.post(product.orders, order(lenient.ticker, { newer: 1 }));
    assertEquals(status, 201);
  });

  test(`${name}: faults meet requests by their path, before or after what they ask is done`, async () => {
    const { exchange, ticker, session } = await setUp(product);
    await using _ = exchange;
    exchange.fail({ status: 503, path: product.orders, method: "POST" });
    assertEquals((await session.get(product.orderList)).status, 200);
    const mine = order(ticker, { client_order_id: "mine" });
    assertEquals((await session.post(product.orders, mine)).status, 503);
    exchange.fail({ status: 504, path: product.orders, method: "POST", afterProcessing: true });
    assertEquals((await session.post(product.orders, mine)).status, 504);
    assertEquals(await codeOf(session.post(product.orders, mine)), [409, "order_already_exists"]);
    const { value } = await session.get(product.orderList);
    assertEquals(value.orders.map(({ client_order_id }: { client_order_id: string }) => client_order_id), [
      "mine",
    ]);
  });

  test(`${name}: pages of origins that are let in may use it, and others may not`, async () => {
    const origin = "http://localhost:5173";
    const { exchange, account } = await setUp(product, { cors: [origin] });
    await using _ = exchange;
    const url = new URL(`${exchange.baseUrl}${product.orderList}`);
    const request = async () =>
      new Request(url, { headers: { ...await account.auth.headers("GET", url.pathname) } });
    assertEquals((await pageOf(origin, exchange.fetch)(await request())).status, 200);
    const refused = await pageOf("http://elsewhere", exchange.fetch)(await request()).then(
      () => "answered",
      (error: Error) => error.name,
    );
    assertEquals(refused, "TypeError");
  });

  test(`${name}: a runtime in memory leads to its REST API and to its WebSocket`, async () => {
    const clock = new ManualClock();
    const { exchange, ticker, account } = await setUp(product, { clock });
    await using _ = exchange;
    product.counter(exchange, { ticker, side: "bid", cents: 40, count: "2.00" });
    const runtime = exchange.createRuntime();
    const pool = runtime.createHttpPool({ http2: false });
    const url = `${exchange.baseUrl}${product.open}`;
    assertEquals((await pool.fetch(url, { method: "GET", headers: {} })).status, 200);
    await pool.close();

    const wsBaseUrl = product.wsBaseUrl(exchange);
    const frames: string[] = [];
    let arrived = () => {};
    const both = new Promise<void>((resolve) => arrived = resolve);
    const handlers = {
      onMessage(message: string | Uint8Array) {
        frames.push(String(message));
        if (frames.length === 2) arrived();
      },
      onClose() {},
    };
    const { pathname } = new URL(wsBaseUrl);
    const headers = await account.auth.headers("GET", pathname, { timestampMs: clock.now() });
    const socket = await runtime.connectWebSocket(wsBaseUrl, handlers, { headers });
    const params = { channels: ["orderbook_delta"], market_tickers: [ticker], ...product.bookParams };
    socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params }));
    await both;
    const { msg } = JSON.parse(frames[1] ?? "");
    assertEquals(product.levelsOf(msg), { bid: [[product.price(40), "2.00"]], ask: [] });
    socket.terminate();
  });
}

test("without perps their paths are not there, and neither are their controls", async () => {
  const { exchange, session } = await setUp(testedProducts.event);
  await using _ = exchange;
  assertEquals(await codeOf(session.get("/margin/enabled")), [404, "not_found"]);
  for (const look of [() => exchange.perps, () => exchange.perpsConfig]) {
    let says = "";
    try {
      look();
    } catch (error) {
      says = `${error}`;
    }
    assert(says.includes("{ perps: true }"), says);
  }
});

test("cash moves between the two exchanges, at the one path that both have", async () => {
  const clock = new ManualClock();
  const { exchange, session } = await setUp(testedProducts.perps, { clock });
  await using _ = exchange;
  const settled = async () => (await session.get("/margin/balance")).value.settled_funds;
  const balance = async () => (await session.get("/portfolio/balance")).value.balance_dollars;
  assertEquals([await settled(), await balance()], ["10000.000000", "1000.0000"]);
  const move = { source: "margined", destination: "event_contract", amount: 2_500_000 };
  assertEquals((await session.post("/portfolio/intra_exchange_instance_transfer", move)).status, 200);
  exchange.clock.advance(1_000);
  assertEquals([await settled(), await balance()], ["9750.000000", "1250.0000"]);
  const tooMuch = { ...move, amount: 10_000_000_000 };
  assertEquals(await codeOf(session.post("/portfolio/intra_exchange_instance_transfer", tooMuch)), [
    400,
    "insufficient_balance",
  ]);
});

test("perps: orders of the exchange itself say so, and what for", async () => {
  const { exchange, ticker, account, session } = await setUp(testedProducts.perps);
  await using _ = exchange;
  const { perps } = exchange;
  const quote = (side: "bid" | "ask", cents: number) =>
    testedProducts.perps.counter(exchange, { ticker, side, cents, count: "500.00" });
  quote("ask", 50);
  quote("bid", 30);
  const bought = orderOf(testedProducts.perps, { ticker, cents: 50, count: "2.00" });
  assertEquals((await session.post("/margin/orders", bought)).value.fill_count, "2.00");
  const triggers = `/margin/cross/positions/${ticker}/exit_trigger`;
  const part = { count: "1.00", client_trigger_id: "mine", stop_loss_price: "10.4000" };
  assertEquals((await session.put(triggers, part)).value.status, "active");
  perps.setMarkPrice(ticker, "10.4000");
  const { value: { exit_triggers: [fired] } } = await session.get(triggers);
  assertEquals([fired.status, fired.triggered_leg, fired.filled_count], ["filled", "stop_loss", "1.00"]);
  const { value: { order } } = await session.get(`/margin/orders/${fired.triggered_order_id}`);
  assertEquals([order.order_source, order.order_reason], ["system", "take_profit_stop_loss"]);
  // A replay of the trigger gives the one that has fired.
  assertEquals((await session.put(triggers, part)).value.id, fired.id);

  perps.deposit(account.id, "-9999.00");
  perps.setMarkPrice(ticker, "9.5000");
  exchange.clock.advance(10_000);
  const { value: { fills: [last] } } = await session.get("/margin/fills");
  assertEquals([last.order_source, last.side], ["system", "ask"]);
  const liquidation = (await session.get(`/margin/orders/${last.order_id}`)).value.order;
  assertEquals(liquidation.order_reason, "liquidation");
  assertEquals((await session.get("/margin/positions")).value.positions, []);
});
