/** A client keeps to itself: what else the process sends is neither signed nor changed. */
import { assert, assertEquals, assertMatch, assertNotMatch, assertRejects } from "@std/assert";
import { KalshiClient, KalshiConfig, KalshiNotFoundError } from "../../mod.ts";
import { httpAnswer, startRawServer } from "../support/raw_server.ts";
import { order } from "../support/order.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

const placed = JSON.stringify({ order_id: "1", fill_count: "0.00", remaining_count: "1.00", ts_ms: 1 });

/** What the platform gives and a library could replace, each with the functions that hang on it. */
function platform(): Map<string, unknown> {
  const seen = new Map<string, unknown>();
  const names = [
    ...["fetch", "Request", "Response", "Headers", "WebSocket", "URL", "AbortSignal", "ReadableStream"],
    ...["crypto", "JSON", "Date", "Promise", "setTimeout", "queueMicrotask", "console"],
  ];
  const note = (path: string, holder: object) => {
    for (const key of Reflect.ownKeys(holder)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
      for (const part of [value, get, set]) {
        if (typeof part === "function") seen.set(`${path}.${String(key)}:${seen.size}`, part);
      }
    }
  };
  for (const name of names) {
    const value: unknown = Reflect.get(globalThis, name);
    seen.set(name, value);
    if (typeof value !== "function" && typeof value !== "object" || value === null) continue;
    note(name, value);
    const prototype: unknown = Reflect.get(value, "prototype");
    if (typeof prototype === "object" && prototype !== null) note(`${name}.prototype`, prototype);
  }
  return seen;
}

function clientAt(baseUrl: string): KalshiClient {
  return new KalshiClient({
    auth: { keyId: "key-1", sign: (text) => Promise.resolve(btoa(text)) },
    config: new KalshiConfig({ baseUrl, extraHeaders: { "x-desk": "kalshi-desk" } }),
  });
}

test("a plain fetch is never signed, whatever clients do beside it", async () => {
  await using exchange = await startRawServer(httpAnswer(200));
  await using stranger = await startRawServer();
  const elsewhere = stranger.baseUrl.replace("/trade-api/v2", "");
  // The same origin as the client's, and another one.
  const send = async (base: string) => {
    await (await fetch(`${base}/plain?a=1`)).text();
    await (await fetch(new Request(`${base}/plain`, { method: "POST", body: "{}" }))).text();
    await (await fetch(`${base}/plain`, { method: "DELETE", headers: { "x-mine": "1" } })).text();
  };
  await send(elsewhere);
  const before = platform();
  {
    await using client = clientAt(exchange.baseUrl);
    await send(elsewhere);
    await exchange.setAnswers(
      httpAnswer(200, '{"exchange_active":true,"trading_active":true}'),
      httpAnswer(201, placed),
      httpAnswer(404, '{"error":{"code":"not_found","message":"no"}}'),
      { ...httpAnswer(200, "{}"), hold: true },
      httpAnswer(200),
    );
    await client.exchange.status();
    await client.orders.create(order);
    await assertRejects(() => client.markets.get("NONE"), KalshiNotFoundError);
    // While a call is under way.
    const balance = client.portfolio.balance();
    await until(async () => (await exchange.received()).length === 4);
    await Promise.all([send(elsewhere), send(exchange.baseUrl)]);
    await exchange.thing.call("release");
    await balance;
    assertEquals(platform(), before);
  }
  await send(elsewhere);
  await send(exchange.baseUrl);
  assertEquals(platform(), before);

  const strange = await stranger.received();
  assertEquals(strange.length, 12);
  const received = await exchange.received();
  const plain = received.filter(({ head }) => head.includes("/plain"));
  assertEquals(plain.length, 6);
  for (const { head } of [...strange, ...plain]) assertNotMatch(head, /kalshi|x-desk/i);
  const own = received.filter(({ head }) => !head.includes("/plain"));
  assertEquals(own.length, 4);
  for (const { head } of own) assertMatch(head, /^x-desk: kalshi-desk\r?$/im);
  assert(own.some(({ head }) => /^KALSHI-ACCESS-SIGNATURE: /im.test(head)));
});
