/**
 * Opens 10,000 live books of 20 levels a side on a local exchange in another process: how long that takes, and what
 * one of them holds of the heap. Argument: a file with what `bench/books_server.ts` printed.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import type { Figure } from "./measure.ts";

const ROUNDS = 3;
const LEVELS = 20;
const MOST_MS = 3_000;
const MOST_BYTES = 6_144;

interface Served {
  readonly baseUrl: string;
  readonly keyId: string;
  readonly privateKey: string;
  readonly tickers: readonly string[];
}

const { baseUrl, keyId, privateKey, tickers }: Served = JSON.parse(
  readFileSync(process.argv[2] ?? "", "utf8"),
);
const auth = await KalshiAuth.fromPem(keyId, privateKey);
const config = new KalshiConfig({ baseUrl, timeoutMs: 60_000 });

interface Globals {
  readonly gc?: () => void;
  readonly Bun?: { gc(isSynchronous: boolean): void };
}

function bytesHeld(): number {
  const { gc, Bun } = globalThis as Globals;
  for (let n = 0; n < 3; n++) gc === undefined ? Bun?.gc(true) : gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const times: number[] = [];
const sizes: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  await using stream = await KalshiStream.connect({ auth, config });
  const before = bytesHeld();
  const started = performance.now();
  const books = await stream.orderBooks(tickers);
  times.push(performance.now() - started);
  sizes.push((bytesHeld() - before) / tickers.length);
  for (const book of books.values()) {
    const { bids, asks } = book.depth();
    if (bids.length !== LEVELS || asks.length !== LEVELS) throw new Error(`${book.ticker} is not whole`);
  }
}

// What else runs on the machine only ever slows; what an earlier round left behind and goes now hides what is held.
const [ms, bytes] = [Math.min(...times), Math.max(...sizes)];
const figures: Figure[] = [
  {
    name: `${tickers.length.toLocaleString("en-US")} books of ${LEVELS} levels a side opened: milliseconds`,
    value: `${ms.toFixed(0)} (${times.map((time) => time.toFixed(0)).join(", ")})`,
    budget: `at most ${MOST_MS}`,
    ok: ms <= MOST_MS,
  },
  {
    name: "heap held by one of them: bytes",
    value: bytes.toFixed(0),
    budget: `at most ${MOST_BYTES}`,
    ok: bytes <= MOST_BYTES,
  },
];
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
