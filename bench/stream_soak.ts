/**
 * The soak: `deno task soak [minutes] [frames a second]`, 30 and 5,000 unless told. A stream with live books and a
 * subscription reads frames at that rate, is cut off now and then, and reports its memory; after `close` no timer
 * and no listener may be left, which the process shows by ending by itself.
 */
import process from "node:process";
import type { Clock, ClockTimer } from "../src/base/clock.ts";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import { startServer } from "./support.ts";

const [minutes = 30, rate = 5_000] = process.argv.slice(2).map(Number);
const tickers = Array.from({ length: 100 }, (_, n) => `KXBENCH-26NOV24-T${n}`);

/** The system's clock, with an eye on who still waits. */
const open = new Set<ClockTimer>();
const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(callback, delayMs) {
    const id = setTimeout(() => {
      open.delete(timer);
      callback();
    }, delayMs);
    const timer = {
      clear() {
        open.delete(timer);
        clearTimeout(id);
      },
    };
    open.add(timer);
    return timer;
  },
};

const server = await startServer("node_modules/.bin/bun", [
  "--conditions=kalshi-source",
  "bench/stream_server.ts",
]);
const http = `http://127.0.0.1:${server.line}`;
const auth = KalshiAuth.fromSigner({ keyId: "soak", sign: () => Promise.resolve(btoa("s".repeat(64))) });
const config = new KalshiConfig({
  baseUrl: `${http}/trade-api/v2`,
  retryBaseDelayMs: 50,
  retryMaxDelayMs: 200,
});
const stream = await KalshiStream.connect({ auth, config, clock });
const books = await stream.orderBooks(tickers);
const trades = await stream.subscribe("trade", { market_tickers: tickers });
let seen = 0;
const reading = (async () => {
  for await (const item of trades) seen += Number(item.type === "trade");
})();

const collect = (globalThis as { gc?: () => void }).gc;
const megabytes = () => {
  collect?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
};
const end = performance.now() + minutes * 60_000;
const samples: ReturnType<typeof megabytes>[] = [];
let reported = performance.now();
while (performance.now() < end) {
  for (const kind of ["book", "trade"]) {
    // A cut meets a firing server, so that either may fail.
    await fetch(`${http}/fire?kind=${kind}&count=${rate}&rate=${rate}`).then((answer) => answer.text()).catch(
      () => {},
    );
  }
  if (performance.now() - reported < Math.min(60_000, minutes * 6_000)) continue;
  reported = performance.now();
  const memory = megabytes();
  samples.push(memory);
  const { frames, reconnects, gaps, books: states } = stream.stats();
  console.log(
    `${
      ((end - reported) / 60_000).toFixed(1)
    } min left: ${frames} frames, ${seen} trades read, ${reconnects} reconnects, ` +
      `${gaps} gaps, ${states.live} books live, ${open.size} timers, ${memory.heap.toFixed(1)} MB of heap, ` +
      `${memory.rss.toFixed(0)} MB in all`,
  );
  await fetch(`${http}/cut`).then((answer) => answer.text());
}
const [book] = books.values();
await stream.close();
await reading;
server.stop();
const half = samples.slice(Math.floor(samples.length / 2));
const growth = (of: "heap" | "rss") => (half.at(-1)?.[of] ?? 0) - (half[0]?.[of] ?? 0);
console.log(
  `over the second half the heap grew by ${growth("heap").toFixed(1)} MB and the process by ` +
    `${growth("rss").toFixed(1)} MB; ${open.size} timers are left; the books are ${book?.state}`,
);
if (open.size > 0 || growth("heap") > 5) process.exit(1);
