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
import { FakeVenue, take } from "./support/fake_venue.ts";

const config = {
  retryBaseDelayMs: 1_000,
  retryMaxDelayMs: 4_000,
  wsMaxRetries: 3,
  wsPingIntervalMs: 1_000_000,
};

/** A venue that sends snapshots as Kalshi does: for what is subscribed to, added, or asked for. */
function venueWithBooks(options: { readonly snapshots?: boolean } = {}) {
  const venue = new FakeVenue();
  const behaviour = { snapshots: options.snapshots ?? true };
  venue.onSocket = (socket) => {
    socket.answer = ({ id, cmd, params }) => {
      const tickers = params.market_tickers ?? [];
      const asks = params.action === "get_snapshot" || params.action === "add_markets";
      if (cmd === "subscribe" && params.channels?.[0] === "orderbook_delta") {
        const sid = ++venue.lastSid;
        socket.sids.set("orderbook_delta", sid);
        socket.seq = 0;
        socket.send({ id, type: "subscribed", msg: { channel: "orderbook_delta", sid } });
      } else if (asks) {
        // Like the docs' sample, and without an answer of its own to `get_snapshot`.
        if (params.action === "add_markets") {
          socket.send({ id, type: "ok", sid: venue.lastSid, seq: ++socket.seq });
        }
      } else return undefined;
      if (behaviour.snapshots) { for (const ticker of tickers) socket.snapshot(ticker); }
      return null;
    };
  };
  return { venue, behaviour };
}

const kinds = (changes: readonly BookChange[]) =>
  changes.map((change) => change.type === "delta" ? "delta" : `${change.type}:${change.reason ?? ""}`);

test("orderBook resolves at the first snapshot and follows the market", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  assertEquals(venue.socket.commands[0]?.params, {
    channels: ["orderbook_delta"],
    use_yes_price: true,
    market_tickers: ["A"],
    skip_ticker_ack: true,
  });
  const changes = book.changes();
  venue.socket.delta("A", "yes", "0.5700", "3.00", { client_order_id: "mine" });
  venue.socket.delta("A", "no", "0.6000", "-5.00");
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
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const tickers = Array.from({ length: 5_000 }, (_, n) => `M${n}`);
  const books = await stream.orderBooks(tickers);
  assertEquals([books.size, venue.socket.commands.length], [5_000, 1]);
  assertEquals(stream.stats().books, { waiting: 0, live: 5_000, stale: 0, resyncing: 0, closed: 0 });
  venue.socket.seq++; // one frame is lost: all of them are in doubt
  venue.socket.delta("M7", "yes", "0.0100", "1.00");
  assertEquals(stream.stats().books.live, 0);
  await venue.clock.advance(0);
  assertEquals(stream.stats().books.live, 5_000);
  assertEquals([venue.socket.commands.length, stream.stats().resyncs], [2, 5_000]);
});

test("a gap makes every book stale at once, and one get_snapshot heals them", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  const [a, b] = ["A", "B"].map((ticker) => books.get(ticker) as LiveOrderBook) as [
    LiveOrderBook,
    LiveOrderBook,
  ];
  const changes = a.changes();
  behaviour.snapshots = false;
  venue.socket.seq++;
  venue.socket.delta("A", "yes", "0.5600", "1.00");
  assertThrows(() => a.bestBid, KalshiStaleBookError, "stale (gap)");
  assertThrows(() => b.depth(), KalshiStaleBookError, "stale (gap)");
  assertEquals(a.lastKnown.bestBid, 5600);
  await venue.clock.advance(0);
  assertEquals([a.state, b.state], ["resyncing", "resyncing"]);
  assertEquals(venue.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "get_snapshot",
    market_tickers: ["A", "B"],
  });
  venue.socket.delta("A", "yes", "0.5500", "2.00"); // waits for the snapshot that holds it
  venue.socket.snapshot("A", [["0.5500", "2.00"]]);
  assertEquals([a.state, b.state, a.bestBid, a.bestBidSize], ["live", "resyncing", 5500, 200]);
  venue.socket.delta("B", "yes", "0.0100", "1.00");
  venue.socket.snapshot("B");
  assertEquals(b.bestBidSize, 1_000);
  assertEquals(kinds(await take(changes, 2)), ["stale:gap", "snapshot:gap"]);
  assertEquals(venue.sent("update_subscription").length, 1);
});

test("further gaps while a snapshot is on its way start no second resync", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  behaviour.snapshots = false;
  for (let n = 0; n < 20; n++) {
    venue.socket.seq++;
    venue.socket.delta("A", "yes", "0.5600", "1.00");
    await venue.clock.advance(10);
  }
  assertEquals(venue.sent("update_subscription").length, 1);
  venue.socket.snapshot("A");
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
    const { venue } = venueWithBooks();
    await using stream = await venue.connect({}, config);
    const books = await stream.orderBooks(["A", "B"]);
    venue.socket.delta("A", side, price, change);
    assertEquals([books.get("A")?.state, books.get("A")?.reason, books.get("B")?.state], [
      "stale",
      reason,
      "live",
    ]);
    await venue.clock.advance(0);
    assertEquals([books.get("A")?.state, venue.socket.commands.at(-1)?.params.market_tickers], ["live", [
      "A",
    ]]);
  });
}

test("a delta before the snapshot, and a snapshot that does not come, are both made good", async () => {
  const { venue, behaviour } = venueWithBooks({ snapshots: false });
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"], { awaitLive: false });
  venue.socket.delta("A", "yes", "0.5600", "1.00");
  await venue.clock.advance(0);
  assertEquals(venue.socket.commands.at(-1)?.params.market_tickers, ["A"]);
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["resyncing", "waiting"]);
  assertEquals(books.get("B")?.ageMs, Infinity);
  behaviour.snapshots = true;
  await venue.clock.advance(10_000);
  assertEquals(stream.stats().books.live, 2);
  assertEquals(stream.stats().reconnects, 0);
});

test("without an answer it goes from get_snapshot to a new subscription to a new connection", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  const book = books.get("A");
  behaviour.snapshots = false;
  venue.socket.delta("A", "yes", "0.6000", "1.00");
  const kindsOf = () => venue.sent("update_subscription").map(({ params }) => params.action);
  await venue.clock.advance(0);
  assertEquals(kindsOf(), ["get_snapshot"]);
  await venue.clock.advance(6_000);
  assertEquals(kindsOf(), ["get_snapshot", "delete_markets", "add_markets"]);
  assertEquals(venue.sockets.length, 1);
  await venue.clock.advance(9_000);
  assertEquals(venue.sockets.length, 2);
  behaviour.snapshots = true;
  await venue.clock.advance(10_000);
  assertEquals([book?.state, books.get("B")?.state], ["live", "live"]);
});

test("closing one book while the other is subscribed to anew leaves that one to heal", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  behaviour.snapshots = false;
  const { socket } = venue;
  socket.delta("A", "yes", "0.6000", "1.00");
  const usual = socket.answer;
  let removing: number | undefined;
  socket.answer = (command) => {
    if (command.params.action !== "delete_markets") return usual?.(command);
    removing = command.id;
    return null;
  };
  while (removing === undefined) await venue.clock.advance(1_000);
  const closing = books.get("B")?.close();
  behaviour.snapshots = true;
  socket.answer = usual;
  socket.send({ id: removing, type: "ok", sid: 1, seq: ++socket.seq });
  await venue.clock.advance(30_000);
  await closing;
  assertEquals([books.get("A")?.state, stream.stats().reconnects], ["live", 0]);
});

test("a late snapshot heals no book while its subscription goes and comes back", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B"]);
  const { socket } = venue;
  behaviour.snapshots = false;
  socket.delta("A", "yes", "0.6000", "1.00");
  const usual = socket.answer;
  const open: string[] = [];
  const ids: number[] = [];
  socket.answer = (command) => {
    const { action } = command.params;
    if (action !== "delete_markets" && action !== "add_markets") return usual?.(command);
    open.push(String(action));
    ids.push(command.id);
    return null;
  };
  const acknowledge = async () => {
    socket.send({ id: ids.at(-1), type: "ok", sid: 1, seq: ++socket.seq });
    await venue.clock.advance(0);
  };
  while (open.length === 0) await venue.clock.advance(1_000);
  const book = books.get("A");
  socket.snapshot("A"); // the answer to the first question, far too late
  assertEquals([open, book?.state], [["delete_markets"], "resyncing"]);
  await acknowledge();
  socket.snapshot("A");
  assertEquals([open, book?.state], [["delete_markets", "add_markets"], "resyncing"]);
  // The acknowledgement and what follows it come in one go.
  socket.send({ id: ids.at(-1), type: "ok", sid: 1, seq: ++socket.seq });
  socket.snapshot("A");
  assertEquals([book?.state, books.get("B")?.state], ["live", "live"]);
});

test("a book that is closed and opened again is not healed by what was asked for the first one", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 10_000 });
  const other = await stream.orderBook("B");
  const first = await stream.orderBook("A");
  behaviour.snapshots = false;
  const { socket } = venue;
  const usual = socket.answer;
  const held: (() => void)[] = [];
  socket.answer = (command) => {
    const { action } = command.params;
    if (action !== "delete_markets" && action !== "add_markets") return usual?.(command);
    held.push(() => socket.send({ id: command.id, type: "ok", sid: 1, seq: ++socket.seq }));
    return null;
  };
  const closing = first.close();
  await venue.clock.advance(0);
  const books = stream.orderBooks(["A"], { awaitLive: false });
  socket.snapshot("A");
  held.shift()?.();
  await venue.clock.advance(0);
  socket.snapshot("A");
  held.shift()?.();
  const again = (await books).get("A");
  await closing;
  assertEquals(again?.state, "waiting");
  socket.snapshot("A");
  assertEquals([again?.state, other.state], ["live", "live"]);
});

test("a market that is refused while it is subscribed to anew ends its book", async () => {
  const { venue, behaviour } = venueWithBooks();
  const errors: unknown[] = [];
  await using stream = await venue.connect({ onError: (error) => errors.push(error) }, config);
  const books = await stream.orderBooks(["A", "B"]);
  const { socket } = venue;
  behaviour.snapshots = false;
  socket.delta("A", "yes", "0.6000", "1.00");
  const usual = socket.answer;
  socket.answer = (command) =>
    command.params.action === "add_markets"
      ? [{ id: command.id, type: "error", msg: { code: 16, msg: "Market not found" } }]
      : usual?.(command);
  await venue.clock.advance(10_000);
  assertEquals([books.get("A")?.state, books.get("B")?.state, errors.length], ["closed", "live", 1]);
  // Both who open an unknown market hear of it.
  const opened = await Promise.allSettled([stream.orderBook("C"), stream.orderBook("C")]);
  assertEquals(opened.map(({ status }) => status), ["rejected", "rejected"]);
  assertEquals(stream.stats().books, { waiting: 0, live: 1, stale: 0, resyncing: 0, closed: 0 });
});

test("what goes stale together is asked for together, however often", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const tickers = Array.from({ length: 200 }, (_, n) => `M${n}`);
  await stream.orderBooks(tickers);
  for (let n = 0; n < 5; n++) {
    venue.socket.seq += 5;
    venue.socket.delta("M0", "yes", "0.5000", "1.00");
    await venue.clock.advance(4_500);
    assertEquals(stream.stats().books.live, 200);
  }
  assertEquals(venue.sent("update_subscription").length, 5);
});

test("as long as snapshots come, however slowly, nothing harder is tried", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const tickers = Array.from({ length: 100 }, (_, n) => `M${n}`);
  await stream.orderBooks(tickers);
  behaviour.snapshots = false;
  venue.socket.seq += 5;
  venue.socket.delta("M0", "yes", "0.5000", "1.00");
  await venue.clock.advance(0);
  for (const ticker of tickers) {
    await venue.clock.advance(300);
    venue.socket.snapshot(ticker);
  }
  assertEquals([stream.stats().books.live, venue.sent("update_subscription").length], [100, 1]);
});

test("checks of other books keep nobody waiting for a snapshot that does not come", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 2_000 });
  const books = await stream.orderBooks(["A", "B", "C", "D"]);
  const usual = venue.socket.answer;
  let isDeaf = true;
  venue.socket.answer = (command) => {
    const { action, market_tickers = [] } = command.params;
    if (!isDeaf || action !== "get_snapshot" || !market_tickers.includes("A")) return usual?.(command);
    isDeaf = false; // of the first question about these, nothing comes
    return null;
  };
  for (const ticker of ["A", "B"]) venue.socket.delta(ticker, "yes", "0.6000", "1.00");
  await venue.clock.advance(20_000);
  assertEquals([...books.values()].map(({ state }) => state), ["live", "live", "live", "live"]);
  assertEquals(stream.stats().reconnects, 0);
});

test("a market that falls silent costs the others no reconnect as long as they are answered", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "B", "DEAD"]);
  const usual = venue.socket.answer;
  venue.socket.answer = (command) => {
    const { market_tickers } = command.params;
    if (!market_tickers?.includes("DEAD")) return usual?.(command);
    usual?.({
      ...command,
      params: { ...command.params, market_tickers: market_tickers.filter((t) => t !== "DEAD") },
    });
    return null;
  };
  for (let n = 0; n < 5; n++) {
    venue.socket.seq += 5;
    venue.socket.delta("A", "yes", "0.5000", "1.00");
    await venue.clock.advance(20_000);
  }
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["live", "live"]);
  assert(books.get("DEAD")?.state !== "live");
  assertEquals(venue.sockets.length, 1);
});

test("a closed handle reads nothing, though another one of the same book is open", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const [one, two] = [await stream.orderBook("A"), await stream.orderBook("A")];
  await one.close();
  assertThrows(() => one.bestBid, KalshiStaleBookError, "closed");
  assertThrows(() => one.depth(), KalshiStaleBookError, "closed");
  assertEquals([one.state, two.bestBid], ["closed", 5600]);
});

test("the age of a stale book counts from the last frame before the loss showed", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  await venue.clock.advance(9_000);
  venue.socket.seq++;
  venue.socket.delta("A", "yes", "0.5000", "1.00");
  assertEquals([book.state, book.ageMs], ["stale", 9_000]);
});

test("closing the last book leaves no timer of the books, and closing the stream none at all", async () => {
  const { venue, behaviour } = venueWithBooks();
  const stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  behaviour.snapshots = false;
  venue.socket.delta("A", "yes", "0.6000", "1.00");
  await venue.clock.advance(0);
  assertEquals(book.state, "resyncing");
  await book.close();
  await stream.close();
  assertEquals(venue.clock.pending, 0);
});

test("a book whose market is refused after a reconnect ends, and the others live", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const books = await stream.orderBooks(["A", "BAD"]);
  const bad = books.get("BAD");
  const usual = venue.onSocket;
  venue.onSocket = (socket) => {
    usual?.(socket);
    const { answer } = socket;
    socket.answer = (command) =>
      command.params.market_tickers?.includes("BAD")
        ? [{ id: command.id, type: "error", msg: { code: 16, msg: "Market not found" } }]
        : answer?.(command);
  };
  const waiting = assertRejects(
    async () => {
      for await (const _ of bad?.changes() ?? []);
    },
    KalshiStreamError,
    "error 16",
  );
  venue.socket.drop();
  await venue.clock.advance(10_000);
  await waiting;
  assertEquals([books.get("A")?.state, bad?.state], ["live", "closed"]);
  assertEquals(stream.stats().books, { waiting: 0, live: 1, stale: 0, resyncing: 0, closed: 0 });
});

test("a market that never sends a snapshot costs the others no reconnect", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const good = await stream.orderBook("GOOD");
  behaviour.snapshots = false;
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
  assertEquals([good.state, venue.sockets.length, stream.stats().books.waiting], ["live", 1, 0]);
  assertEquals(venue.socket.commands.at(-1)?.params, {
    sids: [1],
    action: "delete_markets",
    market_tickers: ["TYPO"],
  });
});

test("a book that is wrong again and again is asked for less and less often", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  await stream.orderBook("A");
  for (let n = 0; n < 100; n++) {
    venue.socket.delta("A", "yes", "0.6000", "1.00");
    await venue.clock.advance(100);
  }
  const asked = venue.sent("update_subscription").length;
  assert(asked > 1 && asked < 40, `${asked} snapshots were asked for in 10 s`);
});

test("after a reconnect books are stale until their new snapshot", async () => {
  const { venue, behaviour } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const changes = book.changes();
  await venue.clock.advance(2_000);
  assertEquals(book.ageMs, 2_000);
  behaviour.snapshots = false;
  venue.socket.drop();
  assertEquals([book.state, book.reason], ["stale", "disconnected"]);
  await venue.clock.advance(1_000);
  assertEquals([stream.state, book.state, book.ageMs], ["open", "resyncing", 3_000]);
  const live = book.live();
  venue.socket.snapshot("A", [["0.0100", "1.00"]], undefined);
  await live;
  assertEquals([book.state, book.bestBid, book.ageMs], ["live", 100, 0]);
  assertEquals(kinds(await take(changes, 2)), ["stale:disconnected", "snapshot:disconnected"]);
});

test("use_yes_price is said with every subscription to books, also after a loss and by raw readers", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  await stream.orderBook("A");
  venue.socket.drop();
  await venue.clock.advance(5_000);
  venue.socket.send({ type: "error", sid: venue.lastSid, msg: { code: 25, msg: "" } });
  venue.socket.sids.clear();
  await venue.clock.advance(5_000);
  await using other = await venue.connect({}, config);
  await other.subscribe("orderbook_delta", { market_tickers: ["A"] });
  const said = venue.sent("subscribe").map(({ params }) => params.use_yes_price);
  assertEquals(said, [true, true, true, true]);
});

test("the audit finds a book that differs and the loss of the very last frames", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, { ...config, wsPingIntervalMs: 10_000 });
  const books = await stream.orderBooks(["A", "B"]);
  const changes = books.get("B")?.changes();
  await venue.clock.advance(20_000);
  const audits = venue.sent("update_subscription").map(({ params }) => params.market_tickers?.[0]);
  assertEquals(audits, ["A", "B"]);
  assertEquals(stream.stats().resyncs, 0);
  venue.socket.seq++; // lost, and nothing follows
  await venue.clock.advance(10_000);
  assertEquals(stream.stats().gaps, 1);
  assertEquals([books.get("A")?.state, books.get("B")?.state], ["live", "live"]);
  assert(changes !== undefined);
  assertEquals(kinds(await take(changes, 2)), ["stale:gap", "snapshot:gap"]);
});

test("verifyBooks: false asks for nothing", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({ verifyBooks: false }, { ...config, wsPingIntervalMs: 10_000 });
  await stream.orderBook("A");
  await venue.clock.advance(50_000);
  assertEquals(venue.sent("update_subscription"), []);
});

test("two holders of one book share it; the last one to close gives it back", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const one = await stream.orderBook("A");
  const two = await stream.orderBook("A");
  assertEquals(venue.socket.commands.length, 1);
  const oneChanges = one.changes();
  const twoChanges = two.changes();
  await one.close();
  await one.close();
  assertEquals([one.state, two.state, venue.socket.commands.length], ["closed", "live", 1]);
  venue.socket.delta("A", "yes", "0.5600", "1.00");
  assertEquals(await take(oneChanges, 1), []);
  assertEquals((await take(twoChanges, 1)).length, 1);
  await two.close();
  assertEquals(venue.socket.commands.at(-1)?.cmd, "unsubscribe");
  await assertRejects(() => two.live(), KalshiStreamClosedError);
  assertThrows(() => two.bestBid, KalshiStaleBookError, "closed");
  const again = await stream.orderBook("A");
  assertEquals([again.state, again.bestBid], ["live", 5600]);
  assertEquals(stream.stats().books.live, 1);
});

test("a full queue of changes is an error; `latest` is a signal to look", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const strict = book.changes({ limit: 10 });
  const latest = book.changes({ policy: "latest" });
  for (let n = 0; n < 20; n++) venue.socket.delta("A", "yes", "0.0100", "1.00");
  assertEquals((await take(latest, 1)).map((change) => change.type === "delta" && change.size), [2_000]);
  assertEquals((await take(strict, 10)).length, 10);
  await assertRejects(() => strict.next(), Error, "The queue of the book of A is full with 10 items");
  assertEquals(book.state, "live");
});

test("closing the stream closes its books and ends their loops; giving up makes them throw", async () => {
  const { venue } = venueWithBooks();
  const stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const changes = book.changes();
  await stream.close();
  assertEquals([(await changes.next()).done, book.state], [true, "closed"]);
  await assertRejects(() => stream.orderBook("A"), KalshiStreamClosedError);

  const other = venueWithBooks();
  const doomed = await other.venue.connect({}, { ...config, wsMaxRetries: 0 });
  const lost = await doomed.orderBook("A");
  const loop = lost.changes();
  other.venue.socket.drop();
  assertEquals(lost.state, "closed");
  await assertRejects(() => loop.next(), KalshiStreamClosedError);
  await assertRejects(() => lost.live(), KalshiStreamClosedError);
  assertEquals([venue.clock.pending, other.venue.clock.pending], [0, 0]);
});

test("a raw reader and a book of the same market live side by side", async () => {
  const { venue } = venueWithBooks();
  await using stream = await venue.connect({}, config);
  const book = await stream.orderBook("A");
  const raw = await stream.subscribe("orderbook_delta", { market_ticker: "A" });
  assertEquals((await take(raw, 1)).map(({ type }) => type), ["orderbook_snapshot"]);
  await book.close();
  assertEquals(venue.sent("unsubscribe").length, 0);
  venue.socket.delta("A", "yes", "0.5600", "1.00");
  assertEquals((await take(raw, 1)).map(({ type }) => type), ["orderbook_delta"]);
});
