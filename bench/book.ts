/** Deltas applied to order books in memory, on one core. */
import process from "node:process";
import { eventBookDecoder } from "../src/books/decoders/event.ts";
import { perpsBookDecoder } from "../src/books/decoders/perps.ts";
import { MarketBook } from "../src/books/market_book.ts";
import type { BookFrame } from "../src/books/updates.ts";
import { OrderBook } from "../src/books/order_book.ts";
import { formatCount, formatPrice } from "../src/base/fixed_point.ts";
import { compare, type Figure } from "./measure.ts";

const DELTAS = 500_000;

interface Delta {
  readonly side: "bid" | "ask";
  readonly price: number;
  readonly delta: number;
}

/** Changes at random prices, that never leave a level below zero nor cross; a good half empty or make levels. */
function changes(levels: number): Delta[] {
  const held = new Map<number, number>();
  let state = 12_345;
  const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
  return Array.from({ length: DELTAS }, () => {
    const isBid = random() < 0.5;
    const price = 1 + Math.floor(random() * levels) + (isBid ? 0 : levels);
    const size = held.get(price) ?? 0;
    const delta = size > 0 && random() < 0.5
      ? (random() < 0.6 ? -size : -Math.ceil(size * random()))
      : 1 + Math.floor(random() * 1_000);
    held.set(price, size + delta);
    return { side: isBid ? "bid" : "ask", price, delta };
  });
}

/** Millions a second, in the best of some runs: the machine is not ours alone. */
function rate(run: () => void): number {
  run();
  return Math.max(...Array.from({ length: 15 }, () => {
    const started = performance.now();
    run();
    return DELTAS / (performance.now() - started) / 1_000;
  }));
}

const figures: Figure[] = [];
for (const levels of [99, 999, 4_999, 100_000]) {
  const list = changes(levels);
  const sides = Uint8Array.from(list, ({ side }) => Number(side === "bid"));
  const prices = Int32Array.from(list, ({ price }) => price);
  const deltas = Int32Array.from(list, ({ delta }) => delta);
  let best = 0;
  const millions = rate(() => {
    const book = new OrderBook();
    for (let n = 0; n < DELTAS; n++) {
      book.add(sides[n] === 1 ? "bid" : "ask", prices[n] as number, deltas[n] as number);
      best = (book.bestAsk ?? 0) - (book.bestBid ?? 0);
    }
  });
  if (!Number.isFinite(best)) throw new Error("nothing was read");
  figures.push({
    name: `deltas applied and best prices read, up to ${levels} levels a side: millions a second`,
    value: millions.toFixed(2),
    budget: levels < 10_000 ? "at least 3" : "none",
    ok: levels >= 10_000 || millions >= 3,
  });
}

const ts_ms = 1_790_000_000_000;
/** Frames as each exchange sends them. */
const event = {
  decoder: eventBookDecoder(),
  spell: (side: "bid" | "ask", price: string, delta: string): object => ({
    market_ticker: "M",
    market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1",
    price_dollars: price,
    delta_fp: delta,
    side: side === "bid" ? "yes" : "no",
    ts: "2026-11-22T20:44:01Z",
    ts_ms,
  }),
  base: 0,
};
const perps: typeof event = {
  decoder: perpsBookDecoder(),
  spell: (side, price, delta) => ({
    market_ticker: "M",
    price,
    delta,
    side,
    last_update_reason: "Decrease",
    ts_ms,
  }),
  base: 91_250 * 10_000,
};
const list = changes(99);
const framesOf = ({ spell, base }: typeof event, of: readonly Delta[]) =>
  of.map(({ side, price, delta }, seq): BookFrame & { readonly sid: number } => ({
    type: "orderbook_delta",
    sid: 1,
    seq: seq + 2,
    msg: { ...spell(side, formatPrice(base + price * 50), formatCount(delta)) },
  }));

function follow({ base }: typeof event, feed: (book: MarketBook) => void): void {
  const book = new MarketBook("M");
  book.feed({ type: "snapshot", seq: 1, bids: [], asks: [] });
  feed(book);
  if (book.state !== "live" || book.read().bestBid === undefined || (book.read().bestBid ?? 0) < base) {
    throw new Error(`the book is ${book.state}: ${book.reason}`);
  }
}

const frames = framesOf(event, list);
const fed = rate(() =>
  follow(event, (book) => {
    for (const frame of frames) {
      const update = event.decoder.decode(frame);
      if (update !== undefined) book.feed(update);
    }
  })
);
figures.push({
  name: "parsed frames fed to a market's book, decimal text read and every check made: millions a second",
  value: fed.toFixed(2),
  budget: "none",
  ok: true,
});

/** A book of a product, followed by the bytes of its frames, as a stream does. */
function byBytes(product: typeof event): () => Promise<void> {
  const encoder = new TextEncoder();
  const messages = framesOf(product, list.slice(0, 20_000)).map((frame) =>
    encoder.encode(JSON.stringify(frame))
  );
  const scan = product.decoder.scanner?.();
  return () => {
    follow(product, (book) => {
      for (const bytes of messages) {
        const scanned = scan?.(bytes);
        if (scanned === undefined) throw new Error("not read from its bytes");
        book.feed(scanned.update);
      }
    });
    return Promise.resolve();
  };
}

/** The same where every frame is parsed, as by a stream with a parser of its own. */
function byParsing(product: typeof event): () => Promise<void> {
  const texts = framesOf(product, list.slice(0, 20_000)).map((frame) => JSON.stringify(frame));
  return () => {
    follow(product, (book) => {
      for (const text of texts) {
        const update = product.decoder.decode(JSON.parse(text));
        if (update !== undefined) book.feed(update);
      }
    });
    return Promise.resolve();
  };
}

const MOST = 1.05;
figures.push(
  ...await compare(
    {
      "event, bytes": byBytes(event),
      "perps, bytes": byBytes(perps),
      "event, parsed": byParsing(event),
      "perps, parsed": byParsing(perps),
    },
    [
      {
        figure: "books of perps fed with 20,000 changes by their bytes: time, of that of event books",
        of: "perps, bytes",
        to: "event, bytes",
        atMost: MOST,
      },
      {
        figure: "books of perps fed with 20,000 changes by JSON.parse: time, of that of event books",
        of: "perps, parsed",
        to: "event, parsed",
        atMost: MOST,
      },
    ],
    { calls: 2, wide: 1, blocks: 40 },
  ),
);

/** How much the heap grows while the best prices are read: an object each time would be megabytes. */
function readingBytes(): number {
  const book = new OrderBook();
  book.add("bid", 5_600, 1_000);
  book.add("ask", 5_700, 1_000);
  const read = (times: number) => {
    let differences = 0;
    for (let n = 0; n < times; n++) {
      const spread = (book.bestAsk ?? 0) - (book.bestBid ?? 0);
      if (spread !== 100 || book.bestBidSize !== book.bestAskSize) differences++;
    }
    return differences;
  };
  read(1_000_000);
  // The least of some: others allocate at any time, and a collection shows as less than nothing.
  const grown = Array.from({ length: 20 }, () => {
    const before = process.memoryUsage().heapUsed;
    if (read(100_000) > 0) throw new Error("the best prices are wrong");
    return process.memoryUsage().heapUsed - before;
  });
  return Math.min(...grown.filter((bytes) => bytes >= 0));
}

const bytes = readingBytes();
figures.push({
  name: "best prices and sizes read 100,000 times: bytes of heap",
  value: String(bytes),
  budget: "under 100000",
  ok: bytes < 100_000,
});
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
