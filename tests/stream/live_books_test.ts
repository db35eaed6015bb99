import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KalshiTimeoutError } from "../../src/base/errors.ts";
import {
  type BookChange,
  KalshiStaleBookError,
  KalshiStreamClosedError,
  KalshiStreamError,
  type LiveOrderBook,
} from "../../src/stream/mod.ts";
import { test } from "../support/test.ts";
import { startTimed, type TimedExchange } from "./support/timed_exchange.ts";
import { take } from "./support/take.ts";

const config = {
  retryBaseDelayMs: 1_000,
  retryMaxDelayMs: 4_000,
  wsMaxRetries: 3,
  wsPingIntervalMs: 1_000_000,
};

/** Ten bids at 0.5600 and five asks at 0.6000 in each of these markets. */
function quote({ exchange }: TimedExchange, tickers: readonly string[]): void {
  for (const ticker of tickers) {
    exchange.listMarket({ ticker });
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5600", count: "10.00" });
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "5.00" });
  }
}

async function startQuoted(...tickers: string[]): Promise<TimedExchange> {
  const venue = await startTimed();
  quote(venue, tickers.length === 0 ? ["A", "B"] : tickers);
  return venue;
}

/** A change of a book that did not happen: the exchange numbers it as usual, and its own book stays what it is. */
async function delta(
  { exchange, clock }: TimedExchange,
  market_ticker: string,
  side: string,
  price_dollars: string,
  delta_fp: string,
  more: object = {},
): Promise<void> {
  exchange.sockets.publish("orderbook_delta", {
    market_ticker,
    market_id: "",
    side,
    price_dollars,
    delta_fp,
    ...more,
  });
  await clock.advance(0);
}

/** A snapshot that nobody asked for, or that comes late. */
async function snapshot(
  { exchange, clock }: TimedExchange,
  market_ticker: string,
  bids = [["0.5600", "10.00"]],
) {
  const msg = { market_ticker, market_id: "", yes_dollars_fp: bids, no_dollars_fp: [["0.6000", "5.00"]] };
  exchange.sockets.publish("orderbook_delta", msg, "orderbook_snapshot");
  await clock.advance(0);
}

/** Nobody gets a snapshot who asks for one, until the faults are cleared; what is published gets through. */
const ignoreQuestions = ({ exchange }: TimedExchange) =>
  exchange.sockets.fail({ fault: "ignore", action: "get_snapshot", times: Infinity });

/** No snapshot is sent from now on, until the faults are cleared. */
const withhold = ({ exchange }: TimedExchange, ticker?: string) =>
  exchange.sockets.fail({ fault: "withhold", update: "orderbook_snapshot", ticker, times: Infinity });

/** A change of a book is lost. */
function lose({ exchange }: TimedExchange, market_ticker: string): void {
  exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta" });
  exchange.sockets.publish("orderbook_delta", {
    market_ticker,
    side: "yes",
    price_dollars: "0.0100",
    delta_fp: "1.00",
  });
}

const kinds = (changes: readonly BookChange[]) =>
  changes.map((change) => change.type === "delta" ? "delta" : `${change.type}:${change.reason ?? ""}`);

test("orderBook resolves at the first snapshot and follows the market", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  assertEquals(venue.wire.socket.commands[0]?.params, {
    channels: ["orderbook_delta"],
    use_yes_price: true,
    market_tickers: ["A"],
    skip_ticker_ack: true,
  });
  const changes = book.changes();
  await delta(venue, "A", "yes", "0.5700", "3.00", { client_order_id: "mine" });
  await delta(venue, "B", "yes", "0.5700", "3.00");
  await delta(venue, "A", "no", "0.6000", "-5.00");
  assertEquals([book.bestBid, book.bestBidSize, book.bestAsk, book.bestAskSize], [
    5700,
    300,
    undefined,
    0,
  ]);
  assertEquals([book.state, book.seq, book.sizeAt("bid", 5600)], ["live", 3, 1_000]);
  assertEquals([book.mid, book.spread, book.microPrice], [undefined, undefined, undefined]);
  assertEquals(book.depth(1), { bids: [{ price: 5700, size: 300 }], asks: [] });
  assertEquals(book.toRest().orderbook_fp.yes_dollars.at(-1), ["0.5700", "3.00"]);
  const [first, second] = await take(changes, 2);
  assert(first?.type === "delta" && second?.type === "delta");
  assertEquals([first.client_order_id, first.size, second.size], ["mine", 300, 0]);
});

test("thousands of books are one command", async () => {
  await using venue = await startTimed();
  const tickers = Array.from({ length: 5_000 }, (_, n) => venue.exchange.listMarket({ ticker: `M${n}` }));
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(tickers);
  assertEquals([books.size, venue.wire.socket.commands.length], [5_000, 1]);
  assertEquals(stream.stats().books, { waiting: 0, live: 5_000, stale: 0, resyncing: 0, closed: 0 });
  lose(venue, "M7"); // one frame is lost: all of them are in doubt
  venue.exchange.sockets.fail({ fault: "stall", forMs: 100 });
  await delta(venue, "M7", "yes", "0.0200", "1.00");
  assertEquals(stream.stats().books.live, 5_000);
  await venue.clock.advance(100);
  assertEquals(stream.stats().books.live, 5_000);
  assertEquals([venue.wire.socket.commands.length, stream.stats().resyncs], [2, 5_000]);
});

test("a gap makes every book stale at once, and one get_snapshot heals them", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  const [a, b] = ["A", "B"].map((ticker) => books.get(ticker) as LiveOrderBook) as [
    LiveOrderBook,
    LiveOrderBook,
  ];
  const changes = a.changes();
  ignoreQuestions(venue);
  lose(venue, "A");
  await delta(venue, "A", "yes", "0.5600", "1.00");
  assertThrows(() => a.bestBid, KalshiStaleBookError, "resyncing (gap)");
  assertThrows(() => b.depth(), KalshiStaleBookError, "resyncing (gap)");
  assertEquals(a.lastKnown.bestBid, 5600);
  await venue.clock.advance(0);
  assertEquals([a.state, b.state], ["resyncing", "resyncing"]);
  assertEquals(venue.wire.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "get_snapshot",
    market_tickers: ["A", "B"],
  });
  await delta(venue, "A", "yes", "0.5500", "2.00"); // waits for the snapshot that holds it
  await snapshot(venue, "A", [["0.5500", "2.00"]]);
  assertEquals([a.state, b.state, a.bestBid, a.bestBidSize], ["live", "resyncing", 5500, 200]);
  await delta(venue, "B", "yes", "0.0100", "1.00");
  await snapshot(venue, "B");
  assertEquals(b.bestBidSize, 1_000);
  assertEquals(kinds(await take(changes, 2)), ["stale:gap", "snapshot:gap"]);
  assertEquals(venue.wire.sent("update_subscription").length, 1);
});

test("further gaps while a snapshot is on its way start no second resync", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  ignoreQuestions(venue);
  for (let n = 0; n < 20; n++) {
    lose(venue, "A");
    await delta(venue, "A", "yes", "0.5600", "1.00");
    await venue.clock.advance(10);
  }
  assertEquals(venue.wire.sent("update_subscription").length, 1);
  await snapshot(venue, "A");
  assertEquals(book.state, "live");
});

for (
  const [reason, side, price, change] of [
    ["negative-level", "yes", "0.5600", "-10.01"],
    ["crossed", "yes", "0.6000", "1.00"],
    ["unreadable", "yes", "?", "1.00"],
  ] as const
) {
  test(`${reason}: only that market is resynchronised`, async () => {
    await using venue = await startQuoted();
    await using stream = await venue.connect({}, config);
    const books = await stream.orderBooks(["A", "B"]);
    const changes = books.get("A")?.changes();
    assert(changes !== undefined);
    await delta(venue, "A", side, price, change);
    assertEquals(kinds(await take(changes, 2)).slice(-1), [`snapshot:${reason}`]);
    assertEquals([books.get("A")?.state, books.get("B")?.state], ["live", "live"]);
    assertEquals(venue.wire.socket.commands.at(-1)?.params.market_tickers, ["A"]);
    assertEquals([venue.wire.socket.commands.length, stream.stats().resyncs], [2, 1]);
  });
}

test("a delta before the snapshot, and a snapshot that does not come, are both made good", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  withhold(venue);
  const books = await stream.orderBooks(["A", "B"], { awaitLive: false });
  await delta(venue, "A", "yes", "0.5600", "1.00");
  await venue.clock.advance(0);
  assertEquals(venue.wire.socket.commands.at(-1)?.params.market_tickers, ["A"]);
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["resyncing", "waiting"]);
  assertEquals(books.get("B")?.ageMs, Infinity);
  venue.exchange.sockets.clearFaults();
  await venue.clock.advance(10_000);
  assertEquals(stream.stats().books.live, 2);
  assertEquals(stream.stats().reconnects, 0);
});

test("without an answer it goes from get_snapshot to a new subscription to a new connection", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  const book = books.get("A");
  withhold(venue);
  await delta(venue, "A", "yes", "0.6000", "1.00");
  const kindsOf = () => venue.wire.sent("update_subscription").map(({ params }) => params.action);
  await venue.clock.advance(0);
  assertEquals(kindsOf(), ["get_snapshot"]);
  await venue.clock.advance(6_000);
  assertEquals(kindsOf(), ["get_snapshot", "delete_markets", "add_markets"]);
  assertEquals(venue.wire.sockets.length, 1);
  await venue.clock.advance(9_000);
  assertEquals(venue.wire.sockets.length, 2);
  venue.exchange.sockets.clearFaults();
  await venue.clock.advance(10_000);
  assertEquals([book?.state, books.get("B")?.state], ["live", "live"]);
});

test("closing one book while the other is subscribed to anew leaves that one to heal", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  withhold(venue);
  await delta(venue, "A", "yes", "0.6000", "1.00");
  const { sockets } = venue.exchange;
  sockets.fail({ fault: "ignore", action: "delete_markets", afterProcessing: true });
  const removals = () =>
    venue.wire.sent("update_subscription").filter(({ params }) => params.action === "delete_markets");
  while (removals().length === 0) await venue.clock.advance(1_000);
  const closing = books.get("B")?.close();
  sockets.clearFaults();
  sockets.send(JSON.stringify({ id: removals()[0]?.id, type: "ok", sid: 1 }));
  await venue.clock.advance(30_000);
  await closing;
  assertEquals([books.get("A")?.state, stream.stats().reconnects], ["live", 0]);
});

test("a late snapshot heals no book while its subscription goes and comes back", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  ignoreQuestions(venue);
  await delta(venue, "A", "yes", "0.6000", "1.00");
  const { sockets } = venue.exchange;
  // The markets stay in the subscription, so that whatever is published gets through; the answers are given by hand.
  sockets.fail({ fault: "ignore", action: "delete_markets" });
  sockets.fail({ fault: "ignore", action: "add_markets" });
  const changes = () =>
    venue.wire.sent("update_subscription").filter(({ params }) => params.action !== "get_snapshot");
  const open = () => changes().map(({ params }) => params.action);
  const acknowledge = () => sockets.send(JSON.stringify({ id: changes().at(-1)?.id, type: "ok", sid: 1 }));
  while (open().length === 0) await venue.clock.advance(1_000);
  const book = books.get("A");
  await snapshot(venue, "A"); // the answer to the first question, far too late
  assertEquals([open(), book?.state], [["delete_markets"], "resyncing"]);
  acknowledge();
  await venue.clock.advance(0);
  await snapshot(venue, "A");
  assertEquals([open(), book?.state], [["delete_markets", "add_markets"], "resyncing"]);
  // The acknowledgement and what follows it come in one go.
  acknowledge();
  await snapshot(venue, "A");
  assertEquals([book?.state, books.get("B")?.state], ["live", "live"]);
});

test("a book that is closed and opened again is not healed by what was asked for the first one", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 10_000 });
  const other = await stream.orderBook("B");
  const first = await stream.orderBook("A");
  ignoreQuestions(venue);
  const { sockets } = venue.exchange;
  sockets.fail({ fault: "ignore", action: "delete_markets" });
  sockets.fail({ fault: "ignore", action: "add_markets" });
  const acknowledge = async (action: string) => {
    const command = venue.wire.sent("update_subscription").findLast(({ params }) => params.action === action);
    sockets.send(JSON.stringify({ id: command?.id, type: "ok", sid: 1 }));
    await venue.clock.advance(0);
  };
  const closing = first.close();
  await venue.clock.advance(0);
  const books = stream.orderBooks(["A"], { awaitLive: false });
  await snapshot(venue, "A");
  await acknowledge("delete_markets");
  await snapshot(venue, "A");
  await acknowledge("add_markets");
  const again = (await books).get("A");
  await closing;
  assertEquals(again?.state, "waiting");
  await snapshot(venue, "A");
  assertEquals([again?.state, other.state], ["live", "live"]);
});

test("a market that is refused while it is subscribed to anew ends its book", async () => {
  await using venue = await startQuoted();
  const errors: unknown[] = [];
  await using stream = await venue.connect({ onError: (error) => errors.push(error) }, config);
  const books = await stream.orderBooks(["A", "B"]);
  withhold(venue);
  await delta(venue, "A", "yes", "0.6000", "1.00");
  venue.exchange.sockets.fail({ fault: "refuse", code: 16, action: "add_markets", times: 2 });
  await venue.clock.advance(10_000);
  assertEquals([books.get("A")?.state, books.get("B")?.state, errors.length], ["closed", "live", 1]);
  // Both who open an unknown market hear of it.
  const opened = await Promise.allSettled([stream.orderBook("C"), stream.orderBook("C")]);
  assertEquals(opened.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(stream.stats().books, { waiting: 0, live: 1, stale: 0, resyncing: 0, closed: 0 });
});

test("what goes stale together is asked for together, however often", async () => {
  await using venue = await startQuoted(...Array.from({ length: 200 }, (_, n) => `M${n}`));
  await using stream = await venue.connect({}, config);
  const tickers = Array.from({ length: 200 }, (_, n) => `M${n}`);
  await stream.orderBooks(tickers);
  for (let n = 0; n < 5; n++) {
    lose(venue, "M0");
    await delta(venue, "M0", "yes", "0.5000", "1.00");
    await venue.clock.advance(4_500);
    assertEquals(stream.stats().books.live, 200);
  }
  assertEquals(venue.wire.sent("update_subscription").length, 5);
});

test("as long as snapshots come, however slowly, nothing harder is tried", async () => {
  await using venue = await startQuoted(...Array.from({ length: 200 }, (_, n) => `M${n}`));
  await using stream = await venue.connect({}, config);
  const tickers = Array.from({ length: 100 }, (_, n) => `M${n}`);
  await stream.orderBooks(tickers);
  ignoreQuestions(venue);
  lose(venue, "M0");
  await delta(venue, "M0", "yes", "0.5000", "1.00");
  await venue.clock.advance(0);
  for (const ticker of tickers) {
    await venue.clock.advance(300);
    await snapshot(venue, ticker);
  }
  assertEquals([stream.stats().books.live, venue.wire.sent("update_subscription").length], [100, 1]);
});

test("checks of other books keep nobody waiting for a snapshot that does not come", async () => {
  await using venue = await startQuoted("A", "B", "C", "D");
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 2_000 });
  const books = await stream.orderBooks(["A", "B", "C", "D"]);
  // Of the first question about these, nothing comes.
  venue.exchange.sockets.fail({ fault: "ignore", action: "get_snapshot", ticker: "A" });
  for (const ticker of ["A", "B"]) await delta(venue, ticker, "yes", "0.6000", "1.00");
  await venue.clock.advance(20_000);
  assertEquals([...books.values()].map(({ state }) => state), ["live", "live", "live", "live"]);
  assertEquals(stream.stats().reconnects, 0);
});

test("a market that falls silent costs the others no reconnect as long as they are answered", async () => {
  await using venue = await startQuoted("A", "B", "DEAD");
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B", "DEAD"]);
  withhold(venue, "DEAD");
  for (let n = 0; n < 25; n++) {
    lose(venue, "A");
    await delta(venue, "A", "yes", "0.5000", "1.00");
    await venue.clock.advance(4_000);
  }
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["live", "live"]);
  assert(books.get("DEAD")?.state !== "live");
  assertEquals(venue.wire.sockets.length, 1);
});

test("a closed handle reads nothing, though another one of the same book is open", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const [one, two] = [await stream.orderBook("A"), await stream.orderBook("A")];
  await one.close();
  assertThrows(() => one.bestBid, KalshiStaleBookError, "closed");
  assertThrows(() => one.depth(), KalshiStaleBookError, "closed");
  assertEquals([one.state, two.bestBid], ["closed", 5600]);
});

test("the age of a stale book counts from the last frame before the loss showed", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  await venue.clock.advance(9_000);
  ignoreQuestions(venue);
  lose(venue, "A");
  await delta(venue, "A", "yes", "0.5000", "1.00");
  assertEquals([book.state, book.ageMs], ["resyncing", 9_000]);
});

test("closing the last book leaves no timer of the books, and closing the stream none at all", async () => {
  await using venue = await startQuoted();
  const stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  withhold(venue);
  await delta(venue, "A", "yes", "0.6000", "1.00");
  await venue.clock.advance(0);
  assertEquals(book.state, "resyncing");
  await book.close();
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("a book whose market is refused after a reconnect ends, and the others live", async () => {
  await using venue = await startQuoted("A", "BAD");
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "BAD"]);
  const bad = books.get("BAD");
  venue.wire.onOpen = () =>
    venue.exchange.sockets.fail({ fault: "refuse", code: 16, ticker: "BAD", times: Infinity });
  const waiting = assertRejects(
    async () => {
      for await (const _ of bad?.changes() ?? []);
    },
    KalshiStreamError,
    "error 16",
  );
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(10_000);
  await waiting;
  assertEquals([books.get("A")?.state, bad?.state], ["live", "closed"]);
  assertEquals(stream.stats().books, { waiting: 0, live: 1, stale: 0, resyncing: 0, closed: 0 });
});

test("a market that never sends a snapshot costs the others no reconnect", async () => {
  await using venue = await startQuoted("GOOD", "TYPO");
  await using stream = await venue.connect({}, config);
  const good = await stream.orderBook("GOOD");
  withhold(venue);
  await assertRejects(
    async () => {
      const opening = stream.orderBook("TYPO", { timeoutMs: 60_000 });
      opening.catch(() => {});
      await venue.clock.advance(60_000);
      await opening;
    },
    KalshiTimeoutError,
    "Waiting for a snapshot of TYPO",
  );
  assertEquals([good.state, venue.wire.sockets.length, stream.stats().books.waiting], ["live", 1, 0]);
  assertEquals(venue.wire.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "delete_markets",
    market_tickers: ["TYPO"],
  });
});

test("a book that is wrong again and again is asked for less and less often", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  await stream.orderBook("A");
  for (let n = 0; n < 100; n++) {
    await delta(venue, "A", "yes", "0.6000", "1.00");
    await venue.clock.advance(100);
  }
  const asked = venue.wire.sent("update_subscription").length;
  assert(asked > 1 && asked < 40, `${asked} snapshots were asked for in 10 s`);
});

test("after a reconnect books are stale until their new snapshot", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const changes = book.changes();
  await venue.clock.advance(2_000);
  assertEquals(book.ageMs, 2_000);
  venue.wire.onOpen = () => withhold(venue);
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(0);
  assertEquals([book.state, book.reason], ["stale", "disconnected"]);
  await venue.clock.advance(1_000);
  assertEquals([stream.state, book.state, book.ageMs], ["open", "resyncing", 3_000]);
  const live = book.live();
  venue.exchange.sockets.clearFaults();
  await snapshot(venue, "A", [["0.0100", "1.00"]]);
  await live;
  assertEquals([book.state, book.bestBid, book.ageMs], ["live", 100, 0]);
  assertEquals(kinds(await take(changes, 2)), ["stale:disconnected", "snapshot:disconnected"]);
});

test("use_yes_price is said with every subscription to books, also after a loss and by raw readers", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  await stream.orderBook("A");
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(5_000);
  venue.exchange.sockets.fail({ fault: "error", code: 25, channel: "orderbook_delta" });
  await venue.clock.advance(5_000);
  await using other = await venue.connect({}, config);
  await other.subscribe("orderbook_delta", { market_tickers: ["A"] });
  const said = venue.wire.sent("subscribe").map(({ params }) => params.use_yes_price);
  assertEquals(said, [true, true, true, true]);
});

test("the audit finds a book that differs and the loss of the very last frames", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 10_000 });
  const books = await stream.orderBooks(["A", "B"]);
  const changes = books.get("B")?.changes();
  await venue.clock.advance(20_000);
  const audits = venue.wire.sent("update_subscription").map(({ params }) => params.market_tickers?.[0]);
  assertEquals(audits, ["A", "B"]);
  assertEquals(stream.stats().resyncs, 0);
  lose(venue, "A"); // lost, and nothing follows
  await venue.clock.advance(10_000);
  assertEquals(stream.stats().gaps, 1);
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["live", "live"]);
  assert(changes !== undefined);
  assertEquals(kinds(await take(changes, 2)), ["stale:gap", "snapshot:gap"]);
});

test("verifyBooks: false asks for nothing", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({ verifyBooks: false }, { ...config, wsPingIntervalMs: 10_000 });
  await stream.orderBook("A");
  await venue.clock.advance(50_000);
  assertEquals(venue.wire.sent("update_subscription"), []);
});

test("two holders of one book share it; the last one to close gives it back", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const one = await stream.orderBook("A");
  const two = await stream.orderBook("A");
  assertEquals(venue.wire.socket.commands.length, 1);
  const oneChanges = one.changes();
  const twoChanges = two.changes();
  await one.close();
  await one.close();
  assertEquals([one.state, two.state, venue.wire.socket.commands.length], ["closed", "live", 1]);
  await delta(venue, "A", "yes", "0.5600", "1.00");
  assertEquals(await take(oneChanges, 1), []);
  assertEquals((await take(twoChanges, 1)).length, 1);
  await two.close();
  assertEquals(venue.wire.socket.commands.at(-1)?.cmd, "unsubscribe");
  await assertRejects(() => two.live(), KalshiStreamClosedError);
  assertThrows(() => two.bestBid, KalshiStaleBookError, "closed");
  const again = await stream.orderBook("A");
  assertEquals([again.state, again.bestBid], ["live", 5600]);
  assertEquals(stream.stats().books.live, 1);
});

test("a full queue of changes is an error; `latest` is a signal to look", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const strict = book.changes({ limit: 10 });
  const latest = book.changes({ policy: "latest" });
  for (let n = 0; n < 20; n++) await delta(venue, "A", "yes", "0.0100", "1.00");
  assertEquals((await take(latest, 1)).map((change) => change.type === "delta" && change.size), [2_000]);
  assertEquals((await take(strict, 10)).length, 10);
  await assertRejects(() => strict.next(), Error, "The queue of the book of A is full with 10 items");
  assertEquals(book.state, "live");
});

test("closing the stream closes its books and ends their loops; giving up makes them throw", async () => {
  await using venue = await startQuoted();
  const stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const changes = book.changes();
  await stream.close();
  assertEquals([(await changes.next()).done, book.state], [true, "closed"]);
  await assertRejects(() => stream.orderBook("A"), KalshiStreamClosedError);

  const doomed = await venue.connect({}, { ...config, wsMaxRetries: 0 });
  const lost = await doomed.orderBook("A");
  const loop = lost.changes();
  venue.exchange.sockets.fail({ fault: "cut" });
  await venue.clock.advance(0);
  assertEquals(lost.state, "closed");
  await assertRejects(() => loop.next(), KalshiStreamClosedError);
  await assertRejects(() => lost.live(), KalshiStreamClosedError);
  assertEquals(venue.clock.pending, 0);
});

test("a raw reader and a book of the same market live side by side", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const raw = await stream.subscribe("orderbook_delta", { market_ticker: "A" });
  assertEquals((await take(raw, 1)).map(({ type }) => type), ["orderbook_snapshot"]);
  await book.close();
  assertEquals(venue.wire.sent("unsubscribe").length, 0);
  await delta(venue, "A", "yes", "0.5600", "1.00");
  assertEquals((await take(raw, 1)).map(({ type }) => type), ["orderbook_delta"]);
});

test("a parser of the user's gets every frame, those of books among them", async () => {
  await using venue = await startQuoted();
  let parsed = 0;
  const wsJsonParse = (text: string) => {
    parsed++;
    return JSON.parse(text);
  };
  await using stream = await venue.connect({}, { ...config, wsJsonParse });
  const book = await stream.orderBook("A");
  for (let n = 0; n < 3; n++) await delta(venue, "A", "yes", "0.5600", "1.00");
  assertEquals([book.bestBidSize, parsed], [1_300, stream.stats().frames]);
});

test("a change that is spelled in an unusual way changes the book like any other", async () => {
  await using venue = await startQuoted();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const send = async (seq: number, spelled: (text: string) => string) => {
    const msg = { market_ticker: "A", price_dollars: "0.5600", delta_fp: "1.00", side: "yes" };
    venue.exchange.sockets.send(spelled(JSON.stringify({ type: "orderbook_delta", sid: 1, seq, msg })));
    await venue.clock.advance(0);
  };
  await send(2, (text) => text);
  await send(3, (text) => text.replaceAll(":", " : "));
  await send(4, (text) => text.replace("yes", "y\\u0065s"));
  await send(4, (text) => text.replace("yes", "y\\u0065s"));
  await send(5, (text) => text);
  await send(5, (text) => text);
  assertEquals([book.state, book.seq, book.bestBidSize, stream.stats().duplicates], ["live", 5, 1_400, 2]);
});
