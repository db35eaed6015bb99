import { assert, assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { createRandom, type Random } from "../../src/local_exchange/random.ts";
import { MarketBook } from "../../src/books/mod.ts";
import { feedFrame } from "../books/support/feed_frame.ts";
import { collect } from "../support/collect.ts";
import { runtimeName, test } from "../support/test.ts";
import { breath } from "../support/until.ts";
import { startTimed } from "./support/timed_exchange.ts";

const book = { market_ticker: "A", market_id: "9b0f6b43-5b68-4f9f-9f02-9a2d1b8ac1a1" };

/** Frames as they should be, one of each kind. */
const good: readonly unknown[] = [
  {
    type: "orderbook_snapshot",
    sid: 1,
    seq: 2,
    msg: { ...book, yes_dollars_fp: [["0.0800", "300.00"]], no_dollars_fp: [["0.5400", "20.00"]] },
  },
  {
    type: "orderbook_delta",
    sid: 1,
    seq: 3,
    msg: { ...book, price_dollars: "0.0900", delta_fp: "-54.00", side: "yes", ts_ms: 1 },
  },
  {
    type: "orderbook_delta",
    sid: 1,
    seq: 4,
    msg: { ...book, price_dollars: "0.5500", delta_fp: "1.00", side: "no", client_order_id: "x" },
  },
  { type: "ticker", sid: 2, msg: { ...book, price_dollars: "0.4800", yes_bid_dollars: "0.4500", ts_ms: 1 } },
  {
    type: "trade",
    sid: 3,
    seq: 1,
    msg: { trade_id: "t", market_ticker: "A", yes_price_dollars: "0.3600", count_fp: "1.00" },
  },
  { type: "fill", sid: 4, msg: { trade_id: "t", order_id: "o", market_ticker: "A" } },
  { type: "user_order", sid: 5, msg: { order_id: "o", ticker: "A", status: "resting" } },
  { type: "subscribed", id: 1, msg: { channel: "trade", sid: 3 } },
  { type: "unsubscribed", id: 102, sid: 2, seq: 7 },
  { type: "ok", id: 123, sid: 3, seq: 222, msg: { market_tickers: ["A"] } },
  { type: "ok", id: 3, msg: [{ channel: "trade", sid: 3 }] },
  { type: "error", id: 123, msg: { code: 6, msg: "Already subscribed" } },
  { type: "error", sid: 3, seq: 2, msg: { code: 25, msg: "Subscription buffer overflow" } },
];

const hostile: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  "",
  "0",
  "-0.00",
  "1e3",
  "NaN",
  "\u0000",
  "__proto__",
  [],
  [[]],
  [null],
  [["0.5"]],
  [[0.5, 1]],
  {},
  { length: 1e9 },
  { __proto__: null, toString: 1 },
  "x".repeat(5_000),
  Array(500).fill(["0.5000", "1.00"]),
];

// All of the million on one runtime; what differs between them, the parser, sees enough on the others.
const FRAMES = runtimeName === "deno" ? 1_000_000 : 200_000;

/** Puts something hostile somewhere into a value. */
function poison(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.int(4) === 0) {
    return hostile[random.int(hostile.length)];
  }
  const keys = Object.keys(value);
  const key = keys[random.int(keys.length)];
  if (key === undefined) return hostile[random.int(hostile.length)];
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  if (random.int(8) === 0) delete copy[key];
  else copy[key] = poison(copy[key], random);
  return copy;
}

/** A frame with something wrong in it, or several. */
function mutate(random: Random, texts: readonly string[]): string {
  const index = random.int(good.length);
  let text = texts[index] ?? "";
  switch (random.int(8)) {
    case 0:
      return text.slice(0, random.int(text.length));
    case 1: {
      const at = random.int(text.length);
      return text.slice(0, at) + String.fromCharCode(random.int(300)) + text.slice(at + 1);
    }
    case 2: {
      const from = random.int(text.length);
      const to = random.int(text.length);
      return text.slice(0, to) + text.slice(from, from + 20) + text.slice(to);
    }
    case 3:
      return text + (texts[random.int(texts.length)] ?? "");
    case 4:
      return random.int(50) === 0 ? "[".repeat(20_000) : text.replace(/\d/, "9".repeat(random.int(30)));
    case 5:
      return text.replace(/"seq":\d+/, `"seq":${random.int(10)}`).replace(
        /"sid":\d+/,
        `"sid":${random.int(8)}`,
      );
    default: {
      let value = good[index];
      for (let times = 1 + random.int(3); times > 0; times--) value = poison(value, random);
      text = JSON.stringify(value) ?? "undefined";
      return text;
    }
  }
}

test(
  `${FRAMES} mutated frames: no crash, no hang, no memory that grows without end`,
  { timeoutMs: 600_000 },
  async () => {
    const random = createRandom(7);
    const texts = good.map((frame) => JSON.stringify(frame));
    await using timed = await startTimed({ markets: 0 });
    const { clock, exchange } = timed;
    for (const ticker of ["A", "B"]) exchange.listMarket({ ticker });
    const stream = await timed.connect({ onError: () => {} }, { retryBaseDelayMs: 10, retryMaxDelayMs: 50 });
    const queue = { policy: "drop-oldest", limit: 100 } as const;
    const channels = ["ticker", "trade", "fill", "user_orders"] as const;
    await stream.orderBooks(["A", "B"], { awaitLive: false });
    for (const channel of channels) await stream.subscribe(channel, {}, { queue });
    let pending = 0;
    const heap: number[] = [];
    for (let n = 0; n < FRAMES; n++) {
      exchange.sockets.send(mutate(random, texts));
      if (n % 1_000 === 0) await breath();
      if (n % 20_000 === 0) {
        pending = Math.max(pending, clock.pending);
        collect();
        heap.push(process.memoryUsage().heapUsed);
        // Time passes: what waits for an answer gives up, what was ended is made anew.
        await clock.advance(31_000);
      }
    }
    await breath();
    const { frames, queues, unreadable } = stream.stats();
    assert(
      frames >= FRAMES && unreadable > FRAMES / 2 && unreadable < FRAMES,
      `${unreadable} of ${frames}`,
    );
    assertEquals(stream.state, "open");
    for (const { size } of queues) assert(size <= 100);
    assert(pending < 20_000, `${pending} timers at once`);
    // The least of some moments, as queues fill and empty.
    const third = Math.floor(heap.length / 3);
    const grown = Math.min(...heap.slice(-third)) - Math.min(...heap.slice(1, 1 + third));
    assert(grown < 4 * 2 ** 20, `the heap grew by ${grown} bytes`);
    await stream.close();
    await clock.advance(31_000);
    assertEquals(clock.pending, 0);
  },
);

test("a book fed with a hundred thousand mutated frames is never live and crossed or below zero", () => {
  const random = createRandom(11);
  const market = new MarketBook("A");
  let live = 0;
  for (let n = 0; n < 100_000; n++) {
    const frame = good[random.int(3)] as { type: string; seq: number; msg: Record<string, unknown> };
    const msg = random.int(3) === 0 ? frame.msg : poison(frame.msg, random);
    if (typeof msg !== "object" || msg === null) continue;
    const { market_ticker = "A" } = msg as Record<string, unknown>;
    const feed = () => feedFrame(market, { type: frame.type, seq: n, msg: msg as Record<string, unknown> });
    if (market_ticker !== "A") assertThrows(feed, KalshiConfigError);
    else feed();
    if (market.state !== "live") continue;
    live++;
    const { bids, asks } = market.read().depth();
    assert(!market.read().crossed);
    for (const { price, size } of [...bids, ...asks]) {
      if (!(price >= 0 && size > 0 && Number.isSafeInteger(price) && Number.isSafeInteger(size))) {
        throw new Error(`a level of ${size} at ${price}`);
      }
    }
  }
  assert(live > 1_000, `live after ${live} frames`);
});
