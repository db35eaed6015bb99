/**
 * Frames from the socket to the consumer: a bare WebSocket with `JSON.parse`, a subscription of this library, and
 * live order books, in turn, in one process. Argument: the server's port.
 */
import process from "node:process";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import type { Figure } from "./measure.ts";

const [port] = process.argv.slice(2);
const http = `http://127.0.0.1:${port}`;
const FRAMES = 60_000;
const BLOCKS = 20;
/** Fewer, since each side of one takes two seconds. */
const LATENESS_BLOCKS = 8;
const RATE = 5_000;
const tickers = Array.from({ length: 100 }, (_, n) => `KXBENCH-26NOV24-T${n}`);

const auth = KalshiAuth.fromSigner({ keyId: "bench", sign: () => Promise.resolve(btoa("s".repeat(64))) });
const config = new KalshiConfig({ baseUrl: `${http}/trade-api/v2` });
const now = () => performance.timeOrigin + performance.now();

type Kind = "trade" | "book";

/** What a run saw: microseconds a frame, or how late each frame was. */
interface Run {
  readonly micros: number;
  readonly lates: number[];
}

async function fire(kind: Kind, count: number, rate: number): Promise<void> {
  const response = await fetch(`${http}/fire?kind=${kind}&count=${count}&rate=${rate}`);
  if (await response.text() !== "done") throw new Error("the server did not fire");
}

/** Counts frames, and tells when the last one is in. */
class Counter {
  readonly count: number;
  readonly lates: number[] = [];
  readonly done: Promise<void>;
  #left: number;
  #begun = 0;
  #ended = 0;
  #finish: () => void = () => {};

  constructor(count: number) {
    this.count = count;
    this.#left = count;
    this.done = new Promise((resolve) => this.#finish = resolve);
  }

  take(t: number | undefined): void {
    if (this.#begun === 0) this.#begun = performance.now();
    if (t !== undefined) this.lates.push(now() - t);
    if (--this.#left > 0) return;
    this.#ended = performance.now();
    this.#finish();
  }

  get run(): Run {
    return { micros: (this.#ended - this.#begun) * 1_000 / this.count, lates: this.lates };
  }
}

async function bare(kind: Kind, count: number, rate: number): Promise<Run> {
  const found = (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  const Socket = found ?? (await import("undici")).WebSocket as unknown as typeof WebSocket;
  const socket = new Socket(`ws://127.0.0.1:${port}/trade-api/ws/v2`);
  await new Promise((resolve) => socket.onopen = resolve);
  const channel = kind === "book" ? "orderbook_delta" : "trade";
  const type = kind === "book" ? "orderbook_delta" : "trade";
  const counter = new Counter(count);
  const subscribed = new Promise<void>((resolve) => {
    socket.onmessage = ({ data }) => {
      const frame = JSON.parse(data as string);
      if (frame.type === type) counter.take(frame.msg.t);
      else if (frame.type === "subscribed") resolve();
    };
  });
  socket.send(
    JSON.stringify({ id: 1, cmd: "subscribe", params: { channels: [channel], market_tickers: tickers } }),
  );
  await subscribed;
  await fire(kind, count, rate);
  await counter.done;
  await new Promise((resolve) => {
    socket.onclose = resolve;
    socket.close();
  });
  return counter.run;
}

async function subscription(count: number, rate: number): Promise<Run> {
  await using stream = await KalshiStream.connect({ auth, config });
  const trades = await stream.subscribe("trade", { market_tickers: tickers }, {
    queue: { policy: "unbounded" },
  });
  const counter = new Counter(count);
  const reading = (async () => {
    for await (const item of trades) {
      if (item.type !== "trade") throw new Error(`a ${item.type}`);
      counter.take((item.msg as { t?: number }).t);
    }
  })();
  await fire("trade", count, rate);
  await Promise.race([counter.done, reading]);
  return counter.run;
}

/** Books are read where their changes are: the time of a frame is that of the consumer's last look. */
async function books(count: number): Promise<Run> {
  const counter = new Counter(count);
  let isDelta = false;
  const counting = config.with({
    wsJsonParse: (text) => {
      // The frame before this one has been applied by now.
      if (isDelta) counter.take(undefined);
      const frame = JSON.parse(text);
      isDelta = frame.type === "orderbook_delta";
      return frame;
    },
  });
  await using stream = await KalshiStream.connect({ auth, config: counting });
  const all = await stream.orderBooks(tickers);
  // One more than is counted, which shows that the last one counted was applied.
  await fire("book", count + 1, 0);
  await counter.done;
  for (const book of all.values()) {
    if (book.state !== "live") throw new Error(`the book of ${book.ticker} is ${book.state}`);
  }
  return counter.run;
}

const ninetyNinth = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;

/** Each side's best block: what else runs on the machine only ever makes a block slower. */
async function compareBest(
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
  blocks: number,
): Promise<[number, number]> {
  let [mine, base] = [Infinity, Infinity];
  for (let block = 0; block < blocks; block++) {
    const runs = [
      async () => mine = Math.min(mine, await ours()),
      async () => base = Math.min(base, await theirs()),
    ];
    for (const run of block % 2 === 0 ? runs : runs.reverse()) await run();
  }
  return [mine, base];
}

async function compareRates(
  kind: Kind,
  ours: () => Promise<Run>,
  name: string,
  atLeast: number,
): Promise<Figure> {
  const [mine, base] = await compareBest(
    async () => (await ours()).micros,
    async () => (await bare(kind, FRAMES, 0)).micros,
    BLOCKS,
  );
  const perSecond = (micros: number) => `${(1_000 / micros).toFixed(0)}k/s`;
  return {
    name,
    value: `${(base / mine).toFixed(3)} (SDK ${perSecond(mine)}, bare ${perSecond(base)})`,
    budget: `at least ${atLeast}`,
    ok: base / mine >= atLeast,
  };
}

async function compareLateness(): Promise<Figure> {
  const [mine, base] = await compareBest(
    async () => ninetyNinth((await subscription(RATE * 2, RATE)).lates),
    async () => ninetyNinth((await bare("trade", RATE * 2, RATE)).lates),
    LATENESS_BLOCKS,
  );
  return {
    name: "99th percentile from sending to consumer at 5,000 frames/s: times bare",
    value: `${(mine / base).toFixed(2)} (SDK ${mine.toFixed(2)} ms, bare ${base.toFixed(2)} ms)`,
    budget: "at most 2",
    ok: mine / base <= 2,
  };
}

const figures = [
  await compareRates(
    "trade",
    () => subscription(FRAMES, 0),
    "frames to `for await`, of a bare WebSocket with JSON.parse",
    0.85,
  ),
  await compareRates(
    "book",
    () => books(FRAMES),
    "frames to live order books, of a bare WebSocket with JSON.parse",
    0.75,
  ),
  await compareLateness(),
];
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
