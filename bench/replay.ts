/**
 * A recorded day through the matching engine, with a bot that makes a market. Argument: the folder of the day. What counts
 * is the processor time of this process, all of its threads included: reading, unpacking and parsing the files as well.
 */
import process from "node:process";
import { KalshiClient } from "../mod.ts";
import { formatPrice, parseCount, parsePrice } from "../src/base/fixed_point.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { openRecording } from "../src/recordings/mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import { QuoteManager, restQuotePort } from "../src/trading/mod.ts";
import type { Figure } from "./measure.ts";

const [folder = "", bot = "hand", market = "20"] = process.argv.slice(2);
const TICKER = `KXDAY-26NOV24-T${market}`;

function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

const { gc } = globalThis as unknown as { gc?: () => void };
const { Bun } = globalThis as unknown as { Bun?: { gc(force: boolean): void } };

function inUse(): number {
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
  return process.memoryUsage().heapUsed;
}

const recording = await openRecording(folder);
await using replay = await LocalExchange.replay(recording, { latencyMs: 20, seed: 1 });
const { auth } = await replay.createAccount({ balance: "10000.00" });
const { config, runtime, clock } = replay;
await using client = new KalshiClient({ auth, config, runtime, clock });
await using stream = await KalshiStream.connect({ auth, config, runtime, clock });
const book = await stream.orderBook(TICKER);
let filled = 0;
let placed = 0;
const fills = await stream.fills();
void (async () => {
  for await (const fill of fills) if (fill.type === "fill") filled++;
})();

/** Says what both sides are to be: around the middle of what others want. */
type Quote = (mid: number) => Promise<void>;
interface Maker {
  own(): readonly { readonly side: "bid" | "ask"; readonly price: number; readonly size: number }[];
  readonly quote: Quote;
}

/** Two orders by REST, each canceled and placed anew when the middle has moved. */
function byHand(): Maker {
  const rules = {
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  } as const;
  let resting: { id: string; side: "bid" | "ask"; price: number; size: number }[] = [];
  const place = async (side: "bid" | "ask", price: number) => {
    placed++;
    const order = {
      ticker: TICKER,
      side,
      price: formatPrice(price),
      count: "10.00",
      post_only: true,
      ...rules,
    };
    const { order_id: id } = await client.orders.create(order);
    resting.push({ id, side, price, size: 1_000 });
  };
  return {
    own: () => resting,
    async quote(mid) {
      const old = resting;
      resting = [];
      // One that has filled is not there any longer.
      await Promise.all(
        old.map(({ id }) => client.orders.cancel(id, { market_ticker: TICKER }).catch(() => {})),
      );
      await Promise.allSettled([place("bid", mid - 200), place("ask", mid + 200)]);
    },
  };
}

/** The quote manager of this library. */
async function byManager(): Promise<Maker> {
  const quotes = await QuoteManager.open({
    port: restQuotePort({ client, stream }),
    name: "maker",
    limits: { maxOrderCount: "10.00", maxPosition: "500.00", maxNotional: "5000.00" },
    books: stream,
    clock,
  });
  return {
    own: () =>
      quotes.orders.map(({ side, price, remaining }) => ({
        side,
        price: parsePrice(price),
        size: parseCount(remaining),
      })),
    async quote(mid) {
      await quotes.set(TICKER, {
        bid: { price: formatPrice(mid - 200), count: "10.00" },
        ask: { price: formatPrice(mid + 200), count: "10.00" },
      }).catch(() => {});
      ({ placed } = quotes.stats());
    },
  };
}

async function make(maker: Maker): Promise<void> {
  let around = 0;
  for await (const change of book.changes()) {
    if (change.type === "stale") continue;
    // A quote that follows the book with itself in it follows itself.
    const { mid } = book.without([...maker.own()]);
    if (mid === undefined || Math.abs(mid - around) < 100) continue;
    around = Math.min(9_000, Math.max(1_000, Math.round(mid / 100) * 100));
    await maker.quote(around);
  }
}
if (bot !== "none") void make(bot === "manager" ? await byManager() : byHand());

const reading = used();
let read = 0;
for await (const { kind } of recording.read()) if (kind === "frame") read++;
const readCpu = used() - reading;
const heaps: number[] = [];
const before = used();
const begun = performance.now();
let told = 0;
let measuring = 0;
await replay.run({
  onProgress({ frames }) {
    if (gc === undefined && Bun === undefined || frames < told) return;
    told = frames + 250_000;
    const at = used();
    heaps.push(inUse());
    measuring += used() - at;
  },
});
const { frames, deltas, trades, halts } = replay.summary();
const cpu = used() - before - measuring;
const seconds = (performance.now() - begun) / 1_000;
const [first = 0] = heaps.slice(1);
const last = heaps.at(-1) ?? 0;
console.error(
  `${frames} frames, ${deltas} deltas, ${trades} trades, ${halts.length} halts, ${filled} fills, ` +
    `${placed} orders, ${cpu.toFixed(1)} s of processor, ${seconds.toFixed(1)} s, read in ${
      readCpu.toFixed(1)
    } s, ` +
    `heap ${heaps.map((heap) => (heap / 1e6).toFixed(0)).join(" ")} MB`,
);
const figures: Figure[] = [
  {
    name: "frames replayed in a second of processor time, from files, with a market-making bot",
    value: `${(frames / cpu / 1_000).toFixed(0)}k (${placed} orders, ${filled} fills)`,
    budget: "at least 100k",
    ok: frames / cpu >= 100_000,
  },
  {
    name: `a day of 200 markets, ${(frames / 1e6).toFixed(1)} million frames, in seconds`,
    value: cpu.toFixed(1),
    budget: "under 60",
    ok: cpu < 60,
  },
  {
    name: "heap in use at the end of it, less that near its beginning: a day of minute candles",
    value: `${((last - first) / 1e6).toFixed(0)} MB`,
    budget: "at most 128 MB",
    ok: last - first <= 128e6,
  },
];
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
