/**
 * What every store that several processes share must do, whatever it is kept in. A file for each kind of store runs it
 * over a real server, whose clock the test moves.
 */
import { assert, assertAlmostEquals, assertEquals, assertInstanceOf } from "@std/assert";
import fc from "fast-check";
import type { Clock } from "../../src/base/clock.ts";
import { KalshiTimeoutError } from "../../src/base/errors.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { ShardBuckets } from "../../src/rate_limits/shard_buckets.ts";
import type { RateStore, RateTake } from "../../src/rate_limits/store.ts";
import { TokenBucket } from "../../src/rate_limits/token_bucket.ts";
import { VECTORS } from "./bucket_vectors.ts";
import type { SimClock } from "./sim_clock.ts";

/** A server, and stores in it. */
export interface SharedStore extends AsyncDisposable {
  /** What time it is, for the server too. */
  readonly clock: SimClock;
  /** By how much the clock of the server is ahead of all others. */
  aheadMs: number;
  /** The store of one more process, in which the server's time is that of `clock`. */
  clocked(): Promise<RateStore>;
  /** The same by the server's own clock. */
  unmoved(): Promise<RateStore>;
}

/** The clock of a machine that has the time wrong by so many milliseconds. */
const offBy = (clock: Clock, offMs: number): Clock => ({
  now: () => clock.now() + offMs,
  monotonic: () => clock.monotonic() + Math.abs(offMs) / 2,
  setTimer: (callback, delayMs) => clock.setTimer(callback, delayMs),
});

/** A take of buckets so slow that nothing is refilled while a test runs by the clock of a server. */
export const slow: Omit<RateTake, "key" | "costs"> = {
  shard: 0,
  tokensPerSecond: 0.000_001,
  capacity: 100,
  reserve: 10,
  spare: 5,
  urgent: false,
};

/** The tests of a store, `where` it is kept. */
export function testSharedStore(
  where: string,
  start: () => Promise<SharedStore>,
  test: (name: string, run: () => Promise<void>) => void,
): void {
  for (const { name, spare = 0, steps, ...budget } of VECTORS) {
    test(`${where}: ${name}`, async () => {
      await using shared = await start();
      const store = await shared.clocked();
      for (const [index, { atMs, drain, shard = 0, cost = 0, reserve = 0, waitMs = 0 }] of steps.entries()) {
        shared.aheadMs = atMs;
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

  test(`${where}: processes that wait take turns, and a large batch is not starved by small calls`, async () => {
    await using shared = await start();
    const [large, small] = [await shared.clocked(), await shared.clocked()];
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

  test(`${where}: a claim lapses when its owner does not come back`, async () => {
    await using shared = await start();
    const [dead, alive] = [await shared.clocked(), await shared.clocked()];
    const bucket = { ...slow, key: "k", tokensPerSecond: 1000, capacity: 1000, reserve: 0, spare: 0 };
    await dead.take({ ...bucket, costs: [1000] });
    assertEquals((await dead.take({ ...bucket, costs: [50] })).waitMs, 50);
    const granted = async () => (await alive.take({ ...bucket, costs: [10] })).granted;
    await shared.clock.run(300);
    assertEquals(await granted(), 0);
    await shared.clock.run(1);
    assertEquals(await granted(), 1);
  });

  test(`${where}: three limiters whose clocks are a day apart, at 3 times the budget, stay inside it together`, async () => {
    await using shared = await start();
    const budget = { tokensPerSecond: 2000, capacity: 400 };
    const seconds = 1;
    const { clock } = shared;
    const limiters = await Promise.all([0, -86_400_000, 3_600_000].map(async (offMs) => {
      const store = await shared.clocked();
      return new RateLimiter({ read: budget, write: budget, clock: offBy(clock, offMs), store });
    }));
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
    const tokens = served.reduce((sum, each) => sum + each, 0) * 10;
    assertEquals(refused, 0);
    assert(tokens >= 0.97 * seconds * budget.tokensPerSecond, `${tokens} tokens in ${seconds} s`);
    for (const each of served) assert(each > tokens / 10 / 6, `shares of ${served.join(", ")}`);
  });

  test(`${where}: a 429 empties the bucket for every process`, async () => {
    await using shared = await start();
    const { clock } = shared;
    const budget = { tokensPerSecond: 1000 };
    const [first, second] = await Promise.all(
      [1, 2].map(async () =>
        new RateLimiter({ read: budget, write: budget, clock, store: await shared.clocked() })
      ),
    );
    first?.onRateLimited("read");
    // The store has been told.
    await clock.run(0);
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

  test(`${where}: one store for both exchanges: what is spent on one, the other does not pay for`, async () => {
    await using shared = await start();
    const { clock } = shared;
    const budget = { tokensPerSecond: 1000 };
    const errors: unknown[] = [];
    const keys = new Set<string>();
    const store = await shared.clocked();
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
    await clock.run(0);
    // A second margin limiter, of another process, finds what the first has left, and nothing of the 429.
    all.push(spend(make("margin"), 500));
    await clock.run(520);
    assertEquals(passed, 3);
    await Promise.all(all);
    assertEquals([[...keys].sort(), errors], [["kalshi:margin:write", "kalshi:write"], []]);
  });

  test(`${where}: a call for all shards takes from every bucket or from none`, async () => {
    await using shared = await start();
    const make = () => shared.unmoved();
    const store = await make();
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

    const other = async (shard: RateTake["shard"], cost: number) =>
      await (await make()).take({ ...bucket, key: "k2", shard, costs: [cost] });
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

  test(`${where}: it and a limiter's own buckets give the same, for any calls on any shards`, async () => {
    await using shared = await start();
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
    const store = await shared.clocked();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(budget, fc.array(step, { maxLength: 30 }), async (budget, steps) => {
        const key = `run ${++runs}`;
        const buckets = new ShardBuckets(budget, shared.aheadMs, budget.spare);
        for (const { pauseMs, shard, cost, reserve, drain } of steps) {
          const now = shared.aheadMs += pauseMs;
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

  test(`${where}: processes that draw on shards, on all and on none in one go admit no more than each bucket holds`, async () => {
    await using shared = await start();
    const { clock } = shared;
    const budget = { tokensPerSecond: 100, capacity: 1000 };
    const seconds = 10;
    const limiters = await Promise.all(
      [1, 2, 3].map(async () =>
        new RateLimiter({ read: budget, write: budget, clock, store: await shared.clocked() })
      ),
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

  test(`${where}: a step of the server's clock, back or forth, stalls nobody`, async () => {
    for (const stepMs of [-86_400_000, -3_600_000, -500, 3_600_000]) {
      await using shared = await start();
      const { clock } = shared;
      const errors: unknown[] = [];
      const budget = { tokensPerSecond: 100, capacity: 100 };
      const limiters = await Promise.all([1, 2].map(async () =>
        new RateLimiter({
          read: budget,
          write: budget,
          clock,
          store: await shared.clocked(),
          onStoreError: (error) => errors.push(error),
        })
      ));
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
      shared.aheadMs = stepMs;
      call(1, "cancel", 2, "cancel");
      call(1, "other", 10);
      await clock.run(2000);
      assertEquals([...done].sort(), ["cancel", "first", "other", "waits"], `a step of ${stepMs} ms`);
      assertEquals(done[1], "cancel");
      assertEquals(errors, []);
    }
  });
}

/** A limiter whose store stops to answer goes on alone, says so once, and takes the store again. */
export async function goesOnAlone(
  server: { freeze(): void; thaw(): void },
  /** Waits for the server longer than a test lasts. */
  patient: RateStore,
  impatient: RateStore,
): Promise<void> {
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
    storeTimeoutMs: 100_000,
    onStoreError: (error) => errors.push(error),
  });
  await limiter.acquire({ bucket: "write" });
  assertEquals(errors, []);
  server.freeze();
  current = impatient;
  await limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" });
  current = patient;
  server.thaw();
  assertEquals(errors.length, 1);
  assertInstanceOf(errors[0], KalshiTimeoutError);
  await limiter.acquire({ bucket: "write" });
  assertEquals([limiter.stats()["write"]?.granted, errors.length], [3, 1]);
}
