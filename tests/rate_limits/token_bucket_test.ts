import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ShardBuckets } from "../../src/rate_limits/shard_buckets.ts";
import { TokenBucket } from "../../src/rate_limits/token_bucket.ts";
import { test } from "../support/test.ts";
import { VECTORS } from "./bucket_vectors.ts";

for (const { name, spare = 0, steps, ...budget } of VECTORS) {
  test(`the limiter's own buckets: ${name}`, () => {
    const buckets = new ShardBuckets(budget, 0, spare);
    for (const [index, { atMs, drain, shard = 0, cost = 0, reserve = 0, waitMs = 0 }] of steps.entries()) {
      if (drain) buckets.drain(shard, atMs);
      else assertAlmostEquals(buckets.take(shard, cost, atMs, reserve), waitMs, 0.002, `step ${index}`);
    }
  });
}

test("a bucket starts full, gives what it holds, and says when there will be more", () => {
  const bucket = new TokenBucket({ tokensPerSecond: 1000, capacity: 2000 }, 0);
  assertEquals(bucket.level(0), 2000);
  assertEquals(bucket.take(1990, 0), 0);
  assertEquals(bucket.take(20, 0), 10);
  assertEquals(bucket.take(20, 10), 0);
  assertEquals(bucket.level(10), 0);
  assertEquals(bucket.level(1_000_000), 2000);
});

test("a bucket holds one second of budget when no capacity is given", () => {
  assertEquals(new TokenBucket({ tokensPerSecond: 100 }, 0).capacity, 100);
});

test("a bucket never gives more than it can hold", () => {
  const bucket = new TokenBucket({ tokensPerSecond: 100 }, 0);
  assertEquals(bucket.take(101, 0), Infinity);
  assertEquals(bucket.take(100, 0), 0);
});

test("a bucket that is resized keeps its tokens, as far as the new size holds them", () => {
  const bucket = new TokenBucket({ tokensPerSecond: 100 }, 0, 50);
  bucket.resize({ tokensPerSecond: 300, capacity: 600 }, 1000);
  assertEquals(bucket.level(1000), 100);
  assertEquals(bucket.level(2000), 400);
  bucket.resize({ tokensPerSecond: 100 }, 2000);
  assertEquals(bucket.level(2000), 100);
});

test("a clock that steps back neither adds nor takes tokens", () => {
  const bucket = new TokenBucket({ tokensPerSecond: 100 }, 1000);
  bucket.drain(1000);
  assertEquals(bucket.level(0), 0);
  assertEquals(bucket.level(1100), 10);
});

test("in every stretch of time a bucket gives at most its capacity and what was refilled", () => {
  const step = fc.record({ gapMs: fc.nat(300), cost: fc.integer({ min: 1, max: 120 }) });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const bucket = new TokenBucket({ tokensPerSecond: 100, capacity: 120 }, 0);
    const taken: { atMs: number; cost: number }[] = [];
    let now = 0;
    for (const { gapMs, cost } of steps) {
      now += gapMs;
      if (bucket.take(cost, now) === 0) taken.push({ atMs: now, cost });
    }
    for (let first = 0; first < taken.length; first++) {
      let sum = 0;
      for (const { atMs, cost } of taken.slice(first)) {
        sum += cost;
        const allowed = 120 + (atMs - (taken[first]?.atMs ?? 0)) / 10;
        if (sum > allowed + 1e-3) return false;
      }
    }
    return true;
  }));
});

test("the wait that a bucket tells is enough and not a millisecond too long", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(1000),
      (first, second, gapMs) => {
        const make = () => {
          const bucket = new TokenBucket({ tokensPerSecond: 100, capacity: 200 }, 0);
          bucket.take(first, 0);
          return bucket;
        };
        const waitMs = make().take(second, gapMs);
        if (waitMs === 0) return true;
        return make().take(second, gapMs + waitMs) === 0 && make().take(second, gapMs + waitMs - 1) > 0;
      },
    ),
  );
});
