/** Books of perpetual futures: the same books, fed by another product's frames. */
import { assertEquals, assertThrows } from "@std/assert";
import { KalshiConfigError, KalshiValueError } from "../../src/base/errors.ts";
import {
  BookReplay,
  MarketBook,
  type OrderBook,
  perpsBookDecoder,
  restOrderBook,
  restPerpsOrderBook,
} from "../../src/books/mod.ts";
import { test } from "../support/test.ts";
import { feedFrame } from "./support/feed_frame.ts";

const decoder = perpsBookDecoder();
const ticker = "KXBTCPERP1";
const snapshot = (seq: number, msg: object) => ({
  type: "orderbook_snapshot",
  sid: 4,
  seq,
  msg: { market_ticker: ticker, ...msg },
});
const delta = (seq: number, msg: object) => ({
  type: "orderbook_delta",
  sid: 4,
  seq,
  msg: { market_ticker: ticker, ...msg },
});
const whole = { bid: [["91250.5000", "3.00"], ["91249.0000", "1.50"]], ask: [["91251.0000", "2.00"]] };

test("perps: a book of bids and asks over one dollar is kept exactly", () => {
  const replay = new BookReplay({ decoder });
  replay.feed({ type: "subscribed", id: 1, msg: { channel: "orderbook_delta", sid: 4 } });
  replay.feed(JSON.stringify(snapshot(1, whole)));
  replay.feed(delta(2, { side: "bid", price: "91250.5000", delta: "-3.00", last_update_reason: "Trade" }));
  replay.feed(delta(3, { side: "ask", price: "91250.0001", delta: "0.01", ts_ms: 1_790_000_000_000 }));
  const book = replay.books.get(ticker);
  assertEquals(book?.read().depth(), {
    bids: [{ price: 912_490_000, size: 150 }],
    asks: [{ price: 912_500_001, size: 1 }, { price: 912_510_000, size: 200 }],
  });
  assertEquals(book?.seq, 3);
  assertEquals(restPerpsOrderBook(book?.lastKnown as OrderBook), {
    orderbook: {
      bids: [["91249.0000", "1.50"]],
      asks: [["91250.0001", "0.01"], ["91251.0000", "2.00"]],
    },
  });
  // Kalshi's answer for event markets has no such prices.
  assertThrows(() => restOrderBook(book?.lastKnown as OrderBook), KalshiValueError);
});

test("perps: an empty side is left out, and a renamed one is no empty one", () => {
  const book = new MarketBook(ticker);
  feedFrame(book, snapshot(1, { bid: whole.bid }), decoder);
  assertEquals([book.state, book.read().bestAsk, book.read().levels], ["live", undefined, 2]);
  feedFrame(book, snapshot(2, { bid: whole.bid, asks: whole.ask }), decoder);
  assertEquals([book.state, book.reason], ["stale", "unreadable"]);
});

const unreadable = [
  delta(2, { side: "yes", price: "91250.5000", delta: "1.00" }),
  delta(2, { side: "", price: "91250.5000", delta: "1.00" }),
  delta(2, { side: "bid", price_dollars: "0.5600", delta_fp: "1.00" }),
  delta(2, { side: "bid", price: "91250.50001", delta: "1.00" }),
  delta(2, { side: "bid", price: "-1.0000", delta: "1.00" }),
  delta(2, { side: "bid", price: "91250.5000", delta: "90071992547409.93" }),
  snapshot(2, { bid: [["x", "1.00"]] }),
];
for (const frame of unreadable) {
  test(`perps: unreadable ${JSON.stringify(frame.msg)}`, () => {
    const book = new MarketBook(ticker);
    feedFrame(book, snapshot(1, whole), decoder);
    feedFrame(book, frame, decoder);
    assertEquals([book.state, book.reason], ["stale", "unreadable"]);
  });
}

test("perps: gaps, crossed books and a snapshot that differs from the book are found as on the event exchange", () => {
  const replay = new BookReplay({ decoder });
  const book = () => replay.books.get(ticker);
  replay.feed(snapshot(1, whole));
  replay.feed(delta(3, { side: "bid", price: "91240.0000", delta: "1.00" }));
  assertEquals(book()?.reason, "gap");
  replay.feed(snapshot(4, whole));
  replay.feed(delta(5, { side: "bid", price: "91251.0000", delta: "1.00" }));
  assertEquals(book()?.reason, "crossed");
  replay.feed(snapshot(6, whole));
  replay.feed({ ...snapshot(7, { bid: whole.bid }), id: 9 });
  assertEquals([book()?.state, book()?.read().bestAsk], ["live", undefined]);
});

test("perps: a change tells why the order at its price changed", () => {
  const told: unknown[] = [];
  const replay = new BookReplay({
    decoder,
    onChange: (_ticker, change) => told.push("last_update_reason" in change && change.last_update_reason),
  });
  replay.feed(snapshot(1, whole));
  const change = { side: "bid", price: "91250.5000", delta: "-1.00" };
  replay.feed(delta(2, { ...change, last_update_reason: "Trade" }));
  replay.feed(JSON.stringify(delta(3, { ...change, last_update_reason: "Decrease" })));
  replay.feed(delta(4, change));
  assertEquals(told, [false, "Trade", "Decrease", undefined]);
  // The same change for another reason is another one: the number of the first was lost.
  replay.feed(delta(4, { ...change, last_update_reason: "Trade" }));
  assertEquals(replay.books.get(ticker)?.reason, "gap");
});

test("perps: a book without one's own orders, as REST and the stream tell them", () => {
  const book = new MarketBook(ticker);
  feedFrame(book, snapshot(1, whole), decoder);
  const own = { order_id: "1", ticker, side: "bid", price: "91250.5000", remaining_count: "1.25" };
  assertEquals(book.read().without([own]).depth().bids[0], { price: 912_505_000, size: 175 });
  assertEquals(book.read().without([{ ...own, remaining_count: "0.00" }]).bestBidSize, 300);
  for (const side of ["yes", "", undefined]) {
    assertThrows(
      () => book.read().without([{ ...own, side } as typeof own]),
      KalshiConfigError,
      "neither bid nor ask",
    );
  }
});
