import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createClient } from "@redis/client";
import fc from "fast-check";
import { Redis } from "ioredis";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import type { RateTake } from "../../src/rate_limits/store.ts";
import { type RedisEval, RedisRateStore } from "../../src/rate_limits/redis.ts";
import { startRedis } from "../support/redis_server.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { promiseChains, SimClock } from "./sim_clock.ts";
import { goesOnAlone, type SharedStore, slow, testSharedStore } from "./store_table.ts";

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

/** The same for the tests that every store must pass. */
async function startShared(): Promise<SharedStore> {
  const redis = await startRedis();
  const redisTime = new ClockedRedis();
  const connections: Connection[] = [];
  const open = async () => {
    const connection = await connect(redis.port);
    connections.push(connection);
    return connection;
  };
  return {
    clock: redisTime.clock,
    get aheadMs() {
      return redisTime.aheadMs;
    },
    set aheadMs(ms: number) {
      redisTime.aheadMs = ms;
    },
    clocked: async () => redisTime.store(await open()),
    unmoved: async () => new RedisRateStore({ eval: (await open()).eval, timeoutMs }),
    async [Symbol.asyncDispose]() {
      for (const connection of connections) await connection[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}

testSharedStore("in Redis", startShared, test);

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

test("while Redis does not answer, the limiter goes on alone and says so", async () => {
  await using redis = await startRedis();
  await using connection = await connect(redis.port);
  const storeOf = (timeoutMs: number) => new RedisRateStore({ eval: connection.eval, timeoutMs });
  await goesOnAlone(redis, storeOf(timeoutMs), storeOf(50));
});

test("options of the Redis store that cannot be are refused", () => {
  const make = (options: unknown) => () => new RedisRateStore(options as { eval: RedisEval });
  assertThrows(make({}), KalshiConfigError, "`eval`: it takes a function");
  for (const wrong of [0, -1, NaN, Infinity, 2 ** 31, "500", null]) {
    assertThrows(make({ eval: () => {}, timeoutMs: wrong }), KalshiConfigError, "timeoutMs");
  }
  assertThrows(make({ eval: () => {}, client: 1 }), KalshiConfigError, 'no option "client"');
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
