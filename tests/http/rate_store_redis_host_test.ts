import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { createClient } from "@redis/client";
import { Redis } from "ioredis";
import { systemClock } from "../../src/clock.ts";
import { KalshiConfigError, KalshiTimeoutError } from "../../src/errors.ts";
import { RateLimiter } from "../../src/http/rate_limiter.ts";
import type { RateTake } from "../../src/http/rate_store.ts";
import { TokenBucket } from "../../src/http/token_bucket.ts";
import { type RedisEval, RedisRateStore } from "../../src/rate_store_redis.ts";
import { startRedis } from "../support/redis_server.ts";
import { runtimeName, test } from "../support/test.ts";

interface Connection extends AsyncDisposable {
  readonly eval: RedisEval;
}

/** The clients that the documentation names, as far as this runtime has them. */
const connectors: Record<string, (port: number) => Promise<Connection>> = {
  async "@redis/client"(port) {
    const client = createClient({ url: `redis://127.0.0.1:${port}` });
    client.on("error", () => {});
    await client.connect();
    return {
      eval: (script, keys, args) => client.eval(script, { keys, arguments: args }),
      async [Symbol.asyncDispose]() {
        await client.close();
      },
    };
  },
  async ioredis(port) {
    const client = new Redis({ port, host: "127.0.0.1", lazyConnect: true });
    client.on("error", () => {});
    await client.connect();
    return {
      eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args),
      async [Symbol.asyncDispose]() {
        await client.quit();
      },
    };
  },
};
if (runtimeName === "bun") {
  const { RedisClient } = await import("bun" as string) as {
    RedisClient: new (
      url: string,
    ) => { send: (command: string, args: string[]) => Promise<unknown>; close(): void };
  };
  connectors["Bun's RedisClient"] = (port) => {
    const client = new RedisClient(`redis://127.0.0.1:${port}`);
    return Promise.resolve({
      eval: (script, keys, args) => client.send("EVAL", [script, "1", ...keys, ...args]),
      [Symbol.asyncDispose]() {
        client.close();
        return Promise.resolve();
      },
    });
  };
}

const connect = (port: number) => connectors["@redis/client"]?.(port) as Promise<Connection>;

const slow: Omit<RateTake, "key" | "costs"> = {
  // So slow that nothing is refilled while the test runs.
  tokensPerSecond: 0.001,
  capacity: 100,
  reserve: 10,
  spare: 5,
  urgent: false,
};

for (const [name, open] of Object.entries(connectors)) {
  test(`the Redis store counts as the limiter's own bucket does, through ${name}`, async () => {
    await using redis = await startRedis();
    await using connection = await open(redis.port);
    const store = new RedisRateStore({ eval: connection.eval });
    const take = (costs: number[], more: Partial<RateTake> = {}) =>
      store.take({ ...slow, key: "k", costs, ...more });

    assertEquals(await take([10, 10, 50]), { granted: 3, waitMs: 0 });
    const { granted, waitMs } = await take([10, 20, 1]);
    assertEquals(granted, 1);
    assert(waitMs > 9_900_000 && waitMs <= 10_000_000, `${waitMs} ms for 10 tokens`);
    assertEquals((await take([21], { reserve: 0, urgent: true })).granted, 0);
    assertEquals(await take([20], { reserve: 0, urgent: true }), { granted: 1, waitMs: 0 });

    assertEquals(await take([100], { key: "whole" }), { granted: 1, waitMs: 0 });
    assertEquals((await take([1], { key: "whole", reserve: 0 })).granted, 0);

    await store.drain("other");
    assertEquals((await take([1], { key: "other", reserve: 0 })).granted, 0);
  });
}

test("processes that wait take turns, and a large batch is not starved by small calls", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const [large, small] = [1, 2].map(() => new RedisRateStore({ eval: connection.eval }));
  assertInstanceOf(large, RedisRateStore);
  assertInstanceOf(small, RedisRateStore);
  const bucket = { ...slow, key: "k", reserve: 0, spare: 0 };
  await large.take({ ...bucket, costs: [60] });
  assertEquals((await large.take({ ...bucket, costs: [90] })).granted, 0);
  // 40 tokens are there, but the batch came first.
  const behind = await small.take({ ...bucket, costs: [10] });
  assertEquals(behind.granted, 0);
  assert(behind.waitMs > 59_000_000, `${behind.waitMs} ms behind a wait of 50,000 s`);
  assertEquals((await small.take({ ...bucket, costs: [2], urgent: true })).granted, 1);
  // Its turn is over with its next grant.
  assertEquals((await large.take({ ...bucket, costs: [5, 90] })).granted, 1);
  assertEquals((await small.take({ ...bucket, costs: [10] })).granted, 1);
});

test("a claim lapses when its owner does not come back", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const [dead, alive] = [1, 2].map(() => new RedisRateStore({ eval: connection.eval }));
  assertInstanceOf(dead, RedisRateStore);
  assertInstanceOf(alive, RedisRateStore);
  const bucket = { ...slow, key: "k", tokensPerSecond: 1000, capacity: 1000, reserve: 0, spare: 0 };
  await dead.take({ ...bucket, costs: [1000] });
  await dead.take({ ...bucket, costs: [50] });
  const started = systemClock.monotonic();
  while ((await alive.take({ ...bucket, costs: [10] })).granted === 0);
  const waited = systemClock.monotonic() - started;
  assert(waited > 200 && waited < 2000, `${waited} ms`);
});

test("three limiters on connections of their own, at 3 times the budget, stay inside it together", {
  timeoutMs: 30_000,
}, async () => {
  await using redis = await startRedis();
  const budget = { tokensPerSecond: 2000, capacity: 400 };
  const seconds = 3;
  const connections = await Promise.all([1, 2, 3].map(() => connect(redis.port)));
  const limiters = connections.map((connection) =>
    new RateLimiter({
      read: budget,
      write: budget,
      store: new RedisRateStore({ eval: connection.eval }),
    })
  );
  const server = new TokenBucket(budget, systemClock.monotonic());
  const started = systemClock.monotonic();
  const until = started + seconds * 1000;
  let refused = 0;
  const served = limiters.map(() => 0);
  const stop = new AbortController();
  await Promise.all(limiters.map(async (limiter, index) => {
    // Each process alone asks for the whole budget: 20 callers that never pause.
    await Promise.all(Array.from({ length: 20 }, async () => {
      while (systemClock.monotonic() < until) {
        try {
          await limiter.acquire({ bucket: "write", signal: stop.signal });
        } catch {
          return;
        }
        const now = systemClock.monotonic();
        if (now >= until) return stop.abort();
        if (server.take(10, now) > 0) refused++;
        else served[index] = (served[index] ?? 0) + 1;
      }
    }));
  }));
  for (const connection of connections) await connection[Symbol.asyncDispose]();
  const tokens = served.reduce((sum, each) => sum + each, 0) * 10;
  assertEquals(refused, 0);
  assert(tokens >= 0.97 * seconds * budget.tokensPerSecond, `${tokens} tokens in ${seconds} s`);
  for (const each of served) assert(each > tokens / 10 / 6, `shares of ${served.join(", ")}`);
});

test("while Redis does not answer, the limiter goes on alone and says so", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const errors: unknown[] = [];
  const limiter = new RateLimiter({
    read: { tokensPerSecond: 1000 },
    write: { tokensPerSecond: 1000 },
    store: new RedisRateStore({ eval: connection.eval, timeoutMs: 50 }),
    onStoreError: (error) => errors.push(error),
  });
  await limiter.acquire({ bucket: "write" });
  assertEquals(errors, []);
  redis.freeze();
  await limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" });
  redis.thaw();
  assertEquals(errors.length, 1);
  assertInstanceOf(errors[0], KalshiTimeoutError);
  await limiter.acquire({ bucket: "write" });
  assertEquals(limiter.stats()["write"]?.granted, 3);
});

test("a 429 empties the bucket for every process", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const store = () => new RedisRateStore({ eval: connection.eval });
  const budget = { tokensPerSecond: 1000 };
  const limiters = [1, 2].map(() => new RateLimiter({ read: budget, write: budget, store: store() }));
  const [first, second] = limiters;
  first?.onRateLimited("read");
  const started = systemClock.monotonic();
  await second?.acquire({ bucket: "read", cost: 100 });
  const waited = systemClock.monotonic() - started;
  assert(waited >= 99, `${waited} ms for 100 tokens and the margin`);
});

test("options of the Redis store that cannot be are refused", () => {
  const make = (options: unknown) => () => new RedisRateStore(options as { eval: RedisEval });
  assertThrows(make({}), KalshiConfigError, "eval takes a function");
  assertThrows(make({ eval: () => {}, timeoutMs: 0 }), KalshiConfigError, "timeoutMs");
  assertThrows(make({ eval: () => {}, client: 1 }), KalshiConfigError, 'no option "client"');
});
