/** Deltas applied to order books in memory, on one core. */
import process from "node:process";
import { eventBookDecoder } from "../src/books/decoders/event.ts";
import { MarketBook } from "../src/books/market_book.ts";
import { OrderBook } from "../src/books/order_book.ts";
import { formatCount, formatPrice } from "../src/base/fixed_point.ts";
import type { Figure } from "./measure.ts";

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

const frames = changes(99).map(({ side, price, delta }, seq) => ({
  type: "orderbook_delta",
  seq: seq + 2,
  msg: {
    market_ticker: "M",
    price_dollars: formatPrice(price * 50),
    delta_fp: formatCount(delta),
    side: side === "bid" ? "yes" : "no",
  },
}));
const decoder = eventBookDecoder();
const fed = rate(() => {
  const book = new MarketBook("M");
  book.feed({ type: "snapshot", seq: 1, bids: [], asks: [] });
  for (const frame of frames) {
    const update = decoder.decode(frame);
    if (update !== undefined) book.feed(update);
  }
  if (book.state !== "live") throw new Error(`the book is ${book.state}: ${book.reason}`);
});
figures.push({
  name: "parsed frames fed to a market's book, decimal text read and every check made: millions a second",
  value: fed.toFixed(2),
  budget: "none",
  ok: true,
});
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
