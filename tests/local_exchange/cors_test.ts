import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiConfigError, KalshiError } from "../../src/base/errors.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { HandshakeRefusedError } from "../../src/runtime/types.ts";
import { startExchange } from "../support/exchange.ts";
import { test } from "../support/test.ts";
import { pageOf } from "./support/browser.ts";

const ORIGIN = "http://localhost:5173";

async function setUp(cors: readonly string[] = [ORIGIN, "tauri://localhost"]) {
  const exchange = LocalExchange.create({ markets: 0, marketMakers: false, cors });
  const { auth } = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const client = (origin: string) =>
    new KalshiClient({
      auth,
      config: exchange.config.with({ maxRetries: 0 }),
      transport: pageOf(origin, exchange.fetch),
    });
  return { exchange, auth, ticker, client };
}

const request = (exchange: LocalExchange, path: string, init: RequestInit = {}) =>
  exchange.fetch(new Request(`${exchange.baseUrl}${path}`, init));

const corsHeaders = (answer: Response) =>
  [...answer.headers.keys()].filter((name) => name.startsWith("access-control") || name === "vary");

test("a page that is let in uses the whole client: signed reads, orders, cancels, errors", async () => {
  const { exchange, ticker, client } = await setUp();
  for (const origin of [ORIGIN, "tauri://localhost"]) {
    await using page = client(origin);
    assertEquals((await page.exchange.status()).trading_active, true);
    assertEquals((await page.portfolio.balance()).balance_dollars, "1000.0000");
    const order = await page.orders.create({
      ticker,
      side: "bid",
      count: "1.00",
      price: "0.5000",
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
    });
    await page.orders.cancel(order.order_id, { market_ticker: ticker });
    const missing = await assertRejects(() => page.markets.get("NOPE"), KalshiError);
    assertEquals([missing.status, missing.serverCode], [404, "market_not_found"]);
    exchange.fail({ status: 429, body: { error: "too many requests" }, headers: { "retry-after": "7" } });
    const limited = await assertRejects(() => page.exchange.status(), KalshiError);
    assertEquals([limited.status, limited.retryAfterMs], [429, 7_000]);
    exchange.fail({ status: 503, body: "<html>", headers: { "Content-Type": "text/html" } });
    assertEquals((await assertRejects(() => page.exchange.status(), KalshiError)).status, 503);
  }
});

test("a page that is not let in, or nobody, or when CORS is off, sees nothing", async () => {
  for (const cors of [[ORIGIN], []]) {
    const { exchange, ticker, client } = await setUp(cors);
    const strangers = [
      ...cors.length === 0 ? [ORIGIN] : [],
      "http://localhost:5174",
      "https://localhost:5173",
      "http://localhost:5173.evil.example",
      "http://evil.example",
      "null",
    ];
    for (const origin of strangers) {
      await using page = client(origin);
      const error = await assertRejects(() => page.portfolio.balance(), KalshiError);
      assertEquals(error.code, "CONNECTION");
      await assertRejects(() => page.exchange.status(), KalshiError);
      await assertRejects(() =>
        page.orders.create({
          ticker,
          side: "bid",
          count: "1.00",
          price: "0.5000",
          time_in_force: "good_till_canceled",
          self_trade_prevention_type: "taker_at_cross",
        }), KalshiError);
      const headers = { origin, "access-control-request-method": "POST" };
      const preflight = await request(exchange, "/portfolio/events/orders", { method: "OPTIONS", headers });
      assertEquals([preflight.status, corsHeaders(preflight)], [405, cors.length === 0 ? [] : ["vary"]]);
      const plain = await request(exchange, "/exchange/status", { headers: { origin } });
      assertEquals([plain.status, corsHeaders(plain)], [200, cors.length === 0 ? [] : ["vary"]]);
    }
    const plain = await request(exchange, "/exchange/status");
    assertEquals(corsHeaders(plain), cors.length === 0 ? [] : ["vary"]);
  }
});

test("a preflight names the origin, the methods and the signed headers, and never everybody", async () => {
  const { exchange } = await setUp();
  const signed = "content-type,kalshi-access-key,kalshi-access-signature,kalshi-access-timestamp";
  const answer = await request(exchange, "/portfolio/balance", {
    method: "OPTIONS",
    headers: {
      origin: ORIGIN,
      "access-control-request-method": "DELETE",
      "access-control-request-headers": signed,
      "access-control-request-private-network": "true",
    },
  });
  assertEquals([answer.status, await answer.text()], [204, ""]);
  const { date: _, ...headers } = Object.fromEntries(answer.headers);
  assertEquals(headers, {
    "access-control-allow-origin": ORIGIN,
    "access-control-allow-methods": "GET, POST, PUT, DELETE",
    "access-control-allow-headers": signed,
    "access-control-allow-private-network": "true",
    "access-control-max-age": "600",
    vary: "origin, access-control-request-method, access-control-request-headers",
  });
  // Without the names of headers, those of a signed request are told.
  const bare = await request(exchange, "/nowhere", {
    method: "OPTIONS",
    headers: { origin: ORIGIN, "access-control-request-method": "GET" },
  });
  assertEquals(bare.headers.get("access-control-allow-headers")?.split(", ").length, 5);
  // What is no preflight is an ordinary request.
  const plain = await request(exchange, "/exchange/status", {
    method: "OPTIONS",
    headers: { origin: ORIGIN },
  });
  assertEquals([plain.status, plain.headers.get("access-control-allow-origin")], [405, ORIGIN]);
});

test("preflights take no fault, no rate budget and no signature", async () => {
  const { exchange, client } = await setUp();
  exchange.fail({ status: 500 });
  await using page = client(ORIGIN);
  const error = await assertRejects(() => page.portfolio.balance(), KalshiError);
  assertEquals(error.status, 500);
  assertEquals((await page.portfolio.balance()).balance_dollars, "1000.0000");
});

test("every answer is readable by the page that is let in, refusals and redirects too", async () => {
  const { exchange } = await setUp();
  const headers = { origin: ORIGIN };
  for (
    const [path, status] of [["/portfolio/balance", 401], ["/markets/NOPE", 404], ["/nowhere", 404], [
      "/markets/",
      301,
    ], ["/markets", 200]] as const
  ) {
    const answer = await request(exchange, path, { headers, redirect: "manual" });
    assertEquals([path, answer.status, answer.headers.get("access-control-allow-origin")], [
      path,
      status,
      ORIGIN,
    ]);
    const exposed = answer.headers.get("access-control-expose-headers") ?? "";
    assert(exposed.includes("date"));
    assertEquals(exposed.includes("location"), status === 301);
    await answer.text();
  }
  const outside = await exchange.fetch(new Request("http://localhost/elsewhere", { headers }));
  assertEquals([outside.status, outside.headers.get("access-control-allow-origin")], [404, ORIGIN]);
});

test("only exact origins are taken", () => {
  for (
    const [wrong, hint] of [
      ["*", ""],
      ["null", ""],
      ["", ""],
      ["localhost:5173", ""],
      ["http://*.example.com", ""],
      ["http://localhost:5173/", 'Did you mean "http://localhost:5173"?'],
      ["http://localhost:5173/app?x=1", 'Did you mean "http://localhost:5173"?'],
      ["HTTP://LOCALHOST:5173", 'Did you mean "http://localhost:5173"?'],
      ["https://example.com:443", 'Did you mean "https://example.com"?'],
      ["http://user:secret@localhost", 'Did you mean "http://localhost"?'],
      ["file:///index.html", ""],
      ["tauri://localhost/", ""],
    ] as const
  ) {
    const error = assertThrows(() => LocalExchange.create({ cors: [ORIGIN, wrong] }), KalshiConfigError);
    assert(error.message.includes("takes exact origins"), error.message);
    assert(
      error.message.endsWith(hint) && error.message.includes("Did you mean") === (hint !== ""),
      error.message,
    );
  }
  for (const wrong of ["*", ORIGIN, true, [5], {}]) {
    assertThrows(
      () => LocalExchange.create({ cors: wrong } as never),
      KalshiConfigError,
      "`cors` takes a list",
    );
  }
  LocalExchange.create({ cors: [], markets: 0 });
  LocalExchange.create({ cors: ["http://[::1]:3000", "https://example.com"], markets: 0 });
});

test("a WebSocket handshake that names another origin is refused, where there is a list", async () => {
  for (
    const [cors, origin, isLetIn] of [
      [[ORIGIN], ORIGIN, true],
      [[ORIGIN], undefined, true],
      [[ORIGIN], "http://evil.example", false],
      [[ORIGIN], "null", false],
      [[], "http://evil.example", true],
    ] as const
  ) {
    const { exchange, auth } = await setUp(cors);
    const headers = { ...await auth.headers("GET", "/trade-api/ws/v2"), ...(origin && { origin }) };
    const open = () =>
      exchange.createRuntime().connectWebSocket(exchange.wsBaseUrl, { onMessage() {}, onClose() {} }, {
        headers,
      });
    if (isLetIn) (await open()).terminate();
    else {
      const { status, message } = await assertRejects(open, HandshakeRefusedError);
      assertEquals([status, message.includes("origin_not_allowed")], [403, true]);
    }
    await exchange.close();
  }
});

test("a page is let in over real sockets", async () => {
  await using exchange = await startExchange({ markets: 0, marketMakers: false, cors: [ORIGIN] });
  const { keyId, privateKey } = await exchange.createAccount();
  const auth = await KalshiAuth.fromPem(keyId, privateKey);
  const config = new KalshiConfig({
    baseUrl: exchange.baseUrl,
    wsBaseUrl: exchange.wsBaseUrl,
    maxRetries: 0,
  });
  const page = pageOf(ORIGIN, (request) => fetch(request));
  await using client = new KalshiClient({ auth, config, transport: page });
  assertEquals((await client.portfolio.balance()).balance_dollars, "1000.0000");
  assertEquals(page.preflights, 1);
  await using stranger = new KalshiClient({
    auth,
    config,
    transport: pageOf("http://evil.example", (request) => fetch(request)),
  });
  await assertRejects(() => stranger.portfolio.balance(), KalshiError);
});
