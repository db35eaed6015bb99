import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type BookChange, MarketBook, OrderBook } from "../../src/books/mod.ts";
import { type BookLine, BookLines } from "../../src/cli/book_lines.ts";
import { parseCount, parsePrice } from "../../src/base/fixed_point.ts";
import { test } from "../support/test.ts";

/** A book and its changes, which are read later than they happen. */
function followed() {
  const changes: BookChange[] = [];
  const book = new MarketBook("A", { onChange: (change) => changes.push(change) });
  return { book, changes };
}

/** What somebody has who follows the lines. */
function rebuilt(lines: readonly (BookLine | undefined)[]): OrderBook {
  let book = new OrderBook();
  for (const line of lines) {
    if (line === undefined) continue;
    if (line.type === "snapshot") {
      book = new OrderBook();
      for (const [price, size] of line.bids ?? []) book.add("bid", parsePrice(price), parseCount(size));
      for (const [price, size] of line.asks ?? []) book.add("ask", parsePrice(price), parseCount(size));
    } else if (line.type === "delta" && line.side !== null) {
      const price = parsePrice(line.price ?? "");
      book.add(line.side, price, parseCount(line.delta ?? ""));
      assertEquals(book.sizeAt(line.side, price), parseCount(line.size ?? ""));
    }
    const best = (price: string | null) => price === null ? undefined : parsePrice(price);
    if (line.type !== "stale") {
      assertEquals([best(line.best_bid), best(line.best_ask)], [book.bestBid, book.bestAsk]);
    }
  }
  return book;
}

test("the lines of a book that runs ahead of them rebuild it exactly", () => {
  const step = fc.record({
    side: fc.constantFrom("bid", "ask" as const),
    cents: fc.integer({ min: 1, max: 49 }),
    size: fc.integer({ min: 1, max: 5_000 }),
    /** After how many changes a snapshot replaces the book, and how far the reader is behind. */
    snapshot: fc.integer({ min: 0, max: 9 }),
    lag: fc.integer({ min: 0, max: 6 }),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const { book, changes } = followed();
    book.feed({ type: "snapshot", seq: 1, bids: [{ price: 4_000, size: 100 }], asks: [] });
    changes.length = 0;
    const lines = new BookLines(book);
    const told: (BookLine | undefined)[] = [lines.snapshot(undefined)];
    let seq = 1;
    for (const { side, cents, size, snapshot, lag } of steps) {
      seq++;
      if (snapshot === 0) {
        book.feed({ type: "snapshot", seq, bids: [{ price: cents * 100, size }], asks: [] });
      } else {
        const price = side === "bid" ? cents * 100 : 5_000 + cents * 100;
        book.feed({ type: "delta", seq, side: side as "bid" | "ask", price, delta: size });
      }
      while (changes.length > lag) told.push(lines.change(changes.shift() as BookChange));
    }
    for (const change of changes.splice(0)) told.push(lines.change(change));
    assertEquals(rebuilt(told).equals(book.lastKnown), true);
  }));
});

test("a reader that was too slow gets the whole book, and is told how much it missed", () => {
  const { book, changes } = followed();
  book.feed({ type: "snapshot", seq: 1, bids: [], asks: [] });
  const lines = new BookLines(book);
  lines.snapshot(undefined);
  for (const seq of [2, 3, 4]) book.feed({ type: "delta", seq, side: "bid", price: 100 * seq, delta: 100 });
  // The first two were dropped; the third says so.
  const line = lines.change({ ...changes.at(-1) as BookChange, dropped: 2 });
  assertEquals([line?.type, line?.dropped, line?.seq, line?.bids?.length], ["snapshot", 2, 4, 3]);
});

test("a stale book is told with its reason, and its best prices are those of before", () => {
  const { book, changes } = followed();
  book.feed({ type: "snapshot", seq: 1, bids: [{ price: 4_000, size: 100 }], asks: [] });
  const lines = new BookLines(book);
  lines.snapshot(undefined);
  book.lost("gap");
  const line = lines.change(changes.at(-1) as BookChange);
  assertEquals([line?.type, line?.state, line?.reason, line?.best_bid, line?.seq], [
    "stale",
    "stale",
    "gap",
    "0.4000",
    null,
  ]);
});
