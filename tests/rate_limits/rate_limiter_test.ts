import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiAbortError, KalshiConfigError, KalshiTimeoutError } from "../../src/base/errors.ts";
import type { RateLimiterOptions } from "../../src/rate_limits/limiter_options.ts";
import { RateLimiter } from "../../src/rate_limits/rate_limiter.ts";
import type { RateRequest } from "../../src/rate_limits/rate_request.ts";
import { TokenBucket } from "../../src/rate_limits/token_bucket.ts";
import { test } from "../support/test.ts";
import { SimClock } from "./sim_clock.ts";

const premier = {
  read: { tokensPerSecond: 1200 },
  write: { tokensPerSecond: 1200, capacity: 2400 },
};

function setUp(options: Partial<RateLimiterOptions> = {}) {
  const clock = new SimClock();
  const limiter = new RateLimiter({ ...premier, marginMs: 0, cancelReserve: 0, clock, ...options });
  const done: string[] = [];
  const call = (name: string, request: RateRequest) =>
    (async () => {
      await limiter.acquire(request);
      done.push(name);
    })();
  return { clock, limiter, done, call };
}

test("a call that finds tokens passes without a promise", () => {
  const { limiter } = setUp();
  assertEquals(limiter.acquire({ bucket: "read" }), undefined);
  assertEquals(limiter.stats(), {
    read: { tokens: 1190, waiting: 0, granted: 1, delayed: 0, delayedMs: 0, rateLimited: 0 },
  });
});

test("tryAcquire takes what is there, and nothing where a call would have to wait", () => {
  const { limiter } = setUp({ cancelReserve: 100 });
  assert(limiter.tryAcquire({ bucket: "write", items: 100 }));
  assert(!limiter.tryAcquire({ bucket: "write", cost: 2401 }), "more than the bucket ever holds");
  assert(!limiter.tryAcquire({ bucket: "write", cost: 1301 }), "the reserve of cancels");
  assert(limiter.tryAcquire({ bucket: "write", cost: 1400, priority: "cancel" }));
  assertEquals(limiter.stats()["write"], {
    tokens: 0,
    waiting: 0,
    granted: 2,
    delayed: 0,
    delayedMs: 0,
    rateLimited: 0,
  });
});

test("tryAcquire does not pass a line", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2300 });
  call("large", { bucket: "write", cost: 500 });
  assert(!limiter.tryAcquire({ bucket: "write", cost: 1 }));
  assert(
    limiter.tryAcquire({ bucket: "write", cost: 1, priority: "cancel" }),
    "cancels have a line of their own",
  );
  await clock.run(1000);
  assertEquals(done, ["large"]);
});

test("a call that finds none waits until there are enough", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  call("a", { bucket: "write" });
  await clock.run(8);
  assertEquals(done, []);
  await clock.run(1);
  assertEquals(done, ["a"]);
  const { granted, delayed, delayedMs } = limiter.stats()["write"] ?? {};
  assertEquals({ granted, delayed, delayedMs }, { granted: 2, delayed: 1, delayedMs: 9 });
  assertEquals(clock.pending, 0);
});

test("waiting calls go in order, cancels before all others", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  call("create 1", { bucket: "write" });
  call("create 2", { bucket: "write", cost: 1 });
  call("cancel 1", { bucket: "write", cost: 5, priority: "cancel" });
  call("create 3", { bucket: "write" });
  call("cancel 2", { bucket: "write", cost: 1, priority: "cancel" });
  await clock.run(1000);
  assertEquals(done, ["cancel 1", "cancel 2", "create 1", "create 2", "create 3"]);
});

test("a call does not overtake the one that waits before it, even where it would fit", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2300 });
  call("large", { bucket: "write", cost: 500 });
  call("small", { bucket: "write", cost: 1 });
  await clock.run(100);
  assertEquals(done, []);
  await clock.run(1000);
  assertEquals(done, ["large", "small"]);
});

test("creates leave the cancel reserve alone, so that cancels pass at once", async () => {
  const { limiter } = setUp({ cancelReserve: 100 });
  assertEquals(limiter.acquire({ bucket: "write", cost: 2300 }), undefined);
  const waiting = new AbortController();
  const create = limiter.acquire({ bucket: "write", signal: waiting.signal });
  assertInstanceOf(create, Promise);
  for (let sent = 0; sent < 50; sent++) {
    assertEquals(limiter.acquire({ bucket: "write", cost: 2, priority: "cancel" }), undefined);
  }
  waiting.abort();
  await assertRejects(() => Promise.resolve(create), KalshiAbortError);
});

test("a tenth of the write bucket is kept for cancels by default, and nothing of the read bucket", async () => {
  const clock = new SimClock();
  const limiter = new RateLimiter({ ...premier, marginMs: 0, clock });
  const waiting = new AbortController();
  const { signal } = waiting;
  limiter.acquire({ bucket: "write", cost: 2160 });
  const write = limiter.acquire({ bucket: "write", cost: 1, signal });
  assertEquals(limiter.acquire({ bucket: "read", cost: 1200 }), undefined);
  const read = limiter.acquire({ bucket: "read", cost: 1, signal });
  waiting.abort();
  for (const call of [write, read]) await assertRejects(() => Promise.resolve(call), KalshiAbortError);
});

test("each shard from 1 on has a write bucket of its own; reads have none", () => {
  const { limiter } = setUp();
  for (const shard of [undefined, 1, 2]) {
    assertEquals(limiter.acquire({ bucket: "write", cost: 2400, shard }), undefined);
  }
  assertEquals(limiter.acquire({ bucket: "read", cost: 600, shard: 3 }), undefined);
  assertEquals(limiter.acquire({ bucket: "read", cost: 600 }), undefined);
  const ids = Object.keys(limiter.stats());
  assertEquals(ids, ["write", "write:1", "write:2", "read"]);
  // The unscoped one is that of shard 0.
  const stop = new AbortController();
  const waiting = limiter.acquire({ bucket: "write", shard: 0, signal: stop.signal });
  assertInstanceOf(waiting, Promise);
  waiting.catch(() => {});
  stop.abort();
});

test("a call for all shards takes its full cost from the unscoped bucket and from every shard's", () => {
  const { limiter } = setUp();
  const tokens = () =>
    Object.fromEntries(Object.entries(limiter.stats()).map(([id, { tokens }]) => [id, tokens]));
  limiter.acquire({ bucket: "write", shard: 1, cost: 100 });
  limiter.acquire({ bucket: "write", shard: "all", cost: 1000 });
  limiter.acquire({ bucket: "write", shard: -1, cost: 300 });
  limiter.acquire({ bucket: "write", cost: 7 });
  assertEquals(tokens(), { write: 1093, "write:1": 1000 });
  // A shard that nobody had named before has paid for those as well, and for nothing else.
  limiter.acquire({ bucket: "write", shard: 2, cost: 10 });
  assertEquals(tokens(), { write: 1093, "write:1": 1000, "write:2": 1090 });
  assertEquals(limiter.stats()["write:1"]?.granted, 3);
});

test("a call for all shards waits for the emptiest bucket, and takes nothing before", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", shard: 3, cost: 2400 });
  call("all", { bucket: "write", shard: "all", cost: 600 });
  await clock.run(400);
  assertEquals(done, []);
  assertEquals([limiter.stats()["write"]?.tokens, limiter.stats()["write"]?.waiting], [2400, 1]);
  assertEquals(limiter.stats()["write:3"]?.waiting, 1);
  await clock.run(101);
  assertEquals(done, ["all"]);
  assertEquals(limiter.stats()["write:3"]?.waiting, 0);
  assertEquals(clock.pending, 0);
});

test("who waits for all shards is overtaken in none, nor overtakes; shards do not wait for each other", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", shard: 1, cost: 2400 });
  limiter.acquire({ bucket: "write", shard: 2, cost: 1800 });
  call("1 before", { bucket: "write", shard: 1, cost: 120 }); // after 100 ms
  call("all", { bucket: "write", shard: "all", cost: 120 }); // after 200 ms
  call("2 after", { bucket: "write", shard: 2, cost: 1 });
  call("9, named only now", { bucket: "write", shard: 9, cost: 1 });
  call("unscoped after", { bucket: "write", cost: 1 });
  call("cancel", { bucket: "write", shard: 2, cost: 1, priority: "cancel" });
  await clock.run(101);
  assertEquals(done, ["cancel", "1 before"]);
  await clock.run(101);
  assertEquals(done.slice(2), ["all", "2 after", "9, named only now", "unscoped after"]);
  call("2", { bucket: "write", shard: 2, cost: 2400 });
  call("0", { bucket: "write", cost: 1 });
  await clock.run(0);
  assertEquals(done.slice(6), ["0"]);
  await clock.run(3000);
  assertEquals(clock.pending, 0);
});

test("a cancel for all shards goes before what waits for any; one that gives up lets the others go", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  const stop = new AbortController();
  call("create 1", { bucket: "write", shard: "all", cost: 12, signal: stop.signal }).catch(() => {});
  call("create 2", { bucket: "write", shard: 2, cost: 12 });
  call("cancel", { bucket: "write", shard: "all", cost: 12, priority: "cancel" });
  await clock.run(11);
  assertEquals(done, ["cancel"]);
  stop.abort();
  await clock.run(0);
  assertEquals(done, ["cancel", "create 2"]);
  assertEquals([limiter.stats()["write"]?.waiting, clock.pending], [0, 0]);
});

test("a 429 for a call that all shards pay for empties all of them, also those not yet named", async () => {
  const { clock, limiter } = setUp();
  limiter.acquire({ bucket: "write", shard: 1, cost: 1 });
  limiter.onRateLimited("write", "all");
  for (const shard of [0, 1, 2]) {
    assert(!limiter.tryAcquire({ bucket: "write", shard, cost: 1 }), String(shard));
  }
  assertEquals(limiter.stats()["write:1"]?.rateLimited, 1);
  await clock.run(10);
  limiter.onRateLimited("write", 1);
  assert(!limiter.tryAcquire({ bucket: "write", shard: 1, cost: 1 }));
  assert(limiter.tryAcquire({ bucket: "write", shard: 2, cost: 1 }));
});

test("a batch that never fits is refused at once, with the largest that would", () => {
  const { limiter } = setUp({ write: { tokensPerSecond: 100 } });
  const error = assertThrows(
    () => limiter.acquire({ bucket: "write", items: 11 }),
    KalshiConfigError,
    "A batch of 11 costs 110 tokens and the write bucket holds 100. Send at most 10 at once.",
  );
  assertEquals(error.details, { cost: 110, capacity: 100, largest: 10 });
  assertEquals(error.outcome, "not-sent");
  assertEquals(limiter.acquire({ bucket: "write", items: 10 }), undefined);
  assertThrows(() => limiter.acquire({ bucket: "write", cost: 101 }), KalshiConfigError, "never be sent");
});

test("a batch as large as the bucket is sent in spite of margin and reserve", async () => {
  const { clock, done, call } = setUp({
    write: { tokensPerSecond: 100 },
    marginMs: 50,
    cancelReserve: undefined,
  });
  call("batch", { bucket: "write", items: 10 });
  call("next", { bucket: "write" });
  await clock.run(60);
  assertEquals(done, ["batch"]);
  await clock.run(300);
  assertEquals(done, ["batch", "next"]);
});

test("the account's own costs count before those of the request", () => {
  const { limiter } = setUp({
    costs: {
      default_cost: 20,
      endpoint_costs: [
        { method: "DELETE", path: "/trade-api/v2/portfolio/events/orders/:order_id", cost: 3 },
        { method: "GET", path: "/portfolio/orders/{id}", cost: 4 },
      ],
    },
  });
  const left = (request: RateRequest) => {
    const before = limiter.stats()[request.bucket]?.tokens ?? 0;
    limiter.acquire(request);
    return before - (limiter.stats()[request.bucket]?.tokens ?? 0);
  };
  limiter.acquire({ bucket: "write", cost: 0 });
  limiter.acquire({ bucket: "read", cost: 0 });
  assertEquals(
    left({ bucket: "write", operation: "DELETE /portfolio/events/orders/{order_id}", cost: 2 }),
    3,
  );
  assertEquals(
    left({ bucket: "write", operation: "DELETE /portfolio/events/orders/{order_id}", items: 2 }),
    6,
  );
  assertEquals(left({ bucket: "read", operation: "GET /portfolio/orders/{order_id}" }), 4);
  assertEquals(left({ bucket: "read", operation: "GET /markets" }), 20);
  assertEquals(left({ bucket: "read", operation: "GET /markets", cost: 50 }), 20);
  assertEquals(left({ bucket: "read", cost: 50 }), 50);
  assertEquals(left({ bucket: "read" }), 20);
});

test("a signal leaves the line, and the next one moves up", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  const stop = new AbortController();
  const first = limiter.acquire({ bucket: "write", cost: 2400, signal: stop.signal });
  call("second", { bucket: "write" });
  const last = new AbortController();
  const third = limiter.acquire({ bucket: "write", signal: last.signal });
  stop.abort();
  const error = await assertRejects(() => Promise.resolve(first), KalshiAbortError);
  assertEquals(error.outcome, "not-sent");
  assertEquals(error.cause, stop.signal.reason);
  await clock.run(9);
  assertEquals(done, ["second"]);
  last.abort();
  await assertRejects(() => Promise.resolve(third), KalshiAbortError);
  assertEquals(clock.pending, 0);
  assertEquals(limiter.stats()["write"]?.waiting, 0);
});

test("a cancel that leaves lets the creates behind it go on", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  call("create", { bucket: "write" });
  const stop = new AbortController();
  const cancel = limiter.acquire({
    bucket: "write",
    cost: 2000,
    priority: "cancel",
    signal: stop.signal,
  });
  await clock.run(500);
  assertEquals(done, []);
  stop.abort();
  await assertRejects(() => Promise.resolve(cancel), KalshiAbortError);
  await clock.run(1);
  assertEquals(done, ["create"]);
});

test("a signal that has aborted takes no tokens; a reason of this library is thrown as it is", async () => {
  const { limiter } = setUp();
  const signal = AbortSignal.abort();
  assertThrows(() => limiter.acquire({ bucket: "read", signal }), KalshiAbortError);
  assertEquals(limiter.stats()["read"]?.tokens, 1200);
  limiter.acquire({ bucket: "read", cost: 1200 });
  const stop = new AbortController();
  const waiting = limiter.acquire({ bucket: "read", signal: stop.signal });
  stop.abort(new KalshiTimeoutError("too late"));
  await assertRejects(() => Promise.resolve(waiting), KalshiTimeoutError, "too late");
});

test("a 429 from outside traffic empties the bucket it was billed to, and no other", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 0 });
  limiter.acquire({ bucket: "write", cost: 0, shard: 1 });
  limiter.onRateLimited("write", 1);
  assertEquals(limiter.stats()["write:1"]?.tokens, 0);
  assertEquals(limiter.stats()["write:1"]?.rateLimited, 1);
  assertEquals(limiter.stats()["write"]?.tokens, 2400);
  call("a", { bucket: "write", shard: 1 });
  await clock.run(8);
  assertEquals(done, []);
  await clock.run(1);
  assertEquals(done, ["a"]);
});

test("a higher tier serves the line sooner; what no longer fits a lower one is refused", async () => {
  const { clock, limiter, done, call } = setUp();
  limiter.acquire({ bucket: "write", cost: 2400 });
  call("large", { bucket: "write", cost: 1200 });
  await clock.run(500);
  limiter.setBudgets({ read: { tokensPerSecond: 6000 }, write: { tokensPerSecond: 6000 } });
  await clock.run(110);
  assertEquals(done, ["large"]);

  limiter.onRateLimited("write");
  const batch = limiter.acquire({ bucket: "write", items: 100 });
  call("small", { bucket: "write" });
  limiter.setBudgets({ read: { tokensPerSecond: 100 }, write: { tokensPerSecond: 100 } });
  await assertRejects(() => Promise.resolve(batch), KalshiConfigError, "Send at most 10 at once");
  await clock.run(200);
  assertEquals(done, ["large", "small"]);
  assertEquals(clock.pending, 0);
});

test("options that cannot be are refused", () => {
  const make = (options: unknown) => () => new RateLimiter(options as RateLimiterOptions);
  assertThrows(make({}), KalshiConfigError, "needs `read`: it takes { tokensPerSecond, capacity }");
  assertThrows(
    make({ ...premier, write: { tokensPerSecond: 0 } }),
    KalshiConfigError,
    "RateLimiter.write: `tokensPerSecond` takes",
  );
  assertThrows(
    make({ ...premier, write: { tokensPerSecond: "9" } }),
    KalshiConfigError,
    "RateLimiter.write: `tokensPerSecond` takes",
  );
  assertThrows(
    make({ ...premier, write: { tokensPerSecond: 9, capacity: NaN } }),
    KalshiConfigError,
    "write: `capacity`",
  );
  assertThrows(make({ ...premier, marginMs: -1 }), KalshiConfigError, "marginMs");
  assertThrows(make({ ...premier, cancelReserve: Infinity }), KalshiConfigError, "cancelReserve");
  assertThrows(make({ ...premier, margin: 5 }), KalshiConfigError, "marginMs");
});

test("10,000 calls in line are let through in order", async () => {
  const { clock, done, call } = setUp();
  for (let index = 0; index < 10_000; index++) call(String(index), { bucket: "read" });
  await clock.run(90_000);
  assertEquals(done.length, 10_000);
  assertEquals(done, done.toSorted((a, b) => Number(a) - Number(b)));
});

/** What a simulated Kalshi saw. */
interface Outcome {
  answered429: number;
  tokens: number;
  longestCancelMs: number;
  cancels: number;
}

/** Clients that share a limiter and ask for `load` times the budget, with travel times that differ. */
async function simulate(
  options: { clients: number; load: number; seconds: number; jitterMs: number; random: () => number },
): Promise<Outcome> {
  const { clients, load, seconds, jitterMs, random } = options;
  const { write } = premier;
  const clock = new SimClock();
  const limiter = new RateLimiter({ ...premier, marginMs: jitterMs, clock });
  const server = new TokenBucket(write, 0);
  const outcome: Outcome = { answered429: 0, tokens: 0, longestCancelMs: 0, cancels: 0 };
  const call = async (request: RateRequest, tokens: number) => {
    const asked = clock.monotonic();
    await limiter.acquire(request);
    if (request.priority === "cancel") {
      outcome.cancels++;
      outcome.longestCancelMs = Math.max(outcome.longestCancelMs, clock.monotonic() - asked);
    }
    await clock.sleep(20 + random() * jitterMs);
    if (clock.monotonic() > seconds * 1000) return;
    if (server.take(tokens, clock.monotonic()) === 0) outcome.tokens += tokens;
    else outcome.answered429++;
  };
  const client = async () => {
    // Each draws its share of `load` times the budget: single creates, batches of ten, and cancels.
    const perMs = load * write.tokensPerSecond / 1000 / clients;
    while (clock.monotonic() < seconds * 1000) {
      const kind = random();
      const request: RateRequest = kind < 0.2
        ? { bucket: "write", cost: 2, priority: "cancel" }
        : { bucket: "write", items: kind < 0.9 ? 1 : 10 };
      const tokens = (request.cost ?? 10) * (request.items ?? 1);
      call(request, tokens);
      await clock.sleep(tokens / perMs * 2 * random());
    }
  };
  for (let index = 0; index < clients; index++) client();
  await clock.run(seconds * 1000);
  return outcome;
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test(
  "20 clients at 3 times the budget: no 429, 97% of the budget used, cancels wait less than a token's time",
  async () => {
    const { answered429, tokens, longestCancelMs, cancels } = await simulate({
      clients: 20,
      load: 3,
      seconds: 30,
      jitterMs: 40,
      random: seeded(7),
    });
    assertEquals(answered429, 0);
    const budget = 30 * premier.write.tokensPerSecond;
    assert(tokens >= 0.97 * budget, `${tokens} of ${budget} tokens were used`);
    assert(cancels > 500, `${cancels} cancels`);
    const tokenMs = 1000 / premier.write.tokensPerSecond;
    assert(longestCancelMs < tokenMs, `a cancel waited ${longestCancelMs} ms`);
  },
);

test("no mix of calls and travel times within the margin meets a 429", async () => {
  const call = fc.record({
    gapMs: fc.nat(60),
    items: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 10 })),
    cancel: fc.boolean(),
    travel: fc.integer({ min: 0, max: 100 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { maxLength: 80 }),
      fc.constantFrom(0, 20, 200),
      async (calls, marginMs) => {
        const clock = new SimClock();
        const budget = { tokensPerSecond: 100 };
        const limiter = new RateLimiter({ read: budget, write: budget, marginMs, clock });
        const server = new TokenBucket(budget, 0);
        let refused = 0;
        let served = 0;
        const send = async ({ items, cancel, travel }: (typeof calls)[number]) => {
          const cost = cancel ? 2 : 10;
          await limiter.acquire({ bucket: "write", cost, items, ...(cancel && { priority: "cancel" }) });
          await clock.sleep(travel / 100 * marginMs);
          if (server.take(cost * items, clock.monotonic()) > 0) refused++;
          served++;
        };
        for (const each of calls) {
          await clock.run(each.gapMs);
          send(each);
        }
        await clock.run(300_000);
        assertEquals({ refused, served, pending: clock.pending }, {
          refused: 0,
          served: calls.length,
          pending: 0,
        });
      },
    ),
    { numRuns: 200 },
  );
});

test("a request or a cost that cannot be is refused, and leaves the bucket as it is", () => {
  const { limiter } = setUp();
  const wrong: unknown[] = [
    { bucket: "wirte" },
    {},
    { bucket: "write", cost: NaN },
    { bucket: "write", cost: -1 },
    { bucket: "write", cost: Infinity },
    { bucket: "write", cost: "10" },
    { bucket: "write", items: 0 },
    { bucket: "write", items: NaN },
    { bucket: "write", items: "2" },
    { bucket: "write", shard: NaN },
    { bucket: "write", shard: 1.5 },
    { bucket: "write", shard: "1" },
  ];
  for (const request of wrong) {
    assertThrows(() => limiter.acquire(request as RateRequest), KalshiConfigError, "takes");
    assertThrows(() => limiter.tryAcquire(request as RateRequest), KalshiConfigError, "takes");
  }
  for (const cost of [NaN, -5, Infinity, "10", null, undefined]) {
    const endpoint_costs = [{ method: "POST", path: "/orders", cost: cost as number }];
    assertThrows(
      () => limiter.setCosts({ default_cost: 10, endpoint_costs }),
      KalshiConfigError,
      "POST /orders: `cost`",
    );
    assertThrows(
      () => limiter.setCosts({ default_cost: cost as number, endpoint_costs: [] }),
      KalshiConfigError,
    );
  }
  assert(limiter.tryAcquire({ bucket: "write", operation: "POST /orders" }));
  assertEquals(limiter.stats()["write"]?.tokens, 2390);
});
