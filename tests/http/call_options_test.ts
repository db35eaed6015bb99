import {
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  KalshiAbortError,
  KalshiClient,
  KalshiConfig,
  KalshiConfigError,
  KalshiDecodeError,
  KalshiError,
  KalshiTimeoutError,
} from "../../mod.ts";
import { test } from "../support/test.ts";

const order = {
  ticker: "T-1",
  side: "bid",
  count: "1.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

/** A client that counts what is sent, called as from JavaScript. */
function countingClient(answer: (attempt: number) => Response) {
  let sent = 0;
  const client = new KalshiClient({
    auth: { keyId: "key-1", sign: (text: string) => Promise.resolve(btoa(text)) },
    config: { retryBaseDelayMs: 0 },
    transport: () => Promise.resolve(answer(++sent)),
  });
  // deno-lint-ignore no-explicit-any
  return { client, untyped: client as any, sent: () => sent };
}

const market = () => Response.json({ market: { ticker: "T-1" } });

async function assertRefused(call: () => Promise<unknown>, says: string): Promise<void> {
  const error = await assertRejects(call, KalshiConfigError, says);
  assertEquals([error.outcome, error.attempts], ["not-sent", 0]);
}

test("an option that a call does not have is refused with those that it has, and nothing is sent", async () => {
  const { untyped, sent } = countingClient(market);
  const controller = new AbortController();
  await assertRefused(
    () => untyped.markets.get("T-1", { timeout: 1 }),
    'no option "timeout". Did you mean timeoutMs (in milliseconds)?',
  );
  await assertRefused(() => untyped.markets.get("T-1", { params: {} }), "params");
  await assertRefused(() => untyped.markets.get("T-1", { unlimited: true }), "unlimited");
  await assertRefused(() => untyped.markets.get("T-1", controller.signal), "signal");
  await assertRefused(() => untyped.markets.list({}, { maxItems: 1 }), "maxItems");
  await assertRefused(() => untyped.events.listAll({}, { history: true }).next(), "history");
  await assertRefused(() => untyped.orders.create(order, { retries: 1 }), "maxRetries");
  await assertRefused(() => untyped.orders.batchCreate({ orders: [order] }, { retries: 1 }), "maxRetries");
  await assertRefused(() => untyped.orderGroups.delete("g", {}, { header: {} }), "headers");
  await assertRefused(() => untyped.request("GET", "/x", { params: { a: 1 } }), "params");
  assertEquals(sent(), 0);
});

test("an option of a call that is of the wrong type is refused, and nothing is sent", async () => {
  const { untyped, sent } = countingClient(market);
  const bad: [Record<string, unknown>, string][] = [
    [{ signal: new AbortController() }, "AbortSignal"],
    [{ signal: null }, "AbortSignal"],
    [{ maxRetries: 1.5 }, "whole number"],
    [{ maxRetries: "1" }, "maxRetries"],
    [{ timeoutMs: "1" }, "timeoutMs"],
    [{ totalTimeoutMs: -1 }, "totalTimeoutMs"],
    [{ headers: [["a", "b"]] }, "headers"],
  ];
  for (const [options, says] of bad) {
    await assertRefused(() => untyped.markets.get("T-1", options), says);
    await assertRefused(() => untyped.orders.create(order, options), says);
    await assertRefused(() => untyped.orders.create(order, { ...options, orderRetries: "idempotent" }), says);
    await assertRefused(() => untyped.request("GET", "/x", options), says);
  }
  for (const auth of [true, null, "yes"]) {
    await assertRefused(() => untyped.request("GET", "/x", { auth }), "auth");
  }
  assertEquals(sent(), 0);
});

test("what a call has goes through: of listAll, of a history and of a write", async () => {
  const { client } = countingClient(() =>
    Response.json({ orders: [{ order_id: "a" }, { order_id: "b" }], cursor: "", order_id: "a" })
  );
  const found = [];
  const walk = client.orders.listAll({}, { maxItems: 3, prefetch: true, history: true, maxRetries: 0 });
  for await (const { order_id } of walk) found.push(order_id);
  assertEquals(found, ["a", "b"]);
  const signal = new AbortController().signal;
  await client.orders.create(order, { orderRetries: "idempotent", signal, timeoutMs: 500, headers: {} });
});

test("`attempts` counts what was tried: none before an aborted signal, each one before an odd answer", async () => {
  const { client, sent } = countingClient((attempt) =>
    attempt === 1 ? new Response("", { status: 503 }) : Response.json({})
  );
  const aborted = await assertRejects(
    () => client.markets.get("T-1", { signal: AbortSignal.abort() }),
    KalshiAbortError,
  );
  const late = await assertRejects(
    () => client.markets.get("T-1", { totalTimeoutMs: 0 }),
    KalshiTimeoutError,
  );
  assertEquals([aborted.attempts, late.attempts, sent()], [0, 0, 0]);
  const odd = await assertRejects(() => client.markets.get("T-1"), KalshiDecodeError, "without `market`");
  assertEquals([odd.attempts, odd.status, odd.path, odd.outcome], [2, 200, "/markets/T-1", "unknown"]);
  const noList = await assertRejects(
    () => client.markets.list(),
    KalshiDecodeError,
    "without the list `markets`",
  );
  assertEquals([noList.attempts, noList.method], [1, "GET"]);
  const short = await assertRejects(
    () => client.orders.create({ ...order, client_order_id: "mine" }),
    KalshiDecodeError,
  );
  assertEquals([short.attempts, short.clientIds], [1, ["mine"]]);
});

test("whatever cannot be sent is a KalshiConfigError", async () => {
  const { untyped, sent } = countingClient(market);
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  await assertRefused(() => untyped.markets.get("\ud800"), "/markets/{ticker} cannot be sent");
  await assertRefused(() => untyped.request("POST", "/x", { body: circular }), "/x cannot be sent");
  for (const body of [undefined, null, "T-1"]) {
    await assertRefused(() => untyped.orders.create(body), "fields");
    await assertRefused(() => untyped.orders.batchCreate(body), "fields");
    await assertRefused(() => untyped.orders.batchCreate({ orders: [body] }), "`orders[0]` takes an object");
    await assertRefused(() => untyped.orders.batchCancel(body), "fields");
    await assertRefused(() => untyped.orders.amend("id", body), "fields");
    await assertRefused(() => untyped.orders.decrease("id", body), "fields");
    await assertRefused(() => untyped.communications.quotes.create(body), "fields");
    await assertRefused(() => untyped.subaccounts.transfers.create(body), "fields");
  }
  for (const orders of [undefined, {}, []]) {
    await assertRefused(() => untyped.orders.batchCreate({ orders }), "at least one");
  }
  assertEquals(sent(), 0);
});

test("null in the place of a configuration or an environment is a KalshiConfigError", async () => {
  const nothing = null as never;
  for (const make of [KalshiConfig.demo, KalshiConfig.production]) {
    assertThrows(() => make(nothing), KalshiConfigError, "object of options");
  }
  assertThrows(() => new KalshiConfig().with(nothing), KalshiConfigError, "object of options");
  const error = await assertRejects(() => KalshiClient.fromEnv(nothing), KalshiError);
  assertInstanceOf(error, KalshiConfigError);
  assertStringIncludes(error.message, "null");
});
