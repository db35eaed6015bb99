/** Stores that answer what cannot be, late, or never. */
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiDecodeError, KalshiTimeoutError } from "../../src/base/errors.ts";
import type { RateLimiterOptions } from "../../src/rate_limits/limiter_options.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import type { RateGrant, RateStore, RateTake } from "../../src/rate_limits/store.ts";
import { test } from "../support/test.ts";
import { SimClock } from "./sim_clock.ts";

function setUp(answer: (take: RateTake) => unknown, options: Partial<RateLimiterOptions> = {}) {
  const clock = new SimClock();
  const errors: unknown[] = [];
  const takes: RateTake[] = [];
  const store: RateStore = {
    // Not async: what it throws, it throws at once.
    take(take) {
      takes.push(take);
      return answer(take) as Promise<RateGrant>;
    },
    drain: () => Promise.resolve(),
  };
  const budget = { tokensPerSecond: 100 };
  const limiter = new RateLimiter({
    read: budget,
    write: budget,
    clock,
    store,
    onStoreError: (error) => errors.push(error),
    ...options,
  });
  const done: string[] = [];
  const call = async (name: string, cost: number, priority?: "cancel") => {
    await limiter.acquire({ bucket: "write", cost, priority });
    done.push(name);
  };
  return { clock, errors, takes, limiter, done, call };
}

const nonsense: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  nothing: {},
  "a text": "1",
  "a number": 1,
  "a list": [1, 0],
  "no wait": { granted: 0 },
  "no grant": { waitMs: 1 },
  "NaN granted": { granted: NaN, waitMs: 0 },
  "NaN to wait": { granted: 0, waitMs: NaN },
  "texts": { granted: "1", waitMs: "0" },
  "a negative grant": { granted: -1, waitMs: 0 },
  "half a grant": { granted: 0.5, waitMs: 0 },
  "more than was asked for": { granted: 1e9, waitMs: 0 },
  "infinity granted": { granted: Infinity, waitMs: 0 },
  "infinity to wait": { granted: 0, waitMs: Infinity },
  "a year": { granted: 0, waitMs: 31_536_000_000 },
  "more than a timer holds": { granted: 0, waitMs: 2 ** 31 },
  "longer than a refill and a turn": { granted: 0, waitMs: 1500 },
  "a negative wait": { granted: 0, waitMs: -1 },
  "nothing, and no wait": { granted: 0, waitMs: 0 },
  "bigints": { granted: 1n, waitMs: 0n },
  "symbols": { granted: Symbol("1"), waitMs: Symbol("0") },
  "a getter that throws": {
    get granted() {
      throw new TypeError("no");
    },
    waitMs: 0,
  },
};

for (const [name, answer] of Object.entries(nonsense)) {
  test(`a store's nonsense holds no cancel and is told: ${name}`, async () => {
    const { clock, errors, takes, limiter, done, call } = setUp(() => Promise.resolve(answer));
    call("cancel", 2, "cancel");
    await clock.run(0);
    assertEquals([done, errors.length, takes.length], [["cancel"], 1, 1]);
    // Nor anything else, nor is it asked without end: it counts on its own, at 100 tokens a second.
    for (let made = 0; made < 20; made++) call("create", 10);
    await clock.run(1500);
    assert(done.length >= 19 && done.length <= 21, `${done.length} calls`);
    assert(takes.length <= 40, `asked ${takes.length} times`);
    assert(errors.every((error) => error instanceof KalshiDecodeError || error instanceof TypeError));
    assertEquals(limiter.stats()["write"]?.granted, done.length);
  });
}

test("a store that promises the tokens for the next moment, for ever, is not believed for ever", async () => {
  for (const waitMs of [0.001, 1, 20]) {
    const { clock, errors, takes, done, call } = setUp(() => Promise.resolve({ granted: 0, waitMs }));
    call("cancel", 2, "cancel");
    call("create", 2);
    await clock.run(2200);
    assertEquals(done, ["cancel"], `${waitMs} ms`);
    assertInstanceOf(errors[0], KalshiTimeoutError);
    assert(takes.length < 60, `asked ${takes.length} times in two seconds`);
    await clock.run(62_000);
    assertEquals(done, ["cancel", "create"], `${waitMs} ms`);
    assert(takes.length < 900, `asked ${takes.length} times in a minute`);
  }
});

test("once a store is known to let nobody through, the cancels in line do not each wait for that again", async () => {
  const { clock, done, call } = setUp(() => Promise.resolve({ granted: 0, waitMs: 10 }));
  for (let made = 0; made < 100; made++) call("cancel", 2, "cancel");
  await clock.run(5000);
  assertEquals(done.length, 100);
});

test("a store that never answers, or too late, holds no cancel", async () => {
  let answers = 0;
  const { clock, errors, done, call } = setUp(() => {
    answers++;
    return new Promise(() => {});
  });
  call("cancel", 2, "cancel");
  await clock.run(999);
  assertEquals(done, []);
  await clock.run(1);
  assertEquals([done, answers, errors.length], [["cancel"], 1, 1]);
  assertInstanceOf(errors[0], KalshiTimeoutError);

  const quick = setUp(() => new Promise(() => {}), { storeTimeoutMs: 20 });
  quick.call("cancel", 2, "cancel");
  await quick.clock.run(20);
  assertEquals(quick.done, ["cancel"]);
  assertEquals(quick.clock.pending, 0);
});

test("a store that throws at once, in take and in drain, breaks no call", async () => {
  const thrown = new Error("gone");
  const fail = () => {
    throw thrown;
  };
  const { clock, errors, limiter, done, call } = setUp(fail, {
    store: { take: fail, drain: fail },
  });
  call("cancel", 2, "cancel");
  await clock.run(0);
  assertEquals(done, ["cancel"]);
  limiter.onRateLimited("write");
  assertEquals(errors, [thrown, thrown]);
  const silent = setUp(fail, { store: { take: fail, drain: () => undefined as unknown as Promise<void> } });
  silent.limiter.onRateLimited("write");
  await silent.clock.run(0);
  assertEquals(silent.errors, []);
});

test("a wait that is as long as it can be is waited for", async () => {
  // 100 tokens a second; the margin of 50 ms is 5 tokens more.
  const { clock, errors, done, call } = setUp((take) =>
    Promise.resolve(take.urgent ? { granted: 0, waitMs: 70 } : { granted: take.costs.length, waitMs: 0 })
  );
  call("cancel", 2, "cancel");
  call("create", 10);
  await clock.run(69);
  assertEquals([done, errors], [[], []]);

  const longer = setUp(() => Promise.resolve({ granted: 0, waitMs: 75 }));
  longer.call("cancel", 2, "cancel");
  await longer.clock.run(0);
  assertEquals([longer.done, longer.errors.length], [["cancel"], 1]);
});

test("an answer that changes when it is read again is read once", async () => {
  let reads = 0;
  const { clock, done, call } = setUp(() =>
    Promise.resolve({
      get granted() {
        return reads++ === 0 ? 1 : -1;
      },
      waitMs: 0,
    })
  );
  call("cancel", 2, "cancel");
  await clock.run(0);
  assertEquals([done, reads], [["cancel"], 1]);
});

test("what is no store, and options of stores that cannot be, are refused", () => {
  const budget = { tokensPerSecond: 100 };
  const make = (options: unknown) => () =>
    new RateLimiter({ read: budget, write: budget, ...options as Partial<RateLimiterOptions> });
  const none = () => Promise.resolve();
  for (const store of [null, {}, { take: none }, { drain: none }, "redis://127.0.0.1", 1]) {
    assertThrows(make({ store }), KalshiConfigError, "take and drain");
  }
  for (const storeTimeoutMs of [0, -1, NaN, Infinity, 2 ** 31, "500", null]) {
    assertThrows(make({ storeTimeoutMs }), KalshiConfigError, "storeTimeoutMs");
  }
  for (const storeKey of ["", 1, null]) assertThrows(make({ storeKey }), KalshiConfigError, "storeKey");
  for (const onStoreError of [1, null, "log"]) {
    assertThrows(make({ onStoreError }), KalshiConfigError, "onStoreError");
  }
});
