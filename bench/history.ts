/**
 * A year of minute candles in one call, 525,600 of them, from a server in another process: how long it takes, and what of
 * the heap the walk holds at its beginning and at its end; then the same into files of Parquet. Argument: the server's address.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KalshiClient, KalshiConfig } from "../mod.ts";
import { candles, downloadHistory } from "../src/trading/mod.ts";
import type { Figure } from "./measure.ts";

const YEAR = 525_600;
const FROM = new Date(Date.UTC(2025, 10, 1));
const TO = new Date(Date.UTC(2026, 10, 1));
/** What a walk may hold more at its end than when the first tenth of its rows had come. */
const MOST_GROWTH_MB = 4;
/** The same while it is saved: up to 50,000 rows wait for the disk at a time. */
const MOST_SAVED_MB = 16;
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
/** Saves the year as Parquet: seconds, megabytes on the disk, and what the heap holds as it goes. */
async function save(): Promise<{ seconds: number; megabytes: number; growthMb: number; files: number }> {
  const dir = mkdtempSync(join(tmpdir(), "kalshi-bench-"));
  try {
    const held: number[] = [];
    const run = async (name: string, onProgress?: () => void) =>
      await downloadHistory(client, {
        dir: join(dir, name),
        what: "candles",
        tickers: ["KXYEAR-T1"],
        from: FROM,
        to: TO,
        onProgress,
      });
    let calls = 0;
    await run("watched", () => void (++calls % (2 * EVERY) === 0 && held.push(megabytesHeld())));
    const started = performance.now();
    const { kinds } = await run("timed");
    const seconds = (performance.now() - started) / 1_000;
    if (kinds[0]?.rows !== YEAR) throw new Error(`${kinds[0]?.rows} rows are no year`);
    const files = readdirSync(join(dir, "timed"), { recursive: true }).map(String);
    const bytes = files.reduce((sum, name) => sum + statSync(join(dir, "timed", name)).size, 0);
    const growthMb = Math.max(...held.slice(1)) - (held[0] ?? 0);
    return { seconds, megabytes: bytes / 2 ** 20, growthMb, files: kinds[0]?.files ?? 0 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const saved = await save();
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
  {
    name: "the year as Parquet through downloadHistory: rows a second, files, megabytes",
    value: `${Math.round(YEAR / saved.seconds).toLocaleString("en-US")}, ${saved.files}, ${
      saved.megabytes.toFixed(1)
    }`,
    budget: "none",
    ok: true,
  },
  {
    name: "what that adds to the heap between its first fifth and its end: megabytes",
    value: saved.growthMb.toFixed(2),
    budget: `at most ${MOST_SAVED_MB} added`,
    ok: saved.growthMb <= MOST_SAVED_MB,
  },
];
console.log(`RESULT ${JSON.stringify(figures)}`);
