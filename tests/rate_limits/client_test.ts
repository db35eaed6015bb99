import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { KalshiClient } from "../../mod.ts";
import type { Clock } from "../../src/base/clock.ts";
import { KalshiConfigError, KalshiConnectionError } from "../../src/base/errors.ts";
import { lazyLimiter, type LimitedCall } from "../../src/rate_limits/limiter.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { TokenBucket } from "../../src/rate_limits/token_bucket.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { test } from "../support/test.ts";
import { breath } from "../support/until.ts";
import { SimClock } from "./sim_clock.ts";

/** Kalshi as far as its buckets go: who finds too few tokens gets a 429. */
function meteredNetwork(clock: Clock, write: { tokensPerSecond: number; capacity: number }) {
  const bucket = new TokenBucket(write, clock.monotonic());
  const seen = { tokens: 0, answered429: 0 };
  const costOf = async (request: Request): Promise<number> => {
    if (!request.url.endsWith("/batched")) return request.method === "DELETE" ? 2 : 10;
    return (await request.json()).orders.length * (request.method === "DELETE" ? 2 : 10);
  };
  const transport = async (request: Request): Promise<Response> => {
    const cost = await costOf(request);
    if (bucket.take(cost, clock.monotonic()) > 0) {
      seen.answered429++;
      return Response.json({ error: "too many requests" }, { status: 429 });
    }
    seen.tokens += cost;
    return Response.json({ order_id: "1" }, { status: request.method === "POST" ? 201 : 200 });
  };
  return { seen, transport };
}

const order = {
  ticker: "KX-1",
  side: "bid",
  count: "1.00",
  price: "0.5000",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;

const auth = { keyId: "key", sign: () => Promise.resolve(btoa("s".repeat(64))) };

test("twenty clients that share a limiter stay inside the budget and use it up", async () => {
  const CLIENTS = 20;
  let isAsleep = false;
  const clock: SimClock = new SimClock(async () => {
    // Time stands still until each client waits for tokens, or sleeps.
    while (!stop.signal.aborted && (rateLimit.stats()["write"]?.waiting ?? 0) + Number(isAsleep) < CLIENTS) {
      await breath();
    }
  });
  const write = { tokensPerSecond: 1000, capacity: 200 };
  const { seen, transport } = meteredNetwork(clock, write);
  const rateLimit = new RateLimiter({ read: write, write, clock });
  const clients = Array.from(
    { length: CLIENTS },
    () => new KalshiClient({ auth, demo: true, transport, rateLimit, clock }),
  );
  const stop = new AbortController();
  let longestCancelMs = 0;
  const calling = Promise.all(clients.map(async (client, index) => {
    while (!stop.signal.aborted) {
      const asked = clock.monotonic();
      try {
        if (index > 0) await client.orders.create(order, { signal: stop.signal });
        else {
          await client.orders.cancel("1", undefined, { signal: stop.signal });
          longestCancelMs = Math.max(longestCancelMs, clock.monotonic() - asked);
          isAsleep = true;
          await clock.sleep(20);
          isAsleep = false;
        }
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      }
    }
  }));
  const seconds = 2;
  await Promise.race([calling, clock.run(seconds * 1000)]);
  stop.abort();
  await Promise.all([calling, clock.run(20)]);
  for (const client of clients) await client.close();
  assertEquals(seen.answered429, 0);
  assert(seen.tokens >= 0.97 * seconds * write.tokensPerSecond, `${seen.tokens} tokens in ${seconds} s`);
  const stats = rateLimit.stats()["write"];
  assert(stats !== undefined && stats.delayed > 100, JSON.stringify(stats));
  // A create waits for about 190 others: 2 seconds. A cancel waits for no token at all.
  assertEquals(longestCancelMs, 0);
});

test("a batch that never fits is refused before anything is sent", async () => {
  const { seen, transport } = meteredNetwork(new SimClock(), { tokensPerSecond: 100, capacity: 100 });
  const budget = { tokensPerSecond: 100 };
  await using client = new KalshiClient({
    auth,
    demo: true,
    transport,
    rateLimit: { read: budget, write: budget },
  });
  const error = await assertRejects(
    () => client.orders.batchCreate({ orders: Array.from({ length: 11 }, () => order) }),
    KalshiConfigError,
    "Send at most 10 at once",
  );
  assertEquals(error.details, { cost: 110, capacity: 100, largest: 10 });
  assertEquals(seen, { tokens: 0, answered429: 0 });
});

test("what a limiter cannot be made of is refused when the client is made", () => {
  const make = (rateLimit: unknown) => () => new KalshiClient({ demo: true, rateLimit: rateLimit as "auto" });
  const budget = { tokensPerSecond: 100 };
  assertThrows(make({ read: budget }), KalshiConfigError, "KalshiClient.rateLimit needs `write`");
  assertThrows(make({ read: budget, write: { tokensPerSecond: 0 } }), KalshiConfigError, "a number from 1");
  assertThrows(make({ read: budget, write: budget, capacity: 5 }), KalshiConfigError, "capacity");
  assertThrows(make("auto"), KalshiConfigError, "give the client a key");
  assertThrows(make("on"), KalshiConfigError, "text of 2 characters");
  assertThrows(make(true), KalshiConfigError, "true");
});

test("a limiter of the other exchange's budgets is refused", () => {
  const budget = { tokensPerSecond: 100 };
  const ofMargin = new RateLimiter({ product: "margin", read: budget, write: budget });
  const ofEvents = new RateLimiter({ read: budget, write: budget });
  assertThrows(() => new KalshiClient({ rateLimit: ofMargin }), KalshiConfigError, '`product: "event"`');
  assertThrows(
    () => new PerpsClient({ rateLimit: ofEvents }),
    KalshiConfigError,
    'Make one with `product: "margin"`',
  );
  new PerpsClient({ rateLimit: ofMargin });
  new PerpsClient({ rateLimit: { admit: () => {}, refused: () => {} } });
});

test("a limiter of one's own sees each attempt, and is told of a 429", async () => {
  const seen: string[] = [];
  const note = (what: string) => ({ method, template, options }: LimitedCall) =>
    void seen.push(`${what} ${method} ${template.path} ${JSON.stringify(options.params)}`);
  await using client = new KalshiClient({
    auth,
    demo: true,
    transport: () => Promise.resolve(Response.json({ error: "too many requests" }, { status: 429 })),
    rateLimit: { admit: note("admit"), refused: note("refused") },
  });
  await assertRejects(() => client.orders.cancel("7"));
  const call = 'DELETE /portfolio/events/orders/{order_id} {"order_id":"7"}';
  assertEquals(seen, [`admit ${call}`, `refused ${call}`]);
});

test("a limiter that could not be loaded is asked for again", async () => {
  const calls: LimitedCall[] = [];
  let failures = 1;
  const lazy = lazyLimiter(() =>
    failures-- > 0
      ? Promise.reject(new Error("offline"))
      : Promise.resolve({ admit: (call) => void calls.push(call), refused: (call) => void calls.push(call) })
  );
  const call: LimitedCall = { method: "GET", template: { path: "/markets" }, options: {} };
  lazy.refused(call);
  const error = await assertRejects(() => Promise.resolve(lazy.admit(call)), KalshiConnectionError);
  assertEquals(error.outcome, "not-sent");
  await lazy.admit(call);
  assertEquals(lazy.admit(call), undefined);
  lazy.refused(call);
  assertEquals(calls.length, 3);
  for (const seen of calls) assertStrictEquals(seen, call);
});

test("auto limits of perps are read from the margin exchange: budgets, costs, and the shards of its markets", async () => {
  const asked: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    "/account/limits/perps": {
      usage_tier: "premier",
      read: { refill_rate: 1200, bucket_capacity: 1200 },
      write: { refill_rate: 1200, bucket_capacity: 1200 },
      grants: null,
    },
    "/account/endpoint_costs": { default_cost: 10, endpoint_costs: [] },
    "/margin/markets": {
      markets: [{ ticker: "KX-1", exchange_index: 1 }, { ticker: "KX-2", exchange_index: 2 }],
    },
  };
  const clock = new ManualClock();
  const sent: string[] = [];
  await using client = new PerpsClient({
    auth,
    demo: true,
    clock,
    rateLimit: "auto",
    transport: async (request: Request) => {
      const path = new URL(request.url).pathname.replace("/trade-api/v2", "");
      if (request.method !== "GET") {
        sent.push(`${request.method} ${(await request.json()).ticker}`);
        return Response.json({ order_id: "1" }, { status: 201 });
      }
      asked.push(path);
      return Response.json(answers[path] ?? {});
    },
  });
  await client.request("POST", "/margin/orders", { body: { ...order, ticker: "KX-1" } });
  assertEquals([sent, asked.sort()], [["POST KX-1"], Object.keys(answers).sort()]);
});

test("raw requests are counted too: a GET as a read, all else as an order write on its shard", async () => {
  const budget = { tokensPerSecond: 1000 };
  const rateLimit = new RateLimiter({ read: budget, write: budget, clock: new ManualClock() });
  const transport = () => Promise.resolve(Response.json({}));
  await using client = new KalshiClient({ auth, demo: true, transport, rateLimit });
  await client.request("GET", "/portfolio/balance");
  await client.request("POST", "/portfolio/events/orders", { body: { ...order, exchange_index: 2 } });
  await client.request("POST", "/portfolio/events/orders", { body: order });
  await client.request("DELETE", "/portfolio/events/orders/1", { query: { exchange_index: 0 } });
  const left = Object.entries(rateLimit.stats()).map(([name, { tokens }]) => [name, 1000 - tokens]);
  assertEquals(Object.fromEntries(left), { read: 10, "write:2": 20, write: 20 });
});
