/** `limits.maxConnections`: calls beyond it wait in turn, within their own limits, and leave no trace when they give up. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  KalshiClient,
  type KalshiClientOptions,
  KalshiConfig,
  type KalshiConfigOptions,
  KalshiCore,
  KalshiError,
} from "../../mod.ts";
import { ManualClock } from "../../src/testing/mod.ts";
import { type Answer, httpAnswer, type RawServer, startRawServer } from "../support/raw_server.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

const held: Answer = { ...httpAnswer(200, `{"balance":1}`), hold: true };
const signer = { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) };

function clientOf(
  server: RawServer,
  config: KalshiConfigOptions = {},
  options: Omit<KalshiClientOptions, "config"> = {},
): KalshiClient {
  const limits = { maxConnections: 1 };
  return new KalshiClient({
    auth: signer,
    config: { baseUrl: server.baseUrl, maxRetries: 0, limits, ...config },
    ...options,
  });
}

const order = (client: KalshiClient, name: string, options = {}) =>
  client.request("POST", `/${name}`, { body: {}, ...options });
const arrived = async (server: RawServer) =>
  (await server.received()).map(({ head }) => /\/v2\/(\w+)/.exec(head)?.[1] ?? head);
const has = (server: RawServer, count: number) =>
  until(async () => (await server.received()).length === count);

test("no more calls than maxConnections are in flight; the rest go in turn", async () => {
  await using server = await startRawServer(held);
  await using client = clientOf(server, { limits: { maxConnections: 2 } });
  const calls = Promise.all(["a", "b", "c", "d", "e"].map((name) => order(client, name)));
  for (const count of [2, 4, 5]) {
    await has(server, count);
    await server.thing.call("release");
  }
  await calls;
  const names = await arrived(server);
  assertEquals([names.slice(0, 2).sort(), names.slice(2, 4).sort(), names.slice(4)], [
    ["a", "b"],
    ["c", "d"],
    ["e"],
  ]);
});

for (const limit of ["timeoutMs", "totalTimeoutMs"] as const) {
  test(`the wait counts into ${limit}: the pool was full, and nothing was sent`, async () => {
    await using server = await startRawServer(held);
    const clock = new ManualClock();
    await using client = clientOf(server, { timeoutMs: 60_000, limits: { maxConnections: 1 } }, { clock });
    const first = order(client, "first");
    await has(server, 1);
    const second = order(client, "second", { [limit]: 5_000 });
    const third = order(client, "third");
    const refused = assertRejects(() => second, KalshiError);
    await clock.advance(5_000);
    const error = await refused;
    assertEquals([error.code, error.outcome, error.attempts], ["TIMEOUT", "not-sent", 1]);
    assertMatch(error.message, /the connection pool was full/);
    assert(error.message.includes("limits.maxConnections") && error.message.includes(limit), error.message);
    assert(error.message.includes("5000 ms"), error.message);
    await server.thing.call("release");
    await first;
    await has(server, 2);
    await server.thing.call("release");
    await third;
    assertEquals(await arrived(server), ["first", "third"]);
  });
}

test("a call that waited in vain is repeated as what was not sent, writes too", async () => {
  await using server = await startRawServer(held);
  const clock = new ManualClock();
  const retries: string[] = [];
  await using client = clientOf(server, { maxRetries: 1, timeoutMs: 60_000, retryBaseDelayMs: 10 }, {
    clock,
    onRetry: ({ path, error }) => retries.push(`${path} ${error.code} ${error.outcome}`),
  });
  const first = order(client, "first");
  await has(server, 1);
  const second = order(client, "second", { timeoutMs: 1_000 });
  await clock.advance(1_000);
  await until(() => retries.length === 1);
  await server.thing.call("release");
  await first;
  await clock.advance(100);
  await has(server, 2);
  await server.thing.call("release");
  await second;
  assertEquals([retries, await arrived(server)], [["/second TIMEOUT not-sent"], ["first", "second"]]);
});

test("an AbortSignal ends the wait and takes no turn; in flight it frees the turn", async () => {
  await using server = await startRawServer(held);
  await using client = clientOf(server);
  const [inFlight, waiting] = [new AbortController(), new AbortController()];
  const first = assertRejects(() => order(client, "first", { signal: inFlight.signal }), KalshiError);
  await has(server, 1);
  const second = assertRejects(() => order(client, "second", { signal: waiting.signal }), KalshiError);
  const third = order(client, "third");
  waiting.abort("enough");
  const error = await second;
  assertEquals([error.code, error.outcome, error.cause], ["ABORTED", "not-sent", "enough"]);
  inFlight.abort();
  const ended = await first;
  assertEquals([ended.code, ended.outcome], ["ABORTED", "unknown"]);
  await has(server, 2);
  await server.thing.call("release");
  await third;
  assertEquals(await arrived(server), ["first", "third"]);
});

test("close() ends the wait: nothing was sent", async () => {
  await using server = await startRawServer(held);
  const client = clientOf(server);
  const first = assertRejects(() => order(client, "first"), KalshiError);
  await has(server, 1);
  const rest = ["second", "third"].map((name) => assertRejects(() => order(client, name), KalshiError));
  await client.close();
  assertEquals((await first).code, "CLOSED");
  for (const error of await Promise.all(rest)) {
    assertEquals([error.code, error.outcome], ["CLOSED", "not-sent"]);
  }
  assertEquals(await arrived(server), ["first"]);
});

test("whatever a call ends with, its turn is free again", async () => {
  const cut = { write: "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{", then: "reset" } as const;
  const answers: Answer[] = [
    httpAnswer(404, `{"code":"not_found"}`),
    httpAnswer(502, "<html>" + "x".repeat(20_000)),
    httpAnswer(200, "not JSON"),
    httpAnswer(302, "", { location: "https://evil.example/" }),
    cut,
    { write: null, then: "end" },
    { write: null, then: "reset" },
  ];
  await using server = await startRawServer(...answers, httpAnswer(200, `{"balance":1}`));
  const clock = new ManualClock();
  await using client = clientOf(server, {}, { clock });
  for (const _ of answers) await assertRejects(() => order(client, "x"), KalshiError);
  // A key that cannot be had takes a turn too.
  await using keyless = new KalshiCore({
    auth: () => Promise.reject(new Error("no key")),
    config: new KalshiConfig({ baseUrl: server.baseUrl, maxRetries: 0, limits: { maxConnections: 1 } }),
  });
  for (let i = 0; i < 3; i++) {
    await assertRejects(() => keyless.request("GET", "/x"), KalshiError, "signing it failed");
  }
  assertEquals(await order(client, "last"), { balance: 1 });
});

test("a stamp is of the time of sending, not of the time before the wait", async () => {
  await using server = await startRawServer(held);
  const clock = new ManualClock();
  await using client = clientOf(server, { timeoutMs: 600_000 }, { clock });
  const calls = [order(client, "first"), order(client, "second")];
  await has(server, 1);
  await clock.advance(100_000);
  await server.thing.call("release");
  await has(server, 2);
  await server.thing.call("release");
  await Promise.all(calls);
  const stamps = (await server.received()).map(({ head }) =>
    Number(/access-timestamp: (\d+)/i.exec(head)?.[1])
  );
  assertEquals((stamps[1] ?? 0) - (stamps[0] ?? 0), 100_000);
});
