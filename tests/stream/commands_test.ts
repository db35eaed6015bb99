/** What becomes of commands that could not be sent, and of functions of the configuration that fail. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConfigError, KalshiDecodeError, type KalshiError, KalshiTimeoutError } from "../../mod.ts";
import { KalshiStreamClosedError, type Subscription } from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { take } from "./support/take.ts";
import { startTimed } from "./support/timed_exchange.ts";

/** The outcomes of these calls, counted. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const result of await Promise.allSettled(calls)) {
    const name = result.status === "fulfilled" ? "done" : (result.reason as KalshiError).outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const ask = (index: Subscription<unknown>, count: number) =>
  Array.from({ length: count }, () => index.list());

test("of 1,000 commands those that were never sent are not-sent when the socket dies", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect();
  const index = await stream.subscribe("cfbenchmarks_value");
  await timed.clock.advance(1_000);
  timed.exchange.sockets.fail({ fault: "half-open" });
  const asked = outcomes(ask(index, 1_000));
  timed.exchange.sockets.fail({ fault: "cut" });
  assertEquals(await asked, { unknown: 900, "not-sent": 100 });
});

test("the same when the stream is closed, and when the wait for a turn takes too long", async () => {
  await using timed = await startTimed();
  for (const how of ["close", "wait"] as const) {
    const stream = await timed.connect({}, { wsCloseTimeoutMs: 0 });
    const index = await stream.subscribe("cfbenchmarks_value");
    await timed.clock.advance(1_000);
    timed.exchange.sockets.fail({ fault: "half-open" });
    const calls = how === "close" ? ask(index, 1_000) : [
      ...ask(index, 900),
      ...Array.from({ length: 100 }, () => index.list({ timeoutMs: 50 })),
    ];
    const asked = outcomes(calls);
    if (how === "wait") await timed.clock.advance(50);
    const closing = stream.close();
    await timed.clock.advance(0);
    await closing;
    const counts = await asked;
    assertEquals(counts["done"], undefined);
    if (how === "close") assertEquals(counts, { unknown: 900, "not-sent": 100 });
  }
});

test("a command that waited for its turn in vain is never sent", async () => {
  await using timed = await startTimed();
  const stream = await timed.connect({}, { timeoutMs: 60 });
  const index = await stream.subscribe("cfbenchmarks_value", {}, { timeoutMs: 60_000 });
  await timed.clock.advance(1_000);
  const { frames } = stream.stats();
  const calls = ask(index, 1_000);
  const late = calls.slice(900).map((call) =>
    assertRejects(() => call, KalshiTimeoutError, "too many others came first")
  );
  await Promise.all(calls.slice(0, 900));
  await timed.clock.advance(60);
  const [error] = await Promise.all(late);
  assertEquals(error?.outcome, "not-sent");
  await timed.clock.advance(1_000);
  await index.list();
  assertEquals(stream.stats().frames - frames, 901);
});

test("wsJsonStringify may return bytes as well as text", async () => {
  await using timed = await startTimed();
  const encoder = new TextEncoder();
  const writers = {
    text: (value: unknown) => JSON.stringify(value, null, 1),
    bytes: (value: unknown) => encoder.encode(JSON.stringify(value)),
    part: (value: unknown) => encoder.encode(`--${JSON.stringify(value)}`).subarray(2),
  };
  const [ticker = ""] = timed.exchange.openTickers();
  for (const [name, wsJsonStringify] of Object.entries(writers)) {
    const stream = await timed.connect({}, { wsJsonStringify });
    const trades = await stream.subscribe("trade", { market_tickers: [ticker] });
    assertEquals([name, trades.keys], [name, [ticker]]);
    await stream.close();
  }
});

const boom = new Error("boom");
const writers: Record<string, [writer: (value: unknown) => unknown, says: string]> = {
  "throws": [() => {
    throw boom;
  }, "threw Error: boom"],
  "throws no error": [() => {
    // deno-lint-ignore no-throw-literal -- plain JavaScript may throw anything
    throw undefined;
  }, "threw undefined"],
  "returns nothing": [() => undefined, "type undefined"],
  "returns a number": [() => 5, "type number"],
  "is async": [() => Promise.reject(boom), "must not be async"],
  "returns no JSON": [String, "not JSON"],
  "returns nothing much": [() => "", "not JSON"],
  "returns bytes that are no text": [() => new Uint8Array([0xff, 0xfe]), "not JSON in UTF-8"],
  "returns something else": [() => "{}", "something else"],
  "returns null": [() => "null", "something else"],
};
for (const [name, [writer, says]] of Object.entries(writers)) {
  test(`a wsJsonStringify that ${name} is named, and nothing is sent`, async () => {
    await using timed = await startTimed();
    let fails = true;
    const wsJsonStringify = (value: unknown) => (fails ? writer(value) : JSON.stringify(value)) as string;
    const stream = await timed.connect({}, { wsJsonStringify });
    const error = await assertRejects(() => stream.subscribe("trade"), KalshiConfigError, says);
    assert(error.message.includes('"subscribe" was not sent: wsJsonStringify '), error.message);
    assertEquals(error.outcome, "not-sent");
    if (name === "throws") assertEquals(String(error.cause), String(boom));
    fails = false;
    await stream.subscribe("trade");
    assertEquals(stream.stats().frames, 1);
  });
}

for (const ping of [true, false]) {
  test(`a probe that wsJsonStringify could not write tells nothing of the connection, ${ping ? "with" : "without"} pings`, async () => {
    await using timed = await startTimed();
    const errors: unknown[] = [];
    const runtime = timed.exchange.createRuntime({ ping });
    const stream = await timed.connect({ runtime, onError: (error) => errors.push(error) }, {
      wsPingIntervalMs: 10_000,
      wsJsonStringify: () => {
        throw boom;
      },
    });
    await timed.clock.advance(70_000);
    assertEquals(errors.length, ping ? 1 : 7);
    assert(
      errors.every((error) =>
        error instanceof KalshiConfigError && (error.cause as Error).message === boom.message
      ),
    );
    assertEquals([stream.state, stream.stats().reconnects], ["open", 0]);
  });
}

const parsers: Record<string, [parser: (text: string) => unknown, says: string]> = {
  "throws": [() => {
    throw boom;
  }, "threw Error: boom"],
  "throws no error": [() => {
    // deno-lint-ignore no-throw-literal -- plain JavaScript may throw anything
    throw null;
  }, "threw null"],
  "returns nothing": [() => undefined, "type undefined"],
  "returns a list": [() => [], "a list"],
  "returns text": [(text) => text, "type string"],
  "is async": [() => Promise.reject(boom), "must not be async"],
  "returns an object of its own": [() => ({ sid: 1 }), "type object"],
  "throws when it is looked at": [() => ({
    get type() {
      throw boom;
    },
  }), "threw Error: boom"],
  "makes big integers of numbers": [
    (text) => JSON.parse(text, (_, value) => Number.isInteger(value) ? BigInt(value) : value),
    "type object",
  ],
};
for (const [name, [parser, says]] of Object.entries(parsers)) {
  test(`a wsJsonParse that ${name} is named, and costs one frame`, async () => {
    await using timed = await startTimed();
    const errors: unknown[] = [];
    const texts: string[] = [];
    let fails = false;
    const stream = await timed.connect({
      onError: (error) => errors.push(error),
      onUnreadable: (text) => texts.push(text),
    }, { wsJsonParse: (text) => fails ? parser(text) : JSON.parse(text) });
    const index = await stream.subscribe("cfbenchmarks_value");
    fails = true;
    const lost = index.list({ timeoutMs: 1_000 });
    const late = assertRejects(() => lost, KalshiTimeoutError);
    await until(() => errors.length > 0);
    fails = false;
    const [error] = errors;
    assert(error instanceof KalshiDecodeError && error.message.includes(`wsJsonParse`), String(error));
    assert(error.message.includes(says), error.message);
    if (says === "threw Error: boom") assertEquals(String(error.cause), String(boom));
    assertEquals([errors.length, texts.length, stream.stats().unreadable], [1, 1, 1]);
    assertEquals((await take(index, 1)).map(({ type }) => type), ["gap"]);
    assert((await index.list()).length > 0);
    await timed.clock.advance(1_000);
    await late;
  });
}

test("what is no frame by any parser is no fault of wsJsonParse", async () => {
  await using timed = await startTimed();
  const errors: unknown[] = [];
  const stream = await timed.connect({ onError: (error) => errors.push(error) }, {
    wsJsonParse: (text) => {
      try {
        return JSON.parse(text);
      } catch {
        return undefined;
      }
    },
  });
  await stream.subscribe("trade");
  timed.exchange.sockets.fail({ fault: "truncate" });
  const fills = stream.subscribe("fill");
  const ended = assertRejects(() => fills, KalshiStreamClosedError);
  await until(() => stream.stats().unreadable === 1);
  assertEquals(errors, []);
  await stream.close();
  await ended;
});
