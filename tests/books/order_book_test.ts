import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BookSide } from "../../src/contract/event/channels.ts";
import { restOrderBook } from "../../src/books/decoders/event.ts";
import { OrderBook } from "../../src/books/order_book.ts";
import { test } from "../support/test.ts";

/** The same book, written without thought for speed. */
class NaiveBook {
  readonly sides: Record<BookSide, Map<number, number>> = { bid: new Map(), ask: new Map() };

  add(side: BookSide, price: number, delta: number): number {
    const size = (this.sides[side].get(price) ?? 0) + delta;
    if (size > 0) this.sides[side].set(price, size);
    if (size === 0) this.sides[side].delete(price);
    return size;
  }

  levels(side: BookSide): { price: number; size: number }[] {
    const order = side === "bid" ? -1 : 1;
    return [...this.sides[side]].map(([price, size]) => ({ price, size }))
      .sort((a, b) => order * (a.price - b.price));
  }
}

const changes = (prices: number) =>
  fc.array(
    fc.record({
      side: fc.constantFrom<BookSide>("bid", "ask"),
      price: fc.integer({ min: 1, max: prices }),
      delta: fc.oneof(fc.integer({ min: -50, max: 100 }), fc.constant("all" as const)),
    }),
    { maxLength: 600, size: "max" },
  );

for (const prices of [5, 99, 100_000]) {
  test(`a book of up to ${prices} prices equals a naive one after any changes`, () => {
    fc.assert(
      fc.property(changes(prices), (list) => {
        const book = new OrderBook();
        const naive = new NaiveBook();
        for (const { side, price, delta } of list) {
          // "all" empties a level, which random numbers seldom do.
          const change = delta === "all" ? -(naive.sides[side].get(price) ?? 0) : delta;
          assertEquals(book.add(side, price, change), naive.add(side, price, change));
          const [bid, ask] = [naive.levels("bid")[0], naive.levels("ask")[0]];
          assertEquals(book.bestBid, bid?.price);
          assertEquals(book.bestBidSize, bid?.size ?? 0);
          assertEquals(book.bestAsk, ask?.price);
          assertEquals(book.bestAskSize, ask?.size ?? 0);
          assertEquals(book.sizeAt(side, price), naive.sides[side].get(price) ?? 0);
        }
        assertEquals(book.depth(), { bids: naive.levels("bid"), asks: naive.levels("ask") });
        assertEquals(book.depth(3).bids, naive.levels("bid").slice(0, 3));
        assertEquals(book.levels, naive.sides.bid.size + naive.sides.ask.size);
      }),
      { numRuns: 60 },
    );
  });
}

test("a book of thousands of levels splits, empties and fills again in order", () => {
  const book = new OrderBook();
  const prices = Array.from({ length: 9_999 }, (_, index) => (index * 7_919) % 9_999 + 1);
  for (const price of prices) book.add("bid", price, price);
  assertEquals(book.levels, 9_999);
  assertEquals(book.bestBid, 9_999);
  assertEquals(book.depth().bids.map(({ price }) => price), [...prices].sort((a, b) => b - a));
  for (const price of prices) assertEquals(book.add("bid", price, -price), 0);
  assertEquals(book.levels, 0);
  assertEquals(book.bestBid, undefined);
  book.add("bid", 5, 1);
  assertEquals(book.bestBid, 5);
});

test("a change that would leave a level below zero is told and not applied", () => {
  const book = new OrderBook();
  assertEquals(book.add("ask", 6000, -1), -1);
  book.add("ask", 6000, 500);
  assertEquals(book.add("ask", 6000, -501), -1);
  assertEquals(book.sizeAt("ask", 6000), 500);
  assertEquals(book.levels, 1);
});

test("mid, spread, micro-price and crossing", () => {
  const book = new OrderBook();
  assertEquals([book.mid, book.spread, book.microPrice, book.crossed], [
    undefined,
    undefined,
    undefined,
    false,
  ]);
  book.add("bid", 5600, 1_000);
  book.add("ask", 5700, 3_000);
  assertEquals([book.mid, book.spread, book.microPrice], [5650, 100, 5625]);
  assert(!book.crossed);
  book.add("bid", 5700, 1);
  assert(book.crossed);
});

test("the REST view lists bids of both outcomes, best last, NO in NO terms", () => {
  const book = new OrderBook();
  book.add("bid", 800, 30_000);
  book.add("bid", 2200, 33_300);
  book.add("ask", 4400, 14_600);
  book.add("ask", 4600, 2_000);
  assertEquals(restOrderBook(book), {
    orderbook_fp: {
      yes_dollars: [["0.0800", "300.00"], ["0.2200", "333.00"]],
      no_dollars: [["0.5400", "20.00"], ["0.5600", "146.00"]],
    },
  });
});
