import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { KalshiStaleBookError } from "../../src/books/errors.ts";
import type { BookChange } from "../../src/books/changes.ts";
import { eventBookDecoder } from "../../src/books/decoders/event.ts";
import { MarketBook } from "../../src/books/market_book.ts";
import type { BookFrame } from "../../src/books/updates.ts";
import { formatCount, formatPrice } from "../../src/base/fixed_point.ts";
import { OrderBook } from "../../src/books/order_book.ts";
import { test } from "../support/test.ts";
import { type AnyFrame, feedFrame } from "./support/feed_frame.ts";
import {
  type BookProduct,
  bookProducts,
  changeOf,
  eventBooks,
  levelsOf,
  type Pairs,
} from "./support/products.ts";

const bids: Pairs = [["0.4000", "5.00"], ["0.5600", "10.00"]];
const asks: Pairs = [["0.6000", "7.50"]];

for (const product of bookProducts) bookTests(product);

function bookTests(product: BookProduct): void {
  const { ticks, decoder } = product;
  const snapshot = (seq: number | undefined, bids?: Pairs, asks?: Pairs): BookFrame => ({
    type: "orderbook_snapshot",
    seq,
    msg: { market_ticker: "M", ...levelsOf(product, bids, asks) },
  });
  const delta = (
    seq: number | undefined,
    side: "bid" | "ask",
    price: string,
    change: string,
    more = {},
  ): BookFrame => ({
    type: "orderbook_delta",
    seq,
    msg: { market_ticker: "M", ...changeOf(product, side, price, change), ...more },
  });
  const feed = (book: MarketBook, frame: AnyFrame) => feedFrame(book, frame, decoder);

  function watched() {
    const changes: BookChange[] = [];
    const book = new MarketBook("M", { onChange: (change) => changes.push(change) });
    return {
      book,
      changes,
      types: () =>
        changes.map((change) => "reason" in change ? `${change.type}:${change.reason}` : change.type).join(
          " ",
        ),
    };
  }

  test(`${product.name}: a book waits for its snapshot, is live after it, and follows deltas`, () => {
    const { book, changes } = watched();
    assertEquals(book.state, "waiting");
    assertThrows(() => book.read(), KalshiStaleBookError, "The book of M is waiting");
    feed(book, snapshot(1, bids, asks));
    assertEquals([book.state, book.seq], ["live", 1]);
    feed(book, delta(2, "bid", "0.5600", "-4.00", { client_order_id: "mine", subaccount: 3, ts_ms: 9 }));
    feed(book, delta(4, "ask", "0.5900", "1.00"));
    assertEquals(book.read().depth(1), {
      bids: [{ price: ticks(5600), size: 600 }],
      asks: [{ price: ticks(5900), size: 100 }],
    });
    assertEquals(changes, [
      { type: "snapshot", resynced: false, reason: undefined, seq: 1 },
      {
        type: "delta",
        side: "bid",
        price: ticks(5600),
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
        price: ticks(5900),
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

  test(`${product.name}: an empty book's snapshot has neither side`, () => {
    const { book } = watched();
    feed(book, snapshot(1));
    assertEquals([book.state, book.read().levels], ["live", 0]);
  });

  const faults: [string, BookFrame][] = [
    ["negative-level", delta(2, "bid", "0.5600", "-10.01")],
    ["negative-level", delta(2, "bid", "0.5500", "-0.01")],
    ["crossed", delta(2, "bid", "0.6000", "1.00")],
    ["unreadable", delta(2, "bid", "0,56", "1.00")],
    ["unreadable", delta(2, "bid", "0.5600", "1e3")],
    ["unreadable", delta(2, "bid", "0.5600", "1.00", { side: "maybe" })],
    ["unreadable", { type: "orderbook_delta", seq: 2, msg: {} }],
  ];
  for (const [reason, frame] of faults) {
    test(`${product.name}: stale at once: ${reason} ${JSON.stringify(frame.msg)}`, () => {
      const { book, types } = watched();
      feed(book, snapshot(1, bids, asks));
      feed(book, frame);
      assertEquals([book.state, book.reason], ["stale", reason]);
      assertThrows(() => book.read(), KalshiStaleBookError, `is stale (${reason})`);
      book.asked();
      assertEquals(book.state, "resyncing");
      feed(book, snapshot(1, bids, asks)); // older than the fault: it cannot have healed it
      assertEquals(book.state, "stale");
      book.asked();
      feed(book, snapshot(3, bids, asks));
      assertEquals([book.state, book.reason], ["live", undefined]);
      assertEquals(types().split(" ").slice(1).filter((type) => !type.startsWith("stale")), [
        `snapshot:${reason}`,
      ]);
    });
  }

  test(`${product.name}: a delta before the first snapshot makes it stale, and is applied after a snapshot that is older`, () => {
    const { book, types } = watched();
    feed(book, delta(6, "bid", "0.5600", "1.00"));
    assertEquals([book.state, book.reason], ["stale", "early-delta"]);
    feed(book, snapshot(5, bids, asks));
    assertEquals(book.read().bestBidSize, 1_100);
    assertEquals(types(), "stale:early-delta snapshot:early-delta");
  });

  test(`${product.name}: deltas wait while it resynchronises; those that the snapshot holds are not applied twice`, () => {
    const { book } = watched();
    feed(book, snapshot(1, bids, asks));
    book.lost("gap", 3);
    book.asked();
    feed(book, delta(5, "bid", "0.5600", "1.00"));
    feed(book, delta(4, "bid", "0.5600", "2.00"));
    feed(book, delta(7, "bid", "0.5500", "4.00"));
    feed(book, snapshot(5, bids, asks));
    assertEquals(book.seq, 7);
    assertEquals(book.read().depth().bids.map(({ size }) => size), [1_000, 400, 500]);
    feed(book, delta(4, "bid", "0.5600", "2.00")); // late, and in the snapshot
    assertEquals(book.read().bestBidSize, 1_000);
  });

  test(`${product.name}: a frame that comes twice counts once, live and in what waits for a snapshot`, () => {
    const book = new MarketBook("M");
    const whole = (seq: number, count: string) => {
      feed(book, { type: "orderbook_snapshot", seq, msg: levelsOf(product, [["0.5600", count]]) });
    };
    const change = (seq: number) => {
      feed(book, { type: "orderbook_delta", seq, msg: changeOf(product, "bid", "0.5600", "1.00") });
    };
    whole(1, "10.00");
    change(2);
    change(2);
    assertEquals(book.read().bestBidSize, 1_100);
    book.lost("gap", 2);
    change(4);
    change(4);
    whole(3, "20.00");
    assertEquals(book.read().bestBidSize, 2_100);
  });

  test(`${product.name}: levels under an unknown name are no empty book`, () => {
    const book = new MarketBook("M");
    feed(book, {
      type: "orderbook_snapshot",
      seq: 1,
      msg: { market_ticker: "M", yes_dollars: [["0.5600", "1.00"]] },
    });
    assertEquals([book.state, book.reason], ["stale", "unreadable"]);
  });

  test(`${product.name}: sizes beyond 32 bits and prices at the finest steps are exact`, () => {
    const book = new MarketBook("M");
    const big = "70368744177.66"; // more than 2 ** 42 hundredths
    const levels: Pairs = [["0.5598", "0.01"], ["0.5599", big]];
    feed(book, snapshot(1, levels, [["0.5600", big]]));
    feed(book, delta(2, "bid", "0.5599", "0.01"));
    feed(book, delta(3, "bid", "0.5598", big));
    assertEquals(book.read().depth().bids, [
      { price: ticks(5_599), size: 7_036_874_417_767 },
      { price: ticks(5_598), size: 7_036_874_417_767 },
    ]);
    assertEquals([book.read().spread, book.read().mid], [1, ticks(5_599.5)]);
    assert(
      JSON.stringify(product.toRest(book.read())).includes(`["${product.at("0.5599")}","70368744177.67"]`),
    );
  });

  test(`${product.name}: a snapshot that nobody asked for is a change: the book stays live and is not resynchronised`, () => {
    const { book, changes, types } = watched();
    feed(book, snapshot(1, bids, asks));
    feed(book, snapshot(2));
    assertEquals([book.state, book.seq, book.read().bestBid], ["live", 2, undefined]);
    feed(book, snapshot(3, bids));
    feed(book, delta(4, "bid", "0.5600", "1.00"));
    assertEquals(book.read().bestBidSize, 1_100);
    assertEquals(types(), "snapshot:undefined snapshot:undefined snapshot:undefined delta");
    assertEquals(
      changes.map((change) => change.type === "snapshot" && change.resynced).includes(true),
      false,
    );
    // One from the past is none, and one that is crossed is not believed.
    feed(book, snapshot(3));
    assertEquals(book.read().bestBidSize, 1_100);
    feed(book, snapshot(5, [["0.6000", "1.00"]], asks));
    assertEquals([book.state, book.reason], ["stale", "crossed"]);
  });

  test(`${product.name}: a snapshot that agrees is a silent proof, one that was asked for and differs is told`, () => {
    const { book, types } = watched();
    feed(book, snapshot(1, bids, asks));
    feed(book, snapshot(2, bids, asks));
    assertEquals([book.seq, types()], [2, "snapshot:undefined"]);
    feed(book, { ...snapshot(3, bids), id: 7 });
    assertEquals(types(), "snapshot:undefined stale:mismatch snapshot:mismatch");
    assertEquals([book.state, book.read().bestAsk], ["live", undefined]);
  });

  test(`${product.name}: a snapshot that cannot be read, or is crossed itself, heals nothing`, () => {
    const { book } = watched();
    feed(book, snapshot(1, [["0.5", "x"]]));
    assertEquals([book.state, book.reason], ["stale", "unreadable"]);
    feed(book, snapshot(2, [["0.6000", "1.00"]], asks));
    assertEquals([book.state, book.reason], ["stale", "crossed"]);
    feed(book, snapshot(3, bids, asks));
    assertEquals(book.state, "live");
  });

  test(`${product.name}: after a lost connection numbers start over and what was buffered is forgotten`, () => {
    const { book } = watched();
    feed(book, snapshot(100, bids, asks));
    book.lost("gap", 200);
    feed(book, delta(201, "bid", "0.5600", "1.00"));
    book.restart();
    assertEquals([book.state, book.reason], ["stale", "disconnected"]);
    feed(book, snapshot(1, bids, asks));
    assertEquals([book.state, book.read().bestBidSize], ["live", 1_000]);
  });

  test(`${product.name}: a snapshot that does not come makes it stale; closed it stays closed`, () => {
    const { book } = watched();
    book.unanswered();
    assertEquals([book.state, book.reason], ["stale", "late-snapshot"]);
    book.close();
    feed(book, snapshot(1, bids, asks));
    assertEquals(book.state, "closed");
  });

  test(`${product.name}: when too many deltas wait, only a snapshot newer than all of them will do`, () => {
    const { book } = watched();
    for (let seq = 1; seq <= 10_001; seq++) feed(book, delta(seq, "bid", "0.0100", "1.00"));
    feed(book, snapshot(9_999));
    assertEquals(book.state, "stale");
    feed(book, snapshot(10_000));
    assertEquals([book.state, book.read().bestBidSize], ["live", 100]);
  });

  test(`${product.name}: whatever is lost, repeated or late: a live book equals the exchange's book at its number`, () => {
    const step = fc.record({
      side: fc.constantFrom("bid" as const, "ask" as const),
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
          feed(book, frame);
          if (book.state === "live") assertEquals(book.read().depth(), at.get(book.seq ?? -1));
        };
        for (const { side, price, size, fate } of steps) {
          // Bids below 0.50, asks above: the exchange's own book never crosses.
          const where = ticks(side === "bid" ? price * 500 : 10_000 - price * 500);
          const change = Math.max(size, -truth.sizeAt(side, where));
          truth.add(side, where, change);
          seq++;
          at.set(seq, truth.depth());
          const frame = fate === "snapshot"
            ? snapshot(seq, pairs("bid"), pairs("ask"))
            : delta(seq, side, formatPrice(where), formatCount(change));
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
}

test("NO prices of an old recording are turned into YES terms", () => {
  const book = new MarketBook("M");
  const old = eventBookDecoder({ useYesPrice: false });
  const levels = levelsOf(eventBooks, bids, [["0.4000", "7.50"]]);
  feedFrame(book, { type: "orderbook_snapshot", seq: 1, msg: levels }, old);
  feedFrame(
    book,
    { type: "orderbook_delta", seq: 2, msg: changeOf(eventBooks, "ask", "0.4100", "2.00") },
    old,
  );
  assertEquals(book.read().depth().asks, [{ price: 5900, size: 200 }, { price: 6000, size: 750 }]);
});
