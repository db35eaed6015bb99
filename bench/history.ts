/**
 * A year of minute candles in one call, 525,600 of them, from a server in another process: how long it takes, and what of
 * the heap the walk holds at its beginning and at its end. Argument: the server's address.
 */
import process from "node:process";
import { KalshiClient, KalshiConfig } from "../mod.ts";
import { candles } from "../src/trading/mod.ts";
import type { Figure } from "./measure.ts";

const YEAR = 525_600;
const FROM = new Date(Date.UTC(2025, 10, 1));
const TO = new Date(Date.UTC(2026, 10, 1));
/** What a walk may hold more at its end than when the first tenth of its rows had come. */
const MOST_GROWTH_MB = 4;
/** The heap is looked at once in so many calls. */
const EVERY = 10;

interface Globals {
  readonly gc?: () => void;
  readonly Bun?: { gc(isSynchronous: boolean): void };
}

function megabytesHeld(): number {
  const { gc, Bun } = globalThis as Globals;
  for (let n = 0; n < 2; n++) gc === undefined ? Bun?.gc(true) : gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

const config = new KalshiConfig({ baseUrl: process.argv[2] ?? "", timeoutMs: 60_000 });
await using client = new KalshiClient({ config });
const options = { from: FROM, to: TO, interval: "1m" } as const;

/** Walks over the year; `look` is called after each call. */
async function walk(look?: () => void): Promise<{ rows: number; calls: number }> {
  let [rows, calls, last] = [0, 0, 0];
  const year = candles(client, "KXYEAR-T1", {
    ...options,
    onProgress: (progress) => (calls = progress.calls),
  });
  for await (const { beginsMs } of year) {
    rows++;
    if (beginsMs < last) throw new Error("out of order");
    last = beginsMs;
    if (rows % (EVERY * 5_000) === 0) look?.();
  }
  return { rows, calls };
}

const held: number[] = [];
await walk(() => held.push(megabytesHeld()));
const started = performance.now();
const { rows, calls } = await walk();
const seconds = (performance.now() - started) / 1_000;
if (rows !== YEAR) throw new Error(`${rows} candles are no year`);
let bytes = 0;
for await (const text of candles(client, "KXYEAR-T1", options).csv()) bytes += text.length;
const before = megabytesHeld();
const columns = await candles(client, "KXYEAR-T1", options).columns();
const columnsMb = megabytesHeld() - before;
if (columns.length !== YEAR) throw new Error("columns are missing");
const growth = Math.max(...held.slice(1)) - (held[0] ?? 0);

const figures: Figure[] = [
  {
    name: `a year of minute candles, ${rows.toLocaleString("en-US")} in ${calls} calls: seconds`,
    value: seconds.toFixed(1),
    budget: "none",
    ok: true,
  },
  {
    name: "the walk over it: megabytes of heap after a tenth of it, and what is added until its end",
    value: `${(held[0] ?? 0).toFixed(1)}, ${growth.toFixed(2)}`,
    budget: `at most ${MOST_GROWTH_MB} added`,
    ok: growth <= MOST_GROWTH_MB,
  },
  {
    name: `its columns: megabytes held; its CSV: megabytes`,
    value: `${columnsMb.toFixed(0)}; ${(bytes / 2 ** 20).toFixed(0)}`,
    budget: "none",
    ok: true,
  },
];
console.log(`RESULT ${JSON.stringify(figures)}`);
