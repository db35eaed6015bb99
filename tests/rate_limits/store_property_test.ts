/** Whatever a store says, whenever it says it: cancels go, nothing spins, and what counts as none is told. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import { checkedGrant, longestWaitMs, type RateGrant, type RateTake } from "../../src/rate_limits/store.ts";
import { test } from "../support/test.ts";
import { SimClock } from "./sim_clock.ts";

const TIMEOUT_MS = 400;
const RATE = { tokensPerSecond: 1_000, capacity: 3_000 };

/** One answer of a store: what, when, and what it does to the question. */
interface Behaviour {
  readonly how: "answers" | "throws" | "rejects" | "never";
  readonly value: unknown;
  readonly afterMs: number;
  readonly spoils: boolean;
}

const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity, 1e308, -1e308, 2 ** 31, 2 ** 53, 5e-324),
  fc.double(),
  fc.integer({ min: -10, max: 100 }),
);
const value = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }),
  fc.record({ granted: number, waitMs: number }),
  fc.record({ granted: fc.constant(0), waitMs: fc.double({ min: 0.001, max: 60, noNaN: true }) }),
  fc.record({ granted: fc.integer({ min: 0, max: 64 }), waitMs: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({ granted: fc.anything(), waitMs: fc.anything() }),
);
const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  how: fc.constantFrom("answers", "answers", "answers", "answers", "throws", "rejects", "never"),
  value,
  afterMs: fc.constantFrom(0, 0, 0, 1, 50, TIMEOUT_MS - 1, TIMEOUT_MS + 1, 5_000),
  spoils: fc.boolean(),
});

function setUp(behaviours: readonly Behaviour[]) {
  const clock = new SimClock();
  const told: unknown[] = [];
  let asked = 0;
  let failed = 0;
  const take = (take: RateTake): Promise<RateGrant> => {
    const { how, value, afterMs, spoils } = behaviours[asked++ % behaviours.length] as Behaviour;
    const isGrant = how === "answers" && afterMs < TIMEOUT_MS && isCredible(value, take);
    if (!isGrant) failed++;
    if (spoils) {
      (take.costs as number[]).length = 0;
      Object.assign(take, { capacity: NaN, tokensPerSecond: 0 });
    }
    if (how === "throws") throw value;
    if (how === "never") return new Promise(() => {});
    if (how === "rejects") return Promise.reject(value);
    const answer = afterMs === 0 ? Promise.resolve() : clock.sleep(afterMs);
    return answer.then(() => value) as Promise<RateGrant>;
  };
  const limiter = new RateLimiter({
    read: RATE,
    write: RATE,
    clock,
    store: { take, drain: () => Promise.resolve() },
    storeTimeoutMs: TIMEOUT_MS,
    onStoreError: (error) => told.push(error),
  });
  return { clock, told, limiter, asked: () => asked, failed: () => failed };
}

function isCredible(value: unknown, take: RateTake): boolean {
  try {
    checkedGrant(value, take);
    return true;
  } catch {
    return false;
  }
}

test("whatever a store says, a cancel is held no longer than a second and two answers, and nothing spins", {
  timeoutMs: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(behaviour, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 10 }),
      async (behaviours, costs) => {
        const { clock, told, limiter, asked, failed } = setUp(behaviours);
        // What is no cancel stands in no cancel's way.
        const others = Promise.allSettled([1, 2].map(() => limiter.acquire({ bucket: "write", cost: 10 })));
        for (const cost of costs) {
          const before = asked();
          let heldMs: number | undefined;
          const started = clock.monotonic();
          Promise.resolve(limiter.acquire({ bucket: "write", cost, priority: "cancel" })).then(() => {
            heldMs = clock.monotonic() - started;
          });
          await clock.run(1_000 + 2 * TIMEOUT_MS + 1);
          assert(
            heldMs !== undefined,
            `a cancel of ${cost} tokens is held for ${clock.monotonic() - started} ms`,
          );
          assert(asked() - before <= 80, `asked ${asked() - before} times`);
        }
        await clock.run(200_000);
        await others;
        assertEquals(told.length >= failed(), true, `${failed()} failures, ${told.length} told`);
        assertEquals(clock.pending, 0);
        assertEquals(limiter.stats()["write"]?.granted, costs.length + 2);
      },
    ),
    { numRuns: 300 },
  );
});

test("whatever a store says, twenty cancels in one line all go, and the store is not asked without end", {
  timeoutMs: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(behaviour, { minLength: 1, maxLength: 8 }), async (behaviours) => {
      const { clock, limiter, asked } = setUp(behaviours);
      let gone = 0;
      for (let made = 0; made < 20; made++) {
        Promise.resolve(limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" })).then(() => gone++);
      }
      await clock.run(20 * (1_000 + 2 * TIMEOUT_MS + 1));
      assertEquals(gone, 20);
      assert(asked() <= 20 * 20, `asked ${asked()} times`);
    }),
    { numRuns: 300 },
  );
});

test("a store that refused somebody who has left gets its time again", async () => {
  const clock = new SimClock();
  const told: unknown[] = [];
  let granted = 0;
  const limiter = new RateLimiter({
    read: RATE,
    write: RATE,
    clock,
    store: {
      take: () => Promise.resolve({ granted, waitMs: granted === 1 ? 0 : 5 }),
      drain: () => Promise.resolve(),
    },
    onStoreError: (error) => told.push(error),
  });
  const controller = new AbortController();
  const left = Promise.allSettled([
    limiter.acquire({ bucket: "write", cost: 2, priority: "cancel", signal: controller.signal }),
  ]);
  await clock.run(1);
  controller.abort();
  await left;
  await clock.run(3_600_000);
  let gone = false;
  Promise.resolve(limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" })).then(() => gone = true);
  await clock.run(4);
  granted = 1;
  await clock.run(10);
  assertEquals([gone, told], [true, []]);
});

test("what a checked grant holds is within what was asked and what can be", () => {
  fc.assert(
    fc.property(
      value,
      fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 64 }),
      fc.boolean(),
      (answer, costs, urgent) => {
        const take = { shard: 0, ...RATE, reserve: 50, spare: 50, urgent, costs };
        let grant: RateGrant;
        try {
          grant = checkedGrant(answer, take);
        } catch {
          return;
        }
        assert(Number.isInteger(grant.granted) && grant.granted >= 0 && grant.granted <= costs.length);
        const next = costs[grant.granted];
        const most = next === undefined ? 0 : longestWaitMs(take, next) * 1.001 + 1;
        assert(grant.waitMs >= 0 && grant.waitMs <= most, `${grant.waitMs} ms`);
        assert(grant.granted > 0 || grant.waitMs > 0, "asked again at once");
      },
    ),
    { numRuns: 2_000 },
  );
});
