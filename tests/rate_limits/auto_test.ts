import { assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { KalshiAbortError, KalshiConfigError, KalshiServerError } from "../../src/base/errors.ts";
import {
  type AccountLimits,
  AutoRateLimiter,
  type AutoRateLimiterOptions,
} from "../../src/rate_limits/auto.ts";
import type { LimitedCall } from "../../src/rate_limits/limiter.ts";
import { test } from "../support/test.ts";
import { SimClock } from "./sim_clock.ts";

const premier: AccountLimits = {
  read: { refill_rate: 1200, bucket_capacity: 1200 },
  write: { refill_rate: 1200, bucket_capacity: 3600 },
  grants: [],
};
const basic: AccountLimits = {
  read: { refill_rate: 200, bucket_capacity: 600 },
  write: { refill_rate: 100, bucket_capacity: 100 },
};

/** A limiter in front of an account whose answers take 100 ms. */
function setUp(answer: () => AccountLimits, options: Partial<AutoRateLimiterOptions> = {}) {
  const clock = new SimClock();
  const asked: number[] = [];
  const errors: unknown[] = [];
  const limiter = new AutoRateLimiter({
    clock,
    marginMs: 0,
    cancelReserve: 0,
    async readLimits() {
      asked.push(clock.monotonic());
      await clock.sleep(100);
      return answer();
    },
    readCosts: () =>
      Promise.resolve({
        default_cost: 10,
        endpoint_costs: [{ method: "GET", path: "/portfolio/orders/{order_id}", cost: 2 }],
      }),
    onRefreshError: (error) => errors.push(error),
    ...options,
  });
  const done: string[] = [];
  const call = async (name: string, ...of: Parameters<typeof limiter.acquire>) => {
    await limiter.acquire(...of);
    done.push(name);
  };
  return { clock, limiter, asked, errors, done, call };
}

test("the first calls wait for the account's budgets, which are read once", async () => {
  const { clock, limiter, asked, done, call } = setUp(() => premier);
  call("batch", { bucket: "write", items: 200 });
  call("read", { bucket: "read", operation: "GET /portfolio/orders/{order_id}" });
  await clock.run(99);
  assertEquals(done, []);
  await clock.run(1);
  assertEquals(done, ["batch", "read"]);
  assertEquals(asked, [0]);
  assertEquals(limiter.stats()["write"]?.tokens, 1600);
  assertEquals(limiter.acquire({ bucket: "write", items: 40 }), undefined);
  assertEquals(clock.pending, 0);
});

test("the account's own costs are counted, and what reading them costs", async () => {
  const { clock, limiter } = setUp(() => premier);
  const reading = limiter.refresh();
  await clock.run(0);
  // Before anything is known the Basic tier counts: 3 s of reads.
  assertEquals(limiter.stats()["read"]?.tokens, 600 - 20);
  await Promise.all([reading, clock.run(1000)]);
  const before = limiter.stats()["read"]?.tokens ?? 0;
  limiter.acquire({ bucket: "read", operation: "GET /portfolio/orders/{order_id}" });
  assertEquals(limiter.stats()["read"]?.tokens, before - 2);
});

test("a cancel does not wait for the budgets", () => {
  const { limiter } = setUp(() => premier);
  assertEquals(limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" }), undefined);
});

test("nothing but a cancel is taken at once before the budgets are known", async () => {
  const { clock, limiter, asked } = setUp(() => premier);
  assertEquals(limiter.tryAcquire({ bucket: "read" }), false);
  assertEquals(limiter.tryAcquire({ bucket: "write", priority: "cancel" }), true);
  await clock.run(100);
  assertEquals(asked, [0]);
  assertEquals(limiter.tryAcquire({ bucket: "read" }), true);
});

test("a signal ends the wait for the budgets", async () => {
  const { clock, limiter } = setUp(() => premier);
  const stop = new AbortController();
  const waiting = limiter.acquire({ bucket: "read", signal: stop.signal });
  await clock.run(50);
  stop.abort();
  await assertRejects(() => Promise.resolve(waiting), KalshiAbortError);
});

test("the budgets are read again when a grant has expired, without making a call wait", async () => {
  let limits = premier;
  const { clock, limiter, asked } = setUp(() => limits);
  limits = { ...premier, grants: [{ expires_ts: null }, { expires_ts: clock.now() / 1000 + 60 }] };
  await Promise.all([limiter.refresh(), clock.run(100)]);
  limits = basic;
  await clock.run(59_900);
  assertEquals(asked, [0]);
  assertEquals(limiter.acquire({ bucket: "write" }), undefined);
  assertEquals(asked.length, 1);
  await clock.run(100);
  assertEquals(asked, [0, 60_000]);
  assertThrows(() => limiter.acquire({ bucket: "write", items: 11 }), KalshiConfigError, "at most 10");
});

test("after a 429 the budgets are read again, at most once a minute", async () => {
  const { clock, limiter, asked } = setUp(() => premier);
  await Promise.all([limiter.refresh(), clock.run(100)]);
  for (let second = 0; second < 150; second++) {
    limiter.onRateLimited("read");
    await clock.run(1000);
    limiter.acquire({ bucket: "read" });
  }
  await clock.run(1000);
  assertEquals(asked.length, 3);
});

test("the budgets are read again after refreshMs", async () => {
  const { clock, limiter, asked } = setUp(() => premier, { refreshMs: 5000 });
  await Promise.all([limiter.refresh(), clock.run(100)]);
  limiter.acquire({ bucket: "read" });
  await clock.run(4999);
  limiter.acquire({ bucket: "read" });
  assertEquals(asked.length, 1);
  await clock.run(1);
  limiter.acquire({ bucket: "read" });
  await clock.run(1000);
  assertEquals(asked.length, 2);
});

test("while the budgets cannot be read, the Basic tier's count, and it tries again after a minute", async () => {
  let broken = true;
  const { clock, limiter, asked, errors, done, call } = setUp(() => {
    if (broken) throw new KalshiServerError("503");
    return premier;
  });
  call("single", { bucket: "write" });
  const batch = limiter.acquire({ bucket: "write", items: 20 });
  const refused = assertRejects(() => Promise.resolve(batch), KalshiServerError, "503");
  await clock.run(100);
  await refused;
  assertEquals(done, ["single"]);
  assertInstanceOf(errors[0], KalshiServerError);

  broken = false;
  await clock.run(59_000);
  assertEquals(limiter.acquire({ bucket: "read" }), undefined);
  await clock.run(1_000);
  call("large", { bucket: "write", items: 20 });
  await clock.run(1_000);
  assertEquals(asked, [0, 60_100]);
  assertEquals(done, ["single", "large"]);
});

test("the margin exchange: its own budgets before they are known, its markets' shards, and its costs", async () => {
  const markets = [{ ticker: "KX-1", exchange_index: 1 }];
  const { clock, limiter } = setUp(() => premier, {
    product: "margin",
    readMarkets: () => Promise.resolve(markets),
  });
  const reading = limiter.refresh();
  await clock.run(0);
  // One second of reads, of which it takes three requests to learn more.
  assertEquals(limiter.stats()["read"]?.tokens, 200 - 30);
  await Promise.all([reading, clock.run(1000)]);
  const write = { bucket: "write", shard: "ticker" } as const;
  const order = (ticker: string) => ({
    method: "POST",
    template: { path: "/margin/orders", ...write },
    options: { body: { ticker } },
  });
  const drawn = () =>
    Object.fromEntries(
      Object.entries(limiter.stats()).map(([name, { tokens }]) => [name, 3600 - Math.round(tokens)]),
    );
  assertEquals(limiter.tryAdmit(order("KX-1")), true);
  assertEquals([drawn()["write"], drawn()["write:1"]], [undefined, 10]);
  assertEquals(limiter.tryAdmit(order("KX-NEW")), true);
  assertEquals([drawn()["write"], drawn()["write:1"]], [10, 20]);
  // What the account's list of costs does not name costs what its row says.
  const cancel = {
    method: "DELETE",
    template: { path: "/margin/orders/{order_id}", bucket: "write", cost: 1 },
  };
  assertEquals(limiter.tryAdmit({ ...cancel, options: {} } as LimitedCall), true);
  assertEquals(drawn()["write"], 11);
});

test("a call that a parameter makes dearer costs that, whatever the list says of its path", async () => {
  const { clock, limiter } = setUp(() => premier, {
    product: "margin",
    readCosts: () =>
      Promise.resolve({
        default_cost: 10,
        endpoint_costs: [{ method: "GET", path: "/margin/balance", cost: 5 }],
      }),
  });
  await Promise.all([limiter.refresh(), clock.run(5000)]);
  const template = { path: "/margin/balance", cost: 5, costWith: { compute_available_balance: 50 } };
  const ask = (params: Record<string, unknown>) => {
    const before = limiter.stats()["read"]?.tokens ?? 0;
    assertEquals(limiter.tryAdmit({ method: "GET", template, options: { params } }), true);
    return before - (limiter.stats()["read"]?.tokens ?? 0);
  };
  assertEquals([ask({}), ask({ compute_available_balance: true })], [5, 50]);
});

test("shards that cannot be are refused, and change nothing", () => {
  const { limiter } = setUp(() => premier, { product: "margin" });
  for (const exchange_index of [-1, 0.5, "1", undefined]) {
    const markets = [{ ticker: "KX-1", exchange_index: exchange_index as number }];
    assertThrows(() => limiter.setShards(markets), KalshiConfigError, "exchange_index");
  }
});

test("costs that cannot be read do not stand in the way of the limits", async () => {
  const { clock, limiter, errors } = setUp(() => premier, {
    readCosts: () => Promise.reject(new KalshiServerError("no costs")),
  });
  await Promise.all([limiter.refresh(), clock.run(100)]);
  assertEquals(errors.length, 1);
  const batch = limiter.acquire({ bucket: "write", items: 10 });
  assertEquals(batch, undefined);
});

test("an answer that makes no sense changes nothing", async () => {
  const { clock, limiter, errors } = setUp(() => ({ read: {}, write: {} }) as unknown as AccountLimits);
  await Promise.all([limiter.refresh(), clock.run(100)]);
  assertInstanceOf(errors[0], KalshiConfigError);
  assertEquals(limiter.acquire({ bucket: "write" }), undefined);
});
