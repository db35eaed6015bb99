import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiStaleBookError } from "../../src/books/errors.ts";
import type { BookChange } from "../../src/books/changes.ts";
import { eventBookDecoder, restOrderBook } from "../../src/books/decoders/event.ts";
import { MarketBook } from "../../src/books/market_book.ts";
import type { BookFrame } from "../../src/books/updates.ts";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { OrderBook } from "../../src/books/order_book.ts";
import { test } from "../support/test.ts";
import { feedFrame } from "./support/feed_frame.ts";

type Pairs = [string, string][];

const snapshot = (seq: number | undefined, yes?: Pairs, no?: Pairs): BookFrame => ({
  type: "orderbook_snapshot",
  seq,
  msg: { market_ticker: "M", ...(yes && { yes_dollars_fp: yes }), ...(no && { no_dollars_fp: no }) },
});
const delta = (
  seq: number | undefined,
  side: string,
  price: string,
  change: string,
  more = {},
): BookFrame => ({
  type: "orderbook_delta",
  seq,
  msg: { market_ticker: "M", side, price_dollars: price, delta_fp: change, ...more },
});

function watched() {
  const changes: BookChange[] = [];
  const book = new MarketBook("M", { onChange: (change) => changes.push(change) });
  return {
    book,
    changes,
    types: () =>
      changes.map((change) => "reason" in change ? `${change.type}:${change.reason}` : change.type).join(" "),
  };
}

const bids: Pairs = [["0.4000", "5.00"], ["0.5600", "10.00"]];
const asks: Pairs = [["0.6000", "7.50"]];

test("a book waits for its snapshot, is live after it, and follows deltas", () => {
  const { book, changes } = watched();
  assertEquals(book.state, "waiting");
  assertThrows(() => book.read(), KalshiStaleBookError, "The book of M is waiting");
  feedFrame(book, snapshot(1, bids, asks));
  assertEquals([book.state, book.seq], ["live", 1]);
  feedFrame(book, delta(2, "yes", "0.5600", "-4.00", { client_order_id: "mine", subaccount: 3, ts_ms: 9 }));
  feedFrame(book, delta(4, "no", "0.5900", "1.00"));
  assertEquals(book.read().depth(1), {
    bids: [{ price: 5600, size: 600 }],
    asks: [{ price: 5900, size: 100 }],
  });
  assertEquals(changes, [
    { type: "snapshot", resynced: false, reason: undefined, seq: 1 },
    {
      type: "delta",
      side: "bid",
      price: 5600,
      size: 600,
      delta: -400,
      seq: 2,
      client_order_id: "mine",
      subaccount: 3,
      ts_ms: 9,
      last_update_reason: undefined,
    },
    {
      type: "delta",
      side: "ask",
      price: 5900,
      size: 100,
      delta: 100,
      seq: 4,
      client_order_id: undefined,
      subaccount: undefined,
      ts_ms: undefined,
      last_update_reason: undefined,
    },
  ]);
});

test("NO prices of an old recording are turned into YES terms", () => {
  const { book } = watched();
  const old = eventBookDecoder({ useYesPrice: false });
  feedFrame(book, snapshot(1, bids, [["0.4000", "7.50"]]), old);
  feedFrame(book, delta(2, "no", "0.4100", "2.00"), old);
  assertEquals(book.read().depth().asks, [{ price: 5900, size: 200 }, { price: 6000, size: 750 }]);
});

test("an empty book's snapshot has neither side", () => {
  const { book } = watched();
  feedFrame(book, snapshot(1));
  assertEquals([book.state, book.read().levels], ["live", 0]);
});

const faults: [string, BookFrame][] = [
  ["negative-level", delta(2, "yes", "0.5600", "-10.01")],
  ["negative-level", delta(2, "yes", "0.5500", "-0.01")],
  ["crossed", delta(2, "yes", "0.6000", "1.00")],
  ["unreadable", delta(2, "yes", "0,56", "1.00")],
  ["unreadable", delta(2, "yes", "0.5600", "1e3")],
  ["unreadable", delta(2, "maybe", "0.5600", "1.00")],
  ["unreadable", { type: "orderbook_delta", seq: 2, msg: {} }],
];
for (const [reason, frame] of faults) {
  test(`stale at once: ${reason} ${JSON.stringify(frame.msg)}`, () => {
    const { book, types } = watched();
    feedFrame(book, snapshot(1, bids, asks));
    feedFrame(book, frame);
    assertEquals([book.state, book.reason], ["stale", reason]);
    assertThrows(() => book.read(), KalshiStaleBookError, `is stale (${reason})`);
    book.asked();
    assertEquals(book.state, "resyncing");
    feedFrame(book, snapshot(1, bids, asks)); // older than the fault: it cannot have healed it
    assertEquals(book.state, "stale");
    book.asked();
    feedFrame(book, snapshot(3, bids, asks));
    assertEquals([book.state, book.reason], ["live", undefined]);
    assertEquals(types().split(" ").slice(1).filter((type) => !type.startsWith("stale")), [
      `snapshot:${reason}`,
    ]);
  });
}

test("a delta before the first snapshot makes it stale, and is applied after a snapshot that is older", () => {
  const { book, types } = watched();
  feedFrame(book, delta(6, "yes", "0.5600", "1.00"));
  assertEquals([book.state, book.reason], ["stale", "early-delta"]);
  feedFrame(book, snapshot(5, bids, asks));
  assertEquals(book.read().bestBidSize, 1_100);
  assertEquals(types(), "stale:early-delta snapshot:early-delta");
});

test("deltas wait while it resynchronises; those that the snapshot holds are not applied twice", () => {
  const { book } = watched();
  feedFrame(book, snapshot(1, bids, asks));
  book.lost("gap", 3);
  book.asked();
  feedFrame(book, delta(5, "yes", "0.5600", "1.00"));
  feedFrame(book, delta(4, "yes", "0.5600", "2.00"));
  feedFrame(book, delta(7, "yes", "0.5500", "4.00"));
  feedFrame(book, snapshot(5, bids, asks));
  assertEquals(book.seq, 7);
  assertEquals(book.read().depth().bids.map(({ size }) => size), [1_000, 400, 500]);
  feedFrame(book, delta(4, "yes", "0.5600", "2.00")); // late, and in the snapshot
  assertEquals(book.read().bestBidSize, 1_000);
});

test("a frame that comes twice counts once, live and in what waits for a snapshot", () => {
  const book = new MarketBook("M");
  const snapshot = (seq: number, count: string) =>
    feedFrame(book, { type: "orderbook_snapshot", seq, msg: { yes_dollars_fp: [["0.5600", count]] } });
  const delta = (seq: number) =>
    feedFrame(book, {
      type: "orderbook_delta",
      seq,
      msg: { price_dollars: "0.5600", delta_fp: "1.00", side: "yes" },
    });
  snapshot(1, "10.00");
  delta(2);
  delta(2);
  assertEquals(book.read().bestBidSize, 1_100);
  book.lost("gap", 2);
  delta(4);
  delta(4);
  snapshot(3, "20.00");
  assertEquals(book.read().bestBidSize, 2_100);
});

test("levels under an unknown name are no empty book", () => {
  const book = new MarketBook("M");
  feedFrame(book, {
    type: "orderbook_snapshot",
    seq: 1,
    msg: { market_ticker: "M", yes_dollars: [["0.5600", "1.00"]] },
  });
  assertEquals([book.state, book.reason], ["stale", "unreadable"]);
});

test("sizes beyond 32 bits and prices at the finest steps are exact", () => {
  const book = new MarketBook("M");
  const big = "70368744177.66"; // more than 2 ** 42 hundredths
  const levels = [["0.5598", "0.01"], ["0.5599", big]];
  feedFrame(book, {
    type: "orderbook_snapshot",
    seq: 1,
    msg: { yes_dollars_fp: levels, no_dollars_fp: [["0.5600", big]] },
  });
  const delta = (seq: number, price_dollars: string, delta_fp: string) =>
    feedFrame(book, { type: "orderbook_delta", seq, msg: { price_dollars, delta_fp, side: "yes" } });
  delta(2, "0.5599", "0.01");
  delta(3, "0.5598", big);
  assertEquals(book.read().depth().bids, [
    { price: 5_599, size: 7_036_874_417_767 },
    { price: 5_598, size: 7_036_874_417_767 },
  ]);
  assertEquals([book.read().spread, book.read().mid], [1, 5_599.5]);
  assertEquals(restOrderBook(book.read()).orderbook_fp.yes_dollars[1], ["0.5599", "70368744177.67"]);
});

test("a snapshot that nobody asked for is a change: the book stays live and is not resynchronised", () => {
  const { book, changes, types } = watched();
  feedFrame(book, snapshot(1, bids, asks));
  feedFrame(book, snapshot(2));
  assertEquals([book.state, book.seq, book.read().bestBid], ["live", 2, undefined]);
  feedFrame(book, snapshot(3, bids));
  feedFrame(book, delta(4, "yes", "0.5600", "1.00"));
  assertEquals(book.read().bestBidSize, 1_100);
  assertEquals(types(), "snapshot:undefined snapshot:undefined snapshot:undefined delta");
  assertEquals(changes.map((change) => change.type === "snapshot" && change.resynced).includes(true), false);
  // One from the past is none, and one that is crossed is not believed.
  feedFrame(book, snapshot(3));
  assertEquals(book.read().bestBidSize, 1_100);
  feedFrame(book, snapshot(5, [["0.6000", "1.00"]], asks));
  assertEquals([book.state, book.reason], ["stale", "crossed"]);
});

test("a snapshot that agrees is a silent proof, one that was asked for and differs is told", () => {
  const { book, types } = watched();
  feedFrame(book, snapshot(1, bids, asks));
  feedFrame(book, snapshot(2, bids, asks));
  assertEquals([book.seq, types()], [2, "snapshot:undefined"]);
  feedFrame(book, { ...snapshot(3, bids), id: 7 });
  assertEquals(types(), "snapshot:undefined stale:mismatch snapshot:mismatch");
  assertEquals([book.state, book.read().bestAsk], ["live", undefined]);
});

test("a snapshot that cannot be read, or is crossed itself, heals nothing", () => {
  const { book } = watched();
  feedFrame(book, snapshot(1, [["0.5", "x"]]));
  assertEquals([book.state, book.reason], ["stale", "unreadable"]);
  feedFrame(book, snapshot(2, [["0.6000", "1.00"]], asks));
  assertEquals([book.state, book.reason], ["stale", "crossed"]);
  feedFrame(book, snapshot(3, bids, asks));
  assertEquals(book.state, "live");
});

test("after a lost connection numbers start over and what was buffered is forgotten", () => {
  const { book } = watched();
  feedFrame(book, snapshot(100, bids, asks));
  book.lost("gap", 200);
  feedFrame(book, delta(201, "yes", "0.5600", "1.00"));
  book.restart();
  assertEquals([book.state, book.reason], ["stale", "disconnected"]);
  feedFrame(book, snapshot(1, bids, asks));
  assertEquals([book.state, book.read().bestBidSize], ["live", 1_000]);
});

test("a snapshot that does not come makes it stale; closed it stays closed", () => {
  const { book } = watched();
  book.unanswered();
  assertEquals([book.state, book.reason], ["stale", "late-snapshot"]);
  book.close();
  feedFrame(book, snapshot(1, bids, asks));
  assertEquals(book.state, "closed");
});

test("when too many deltas wait, only a snapshot newer than all of them will do", () => {
  const { book } = watched();
  for (let seq = 1; seq <= 10_001; seq++) feedFrame(book, delta(seq, "yes", "0.0100", "1.00"));
  feedFrame(book, snapshot(9_999));
  assertEquals(book.state, "stale");
  feedFrame(book, snapshot(10_000));
  assertEquals([book.state, book.read().bestBidSize], ["live", 100]);
});

test("whatever is lost, repeated or late: a live book equals the exchange's book at its number", () => {
  const step = fc.record({
    side: fc.constantFrom("yes", "no"),
    price: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: -3, max: 5 }),
    fate: fc.constantFrom("pass", "pass", "pass", "pass", "drop", "swap", "snapshot"),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const truth = new OrderBook();
      const at = new Map<number, unknown>();
      const { book } = watched();
      const pairs = (side: "bid" | "ask"): Pairs =>
        truth.depth()[side === "bid" ? "bids" : "asks"].map((
          { price, size },
        ) => [formatPrice(price), formatCount(size)]);
      let seq = 0;
      let last = 0; // what the book's subscription has seen
      let held: BookFrame | undefined;
      const receive = (frame: BookFrame) => {
        const number = frame.seq ?? 0;
        if (number > last + 1) book.lost("gap", number - 1);
        last = Math.max(last, number);
        feedFrame(book, frame);
        if (book.state === "live") assertEquals(book.read().depth(), at.get(book.seq ?? -1));
      };
      for (const { side, price, size, fate } of steps) {
        // Bids below 0.50, asks above: the exchange's own book never crosses.
        const ticks = side === "yes" ? price * 500 : 10_000 - price * 500;
        const change = Math.max(size, -truth.sizeAt(side === "yes" ? "bid" : "ask", ticks));
        truth.add(side === "yes" ? "bid" : "ask", ticks, change);
        seq++;
        at.set(seq, truth.depth());
        const frame = fate === "snapshot"
          ? snapshot(seq, pairs("bid"), pairs("ask"))
          : delta(seq, side, formatPrice(ticks), formatCount(change));
        if (fate === "drop") continue;
        if (fate === "swap" && held === undefined) {
          held = frame;
          continue;
        }
        receive(frame);
        if (held !== undefined) receive(held);
        held = undefined;
      }
      at.set(++seq, truth.depth());
      receive(snapshot(seq, pairs("bid"), pairs("ask")));
      assertEquals(book.state, "live");
    }),
    { numRuns: 300 },
  );
});
