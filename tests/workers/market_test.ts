import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { BookChange } from "../../src/books/changes.ts";
import { MarketBook } from "../../src/books/market_book.ts";
import { OrderBook } from "../../src/books/order_book.ts";
import { type BookSource, Market } from "../../src/workers/market.ts";
import { Reader } from "../../src/workers/reader.ts";
import { eventSpelling } from "../../src/workers/event_feed.ts";
import { perpsSpelling } from "../../src/workers/perps_feed.ts";
import { type BookProduct, bookProducts } from "../books/support/products.ts";
import { feedFrame } from "../books/support/feed_frame.ts";
import { test } from "../support/test.ts";

/** A reader's end that keeps a book as a page would; everything arrives at once. */
function makeReader(market: Market, { decoder }: BookProduct) {
  const book = new MarketBook(market.ticker);
  const seqs: number[] = [];
  const reader: Reader<Market> = new Reader<Market>({
    socket: {
      send(text) {
        const frame = JSON.parse(text);
        if (frame.type === "stale") book.lost("gap");
        if (!frame.type.startsWith("orderbook_")) return;
        feedFrame(book, frame, decoder);
        seqs.push(frame.seq);
        assertEquals(book.state, "live", `${book.reason} after ${text}`);
      },
      close() {},
      serializeAttachment() {},
      deserializeAttachment: () => null,
    },
    label: undefined,
    bufferBytes: 2 ** 26,
    now: () => 0,
  });
  market.readers.orderbook_delta.add(reader);
  reader.wishes.orderbook_delta.add(market);
  reader.owe(market);
  reader.pump();
  return { book, seqs };
}

const spellings = { event: eventSpelling, perps: perpsSpelling };

for (const product of bookProducts) {
  test(`Market (${product.name}): changes that are told late, and overtaken by snapshots, leave readers with the right book`, () => {
    const step = fc.record({
      do: fc.constantFrom("level", "level", "level", "level", "gap", "snapshot", "check", "drain", "join"),
      isBid: fc.boolean(),
      at: fc.integer({ min: 1, max: 30 }),
      size: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
        const truth = new OrderBook();
        const told: BookChange[] = [];
        const upstream = new MarketBook("A", { onChange: (change) => told.push(change) });
        const market = new Market("A", 0, false, spellings[product.name]);
        const book: BookSource = {
          get state() {
            return upstream.state;
          },
          ageMs: 0,
          sizeAt: (side, price) => upstream.read().sizeAt(side, price),
          depth: (count) => upstream.read().depth(count),
          close: () => Promise.resolve(),
        };
        market.source = { kind: "open", book, sinceMs: 0 };
        const readers = [makeReader(market, product)];
        let seq = 1;
        const snapshot = () => {
          const { bids, asks } = truth.depth();
          upstream.feed({ type: "snapshot", seq, bids, asks });
        };
        const drain = () => {
          for (const change of told.splice(0)) market.apply(change);
          for (const { book } of readers) {
            assertEquals(book.state === "live", upstream.state === "live");
            if (upstream.state === "live") assert(book.read().equals(truth), "a reader has another book");
          }
          if (upstream.state === "live") {
            assertEquals(market.toRest(), product.toRest(truth));
          }
        };
        snapshot();
        for (const { do: what, isBid, at, size } of steps) {
          if (what === "level") {
            // Bids below half a dollar, asks above: a book that never crosses.
            const price = product.ticks(isBid ? 5_000 - at * 100 : 5_000 + at * 100);
            const delta = size * 100 - truth.sizeAt(isBid ? "bid" : "ask", price);
            if (delta === 0) continue;
            truth.add(isBid ? "bid" : "ask", price, delta);
            seq++;
            upstream.feed({ type: "delta", seq, side: isBid ? "bid" : "ask", price, delta });
          }
          if (what === "gap") upstream.lost("gap", seq);
          if (what === "snapshot") snapshot();
          if (what === "check") upstream.asked();
          if (what === "drain") drain();
          if (what === "join") readers.push(makeReader(market, product));
        }
        snapshot();
        drain();
        for (const { seqs } of readers) {
          for (const [index, number] of seqs.entries()) {
            if (index > 0) assertEquals(number, (seqs[index - 1] ?? 0) + 1, "numbers have no gaps");
          }
        }
      }),
      { numRuns: 300 },
    );
  });
}
