/**
 * Frames from the socket to the consumer: a bare WebSocket with `JSON.parse`, a subscription of this library, and
 * live order books, in turn, in one process. Argument: the server's port.
 */
import process from "node:process";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";
import { type Figure, median } from "./measure.ts";

const [port] = process.argv.slice(2);
const http = `http://127.0.0.1:${port}`;
const FRAMES = 60_000;
const BLOCKS = 20;
/** Fewer, since each side of one takes two seconds. */
const LATENESS_BLOCKS = 8;
const RATE = 5_000;
const MOST_LATE = 1.5;
const tickers = Array.from({ length: 100 }, (_, n) => `KXBENCH-26NOV24-T${n}`);

const MARK = "KXBENCH-26NOV24-MARK";

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
      if (frame.type === type && frame.msg.market_ticker !== MARK) counter.take(frame.msg.t);
      else if (frame.type === "subscribed") resolve();
    };
  });
  socket.send(
    JSON.stringify({
      id: 1,
      cmd: "subscribe",
      params: { channels: [channel], market_tickers: [...tickers, MARK] },
    }),
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

/**
 * All frames are applied between the two changes of one more book, which come right before the first and right after
 * the last: nothing stands in their way that counts.
 */
async function books(count: number): Promise<Run> {
  await using stream = await KalshiStream.connect({ auth, config });
  const all = await stream.orderBooks([...tickers, MARK]);
  const counting = (async () => {
    const marks: number[] = [];
    for await (const { type } of all.get(MARK)?.changes() ?? []) {
      if (type !== "delta") throw new Error(`a ${type}`);
      if (marks.push(performance.now()) === 2) break;
    }
    return marks;
  })();
  await fire("book", count, 0);
  const [begun = 0, ended = 0] = await counting;
  for (const book of all.values()) {
    if (book.state !== "live") throw new Error(`the book of ${book.ticker} is ${book.state}`);
  }
  return { micros: (ended - begun) * 1_000 / count, lates: [] };
}

const ninetyNinth = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;

/** The middle of the ratios of blocks that stand side by side, of ours to theirs, and the middle of each. */
async function compareBlocks(
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
  blocks: number,
): Promise<{ readonly ratio: number; readonly mine: number; readonly base: number }> {
  const mine: number[] = [];
  const base: number[] = [];
  // One of each goes by before it counts: code is compiled, buffers grow.
  for (let block = -1; block < blocks; block++) {
    const pair: [number, number] = [NaN, NaN];
    const runs = [async () => pair[0] = await ours(), async () => pair[1] = await theirs()];
    for (const run of block % 2 === 0 ? runs : runs.reverse()) await run();
    if (block < 0) continue;
    mine.push(pair[0]);
    base.push(pair[1]);
  }
  const ratio = median(mine.map((value, block) => value / (base[block] ?? NaN)));
  return { ratio, mine: median(mine), base: median(base) };
}

async function compareRates(
  kind: Kind,
  ours: () => Promise<Run>,
  name: string,
  atLeast: number,
): Promise<Figure> {
  const { ratio, mine, base } = await compareBlocks(
    async () => (await ours()).micros,
    async () => (await bare(kind, FRAMES, 0)).micros,
    BLOCKS,
  );
  const perSecond = (micros: number) => `${(1_000 / micros).toFixed(0)}k/s`;
  return {
    name,
    value: `${(1 / ratio).toFixed(3)} (SDK ${perSecond(mine)}, bare ${perSecond(base)})`,
    budget: `at least ${atLeast}`,
    ok: 1 / ratio >= atLeast,
  };
}

async function compareLateness(): Promise<Figure> {
  const { ratio, mine, base } = await compareBlocks(
    async () => ninetyNinth((await subscription(RATE * 2, RATE)).lates),
    async () => ninetyNinth((await bare("trade", RATE * 2, RATE)).lates),
    LATENESS_BLOCKS,
  );
  return {
    name: "99th percentile from sending to consumer at 5,000 frames/s: times bare",
    value: `${ratio.toFixed(2)} (SDK ${mine.toFixed(2)} ms, bare ${base.toFixed(2)} ms)`,
    budget: `at most ${MOST_LATE}`,
    ok: ratio <= MOST_LATE,
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
    1,
  ),
  await compareLateness(),
];
console.log(`RESULT ${JSON.stringify(figures)}`);
process.exit(0);
