import { assertEquals, assertRejects } from "@std/assert";
import { KalshiAbortError } from "../../mod.ts";
import { RateLimiter } from "../../src/rate_limits/mod.ts";
import { test } from "../support/test.ts";
import { warningsOf } from "../support/warnings.ts";
import { startTimed } from "./support/timed_exchange.ts";

test("hundreds of parallel calls of a stream with one AbortSignal make nothing warn, and all end with it", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect();
  const index = await stream.subscribe("cfbenchmarks_value");
  timed.exchange.sockets.fail({ fault: "half-open" });
  const abort = new AbortController();
  const { signal } = abort;
  assertEquals(
    await warningsOf(async () => {
      const calls = [
        ...Array.from({ length: 200 }, () => index.list({ signal })),
        ...timed.exchange.openTickers().map((ticker) => stream.orderBook(ticker, { signal })),
        ...Array.from({ length: 100 }, () => stream.subscribe("trade", {}, { signal })),
      ];
      const ended = calls.map((call) => assertRejects(() => call, KalshiAbortError));
      await timed.clock.advance(0);
      abort.abort();
      await Promise.all(ended);
    }),
    [],
  );
  timed.exchange.sockets.fail({ fault: "cut" });
});

test("streams that are opened at once with one AbortSignal make nothing warn", async () => {
  await using timed = await startTimed();
  const { signal } = new AbortController();
  const open = () =>
    Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        i % 2 === 0 ? timed.connect({ signal }) : timed.connectWithClient({ signal })),
    );
  assertEquals(await warningsOf(open), []);
});

test("a line of calls before a limiter with one AbortSignal makes nothing warn", async () => {
  const limiter = new RateLimiter({
    read: { tokensPerSecond: 10, capacity: 10 },
    write: { tokensPerSecond: 10, capacity: 10 },
  });
  const abort = new AbortController();
  const { signal } = abort;
  assertEquals(
    await warningsOf(async () => {
      const acquired = Promise.allSettled(
        Array.from({ length: 150 }, () => limiter.acquire({ bucket: "read", signal })),
      );
      abort.abort();
      await acquired;
    }),
    [],
  );
});
