import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Kvm } from "@nats-io/kv";
import { KalshiConfigError, KalshiDecodeError } from "../../src/base/errors.ts";
import { type Bucket, type BucketEntry, bucketKey, openBucket } from "../../src/nats/bucket.ts";
import { KalshiNatsError } from "../../src/nats/errors.ts";
import { RATES_BUCKET } from "../../src/nats/protocol.ts";
import { NatsRateStore, RateSteps } from "../../src/nats/rate_store.ts";
import type { NatsRateStoreOptions } from "../../src/nats/rate_store_options.ts";
import { TurnsByKey } from "../../src/nats/turns_by_key.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import type { RateStore } from "../../src/rate_limits/store.ts";
import { promiseChains, SimClock } from "../rate_limits/sim_clock.ts";
import { goesOnAlone, type SharedStore, slow, testSharedStore } from "../rate_limits/store_table.ts";
import { test } from "../support/test.ts";
import { natsTest, startNats } from "./support/server.ts";

/** Longer than any answer takes that comes at all. */
const timeoutMs = 100_000;
/** The bucket as the store makes it. */
const limits = { history: 64, expireAfterMs: 0 };

/** A server whose entries are stored at the time of a moved clock; nothing else of it is another. */
async function startShared(): Promise<SharedStore> {
  const server = await startNats();
  const underWay = new Set<Promise<unknown>>();
  const clock = new SimClock(async () => {
    while (underWay.size > 0) {
      await Promise.all(underWay);
      await promiseChains();
    }
  });
  const stored = new Map<number, number>();
  const atMsOf = (revision: number) => {
    const atMs = stored.get(revision) ?? clock.now() + shared.aheadMs;
    stored.set(revision, atMs);
    return atMs;
  };
  const shared: SharedStore = {
    clock,
    aheadMs: 0,
    async clocked() {
      const bucket = await openBucket(await server.connect(), RATES_BUCKET, limits);
      const steps = new RateSteps({
        open: () => Promise.resolve(stamped(bucket, atMsOf)),
        timeoutMs,
        maxTries: 1_000,
      });
      return held(steps, underWay);
    },
    unmoved: async () => new NatsRateStore({ connection: await server.connect(), timeoutMs }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return shared;
}

/** The same bucket with other times. */
function stamped(bucket: Bucket, atMsOf: (revision: number) => number): Bucket {
  return {
    async read(key, revision) {
      const entry = await bucket.read(key, revision);
      return entry && { ...entry, storedMs: atMsOf(entry.revision) };
    },
    async write(key, text, revision) {
      const written = await bucket.write(key, text, revision);
      if (written !== undefined) atMsOf(written);
      return written;
    },
  };
}

/** A store whose answers the clock waits for. */
function held(store: RateStore, underWay: Set<Promise<unknown>>): RateStore {
  const hold = <T>(work: Promise<T>): Promise<T> => {
    const ended = work.then(() => {}, () => {});
    underWay.add(ended);
    return work.finally(() => underWay.delete(ended));
  };
  return {
    take: (take) => hold(store.take(take)),
    drain: (key, shard) => hold(store.drain(key, shard)),
  };
}

testSharedStore("in NATS", startShared, natsTest);

natsTest("while NATS does not answer, the limiter goes on alone and says so", async () => {
  await using server = await startNats();
  const connection = await server.connect();
  const storeOf = (timeoutMs: number) => new NatsRateStore({ connection, timeoutMs });
  await goesOnAlone(server, storeOf(timeoutMs), storeOf(50));
});

natsTest("a budget outlives its server and its machines", async () => {
  await using server = await startNats();
  const take = { ...slow, key: "k", costs: [70] };
  const first = new NatsRateStore({ connection: await server.connect(), timeoutMs });
  assertEquals((await first.take(take)).granted, 1);
  await server.kill();
  await server.start();
  const second = new NatsRateStore({ connection: await server.connect(), timeoutMs });
  assertEquals((await second.take(take)).granted, 0);
  assertEquals((await second.take({ ...take, costs: [21] })).granted, 0);
});

natsTest("processes that make the bucket in the same moment all have it", async () => {
  await using server = await startNats();
  const connections = await Promise.all(Array.from({ length: 6 }, () => server.connect()));
  for (let round = 0; round < 10; round++) {
    const takes = connections.map((connection) =>
      new NatsRateStore({ connection, timeoutMs, bucket: `ROUND_${round}` }).take({
        ...slow,
        key: "k",
        costs: [15],
      })
    );
    const granted = (await Promise.all(takes)).map((grant) => grant.granted);
    // Six times 15 tokens, of which 10 stay behind: nobody's share is given twice.
    assertEquals(granted.reduce((sum, each) => sum + each, 0), 6);
  }
});

natsTest("what one key and another need not escape is told apart, and any text is a key", async () => {
  await using server = await startNats();
  const store = new NatsRateStore({ connection: await server.connect(), timeoutMs });
  const keys = ["kalshi:write", "kalshi.write", "kalshi write", "*", ">", "=3a", "\u00e4\ud83d\ude00", "a=b"];
  for (const key of keys) assertEquals((await store.take({ ...slow, key, costs: [80] })).granted, 1, key);
  assertEquals(new Set(keys.map(bucketKey)).size, keys.length);
});

natsTest(
  "what stands in NATS and cannot be is mended by the next call, or told where it is none of ours",
  async () => {
    await using server = await startNats();
    const connection = await server.connect();
    const bucket = await openBucket(connection, RATES_BUCKET, limits);
    const put = async (key: string, text: string) => {
      const { revision = 0 } = await bucket.read(bucketKey(key)) ?? {};
      await bucket.write(bucketKey(key), text, revision);
    };
    const take = { ...slow, tokensPerSecond: 1000, reserve: 0, spare: 0 };
    const step = { kind: "drain", shard: 5 };
    const values = [-1e300, null, "x", 1e300, Number.MAX_VALUE, {}, true];
    for (const [index, value] of values.entries()) {
      const key = `nonsense ${index}`;
      const wrong = { level: value, atMs: value, dueMs: value, claimant: index % 2 ? "other" : value };
      await put(
        key,
        JSON.stringify({ buckets: { 0: wrong, 1: wrong, new: wrong, constructor: wrong }, step }),
      );
      const store = new NatsRateStore({ connection, timeoutMs });
      for (const shard of [0, 1, 2, "all"] as const) {
        const { granted, waitMs } = await store.take({ ...take, key, shard, urgent: true, costs: [2] });
        assert(granted === 1 || waitMs <= 2, `${value}: ${granted}, ${waitMs} ms`);
        assert((await store.take({ ...take, key, shard, costs: [2] })).waitMs <= 102, String(value));
      }
    }
    const errors: unknown[] = [];
    const limiter = new RateLimiter({
      read: { tokensPerSecond: 1000 },
      write: { tokensPerSecond: 1000 },
      store: new NatsRateStore({ connection, timeoutMs }),
      storeTimeoutMs: timeoutMs,
      onStoreError: (error) => errors.push(error),
    });
    const foreign = [
      "something else",
      "{}",
      "null",
      '{"buckets":{},"step":{"kind":"take"}}',
      '{"buckets":[]}',
    ];
    for (const [index, text] of foreign.entries()) {
      await put("kalshi:write", text);
      await limiter.acquire({ bucket: "write", priority: "cancel" });
      assertEquals(errors.length, index + 1, text);
    }
    assert(errors.every((error) => error instanceof KalshiDecodeError), String(errors));
  },
);

natsTest(
  "a deleted key has full buckets, and a bucket that keeps less than is needed is refused",
  async () => {
    await using server = await startNats();
    const connection = await server.connect();
    const store = () => new NatsRateStore({ connection, timeoutMs });
    const take = { ...slow, key: "k", costs: [90] };
    assertEquals((await store().take(take)).granted, 1);
    await (await new Kvm(connection).open(RATES_BUCKET)).delete("k");
    assertEquals((await store().take(take)).granted, 1);
    await new Kvm(connection).create("SHORT", { history: 1 });
    const short = new NatsRateStore({ connection, timeoutMs, bucket: "SHORT" });
    await assertRejects(() => short.take(take), KalshiConfigError, "revisions");
  },
);

/** A bucket in which every other write comes second. */
function crowded(losses: number): Bucket & { writes: number } {
  let entry: BucketEntry | undefined;
  const bucket = {
    writes: 0,
    read: () => Promise.resolve(entry),
    write: (_: string, text: string, revision: number) => {
      if (++bucket.writes <= losses) return Promise.resolve(undefined);
      entry = { text, revision: revision + 1, storedMs: 0 };
      return Promise.resolve(entry.revision);
    },
  };
  return bucket;
}

test("who loses against others tries again, a bounded number of times, and then says so", async () => {
  const take = { ...slow, key: "k", costs: [1] };
  for (const urgent of [true, false]) {
    const lucky = crowded(4);
    const store = new RateSteps({ open: () => Promise.resolve(lucky), timeoutMs, maxTries: 5 });
    assertEquals([await store.take({ ...take, urgent }), lucky.writes], [{ granted: 1, waitMs: 0 }, 5]);
    const unlucky = crowded(5);
    const loser = new RateSteps({ open: () => Promise.resolve(unlucky), timeoutMs, maxTries: 5 });
    await assertRejects(() => loser.take({ ...take, urgent }), KalshiNatsError, "maxTries");
    assertEquals(unlucky.writes, 5);
    assertEquals((await loser.take({ ...take, urgent })).granted, 1);
  }
});

test("an entry that is not kept any more, and a bucket that cannot be opened, are told and not the end", async () => {
  const bucket = crowded(0);
  let opened = 0;
  let isGone = true;
  const store = new RateSteps({
    open: () =>
      ++opened === 1 ? Promise.reject(new Error("no server")) : Promise.resolve({
        ...bucket,
        read: () => isGone ? Promise.resolve(undefined) : bucket.read("k"),
      }),
    timeoutMs,
    maxTries: 5,
  });
  const take = { ...slow, key: "k", costs: [1] };
  await assertRejects(() => store.take(take), Error, "no server");
  await assertRejects(() => store.take(take), KalshiNatsError, "not kept");
  isGone = false;
  assertEquals((await store.take(take)).granted, 1);
});

test("in one process a cancel does not stand behind what else waits for its turn", async () => {
  const turns = new TurnsByKey();
  const done: string[] = [];
  let release = () => {};
  const first = turns.take("k", false, () => new Promise<void>((resolve) => release = resolve));
  const work = (name: string) => () => Promise.resolve(void done.push(name));
  const all = [
    turns.take("k", false, work("create")),
    turns.take("k", true, work("cancel")),
    turns.take("k", false, work("amend")),
    turns.take("k", true, work("cancel 2")),
    turns.take("other", false, work("other")),
  ];
  await promiseChains();
  assertEquals(done, ["other"]);
  release();
  await Promise.all([first, ...all]);
  assertEquals(done, ["other", "cancel", "cancel 2", "create", "amend"]);
});

test("options of the NATS store that cannot be are refused", () => {
  const connection = { publish() {}, subscribe() {}, request() {}, status() {} };
  const make = (options: unknown) => () => new NatsRateStore(options as NatsRateStoreOptions);
  assertThrows(make({}), KalshiConfigError, "`connection`");
  assertThrows(make({ connection: "nats://127.0.0.1" }), KalshiConfigError, "connection");
  for (const bucket of ["", "a.b", "a b", 1, null]) {
    assertThrows(make({ connection, bucket }), KalshiConfigError, "bucket");
  }
  for (const wrong of [0, -1, NaN, Infinity, 2 ** 31, "500", null]) {
    assertThrows(make({ connection, timeoutMs: wrong }), KalshiConfigError, "timeoutMs");
    assertThrows(make({ connection, maxTries: wrong }), KalshiConfigError, "maxTries");
  }
});
