/**
 * Damaged FIX frames: `deno task fix:mutations [frames]`, a million unless told. They are read as one stream by the
 * framer, the tolerant reading and the strict checks; the heap is measured every 100,000 frames. Ends with 1 when
 * memory grew, or when frames that were whole were lost.
 */
import process from "node:process";
import { readMutations } from "../tests/fix/mutations.ts";

const [frames = 1_000_000] = process.argv.slice(2).map(Number);
/** What the heap may grow by, in MB: it is a few at any moment. */
const MOST_GROWTH = 16;

const heaps: number[] = [];
function measure(done: number): void {
  if (done % 100_000 !== 0) return;
  (globalThis as { gc?: () => void }).gc?.();
  const megabytes = process.memoryUsage().heapUsed / 1_048_576;
  heaps.push(megabytes);
  console.log(`${done} frames, heap ${megabytes.toFixed(1)} MB`);
}

const begun = performance.now();
const report = readMutations(frames, 20_261_129, measure);
const seconds = (performance.now() - begun) / 1000;
console.log(report);
const growth = heaps.length > 1 ? (heaps.at(-1) ?? 0) - (heaps[0] ?? 0) : 0;
console.log(`${seconds.toFixed(1)} s, heap ${growth.toFixed(1)} MB more than after the first 100,000 frames`);
if (growth > MOST_GROWTH || report.found < report.sound) {
  console.error("FAILED: the heap grew, or sound frames were lost.");
  process.exit(1);
}
