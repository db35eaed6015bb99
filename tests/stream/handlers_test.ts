/** Errors that no call waits for, where nobody gave an `onError`. */
import { assert, assertEquals } from "@std/assert";
import type { StreamOptions } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { logged, startTimed, type TimedExchange } from "./support/timed_exchange.ts";

/** So many values of an index, each a frame. */
function publish({ exchange }: TimedExchange, times: number): void {
  for (let n = 0; n < times; n++) exchange.sockets.publish("cfbenchmarks_value", { index_id: "BRTI" });
}

/** What the console says when a handler meets this many frames. */
async function linesOf(
  handler: (n: number) => unknown,
  times: number,
  options: Partial<StreamOptions> = {},
): Promise<string[]> {
  await using timed = await startTimed();
  return await logged(async () => {
    const stream = await timed.connect(options);
    let seen = 0;
    const handle = () => handler(++seen) as void;
    await stream.on("cfbenchmarks_value", handle, { index_ids: ["all"] });
    publish(timed, times);
    await until(() => seen === times);
    await timed.clock.advance(0);
    await stream.close();
  });
}

test("what a handler throws goes to console.error, once in full and then as a count", async () => {
  const lines = await linesOf(() => {
    throw new Error("mine");
  }, 161);
  assertEquals(lines.map((line) => line.replace(/\n.*/s, "")), [
    "KalshiStream: Error: mine",
    "KalshiStream: Error: mine (10 times so far)",
    "KalshiStream: Error: mine (100 times so far)",
    "KalshiStream: Error: mine (161 times so far)",
  ]);
});

test("what an async handler rejects with does as well, whatever kind of promise it is", async () => {
  const kinds: Record<string, () => unknown> = {
    async: async () => {
      await Promise.resolve();
      throw new Error("async");
    },
    thenable: () => ({
      then: (_: unknown, reject: (error: unknown) => void) => reject(new Error("thenable")),
    }),
    nothing: () => Promise.reject(),
  };
  for (const [name, handler] of Object.entries(kinds)) {
    const lines = await linesOf(handler, 2);
    const what = name === "nothing" ? "undefined" : `Error: ${name}`;
    assertEquals(lines.map((line) => line.replace(/\n.*/s, "")), [
      `KalshiStream: ${what}`,
      `KalshiStream: ${what} (2 times so far)`,
    ]);
  }
});

test("errors that differ are told each, up to a hundred of them", async () => {
  const lines = await linesOf((n) => {
    throw new Error(`number ${n}`);
  }, 300);
  // And the first of those that follow, which count as one kind.
  assertEquals(lines.filter((line) => line.includes("number")).length, 101);
  assertEquals(lines.at(-1), "Other errors (200 times so far)");
  assert(lines.length < 110, `${lines.length}`);
});

test("an error that goes on is told again after a minute", async () => {
  await using timed = await startTimed();
  const lines = await logged(async () => {
    const stream = await timed.connect();
    let seen = 0;
    await stream.on("cfbenchmarks_value", () => {
      seen++;
      throw new Error("mine");
    }, { index_ids: ["BRTI"] });
    for (const [ms, count] of [[0, 3], [59_000, 4], [1_000, 5]] as const) {
      await timed.clock.advance(ms);
      publish(timed, count - seen);
      await until(() => seen === count);
    }
  });
  assertEquals(lines.map((line) => line.replace(/\n.*/s, "")), [
    "KalshiStream: Error: mine",
    "KalshiStream: Error: mine (5 times so far)",
  ]);
});

test("with an onError the console hears nothing, but of an onError that fails itself", async () => {
  const errors: unknown[] = [];
  const fail = () => {
    throw new Error("mine");
  };
  assertEquals(await linesOf(fail, 5, { onError: (error) => errors.push(error) }), []);
  assertEquals(errors.length, 5);
  const lines = await linesOf(fail, 12, {
    onError: () => {
      throw new Error("worse");
    },
  });
  assertEquals(lines.map((line) => line.replace(/\n.*/s, "")), [
    "A hook threw: Error: worse",
    "A hook threw: Error: worse (10 times so far)",
    "A hook threw: Error: worse (12 times so far)",
  ]);
});

test("what ends the channel of a handler goes to console.error, and its own leaving does not", async () => {
  await using timed = await startTimed();
  const lines = await logged(async () => {
    const stream = await timed.connect({}, { wsMaxRetries: 0 });
    const left = await stream.on("ticker", () => {});
    await left.unsubscribe();
    await stream.on("trade", () => {});
    timed.exchange.sockets.fail({ fault: "cut" });
    await until(() => stream.state === "closed");
    const closed = await timed.connect();
    await closed.on("trade", () => {});
    await closed.close();
  });
  assertEquals(lines.length, 1);
  assert(lines[0]?.includes("KalshiStreamClosedError: The stream is closed after 0 attempts"), lines[0]);
});
