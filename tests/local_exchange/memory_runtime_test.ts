import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiAuth } from "../../src/auth/mod.ts";
import { KalshiClient } from "../../src/client.ts";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiConfigError, KalshiConnectionError, KalshiError } from "../../src/base/errors.ts";
import { LocalExchange, type TcpAddress } from "../../src/local_exchange/mod.ts";
import { type ByteStream, HandshakeRefusedError, type Runtime } from "../../src/runtime/types.ts";
import { KalshiStream } from "../../src/stream/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";

const order = { time_in_force: "good_till_canceled", self_trade_prevention_type: "taker_at_cross" } as const;

async function setUp() {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, markets: 20, marketMakers: false });
  const account = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  const ticker = exchange.listMarket({ ticker: "M" });
  const options = { auth: account.auth, config: exchange.config, runtime, clock };
  return { clock, exchange, account, runtime, ticker, options };
}

/** A WebSocket of the runtime's own and what it was told. */
async function open(runtime: Runtime, exchange: LocalExchange, auth: KalshiAuth) {
  const told: string[] = [];
  let pongs = 0;
  const headers = {
    ...await auth.headers("GET", "/trade-api/ws/v2", { timestampMs: exchange.clock.base.now() }),
  };
  const socket = await runtime.connectWebSocket(exchange.wsBaseUrl, {
    onMessage: (data) => told.push(typeof data === "string" ? data : `${data.length} bytes`),
    onClose: ({ code, reason }) => told.push(`closed ${code} ${reason}`.trim()),
    onPong: () => pongs++,
  }, { headers });
  return { socket, told, pongs: () => pongs };
}

test("a client and a stream reach the exchange in memory: orders, books, fills", async () => {
  const { exchange, ticker, options } = await setUp();
  await using client = new KalshiClient(options);
  await using stream = await KalshiStream.connect(options);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "5" });
  const book = await stream.orderBook(ticker);
  const fills = await stream.fills();
  assertEquals([book.bestAsk, book.state], [6_000, "live"]);
  const placed = await client.orders.create({
    ...order,
    ticker,
    side: "bid",
    count: "2.00",
    price: "0.6000",
  });
  assertEquals(placed.fill_count, "2.00");
  for await (const fill of fills) {
    assert(fill.type === "fill");
    assertEquals([fill.msg.order_id, fill.msg.count_fp], [placed.order_id, "2.00"]);
    break;
  }
  assertEquals(book.sizeAt("ask", 6_000), 300);
  assertEquals(book.toRest(), { orderbook_fp: await client.markets.orderBook(ticker) });
  assertEquals(exchange.sockets.open, 1);
});

test("the same signatures are checked, and the same clock", async () => {
  const { exchange, runtime, account, options } = await setUp();
  const wrong = KalshiAuth.fromSigner({
    keyId: account.keyId,
    sign: () => Promise.resolve(btoa("s".repeat(64))),
  });
  await using client = new KalshiClient({ ...options, auth: wrong });
  const refused = await assertRejects(() => client.portfolio.balance(), KalshiError);
  assertEquals([refused.status, refused.details], [401, "INCORRECT_API_KEY_SIGNATURE"]);
  const handshake = await assertRejects(() => open(runtime, exchange, wrong), HandshakeRefusedError);
  assertEquals(handshake.status, 401);
  exchange.setClockSkew(60_000);
  const late = await assertRejects(() => open(runtime, exchange, account.auth), HandshakeRefusedError);
  assertEquals([late.status, late.message.includes("header_timestamp_expired")], [401, true]);
  const unsigned = runtime.connectWebSocket(exchange.wsBaseUrl, { onMessage() {}, onClose() {} });
  assertEquals((await assertRejects(() => unsigned, HandshakeRefusedError)).status, 401);
  const elsewhere = runtime.connectWebSocket("ws://localhost/other", { onMessage() {}, onClose() {} });
  assertEquals((await assertRejects(() => elsewhere, HandshakeRefusedError)).status, 404);
});

test("there is no other host in memory, and what was for one was not sent", async () => {
  const { runtime, options } = await setUp();
  const config = KalshiConfig.demo({ maxRetries: 0 });
  await using client = new KalshiClient({ ...options, config });
  const error = await assertRejects(
    () => client.portfolio.balance(),
    KalshiError,
  );
  assertEquals(error.outcome, "not-sent");
  assert(JSON.stringify([error.message, String(error.cause)]).includes("in memory there is only localhost"));
  const socket = runtime.connectWebSocket("wss://example.com/trade-api/ws/v2", {
    onMessage() {},
    onClose() {},
  });
  await assertRejects(() => socket, KalshiConnectionError, "Cannot connect to example.com");
  await assertRejects(() => runtime.readTextFile("/etc/hosts"), KalshiConfigError, "no files");
  assertEquals(runtime.readEnv("PATH"), undefined);
});

test("requests meet the exchange's faults, and time limits run on the moved clock", async () => {
  const { clock, exchange, options } = await setUp();
  await using client = new KalshiClient({ ...options, config: exchange.config.with({ maxRetries: 0 }) });
  exchange.fail({ status: 503, body: { code: "busy" } });
  assertEquals((await assertRejects(() => client.exchange.status(), KalshiError)).status, 503);
  exchange.fail({ delayMs: 60_000, path: "/exchange/status" });
  const slow = assertRejects(() => client.exchange.status({ timeoutMs: 5_000 }), KalshiError);
  await clock.advance(5_000);
  assertEquals((await slow).code, "TIMEOUT");
  exchange.fail({ delayMs: 2_000 });
  let answered = false;
  const status = client.exchange.status({ timeoutMs: 5_000 }).then(() => answered = true);
  await clock.advance(1_999);
  assert(!answered);
  await clock.advance(1);
  await status;
  const aborting = new AbortController();
  exchange.fail({ delayMs: 60_000 });
  const aborted = client.exchange.status({ signal: aborting.signal });
  await clock.advance(1);
  aborting.abort();
  await assertRejects(() => aborted, KalshiError);
});

test("a stream comes back by the moved clock alone, the same way each time", async () => {
  const run = async () => {
    const { clock, exchange, ticker, options } = await setUp();
    const story: unknown[] = [];
    const stream = await KalshiStream.connect(options);
    const book = await stream.orderBook(ticker);
    const sids = () => exchange.sockets.open;
    void (async () => {
      for await (const { state } of stream.status()) story.push([clock.now(), state]);
    })();
    void (async () => {
      for await (const change of book.changes()) {
        story.push([clock.now(), change.type, book.state === "live" ? book.bestBid : book.state]);
      }
    })();
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "5" });
    await clock.advance(0);
    exchange.sockets.restart();
    exchange.sockets.refuse({ status: 503, times: 2 });
    await clock.advance(500);
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4500", count: "5" });
    // All attempts, their signatures and their answers are over when the clock stands still again.
    await clock.advance(60_000);
    assertEquals([book.state, book.bestBid, sids()], ["live", 4_500, 1]);
    await stream.close();
    await clock.advance(1_000);
    assertEquals(sids(), 0);
    assert(story.length > 10, JSON.stringify(story));
    return story;
  };
  const random = Math.random;
  Math.random = () => 0.5;
  try {
    assertEquals(await run(), await run());
  } finally {
    Math.random = random;
  }
});

test("the book is right after a restart of the exchange", async () => {
  const clock = new ManualClock();
  await using exchange = LocalExchange.create({ clock, marketMakers: false });
  const { auth } = await exchange.createAccount();
  const runtime = exchange.createRuntime();
  await using stream = await KalshiStream.connect({ auth, config: exchange.config, runtime, clock });
  const ticker = exchange.listMarket({ ticker: "RAIN-TOMORROW" });
  const book = await stream.orderBook(ticker);

  exchange.sockets.refuse({ status: 503, times: 2 });
  exchange.sockets.restart();
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4500", count: "10" });
  await clock.advance(60_000);

  assertEquals(book.bestBid, 4_500);
});

test("a client's own stream takes the client's runtime", async () => {
  await using exchange = LocalExchange.create({ seed: 1 });
  const { auth } = await exchange.createAccount();
  await using client = new KalshiClient({ auth, config: exchange.config, runtime: exchange.createRuntime() });
  assertEquals((await client.exchange.status()).trading_active, true);
  await using stream = await client.stream();
  const book = await stream.orderBook(exchange.openTickers()[0] ?? "");
  assert(book.bestBid !== undefined && book.bestAsk !== undefined);
});

test("orders expire while a stream listens, though nobody asks", async () => {
  const { clock, exchange, ticker, options } = await setUp();
  await using client = new KalshiClient(options);
  await using stream = await KalshiStream.connect(options);
  const book = await stream.orderBook(ticker);
  const expires = exchange.clock.now() / 1_000 + 3;
  await client.orders.create({
    ...order,
    ticker,
    side: "bid",
    count: "2.00",
    price: "0.3000",
    expiration_time: expires,
  });
  await clock.advance(2_999);
  assertEquals(book.bestBid, 3_000);
  await clock.advance(1);
  assertEquals(book.bestBid, undefined);
  // And when only the exchange's own time is moved.
  await client.orders.create({
    ...order,
    ticker,
    side: "bid",
    count: "2.00",
    price: "0.2000",
    expiration_time: expires + 60,
  });
  exchange.clock.advance(60_000);
  await clock.advance(0);
  assertEquals(book.bestBid, undefined);
});

test("handshakes are refused or never answered on request", async () => {
  const { exchange, runtime, account, clock } = await setUp();
  exchange.sockets.refuse({ status: 403 });
  const refused = await assertRejects(() => open(runtime, exchange, account.auth), HandshakeRefusedError);
  assertEquals([refused.status, refused.message.includes("refused_on_request")], [403, true]);
  exchange.sockets.refuse({ status: "hang" });
  const hanging = runtime.connectWebSocket(exchange.wsBaseUrl, { onMessage() {}, onClose() {} });
  const aborting = new AbortController();
  exchange.sockets.refuse({ status: "hang" });
  const given = runtime.connectWebSocket(exchange.wsBaseUrl, { onMessage() {}, onClose() {} }, {
    signal: aborting.signal,
  });
  await clock.advance(600_000);
  aborting.abort(new Error("enough"));
  await assertRejects(() => given, Error, "enough");
  await exchange.close();
  await assertRejects(() => hanging, KalshiConnectionError, "closed");
});

test("every fault of open WebSockets works in memory", async () => {
  const { exchange, runtime, account, clock, ticker } = await setUp();
  const start = async () => {
    const { socket, told } = await open(runtime, exchange, account.auth);
    socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params: { channels: ["trade"] } }));
    await clock.advance(0);
    assertEquals(told.length, 1);
    return { socket, told };
  };
  const trade = async () => {
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1" });
    const body = JSON.stringify({ ...order, ticker, side: "bid", count: "1", price: "0.5000" });
    const path = "/trade-api/v2/portfolio/events/orders";
    const headers = await account.auth.headers("POST", path, { timestampMs: clock.now() });
    const request = new Request(`http://localhost${path}`, { method: "POST", headers: { ...headers }, body });
    assertEquals((await exchange.fetch(request)).status, 201);
    await clock.advance(0);
  };
  const numbers = (told: readonly string[]) =>
    told.slice(1).map((text) => {
      try {
        return JSON.parse(text).seq;
      } catch {
        return "unreadable";
      }
    });
  for (
    const [fault, expected] of [
      ["drop", [2, 3]],
      ["repeat", [1, 1, 2, 3]],
      ["reorder", [2, 1, 3]],
      ["corrupt", ["unreadable", 2, 3]],
      ["truncate", ["unreadable", 2, 3]],
    ] as const
  ) {
    const { told, socket } = await start();
    exchange.sockets.fail({ fault, channel: "trade" });
    for (let count = 0; count < 3; count++) await trade();
    assertEquals([fault, numbers(told)], [fault, [...expected]]);
    socket.terminate();
    await clock.advance(0);
    assertEquals(exchange.sockets.open, 0);
  }
  const stalled = await start();
  exchange.sockets.fail({ fault: "stall", forMs: 2_000 });
  await trade();
  await clock.advance(1_999);
  assertEquals(stalled.told.length, 1);
  await clock.advance(1);
  assertEquals(numbers(stalled.told), [1]);
  exchange.sockets.fail({ fault: "error", code: 25, channel: "trade" });
  await clock.advance(0);
  assertEquals(JSON.parse(stalled.told.at(-1) ?? "").msg.code, 25);
  exchange.sockets.fail({ fault: "half-open" });
  stalled.socket.close();
  await clock.advance(60_000);
  assert(!stalled.told.at(-1)?.startsWith("closed"));
  stalled.socket.terminate();
  assertEquals(stalled.told.at(-1), "closed 1006");
  await clock.advance(0);
  assertEquals(exchange.sockets.open, 0);
  for (
    const [fault, end] of [
      [{ fault: "close", code: 1011, reason: "sorry" }, "closed 1011 sorry"],
      [{ fault: "cut" }, "closed 1006"],
      [{ fault: "bad-frame" }, "closed 1006 Invalid WebSocket frame: RSV2 and RSV3 must be clear"],
      [{ fault: "cut-frame" }, "closed 1006"],
    ] as const
  ) {
    const { told } = await start();
    exchange.sockets.fail(fault);
    await clock.advance(1_000);
    assertEquals([fault.fault, told.at(-1), exchange.sockets.open], [fault.fault, end, 0]);
  }
  const { told } = await start();
  exchange.sockets.restart();
  await clock.advance(0);
  assertEquals(told.at(-1), "closed 1012 restarting");
});

test("pings are sent and seen, or not, as on the runtime that is asked for", async () => {
  const { exchange, account, clock } = await setUp();
  const able = await open(exchange.createRuntime(), exchange, account.auth);
  able.socket.ping?.();
  await clock.advance(0);
  assertEquals(able.pongs(), 1);
  await clock.advance(10_000);
  assertEquals(able.pongs(), 2); // the exchange's own ping
  const runtime = exchange.createRuntime({ ping: false });
  const unable = await open(runtime, exchange, account.auth);
  await clock.advance(30_000);
  assertEquals([runtime.capabilities.ping, unable.socket.ping, unable.pongs()], [false, undefined, 0]);
  assertEquals(unable.told, []);
});

test("a clean close is answered, and a socket without an owner holds nothing", async () => {
  const { exchange, account, clock, runtime } = await setUp();
  const { socket, told } = await open(runtime, exchange, account.auth);
  socket.close(1000);
  socket.send("too late");
  await clock.advance(0);
  assertEquals([told, exchange.sockets.open], [["closed 1000"], 0]);
  socket.terminate();
  assertEquals([told.length, clock.pending], [1, 0]);
});

test("TCP in memory: what is written comes out at the other end, a little and a lot", async () => {
  const { exchange } = await setUp();
  const ends: ByteStream[] = [];
  const addresses: TcpAddress[] = [];
  const runtime = exchange.createRuntime({
    acceptTcp: (connection, address) => {
      ends.push(connection);
      addresses.push(address);
    },
  });
  assertEquals(runtime.capabilities.tcp, true);
  const near = await runtime.connectTcp({ hostname: "fix.example", port: 8228, tls: true });
  assertEquals(addresses, [{ hostname: "fix.example", port: 8228, tls: true }]);
  const [far] = ends;
  assert(far !== undefined);
  const writer = near.writable.getWriter();
  const reader = far.readable.getReader();
  const same = new Uint8Array([1, 2, 3]);
  await writer.write(same);
  same.fill(9);
  assertEquals([...(await reader.read()).value ?? []], [1, 2, 3]);
  // More than there is room for waits until it is taken.
  let written = false;
  const big = new Uint8Array(200_000).map((_, index) => index);
  const sent: unknown[] = [];
  for (let part = 0; part < 20; part++) sent.push(writer.write(big));
  const last = Promise.all(sent).then(() => written = true);
  for (let turn = 0; turn < 1_000; turn++) await Promise.resolve();
  assert(!written);
  let bytes = 0;
  while (bytes < 20 * big.length) bytes += (await reader.read()).value?.length ?? 0;
  await last;
  assertEquals([bytes, written], [20 * big.length, true]);
  // Closing our side lets the other one finish.
  await writer.close();
  assert((await reader.read()).done);
  const back = far.writable.getWriter();
  await back.write(new Uint8Array([4]));
  await back.close();
  const answers = near.readable.getReader();
  assertEquals([...(await answers.read()).value ?? []], [4]);
  assert((await answers.read()).done);
  await near.close();
  await near.close();
  await far.close();
});

test("TCP in memory: refused, aborted, cut and closed with the exchange", async () => {
  const { exchange, runtime } = await setUp();
  const address = { hostname: "fix.example", port: 8228, tls: false };
  assertEquals(runtime.capabilities.tcp, false);
  await assertRejects(
    () => runtime.connectTcp(address),
    KalshiConnectionError,
    "Cannot connect to fix.example:8228",
  );
  const picky = exchange.createRuntime({
    acceptTcp() {
      throw new Error("no room");
    },
  });
  await assertRejects(() => picky.connectTcp(address), KalshiConnectionError, "Cannot connect");
  let far: ByteStream | undefined;
  const willing = exchange.createRuntime({ acceptTcp: (connection) => far = connection });
  await assertRejects(
    () => willing.connectTcp({ ...address, signal: AbortSignal.abort(new Error("enough")) }),
    Error,
    "enough",
  );
  assertEquals(far, undefined);
  const one = await willing.connectTcp(address);
  await far?.close();
  assert((await one.readable.getReader().read()).done);
  await assertRejects(async () => {
    const writer = one.writable.getWriter();
    for (let round = 0; round < 3; round++) await writer.write(new Uint8Array([1]));
  });
  const two = await willing.connectTcp(address);
  await exchange.close();
  await assertRejects(() => two.writable.getWriter().write(new Uint8Array([1])));
  await assertRejects(
    () => willing.connectTcp(address),
    KalshiConnectionError,
    "the local exchange is closed",
  );
});

test("closing the exchange ends what is under way in memory, and lets nothing new begin", async () => {
  const { exchange, options, clock, account, runtime } = await setUp();
  await using client = new KalshiClient({ ...options, config: exchange.config.with({ maxRetries: 0 }) });
  const { told } = await open(runtime, exchange, account.auth);
  exchange.fail({ delayMs: 1_000 });
  const pending = assertRejects(() => client.portfolio.balance(), KalshiConnectionError);
  await clock.advance(0);
  await exchange.close();
  assertEquals((await pending).outcome, "unknown");
  await clock.advance(0);
  assertEquals(told, ["closed 1006"]);
  const late = await assertRejects(() => client.portfolio.balance(), KalshiConnectionError);
  assertEquals(late.outcome, "not-sent");
  await assertRejects(() => open(runtime, exchange, account.auth), KalshiConnectionError, "is closed");
  await exchange.close();
});

test("options of the in-memory runtime are checked, and limits that it cannot keep are refused", async () => {
  const { exchange } = await setUp();
  assertThrows(
    () => exchange.createRuntime({ pings: true } as never),
    KalshiConfigError,
    "Did you mean ping?",
  );
  assertThrows(() => exchange.createRuntime({ ping: "no" } as never), KalshiConfigError, "`ping` takes");
  assertThrows(
    () => exchange.createRuntime({ acceptTcp: {} } as never),
    KalshiConfigError,
    "`acceptTcp` takes",
  );
  assertThrows(() => exchange.createRuntime().createHttpPool({ http2: true }), KalshiConfigError, "http2");
});
