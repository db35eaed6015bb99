import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { createClient } from "@redis/client";
import fc from "fast-check";
import { Redis } from "ioredis";
import { KalshiConfigError, KalshiTimeoutError } from "../../src/base/errors.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import type { RateStore, RateTake } from "../../src/rate_limits/store.ts";
import { ShardBuckets } from "../../src/rate_limits/shard_buckets.ts";
import { TokenBucket } from "../../src/rate_limits/token_bucket.ts";
import { type RedisEval, RedisRateStore } from "../../src/rate_limits/redis.ts";
import { startRedis } from "../support/redis_server.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { VECTORS } from "./bucket_vectors.ts";
import { promiseChains, SimClock } from "./sim_clock.ts";

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

/** Longer than any answer takes that comes at all. */
const timeoutMs = 100_000;

/** Scripts of these stores are told the time of a moved clock, and nothing else of Redis is another. */
class ClockedRedis {
  readonly clock: SimClock = new SimClock(async () => {
    while (this.#underWay.size > 0) {
      await Promise.all(this.#underWay);
      await promiseChains();
    }
  });
  readonly #underWay = new Set<Promise<unknown>>();
  /** By how much the clock of Redis is ahead of all others. */
  aheadMs = 0;

  store({ eval: run }: Connection): RedisRateStore {
    const clocked: RedisEval = async (script, keys, args) => {
      const told = `local ms = tonumber(table.remove(ARGV))
local real = redis
local redis = { call = function(name, ...)
  if name ~= 'TIME' then return real.call(name, ...) end
  return { math.floor(ms / 1000), ms % 1000 * 1000 }
end }
${script}`;
      const answer = run(told, keys, [...args, String(this.clock.now() + this.aheadMs)]);
      const ended = answer.catch(() => {});
      this.#underWay.add(ended);
      try {
        return await answer;
      } finally {
        this.#underWay.delete(ended);
      }
    };
    return new RedisRateStore({ eval: clocked, timeoutMs });
  }
}

const connect = (port: number) => connectors["@redis/client"]?.(port) as Promise<Connection>;

const slow: Omit<RateTake, "key" | "costs"> = {
  shard: 0,
  // So slow that nothing is refilled while the test runs, which goes by the clock of Redis.
  tokensPerSecond: 0.000_001,
  capacity: 100,
  reserve: 10,
  spare: 5,
  urgent: false,
};

for (const [name, open] of Object.entries(connectors)) {
  test(`the Redis store counts as the limiter's own bucket does, through ${name}`, async () => {
    await using redis = await startRedis();
    await using connection = await open(redis.port);
    const store = new RedisRateStore({ eval: connection.eval, timeoutMs });
    const take = (costs: number[], more: Partial<RateTake> = {}) =>
      store.take({ ...slow, key: "k", costs, ...more });

    assertEquals(await take([10, 10, 50]), { granted: 3, waitMs: 0 });
    const { granted, waitMs } = await take([10, 20, 1]);
    assertEquals(granted, 1);
    assert(waitMs > 9_990_000_000 && waitMs <= 10_000_000_000, `${waitMs} ms for 10 tokens`);
    assertEquals((await take([21], { reserve: 0, urgent: true })).granted, 0);
    assertEquals(await take([20], { reserve: 0, urgent: true }), { granted: 1, waitMs: 0 });

    assertEquals(await take([100], { key: "whole" }), { granted: 1, waitMs: 0 });
    assertEquals((await take([1], { key: "whole", reserve: 0 })).granted, 0);

    await store.drain("other", 0);
    assertEquals((await take([1], { key: "other", reserve: 0 })).granted, 0);
  });
}

for (const { name, spare = 0, steps, ...budget } of VECTORS) {
  test(`the buckets in Redis: ${name}`, async () => {
    await using redis = await startRedis();
    await using connection = await connect(redis.port);
    const redisTime = new ClockedRedis();
    const store = redisTime.store(connection);
    for (const [index, { atMs, drain, shard = 0, cost = 0, reserve = 0, waitMs = 0 }] of steps.entries()) {
      redisTime.aheadMs = atMs;
      if (drain) {
        await store.drain("k", shard);
        continue;
      }
      const take = { ...budget, key: "k", shard, reserve, spare, urgent: false, costs: [cost] };
      const grant = await store.take(take);
      assertEquals(grant.granted, waitMs === 0 ? 1 : 0, `step ${index}: ${grant.waitMs} ms`);
      assertAlmostEquals(grant.waitMs, waitMs, 0.002, `step ${index}`);
    }
  });
}

test("processes that wait take turns, and a large batch is not starved by small calls", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const redisTime = new ClockedRedis();
  const [large, small] = [1, 2].map(() => redisTime.store(connection));
  assertInstanceOf(large, RedisRateStore);
  assertInstanceOf(small, RedisRateStore);
  const bucket = { ...slow, key: "k", reserve: 0, spare: 0 };
  await large.take({ ...bucket, costs: [60] });
  assertEquals((await large.take({ ...bucket, costs: [90] })).granted, 0);
  // 40 tokens are there, but the batch came first.
  const behind = await small.take({ ...bucket, costs: [10] });
  assertEquals(behind.granted, 0);
  assertEquals(behind.waitMs, 60_000_000_000);
  assertEquals((await small.take({ ...bucket, costs: [2], urgent: true })).granted, 1);
  // Its turn is over with its next grant.
  assertEquals((await large.take({ ...bucket, costs: [5, 90] })).granted, 1);
  assertEquals((await small.take({ ...bucket, costs: [10] })).granted, 1);
});

test("a claim lapses when its owner does not come back", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const redisTime = new ClockedRedis();
  const [dead, alive] = [1, 2].map(() => redisTime.store(connection));
  assertInstanceOf(dead, RedisRateStore);
  assertInstanceOf(alive, RedisRateStore);
  const bucket = { ...slow, key: "k", tokensPerSecond: 1000, capacity: 1000, reserve: 0, spare: 0 };
  await dead.take({ ...bucket, costs: [1000] });
  assertEquals((await dead.take({ ...bucket, costs: [50] })).waitMs, 50);
  const granted = async () => (await alive.take({ ...bucket, costs: [10] })).granted;
  await redisTime.clock.run(300);
  assertEquals(await granted(), 0);
  await redisTime.clock.run(1);
  assertEquals(await granted(), 1);
});

test("three limiters on connections of their own, at 3 times the budget, stay inside it together", async () => {
  await using redis = await startRedis();
  const budget = { tokensPerSecond: 2000, capacity: 400 };
  const seconds = 3;
  const redisTime = new ClockedRedis();
  const { clock } = redisTime;
  const connections = await Promise.all([1, 2, 3].map(() => connect(redis.port)));
  const limiters = connections.map((connection) =>
    new RateLimiter({ read: budget, write: budget, clock, store: redisTime.store(connection) })
  );
  const server = new TokenBucket(budget, clock.monotonic());
  const until = clock.monotonic() + seconds * 1000;
  let refused = 0;
  const served = limiters.map(() => 0);
  const stop = new AbortController();
  const calling = Promise.all(limiters.map(async (limiter, index) => {
    // Each process alone asks for the whole budget: 20 callers that never pause.
    await Promise.all(Array.from({ length: 20 }, async () => {
      while (clock.monotonic() < until) {
        try {
          await limiter.acquire({ bucket: "write", signal: stop.signal });
        } catch {
          return;
        }
        const now = clock.monotonic();
        if (now >= until) return;
        if (server.take(10, now) > 0) refused++;
        else served[index] = (served[index] ?? 0) + 1;
      }
    }));
  }));
  await clock.run(seconds * 1000);
  stop.abort();
  await calling;
  for (const connection of connections) await connection[Symbol.asyncDispose]();
  const tokens = served.reduce((sum, each) => sum + each, 0) * 10;
  assertEquals(refused, 0);
  assert(tokens >= 0.97 * seconds * budget.tokensPerSecond, `${tokens} tokens in ${seconds} s`);
  for (const each of served) assert(each > tokens / 10 / 6, `shares of ${served.join(", ")}`);
});

test("while Redis does not answer, the limiter goes on alone and says so", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const patient = new RedisRateStore({ eval: connection.eval, timeoutMs });
  const impatient = new RedisRateStore({ eval: connection.eval, timeoutMs: 50 });
  let current = patient;
  const store: RateStore = {
    take: (take) => current.take(take),
    drain: (key, shard) => current.drain(key, shard),
  };
  const errors: unknown[] = [];
  const limiter = new RateLimiter({
    read: { tokensPerSecond: 1000 },
    write: { tokensPerSecond: 1000 },
    store,
    storeTimeoutMs: timeoutMs,
    onStoreError: (error) => errors.push(error),
  });
  await limiter.acquire({ bucket: "write" });
  assertEquals(errors, []);
  redis.freeze();
  current = impatient;
  await limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" });
  current = patient;
  redis.thaw();
  assertEquals(errors.length, 1);
  assertInstanceOf(errors[0], KalshiTimeoutError);
  await limiter.acquire({ bucket: "write" });
  assertEquals([limiter.stats()["write"]?.granted, errors.length], [3, 1]);
});

test("a 429 empties the bucket for every process", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const redisTime = new ClockedRedis();
  const { clock } = redisTime;
  const budget = { tokensPerSecond: 1000 };
  const [first, second] = [1, 2].map(() =>
    new RateLimiter({ read: budget, write: budget, clock, store: redisTime.store(connection) })
  );
  first?.onRateLimited("read");
  let waited: number | undefined;
  const passing = Promise.resolve(second?.acquire({ bucket: "read", cost: 100 })).then(() => {
    waited = clock.monotonic();
  });
  await clock.run(99);
  assertEquals(waited, undefined);
  await clock.run(400);
  await passing;
  assert(waited !== undefined && waited < 200, `${waited} ms for 100 tokens and the margin`);
});

test("one store for both exchanges: what is spent on one, the other does not pay for", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const redisTime = new ClockedRedis();
  const { clock } = redisTime;
  const budget = { tokensPerSecond: 1000 };
  const errors: unknown[] = [];
  const keys = new Set<string>();
  const store = redisTime.store(connection);
  const make = (product: "event" | "margin") =>
    new RateLimiter({
      product,
      read: budget,
      write: budget,
      marginMs: 0,
      cancelReserve: 0,
      clock,
      store: {
        take: (take) => store.take((keys.add(take.key), take)),
        drain: (key, shard) => store.drain(key, shard),
      },
      onStoreError: (error) => errors.push(error),
    });
  const [event, margin] = [make("event"), make("margin")];
  let passed = 0;
  const spend = (limiter: RateLimiter, cost: number) =>
    Promise.resolve(limiter.acquire({ bucket: "write", cost })).then(() => passed++);
  const all = [spend(event, 1000), spend(margin, 1000)];
  await clock.run(1);
  assertEquals(passed, 2);
  event.onRateLimited("write");
  // A second margin limiter, of another process, finds what the first has left, and nothing of the 429.
  all.push(spend(make("margin"), 500));
  await clock.run(520);
  assertEquals(passed, 3);
  await Promise.all(all);
  assertEquals([[...keys].sort(), errors], [["kalshi:margin:write", "kalshi:write"], []]);
});

test("options of the Redis store that cannot be are refused", () => {
  const make = (options: unknown) => () => new RedisRateStore(options as { eval: RedisEval });
  assertThrows(make({}), KalshiConfigError, "`eval`: it takes a function");
  for (const wrong of [0, -1, NaN, Infinity, 2 ** 31, "500", null]) {
    assertThrows(make({ eval: () => {}, timeoutMs: wrong }), KalshiConfigError, "timeoutMs");
  }
  assertThrows(make({ eval: () => {}, client: 1 }), KalshiConfigError, 'no option "client"');
});

test("a call for all shards takes from every bucket in Redis or from none", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const make = () => new RedisRateStore({ eval: connection.eval, timeoutMs });
  const store = make();
  const bucket = { ...slow, capacity: 1000, reserve: 0, spare: 0 };
  const granted = async (shard: RateTake["shard"], cost: number) =>
    (await store.take({ ...bucket, key: "k", shard, costs: [cost] })).granted === 1;
  assert(await granted(2, 900));
  assert(!await granted("all", 101), "shard 2 has too few");
  // Nothing was taken from the others by that; the claim that it left lets no other store go first, but itself.
  assert(await granted(0, 1000));
  assert(await granted(1, 1000));
  assert(!await granted("all", 100), "the unscoped one has none left");
  assert(await granted(2, 100));

  const other = (shard: RateTake["shard"], cost: number) =>
    make().take({ ...bucket, key: "k2", shard, costs: [cost] });
  assertEquals((await other("all", 600)).granted, 1);
  // Named by another process, and only now: it has paid for the call before.
  assertEquals((await other(7, 400)).granted, 1);
  assertEquals((await other(7, 1)).granted, 0);
  await store.drain("k2", 1);
  assertEquals((await other(1, 1)).granted, 0);
  await store.drain("k3", "all");
  for (const shard of [0, 1, "all"] as const) {
    assertEquals((await store.take({ ...bucket, key: "k3", shard, costs: [1] })).granted, 0, String(shard));
  }
});

test("the Redis store and a limiter's own buckets give the same, for any calls on any shards", {
  timeoutMs: 120_000,
}, async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const step = fc.record({
    pauseMs: fc.constantFrom(0, 0, 1, 7, 100, 5_000),
    shard: fc.constantFrom<RateTake["shard"]>(0, 1, 2, 3, "all"),
    cost: fc.integer({ min: 1, max: 400 }),
    reserve: fc.constantFrom(0, 0, 1, 100, 2_000),
    drain: fc.integer({ min: 0, max: 19 }).map((value) => value === 0),
  });
  // Whole tokens in whole milliseconds, so that none of the two has anything to round.
  const budget = fc.record({
    tokensPerSecond: fc.constantFrom(1_000, 3_000),
    capacity: fc.constantFrom(400, 1_000),
    spare: fc.constantFrom(0, 50),
  });
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(budget, fc.array(step, { maxLength: 30 }), async (budget, steps) => {
      const key = `run ${++runs}`;
      const redisTime = new ClockedRedis();
      const store = redisTime.store(connection);
      const buckets = new ShardBuckets(budget, 0, budget.spare);
      for (const { pauseMs, shard, cost, reserve, drain } of steps) {
        const now = redisTime.aheadMs += pauseMs;
        if (drain) {
          await store.drain(key, shard);
          buckets.drain(shard, now);
        }
        const { granted, waitMs } = await store.take({
          ...budget,
          key,
          shard,
          reserve,
          urgent: false,
          costs: [cost],
        });
        const ownMs = buckets.take(shard, cost, now, reserve);
        assertEquals(granted, ownMs === 0 ? 1 : 0);
        assertAlmostEquals(waitMs, ownMs, 0.002);
      }
    }),
    { numRuns: 60 },
  );
});

test("processes that draw on shards, on all and on none in one go admit no more than each bucket holds", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const redisTime = new ClockedRedis();
  const { clock } = redisTime;
  const budget = { tokensPerSecond: 100, capacity: 1000 };
  const seconds = 10;
  const limiters = [1, 2, 3].map(() =>
    new RateLimiter({ read: budget, write: budget, clock, store: redisTime.store(connection) })
  );
  const server = new ShardBuckets(budget, clock.monotonic());
  const stop = new AbortController();
  let refused = 0;
  let tokens = 0;
  const calls = Array.from({ length: 900 }, async (_, index) => {
    const shard = [0, 1, 2, 3, "all" as const][index % 5];
    await limiters[index % 3]?.acquire({ bucket: "write", shard, signal: stop.signal });
    if (server.take(shard ?? 0, 10, clock.monotonic()) > 0) refused++;
    if (shard === 0 || shard === "all") tokens += 10;
  });
  const settled = Promise.allSettled(calls);
  await clock.run(seconds * 1000);
  stop.abort();
  await settled;
  assertEquals(refused, 0);
  assert(tokens >= 0.9 * (900 + seconds * budget.tokensPerSecond), `${tokens} tokens in ${seconds} s`);
});

test("a step of the Redis server's clock, back or forth, stalls nobody", async () => {
  for (const stepMs of [-86_400_000, -3_600_000, -500, 3_600_000]) {
    await using redis = await startRedis();
    await using connection = await connect(redis.port);
    const redisTime = new ClockedRedis();
    const { clock } = redisTime;
    const errors: unknown[] = [];
    const budget = { tokensPerSecond: 100, capacity: 100 };
    const limiters = [1, 2].map(() =>
      new RateLimiter({
        read: budget,
        write: budget,
        clock,
        store: redisTime.store(connection),
        onStoreError: (error) => errors.push(error),
      })
    );
    const done: string[] = [];
    const call = async (index: number, name: string, cost: number, priority?: "cancel") => {
      await limiters[index]?.acquire({ bucket: "write", cost, priority });
      done.push(name);
    };
    call(0, "first", 80);
    await clock.run(100);
    // It waits, and holds a claim that was due by the clock as it was.
    call(0, "waits", 60);
    await clock.run(100);
    redisTime.aheadMs = stepMs;
    call(1, "cancel", 2, "cancel");
    call(1, "other", 10);
    await clock.run(2000);
    assertEquals([...done].sort(), ["cancel", "first", "other", "waits"], `a step of ${stepMs} ms`);
    assertEquals(done[1], "cancel");
    assertEquals(errors, []);
  }
});

test("what stands in Redis and cannot be is mended by the next call", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const store = new RedisRateStore({ eval: connection.eval, timeoutMs });
  const bucket = { ...slow, tokensPerSecond: 1000, capacity: 100, reserve: 0, spare: 0 };
  const nonsense = [
    ..."-1e300 0 0 |nan 0 0 |-inf 0 0 |x y z |||nan nan nan nan|0 nan 0 |0 1e300 0 |0 inf inf other|0 -inf 0 "
      .split("|"),
    ...`0 0 1e300 other|0 0 nan other|0 0 0 other|1e308 1e308 1e308 other|a b c d e f`.split("|"),
  ];
  for (const [index, text] of nonsense.entries()) {
    const key = `nonsense ${index}`;
    const write =
      "for _, name in ipairs({ '0', '1', 'new' }) do redis.call('HSET', KEYS[1], name, ARGV[1]) end";
    await connection.eval(write, [key], [text]);
    for (const shard of [0, 1, 2, "all"] as const) {
      const { granted, waitMs } = await store.take({ ...bucket, key, shard, urgent: true, costs: [2] });
      assert(granted === 1 || waitMs <= 2, `${JSON.stringify(text)}: ${granted}, ${waitMs} ms`);
      const other = await store.take({ ...bucket, key, shard, costs: [2] });
      assert(other.waitMs <= 102, `${JSON.stringify(text)}: ${other.waitMs} ms`);
    }
  }
});

test(
  "whatever stands in Redis, and however its clock steps, cancels go in their time and nobody is told of errors",
  {
    timeoutMs: 120_000,
  },
  async () => {
    await using redis = await startRedis();
    await using connection = await connect(redis.port);
    const number = fc.constantFrom(
      "0",
      "-1",
      "1e300",
      "-1e300",
      "nan",
      "inf",
      "-inf",
      "0x10",
      "",
      "x",
      "1.79e12",
    );
    const text = fc.oneof(
      fc.tuple(number, number, number, fc.constantFrom("", "other")).map((parts) => parts.join(" ")),
      fc.string(),
    );
    const stepMs = fc.constantFrom(0, 1, -1, -500, 3_600_000, -86_400_000, 1e11, -1e11);
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text, text, stepMs), { maxLength: 6 }), async (rounds) => {
        const redisTime = new ClockedRedis();
        const { clock } = redisTime;
        const errors: unknown[] = [];
        const storeKey = `stands ${++runs}`;
        const budget = { tokensPerSecond: 1_000, capacity: 100 };
        const limiter = new RateLimiter({
          read: budget,
          write: budget,
          clock,
          store: redisTime.store(connection),
          storeKey,
          onStoreError: (error) => errors.push(error),
        });
        const write =
          "for item = 1, 3 do redis.call('HSET', KEYS[1], ({ '0', '1', 'new' })[item], ARGV[item]) end";
        for (const [unscoped, one, others, stepMs] of rounds) {
          await connection.eval(write, [`${storeKey}:write`], [unscoped, one, others]);
          redisTime.aheadMs += stepMs;
          let gone = 0;
          for (const shard of [0, 1, 2, "all"] as const) {
            const call = limiter.acquire({ bucket: "write", cost: 2, shard, priority: "cancel" });
            Promise.resolve(call).then(() => gone++);
          }
          // The margin of 50 ms, and what they cost.
          await clock.run(70);
          assertEquals([gone, errors], [4, []]);
        }
        assertEquals(clock.pending, 0);
      }),
      { numRuns: 60 },
    );
  },
);

test("answers of eval that are no grant are refused", async () => {
  const answers: unknown[] = [
    [NaN, 0],
    ["", ""],
    [null, null],
    [[], []],
    [0, -1],
    [2, 0],
    [0.5, 0],
    [-1, 0],
    [1],
    [],
    "1,0",
    null,
    undefined,
    { granted: 1, waitMs: 0 },
    [true, 0],
    [1, {}],
  ];
  for (const answer of answers) {
    const store = new RedisRateStore({ eval: () => Promise.resolve(answer), timeoutMs });
    await assertRejects(
      () => store.take({ ...slow, key: "k", costs: [1] }),
      KalshiConfigError,
      "list of two",
    );
  }
  // As clients give them that make numbers of texts, or bigints of integers.
  for (const answer of [[1, "0.000"], [1n, 0], ["1", 0]]) {
    const store = new RedisRateStore({ eval: () => Promise.resolve(answer), timeoutMs });
    assertEquals(await store.take({ ...slow, key: "k", costs: [1] }), { granted: 1, waitMs: 0 });
  }
});

test("a limiter goes on with a key in Redis that is none of its own, and says so", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const errors: unknown[] = [];
  const budget = { tokensPerSecond: 1000 };
  const limiter = new RateLimiter({
    read: budget,
    write: budget,
    store: new RedisRateStore({ eval: connection.eval, timeoutMs }),
    storeTimeoutMs: timeoutMs,
    onStoreError: (error) => errors.push(error),
  });
  await connection.eval("return redis.call('SET', KEYS[1], 'something else')", ["kalshi:write"], []);
  await limiter.acquire({ bucket: "write", priority: "cancel" });
  limiter.onRateLimited("write");
  await until(() => errors.length === 2);
  assert(errors.every((error) => /WRONGTYPE/.test(String(error))), String(errors));
});
