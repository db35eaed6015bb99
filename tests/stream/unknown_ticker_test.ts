/** Tickers that there are not, or no longer: refused by the WebSocket, or met with silence. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiNotFoundError, KalshiTimeoutError } from "../../mod.ts";
import type { UnknownTickers } from "../../src/local_exchange/mod.ts";
import {
  KalshiMarketClosedError,
  type KalshiStream,
  KalshiStreamError,
  type StreamOptions,
} from "../../src/stream/mod.ts";
import { parsePrice } from "../../src/base/fixed_point.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { eventStreams, streamProducts, type StreamsOfProduct } from "./support/products.ts";
import { logged, startTimed, type TimedExchange } from "./support/timed_exchange.ts";

const ways: readonly UnknownTickers[] = ["ignore", "refuse"];

/** What a call comes to, while time passes: a result or an error, and after how many milliseconds. */
async function outcome<T>(
  { clock }: TimedExchange,
  call: Promise<T>,
): Promise<{ readonly value?: T; readonly error?: unknown; readonly ms: number }> {
  const startedAt = clock.now();
  let end: { readonly value?: T; readonly error?: unknown } | undefined;
  call.then((value) => end = { value }, (error) => end = { error });
  for (let step = 0; end === undefined && step < 500; step++) await clock.advance(100);
  return { ...end, ms: clock.now() - startedAt };
}

async function setUp(
  unknownTickers: UnknownTickers,
  options: Partial<StreamOptions> = {},
  product: StreamsOfProduct = eventStreams,
): Promise<{ timed: TimedExchange; stream: KalshiStream; errors: unknown[]; good: string }> {
  const timed = await startTimed({ unknownTickers }, product);
  const good = product.local.list(timed.exchange, "KXGOOD");
  const errors: unknown[] = [];
  const stream = await timed.connectWithClient({ onError: (error) => errors.push(error), ...options });
  return { timed, stream, errors, good };
}

for (const { way, product } of ways.flatMap((way) => streamProducts.map((product) => ({ way, product })))) {
  const name = `${product.name}, ${way}`;
  test(`${name}: orderBook of a market that there is not is a KalshiNotFoundError that names it`, async () => {
    const { timed, stream, errors, good } = await setUp(way, {}, product);
    await using _ = timed;
    const { error, ms } = await outcome(timed, stream.orderBook("NOPE"));
    assert(error instanceof KalshiNotFoundError && error.message.includes("There is no market NOPE"));
    assertEquals([error.status, error.outcome, errors], [404, "rejected", []]);
    assert(ms <= (way === "refuse" ? 200 : 2_200), `${ms} ms`);
    assertEquals(stream.stats().books, { waiting: 0, live: 0, stale: 0, resyncing: 0, closed: 0 });
    // It is not asked for again, and another market can be had.
    await timed.clock.advance(60_000);
    assertEquals((await stream.orderBook(good)).state, "live");
    assertEquals([stream.stats().reconnects, errors], [0, []]);
    const lower = await outcome(timed, stream.orderBook(good.toLowerCase()));
    assert(String(lower.error).includes(`did you mean ${good}?`), String(lower.error));
  });

  test(`${name}: orderBooks gives those that are there, and tells of the others`, async () => {
    const { timed, stream, errors, good } = await setUp(way, {}, product);
    await using _ = timed;
    const { value, error } = await outcome(timed, stream.orderBooks(["NOPE", good, "NADA"]));
    assertEquals([error, [...value?.keys() ?? []]], [undefined, [good]]);
    assertEquals(value?.get(good)?.state, "live");
    assertEquals(errors.map((one) => one instanceof KalshiNotFoundError), [true, true]);
    assertEquals(["NOPE", "NADA"].every((name) => errors.some((one) => String(one).includes(name))), true);
    product.local.counter(timed.exchange, { ticker: good, side: "bid", cents: 40, count: "1.00" });
    const best = parsePrice(product.local.price(40));
    await until(() => value?.get(good)?.bestBid === best);
    // None of them is there: that is an error of the call.
    const none = await outcome(timed, stream.orderBooks(["NOPE", "NADA"]));
    assert(none.error instanceof KalshiNotFoundError, String(none.error));
    assertEquals(stream.stats().reconnects, 0);
  });

  test(`${name}: without onError the console hears of a market that there is not`, async () => {
    const lines = await logged(async () => {
      const { timed, stream, good } = await setUp(way, { onError: undefined }, product);
      await using _ = timed;
      await outcome(timed, stream.orderBooks([good, "NOPE"]));
      await stream.close();
    });
    assertEquals(lines.length, 1);
    const owner = product.name === "event" ? "KalshiStream" : "PerpsStream";
    assert(lines[0]?.startsWith(`${owner}: KalshiNotFoundError: There is no market NOPE`), lines[0]);
  });

  test(`${name}: books that are not waited for end with the error, in their loops or for onError`, async () => {
    const { timed, stream, errors, good } = await setUp(way, {}, product);
    await using _ = timed;
    const books = await stream.orderBooks([good, "NOPE", "NADA"], { awaitLive: false });
    const [nope, nada] = [books.get("NOPE"), books.get("NADA")];
    const loop = assertRejects(
      async () => {
        for await (const change of nope?.changes() ?? []) assertEquals(change.type, "stale");
      },
      KalshiNotFoundError,
      "NOPE",
    );
    await timed.clock.advance(2_500);
    await loop;
    assertEquals([nope?.state, nada?.state, books.get(good)?.state], ["closed", "closed", "live"]);
    assertEquals(errors.map(String).map((text) => /no market (\w+)/.exec(text)?.[1]), ["NADA"]);
    await assertRejects(() => nope?.live() as Promise<void>, KalshiNotFoundError);
  });
}

for (const way of ways) {
  test(`${way}: a market that has closed says so, and one that was settled too`, async () => {
    const { timed, stream } = await setUp(way);
    await using _ = timed;
    const [closed = "", settled = ""] = timed.exchange.openTickers();
    timed.exchange.setCloseTime(closed, timed.clock.now());
    timed.exchange.determine(settled, "yes", { settle: true });
    for (const [ticker, word, status] of [[closed, "closed", "closed"], [settled, "settled", "finalized"]]) {
      const { error, ms } = await outcome(timed, stream.orderBook(ticker ?? ""));
      assert(error instanceof KalshiMarketClosedError, String(error));
      assert(error.message.startsWith(`The market ${ticker} is ${word}`), error.message);
      assertEquals([error.code, error.ticker, error.marketStatus], [
        "MARKET_CLOSED",
        ticker ?? "",
        status ?? "",
      ]);
      assert(ms <= 2_200, `${ms} ms`);
    }
  });
}

test("without a client nothing can be looked up: silence runs into the time limit, a refusal is told", async () => {
  for (const { way, product } of ways.flatMap((way) => streamProducts.map((product) => ({ way, product })))) {
    await using timed = await startTimed({ unknownTickers: way }, product);
    const errors: unknown[] = [];
    const stream = await timed.connect({ onError: (error) => errors.push(error) });
    const { error } = await outcome(timed, stream.orderBook("NOPE", { timeoutMs: 5_000 }));
    if (way === "ignore") assert(error instanceof KalshiTimeoutError, String(error));
    else assert(error instanceof KalshiStreamError && error.errorCode === 16, String(error));
    assertEquals(errors, []);
    const books = await stream.orderBooks(["NOPE"], { awaitLive: false });
    await timed.clock.advance(0);
    assertEquals(errors.length, way === "ignore" ? 0 : 1);
    await books.get("NOPE")?.close();
  }
});

test("a market that REST knows is waited for, and one that it cannot tell of is looked up again", async () => {
  const { timed, stream, errors, good } = await setUp("ignore");
  await using _ = timed;
  timed.exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta" });
  const first = await outcome(timed, stream.orderBook(good));
  assertEquals([first.value?.state, errors], ["live", []]);
  timed.exchange.fail({
    status: 400,
    path: "/markets/NOPE",
    body: { error: { code: "odd", message: "no" } },
  });
  const { error, ms } = await outcome(timed, stream.orderBook("NOPE"));
  assert(error instanceof KalshiNotFoundError, String(error));
  assert(ms > 2_200 && ms < 20_000, `${ms} ms`);
  assertEquals(errors.length, 1);
});

test("a market that was settled while the connection was down ends its book, and no other", async () => {
  const { timed, stream, errors } = await setUp("ignore");
  await using _ = timed;
  const [good = "", bad = ""] = timed.exchange.openTickers();
  const books = await stream.orderBooks([good, bad]);
  timed.exchange.sockets.fail({ fault: "cut" });
  timed.exchange.determine(bad, "no", { settle: true });
  await timed.clock.advance(5_000);
  await until(() => books.get(good)?.state === "live" && books.get(bad)?.state === "closed");
  assertEquals(errors.map((error) => error instanceof KalshiMarketClosedError), [true]);
});
