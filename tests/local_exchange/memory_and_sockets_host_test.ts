/** What is told in memory is what is told over sockets. */
import { detectRuntime } from "#runtime";
import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import type { LocalExchangeOptions, SocketFault } from "../../src/local_exchange/mod.ts";
import { HandshakeRefusedError, type Runtime } from "../../src/runtime/types.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

async function setUp(inMemory: boolean, options: LocalExchangeOptions = {}) {
  const exchange = await LocalExchange.start({ markets: 0, marketMakers: false, ...options });
  const { auth } = await exchange.createAccount();
  const runtime: Runtime = inMemory ? exchange.createRuntime() : detectRuntime();
  const ticker = exchange.listMarket({ ticker: "M" });
  return { exchange, auth, runtime, ticker };
}

/** What of a message is the same each time. */
function essence(text: string): string {
  try {
    const { type, seq, msg } = JSON.parse(text);
    return [type, seq, msg?.code, msg?.side, msg?.price_dollars].filter((part) => part !== undefined).join(
      " ",
    );
  } catch {
    return `unreadable: ${text.slice(0, 20)}`;
  }
}

/** What a WebSocket is told while a fault happens. */
async function transcript(inMemory: boolean, fault: SocketFault): Promise<string[]> {
  const { exchange, auth, runtime, ticker } = await setUp(inMemory);
  await using _ = exchange;
  const told: string[] = [];
  const headers = { ...await auth.headers("GET", "/trade-api/ws/v2") };
  const socket = await runtime.connectWebSocket(exchange.wsBaseUrl, {
    onMessage: (data) => told.push(essence(String(data))),
    onClose: ({ code, reason }) => told.push(`closed ${code} ${reason}`),
  }, { headers });
  const params = { channels: ["orderbook_delta"], market_tickers: [ticker] };
  socket.send(JSON.stringify({ id: 1, cmd: "subscribe", params }));
  await until(() => told.length === 2);
  exchange.sockets.fail(fault);
  for (const price of ["0.1000", "0.2000", "0.3000", "0.4000"]) {
    exchange.placeCounterOrder({ ticker, side: "bid", price, count: "1" });
  }
  const isOver = () => told.some((text) => /0\.4000|closed|error/.test(text));
  await until(isOver);
  if (!told.some((text) => text.startsWith("closed"))) {
    socket.close(1000);
    await until(() => told.some((text) => text.startsWith("closed")));
  }
  await until(() => exchange.sockets.open === 0);
  return told;
}

const faults: readonly SocketFault[] = [
  { fault: "drop" },
  { fault: "drop", times: 2, channel: "orderbook_delta" },
  { fault: "repeat", times: 3 },
  { fault: "reorder" },
  { fault: "corrupt" },
  { fault: "truncate", channel: "orderbook_delta" },
  { fault: "stall", forMs: 20 },
  { fault: "error", code: 10, channel: "orderbook_delta" },
  { fault: "close", code: 1011, reason: "gone" },
  { fault: "close", code: 4000 },
  { fault: "cut" },
  { fault: "bad-frame" },
  { fault: "cut-frame" },
];

for (const fault of faults) {
  test(`a WebSocket is told the same in memory and over a socket: ${JSON.stringify(fault)}`, async () => {
    const overSocket = await transcript(false, fault);
    assertEquals(await transcript(true, fault), overSocket);
    assert(overSocket.length > 2);
  });
}

test("handshakes are refused with the same status and body in memory and over a socket", async () => {
  const attempts = async (inMemory: boolean) => {
    const { exchange, auth, runtime } = await setUp(inMemory);
    await using _ = exchange;
    const refusals: unknown[] = [];
    const attempt = async (path: string, headers: Record<string, string>) => {
      const url = exchange.wsBaseUrl.replace("/trade-api/ws/v2", path);
      try {
        await runtime.connectWebSocket(url, { onMessage() {}, onClose() {} }, { headers });
        refusals.push("accepted");
      } catch (error) {
        assert(error instanceof HandshakeRefusedError, String(error));
        refusals.push([error.status, error.message]);
      }
    };
    const good = { ...await auth.headers("GET", "/trade-api/ws/v2") };
    await attempt("/trade-api/ws/v2", {});
    await attempt("/trade-api/ws/v2", { ...good, "KALSHI-ACCESS-SIGNATURE": btoa("s".repeat(64)) });
    await attempt("/trade-api/ws/v2", { ...good, "kalshi-access-timestamp": "5" });
    await attempt("/trade-api/ws/v2", { ...good, "KALSHI-ACCESS-KEY": "nobody" });
    await attempt("/elsewhere", good);
    exchange.sockets.refuse({ status: 503 });
    await attempt("/trade-api/ws/v2", good);
    await attempt("/trade-api/ws/v2?x=1", good);
    return refusals;
  };
  const overSocket = await attempts(false);
  assertEquals(await attempts(true), overSocket);
  assertEquals(overSocket.at(-1), "accepted");
});

test("the origin of a page is looked at in memory and over a socket alike", async () => {
  const attempts = async (inMemory: boolean) => {
    const { exchange, auth, runtime } = await setUp(inMemory, { cors: ["http://localhost:5173"] });
    await using _ = exchange;
    const outcomes: unknown[] = [];
    for (const origin of ["http://localhost:5173", "http://evil.example", undefined]) {
      const headers = { ...await auth.headers("GET", "/trade-api/ws/v2"), ...(origin && { origin }) };
      await runtime.connectWebSocket(exchange.wsBaseUrl, { onMessage() {}, onClose() {} }, { headers }).then(
        (socket) => {
          outcomes.push("accepted");
          socket.terminate();
        },
        (error) => outcomes.push([error.status, error.message]),
      );
    }
    return outcomes;
  };
  const overSocket = await attempts(false);
  assertEquals(await attempts(true), overSocket);
  assertEquals(overSocket.map((outcome) => Array.isArray(outcome) ? outcome[0] : outcome), [
    "accepted",
    403,
    "accepted",
  ]);
});

test("requests are answered the same in memory and over a socket", async () => {
  const answers = async (inMemory: boolean) => {
    const { exchange, auth, runtime } = await setUp(inMemory);
    await using _ = exchange;
    const pool = runtime.createHttpPool({ http2: false });
    const told: unknown[] = [];
    const send = async (method: string, path: string, body?: string) => {
      const headers = { ...await auth.headers(method, `/trade-api/v2${path.split("?")[0]}`) };
      const answer = await pool.fetch(`${exchange.baseUrl}${path}`, { method, headers, body });
      const type = answer.headers.get("content-type");
      told.push([method, path, answer.status, type, answer.headers.get("location"), await answer.text()]);
    };
    await send("GET", "/exchange/status");
    await send("GET", "/portfolio/balance?subaccount=0");
    await send("GET", "/markets/NOPE");
    await send("GET", "/markets/");
    await send("PATCH", "/markets");
    await send("POST", "/portfolio/events/orders", "{}");
    await send("POST", "/portfolio/events/orders", "not JSON");
    await send("DELETE", "/portfolio/events/orders");
    exchange.fail({ status: 418, body: "a text", headers: { "content-type": "text/plain" } });
    await send("GET", "/exchange/status");
    exchange.fail({ status: 500, body: { error: { code: "é" } } });
    await send("GET", "/exchange/status");
    await pool.close();
    return told.map((one) => JSON.stringify(one).replace(/"updated_ts\\":\d+/, ""));
  };
  const overSocket = await answers(false);
  assertEquals(await answers(true), overSocket);
});
