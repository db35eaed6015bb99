/**
 * Frames from the socket into the files of a recording, and back. Argument: the server's port. What counts is the
 * processor time of this process, all of its threads included: what it takes fits one core, or does not.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { BookReplay, eventBookDecoder } from "../src/books/mod.ts";
import {
  openRecording,
  Recorder,
  type RecorderOptions,
  type RecorderStats,
  type Recording,
} from "../src/recordings/mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import type { Figure } from "./measure.ts";
import { benchTables } from "./record_tables.ts";

const [port] = process.argv.slice(2);
const http = `http://127.0.0.1:${port}`;
const RATE = 20_000;
const SECONDS = 15;
/** As many, sent at once, wait in memory where they are not written as fast as they come. */
const MANY = 400_000;
const ROOM = 2 ** 28;
const tickers = [
  ...Array.from({ length: 100 }, (_, n) => `KXBENCH-26NOV24-T${n}`),
  "KXBENCH-26NOV24-MARK",
];
const auth = KalshiAuth.fromSigner({ keyId: "bench", sign: () => Promise.resolve(btoa("s".repeat(64))) });
const config = new KalshiConfig({ baseUrl: `${http}/trade-api/v2` });

/** Seconds of processor time so far. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** What a run has cost and what it has kept. */
interface Run {
  readonly stats: RecorderStats;
  readonly cpu: number;
  readonly seconds: number;
}

/** Records so many frames of one kind. */
async function record(
  dir: string,
  kind: "trade" | "book",
  count: number,
  rate: number,
  options: Partial<RecorderOptions> = {},
): Promise<Run> {
  await using stream = await KalshiStream.connect({ auth, config });
  const channels = [kind === "book" ? "orderbook_delta" : "trade"];
  const recorder = await Recorder.start({ stream, dir, channels, tickers, ...options });
  const { frames } = recorder.stats();
  const before = used();
  const begun = performance.now();
  const response = await fetch(`${http}/fire?kind=${kind}&count=${count}&rate=${rate}`);
  if (await response.text() !== "done") throw new Error("the server did not fire");
  while (recorder.stats().frames < frames + count) await new Promise((resolve) => setTimeout(resolve, 10));
  await recorder.close();
  return { stats: recorder.stats(), cpu: used() - before, seconds: (performance.now() - begun) / 1_000 };
}

const { gc } = globalThis as unknown as { gc?: () => void };
const { Bun } = globalThis as unknown as { Bun?: { gc(force: boolean): void } };

/** The heap that is in use after a collection, in bytes. */
function inUse(): number {
  if (Bun !== undefined) Bun.gc(true);
  else gc?.();
  return process.memoryUsage().heapUsed;
}

/** Reads everything; returns the most and the least heap that was in use meanwhile, in bytes. */
async function heapOf(recording: Recording): Promise<{ least: number; most: number }> {
  let frames = 0;
  let least = Infinity;
  let most = 0;
  for await (const { kind } of recording.read()) {
    if (kind !== "frame" || frames++ % 20_000 !== 0) continue;
    const used = inUse();
    least = Math.min(least, used);
    most = Math.max(most, used);
  }
  return { least, most };
}

/** Reads everything; returns its frames, what is missing, and how fast that was. */
async function read(recording: Recording): Promise<{ frames: number; losses: number; perSecond: number }> {
  const before = used();
  let frames = 0;
  let losses = 0;
  for await (const { kind } of recording.read()) {
    if (kind === "frame") frames++;
    else if (kind === "gap" || kind === "dropped" || kind === "damaged" || kind === "text") losses++;
  }
  return { frames, losses, perSecond: frames / (used() - before) };
}

const folder = mkdtempSync(join(tmpdir(), "kalshi-bench-record-"));
const figures: Figure[] = [];
const add = (name: string, value: string, budget: string, ok: boolean) =>
  figures.push({ name, value, budget, ok });
try {
  const paced = join(folder, "paced");
  const { stats, cpu, seconds } = await record(paced, "trade", RATE * SECONDS, RATE);
  const back = await read(await openRecording(paced));
  // The acknowledgement is a frame too.
  const lost = RATE * SECONDS - (back.frames - 1);
  add(
    `frames lost of ${RATE * SECONDS} at ${RATE}/s (${(RATE * SECONDS / seconds).toFixed(0)}/s came)`,
    `${lost}, ${stats.dropped} dropped, ${stats.gaps + back.losses} gaps`,
    "none",
    lost === 0 && stats.dropped === 0 && stats.gaps + back.losses === 0,
  );
  add(
    `processor time of recording ${RATE} frames/s, in cores`,
    `${(cpu / seconds).toFixed(2)} (${(stats.bytes / stats.written).toFixed(0)} bytes a frame on the disk)`,
    "at most 0.8",
    cpu / seconds <= 0.8,
  );

  const many = join(folder, "many");
  const flood = await record(many, "book", MANY, 0, { queueChars: ROOM });
  const perCore = flood.stats.written / flood.cpu;
  add(
    "frames recorded in a second of processor time, sent as fast as they are taken",
    `${(perCore / 1_000).toFixed(0)}k (${flood.stats.dropped} dropped)`,
    "at least 40k",
    perCore >= 40_000 && flood.stats.dropped === 0,
  );
  const recording = await openRecording(many);
  const { perSecond } = await read(recording);
  const { least, most } = await heapOf(recording);
  add(
    "frames read in a second of processor time",
    `${(perSecond / 1_000).toFixed(0)}k`,
    "at least 150k",
    perSecond >= 150_000,
  );
  add(
    `heap in use while ${MANY} frames are read: most less least`,
    `${((most - least) / 1e6).toFixed(0)} MB`,
    "at most 16 MB",
    most - least <= 16e6,
  );
  const replay = new BookReplay({ decoder: eventBookDecoder() });
  const before = used();
  const { frames } = await recording.replayInto(replay);
  const fed = frames / (used() - before);
  for (const [ticker, book] of replay.books) {
    if (book.state !== "live") throw new Error(`the book of ${ticker} is ${book.state}: ${book.reason}`);
  }
  add(
    "frames replayed into order books in a second of processor time",
    `${(fed / 1_000).toFixed(0)}k`,
    "at least 80k",
    fed >= 80_000,
  );
  await benchTables(many, folder, { used, inUse, heapOf, add });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
