/**
 * A day of 200 made-up markets, written as a recording. Arguments: the folder, how many frames. The busiest market has
 * one frame in sixteen, as the busiest have at Kalshi many times those of the rest.
 */
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { packBlock } from "../src/recordings/blocks.ts";
import { eventLine, frameLine, headerLine } from "../src/recordings/format.ts";
import { loadNodeFiles } from "../src/tables/node_files.ts";

const [folder = "", count = "1000000"] = process.argv.slice(2);
const FRAMES = Number(count);
const MARKETS = 200;
const BEGIN = Date.UTC(2026, 10, 24);
const DAY = 86_400_000;
const LEVELS = 10;

let state = 7;
const random = (below: number) => {
  state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
  const mixed = Math.imul(state ^ state >>> 12, 0x297a2d39);
  return ((mixed ^ mixed >>> 15) >>> 0) % below;
};

interface MadeMarket {
  readonly ticker: string;
  mid: number;
  /** Contracts at each cent from 1 to 99. */
  readonly bids: number[];
  readonly asks: number[];
}

const markets: MadeMarket[] = Array.from({ length: MARKETS }, (_, n) => {
  const mid = 20 + random(60);
  const at = (near: (cent: number) => boolean) =>
    Array.from({ length: 100 }, (_, cent) => near(cent) ? 10 + random(200) : 0);
  return {
    ticker: `KXDAY-26NOV24-T${n}`,
    mid,
    bids: at((cent) => cent < mid && cent >= Math.max(1, mid - LEVELS)),
    asks: at((cent) => cent > mid && cent <= Math.min(99, mid + LEVELS)),
  };
});

// Market n is drawn by 1 / (n + 2).
const weights = markets.map((_, n) => 1 / (n + 2));
const total = weights.reduce((sum, weight) => sum + weight, 0);
const picked = Uint8Array.from({ length: 4_096 }, (_, slot) => {
  let left = (slot + 0.5) / 4_096 * total;
  return weights.findIndex((weight) => (left -= weight) < 0);
});

const price = (cent: number) => `0.${String(cent).padStart(2, "0")}00`;
const contracts = (size: number) => `${size}.00`;
const time = { atMs: BEGIN, us: 0 };
const files = await loadNodeFiles();
mkdirSync(folder, { recursive: true });
const file = openSync(join(folder, "000001-20261124T000000Z.jsonl.gz"), "w");
let lines: string[] = [];
let firstLine = 1;
let fromMs = BEGIN;

/** Writes a block, as the recorder does. */
async function flush(): Promise<void> {
  const head = { firstLine, lines: lines.length, fromMs, toMs: time.atMs };
  writeSync(file, await packBlock(files, lines.join(""), head, 1));
  firstLine += lines.length;
  fromMs = time.atMs;
  lines = [];
}

let seq = 0;
let written = 0;
function write(type: string, sid: number, msg: object): void {
  const numbered = { type, sid, seq: ++seq, msg: { ...msg, ts_ms: time.atMs } };
  lines.push(frameLine(time, JSON.stringify(numbered)));
  written++;
}

const ids = new Map(
  markets.map(({ ticker }, n) => [ticker, `7c8ad2f0-0000-4000-8000-${String(n).padStart(12, "0")}`]),
);
function writeDelta(
  { ticker, bids, asks }: MadeMarket,
  side: "yes" | "no",
  cent: number,
  change: number,
): void {
  const book = side === "yes" ? bids : asks;
  book[cent] = (book[cent] ?? 0) + change;
  const msg = { market_ticker: ticker, market_id: ids.get(ticker), price_dollars: price(cent) };
  write("orderbook_delta", 1, { ...msg, delta_fp: contracts(change), side });
}

function writeTrade(market: MadeMarket): void {
  const takesAsk = random(2) === 0;
  const { bids, asks, ticker } = market;
  const cent = takesAsk ? asks.findIndex((size) => size > 0) : bids.findLastIndex((size) => size > 0);
  const size = cent < 0 ? 0 : Math.min(1 + random(60), (takesAsk ? asks : bids)[cent] ?? 0);
  if (size === 0) return refill(market);
  write("trade", 2, {
    trade_id: `${String(written).padStart(8, "0")}-0000-4000-8000-000000000000`,
    market_ticker: ticker,
    yes_price_dollars: price(cent),
    no_price_dollars: price(100 - cent),
    count_fp: contracts(size),
    taker_side: takesAsk ? "yes" : "no",
    taker_outcome_side: takesAsk ? "yes" : "no",
    taker_book_side: takesAsk ? "bid" : "ask",
    is_block_trade: false,
    ts: Math.floor(time.atMs / 1_000),
  });
  writeDelta(market, takesAsk ? "no" : "yes", cent, -size);
}

/** Somebody adds to a level, or takes off it. */
function refill(market: MadeMarket): void {
  if (random(400) === 0) market.mid = Math.max(12, Math.min(88, market.mid + random(3) - 1));
  const isBid = random(2) === 0;
  const away = 1 + Math.floor(random(LEVELS * LEVELS) ** 0.5);
  const cent = isBid ? market.mid - away : market.mid + away;
  const other = isBid
    ? market.asks.findIndex((size) => size > 0)
    : market.bids.findLastIndex((size) => size > 0);
  if (other > 0 && (isBid ? cent >= other : cent <= other)) return;
  const size = (isBid ? market.bids : market.asks)[cent] ?? 0;
  const change = size > 150 || size > 0 && random(2) === 0 ? -Math.min(size, 1 + random(80)) : 1 + random(80);
  writeDelta(market, isBid ? "yes" : "no", cent, change);
}

lines.push(headerLine(time, {
  format: "kalshi-recording",
  version: 1,
  session: "day",
  part: 1,
  startedAtMs: BEGIN,
  sdk: "bench",
  environment: "loopback",
  host: "ws://localhost",
  tickers: markets.map(({ ticker }) => ticker),
  channels: { orderbook_delta: { use_yes_price: true }, trade: {} },
}));
for (const { ticker, bids, asks } of markets) {
  const levels = (sizes: number[]) =>
    sizes.flatMap((size, cent) => size > 0 ? [[price(cent), contracts(size)]] : []);
  write("orderbook_snapshot", 1, {
    market_ticker: ticker,
    market_id: ids.get(ticker),
    yes_dollars_fp: levels(bids),
    no_dollars_fp: levels(asks),
  });
}
while (written < FRAMES) {
  if (lines.length >= 4_000) await flush();
  time.atMs = BEGIN + Math.floor(written / FRAMES * DAY);
  time.us = (time.atMs - BEGIN) * 1_000;
  const market = markets[picked[random(4_096)] ?? 0] ?? markets[0];
  if (market === undefined) throw new Error("there is no market");
  if (random(10) === 0) writeTrade(market);
  else refill(market);
}
lines.push(eventLine(time, "end", { reason: "closed", frames: written }));
await flush();
closeSync(file);
console.log(`RESULT ${JSON.stringify(written)}`);
