import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import type { KalshiStream, LiveOrderBook } from "../../src/stream/mod.ts";
import { KalshiStreamError } from "../../src/stream/mod.ts";
import { CHANNELS, type FeedChannel, RefusedError } from "../../src/workers/frames.ts";
import type { Market } from "../../src/workers/market.ts";
import { Markets, type MarketsOptions } from "../../src/workers/markets.ts";
import { eventSpelling } from "../../src/workers/event_feed.ts";
import { Reader } from "../../src/workers/reader.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

/** A stream that refuses what it is told to. */
function upstream() {
  const refused = new Map<string, number>();
  const handlers = new Map<string, (item: unknown) => void>();
  const keys = new Map<string, Set<string>>();
  const check = (channel: string, tickers: readonly string[]) => {
    for (const name of [channel, ...tickers.map((ticker) => `${channel} ${ticker}`)]) {
      const code = refused.get(name);
      if (code !== undefined) throw new KalshiStreamError(code, "no", channel);
    }
  };
  const stream = {
    state: "open",
    orderBooks(tickers: readonly string[]) {
      check("orderbook_delta", tickers);
      const book = (ticker: string) => ({
        ticker,
        state: "live",
        ageMs: 0,
        depth: () => ({ bids: [], asks: [] }),
        sizeAt: () => 0,
        changes: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
        close: () => Promise.resolve(),
      } as unknown as LiveOrderBook);
      return Promise.resolve(new Map(tickers.map((ticker) => [ticker, book(ticker)])));
    },
    on(channel: string, handler: (item: unknown) => void, params: { market_tickers: readonly string[] }) {
      check(channel, params.market_tickers);
      const own = new Set(params.market_tickers);
      keys.set(channel, own);
      handlers.set(channel, handler);
      return Promise.resolve({
        get keys() {
          return [...own];
        },
        add: (tickers: string[]) => {
          check(channel, tickers);
          for (const ticker of tickers) own.add(ticker);
          return Promise.resolve();
        },
        remove: (tickers: string[]) => {
          for (const ticker of tickers) own.delete(ticker);
          return Promise.resolve();
        },
      });
    },
  };
  return { refused, handlers, keys, stream: stream as unknown as KalshiStream };
}

function setUp(most = 10, options: Partial<MarketsOptions> = {}) {
  const errors: unknown[] = [];
  const clock = new ManualClock();
  const markets: Markets = new Markets({
    spelling: eventSpelling,
    most,
    idleMs: 60_000,
    mostNames: 100,
    clock,
    onError: (error) => errors.push(error),
    onRefused: (market, channels) => {
      for (const channel of channels) {
        for (const reader of market.readers[channel]) reader.forget(channel, market);
        market.readers[channel].clear();
      }
    },
    ...options,
  });
  const read = (ticker: string, channel: FeedChannel, name?: string) => {
    const origin = { reader: name, place: name };
    const frames: { type: string; msg: Record<string, unknown> }[] = [];
    const reader = new Reader<Market>({
      socket: {
        send: (text) => frames.push(JSON.parse(text)),
        close() {},
        serializeAttachment() {},
        deserializeAttachment: () => null,
      },
      label: undefined,
      bufferBytes: 2 ** 26,
      now: () => clock.now(),
    });
    const market = channel === "orderbook_delta"
      ? markets.openBook(ticker, origin)
      : markets.open(ticker, false, origin);
    reader.wishes[channel].add(market);
    market.readers[channel].add(reader);
    if (channel === "orderbook_delta") reader.owe(market);
    if (channel === "ticker" && market.ticked !== undefined) reader.tick(market);
    markets.sync();
    const leave = () => {
      reader.forget(channel, market);
      market.readers[channel].delete(reader);
      markets.sync();
    };
    return { frames, reader, market, leave };
  };
  return { errors, markets, read, clock, ...upstream() };
}

const kinds = ({ frames }: { frames: { type: string; msg: Record<string, unknown> }[] }) =>
  frames.map(({ type, msg }) => [type, msg.code ?? msg.market_ticker, msg.channel].filter(Boolean).join(" "));

test("Markets: what is refused of one channel leaves the book alone, and is asked for again", async () => {
  for (const code of [9, 18, 27]) {
    const { markets, stream, refused, read, errors, handlers } = setUp();
    markets.attach(stream);
    const book = read("A", "orderbook_delta");
    await until(() => book.market.state === "live");
    refused.set("trade", code);
    const trades = read("A", "trade");
    await until(() => errors.length === 1);
    assertEquals([book.market.state, kinds(book), kinds(trades)], ["live", ["orderbook_snapshot A"], []]);
    assertEquals(markets.openBook("A"), book.market);
    refused.clear();
    markets.sync();
    await until(() => handlers.has("trade"));
    assertEquals([trades.market.readers.trade.size, errors.length], [1, 1]);
  }
});

test("Markets: a market refused for tickers or trades alone keeps its book, and its readers are told", async () => {
  const { markets, stream, refused, read, keys } = setUp();
  markets.attach(stream);
  const book = read("A", "orderbook_delta");
  await until(() => book.market.state === "live");
  refused.set("trade A", 11);
  const bad = read("A", "trade");
  const good = read("B", "trade");
  await until(() => bad.frames.length === 1 && keys.get("trade")?.has("B") === true);
  assertEquals([kinds(bad), kinds(good), kinds(book)], [["error 11 trade"], [], ["orderbook_snapshot A"]]);
  assertEquals(book.market.state, "live");
});

test("Markets: one that Kalshi does not have is refused, with its readers, and others are not", async () => {
  const { markets, stream, refused, read } = setUp();
  refused.set("orderbook_delta BAD", 16);
  const bad = read("BAD", "orderbook_delta");
  const good = read("GOOD", "orderbook_delta");
  markets.attach(stream);
  await until(() => good.market.state === "live" && bad.frames.length > 0);
  assertEquals(kinds(bad), ["error 16"]);
  assertThrows(() => markets.open("BAD"), RefusedError, "Kalshi gives no market BAD");
});

test("Markets: a ticker from before nobody read it, or from before a gap, is nobody's news", async () => {
  const { markets, stream, handlers, keys, read } = setUp();
  markets.attach(stream);
  const tick = () => handlers.get("ticker")?.({ type: "ticker", msg: { market_ticker: "A", price: "0.5" } });
  const first = read("A", "ticker");
  await until(() => handlers.has("ticker"));
  tick();
  assertEquals(
    kinds(read("A", "ticker")),
    ["ticker A"],
    "as long as it is kept up, the newest comes at once",
  );
  handlers.get("ticker")?.({ type: "reconnected", missedFromMs: 0, missedToMs: 1 });
  assertEquals(first.market.ticked, undefined);
  tick();
  for (const reader of [...first.market.readers.ticker]) {
    reader.forget("ticker", first.market);
    first.market.readers.ticker.delete(reader);
  }
  read("A", "trade");
  await until(() => keys.get("ticker")?.size === 0);
  await until(() => first.market.ticked === undefined);
  assertEquals(kinds(read("A", "ticker")), []);
});

test("Markets: however many names strangers make up over WebSockets, a new reader has its book after one question", async () => {
  const questions: string[][] = [];
  const { markets, stream, read, clock } = setUp(10, {
    mostNames: 200,
    lookUp: (tickers) => {
      questions.push([...tickers]);
      return Promise.resolve(
        new Map(tickers.filter((name) => !name.startsWith("NOPE")).map((name) => [name, "open"])),
      );
    },
  });
  markets.attach(stream);
  for (let stranger = 0; stranger < 30; stranger++) {
    try {
      for (let n = 0; n < 100; n++) read(`NOPE-${stranger}-${n}`, "orderbook_delta", `stranger ${stranger}`);
    } catch (error) {
      assertInstanceOf(error, RefusedError); // no more of this one
    }
  }
  assertEquals(markets.hasRoomFor(["A"]), true, "what nobody knows takes no room from what there is");
  const { market } = read("A", "orderbook_delta", "reader");
  await clock.advance(500);
  await clock.advance(500);
  assert(
    questions.findIndex((names) => names.includes("A")) <= 1,
    `asked for in ${questions.length} questions`,
  );
  assertEquals(market.state, "live");
});

test("Markets: names that make room for others, and markets there is no room for, are refused for that moment alone", async () => {
  const { markets, stream, read, clock } = setUp(1, {
    mostNames: 2,
    lookUp: (tickers) => Promise.resolve(new Map(tickers.map((name) => [name, "open"]))),
  });
  const first = read("A", "orderbook_delta", "a");
  const second = read("B", "orderbook_delta", "a");
  const other = read("C", "orderbook_delta", "b");
  assertEquals(kinds(second), ["error 27"]);
  markets.attach(stream);
  await clock.advance(1_000);
  assertEquals(kinds(other), ["error 26"], "one market is all that this feed holds");
  assertEquals(kinds(first), ["orderbook_snapshot A"]);
  first.leave();
  assertEquals(markets.openBook("C").standing.kind, "admitted", "it is known by now, and had at once");
});

test("Markets: live books that nobody reads make room, those of old first; read ones never do", async () => {
  const { markets, stream, read, clock } = setUp(3);
  markets.attach(stream);
  for (const ticker of ["A", "B", "C"]) {
    read(ticker, "orderbook_delta").leave();
    await clock.advance(1_000);
  }
  assertEquals(["A", "B", "C"].map((ticker) => markets.isLive(ticker)), [true, true, true]);
  markets.openBook("A");
  read("D", "orderbook_delta");
  await clock.advance(0);
  assertEquals(["A", "B", "C", "D"].map((ticker) => markets.isLive(ticker)), [true, false, true, true]);
  for (const ticker of ["E", "F"]) read(ticker, "orderbook_delta");
  assertThrows(() => markets.openBook("G"), RefusedError, "3 markets at once");
});

test("Markets: what nobody reads and never was live makes room for what is wanted", () => {
  const { markets, read } = setUp(5);
  for (let n = 0; n < 5; n++) markets.openBook(`GARBAGE-${n}`);
  assertEquals(markets.hasRoomFor(["A", "B"]), true);
  for (const ticker of ["A", "B", "C", "D", "E"]) read(ticker, "orderbook_delta");
  assertEquals([markets.size, markets.hasRoomFor(["F"])], [5, false]);
  assertThrows(() => markets.open("F"), RefusedError, "5 markets at once");
  assertEquals(CHANNELS.length, 3);
});
