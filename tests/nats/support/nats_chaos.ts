/**
 * Gateways that are killed, a server that is started again, readers that stand still and an exchange that ends its
 * sockets, by seed, and what must hold nevertheless:
 *
 * - At every quiet point each book of each reader is live and equals the exchange's own.
 * - Every reader has every fill exactly once.
 */
import type { KalshiClient } from "../../../src/client.ts";
import type { FillData } from "../../../src/contract/event/channels.ts";
import { createRandom, type Random } from "../../../src/local_exchange/random.ts";
import type { NatsFeed } from "../../../src/nats/mod.ts";
import type { LiveOrderBook } from "../../../src/stream/mod.ts";
import { breath, until } from "../../support/until.ts";
import { openFeed } from "./feed_bed.ts";
import { type GatewayBed, type Started, startGatewayBed } from "./gateway_bed.ts";
import { type HeldLine, startHeldLine } from "./held_line.ts";

/** What can go wrong. */
export type NatsFault = "gateway" | "server" | "reader" | "upstream";

export interface NatsChaosOptions {
  readonly seed: number;
  /** Markets with a live book. */
  readonly markets: number;
  /** What goes wrong, one after another, each in the middle of a flow that a quiet point ends. */
  readonly faults: readonly NatsFault[];
  /** Moves of the makers in each flow. */
  readonly steps: number;
  /** How many steps a reader stands still. */
  readonly pauseSteps: number;
  /** How long a step takes at least, in milliseconds. */
  readonly stepMs: number;
  /** Told after each quiet point. */
  readonly onQuiet?: (fault: NatsFault, report: NatsChaosReport) => void;
}

export interface NatsChaosReport {
  readonly frames: number;
  readonly checks: number;
  readonly fills: number;
  readonly reconnects: number;
  readonly resyncs: number;
}

const READERS = 3;
const CHANNELS = ["orderbook_delta", "trade", "fill"];

interface Reader {
  readonly line: HeldLine;
  readonly feed: NatsFeed;
  readonly books: ReadonlyMap<string, LiveOrderBook>;
  readonly fills: string[];
}

async function startReader(bed: GatewayBed): Promise<Reader> {
  const line = await startHeldLine(bed.server.port);
  const connection = await bed.server.connect({ servers: `127.0.0.1:${line.port}`, timeout: 60_000 });
  const feed = await openFeed(bed, {
    connection,
    account: "main",
    lookup: bed.trader.client as KalshiClient,
    config: bed.trader.client.config.with({ wsPingIntervalMs: 500, wsMaxRetries: 10_000 }) as never,
  });
  const books = await feed.orderBooks(bed.tickers);
  const fills: string[] = [];
  const queue = { policy: "unbounded" } as const;
  const told = await feed.fills({}, { queue, recover: { everyMs: 1_000 } });
  void (async () => {
    for await (const item of told) {
      if (item.type === "fill") fills.push(bed.product.fillOf(item.msg as FillData));
    }
  })().catch(() => {});
  return { line, feed, books, fills };
}

/** Runs it; throws at the first thing that does not hold. */
export async function natsChaos(options: NatsChaosOptions): Promise<NatsChaosReport> {
  const { seed, markets, faults, steps, stepMs, pauseSteps, onQuiet } = options;
  const random = createRandom(seed);
  await using bed = await startGatewayBed(undefined, "", { markets, seed });
  const start = () => bed.start({ channels: CHANNELS, account: "main", leaseMs: 500 });
  const gateways: Started[] = [await start(), await start()];
  const readers = await Promise.all(Array.from({ length: READERS }, () => startReader(bed)));
  let checks = 0;
  const report = (): NatsChaosReport => {
    const all = readers.map(({ feed }) => feed.stats());
    const sum = (of: (stats: (typeof all)[number]) => number) =>
      all.reduce((total, stats) => total + of(stats), 0);
    return {
      frames: sum(({ frames }) => frames),
      checks,
      fills: readers.reduce((total, { fills }) => total + fills.length, 0),
      reconnects: sum(({ reconnects }) => reconnects),
      resyncs: sum(({ resyncs }) => resyncs),
    };
  };
  try {
    for (const fault of faults) {
      const at = Math.floor(steps / 4) + random.int(Math.ceil(steps / 4));
      let wrong: Promise<void> = Promise.resolve();
      const length = fault === "reader" ? steps + pauseSteps : steps;
      for (let step = 0; step < length; step++) {
        bed.product.step(bed.exchange);
        if (random.int(4) === 0) await trade(bed, random);
        if (step === at) wrong = goWrong(fault, bed, gateways, start);
        const reader = readers[faults.indexOf(fault) % READERS];
        if (fault === "reader" && step === at) reader?.line.hold();
        if (fault === "reader" && step === at + pauseSteps) reader?.line.release();
        await (stepMs > 0 ? pause(stepMs) : breath());
      }
      await wrong;
      for (const { line } of readers) line.release();
      await until(async () => {
        const truth = new Map<string, string>();
        for (const ticker of bed.tickers) {
          truth.set(ticker, JSON.stringify(await bed.trader.restBook(ticker)));
        }
        return readers.every(({ books }) => isRight(bed, books, truth));
      });
      checks += READERS * markets;
      await assertFills(bed, readers);
      onQuiet?.(fault, report());
    }
    return report();
  } finally {
    for (const { feed, line } of readers) {
      await feed.close();
      await line[Symbol.asyncDispose]();
    }
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms)); // wall clock: the pace of the flow

function isRight(
  bed: GatewayBed,
  books: ReadonlyMap<string, LiveOrderBook>,
  truth: ReadonlyMap<string, string>,
): boolean {
  return [...books].every(([ticker, book]) =>
    book.state === "live" && JSON.stringify(bed.product.bookOf(book)) === truth.get(ticker)
  );
}

/** Takes what somebody else offers, so that there is a fill. */
async function trade({ exchange, trader, tickers }: GatewayBed, random: Random): Promise<void> {
  const ticker = tickers[random.int(tickers.length)] ?? "";
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.9900", count: "1.00" });
  await trader.place(ticker, "bid", "0.9900", "1.00");
}

async function goWrong(
  fault: NatsFault,
  bed: GatewayBed,
  gateways: Started[],
  start: () => Promise<Started>,
): Promise<void> {
  if (fault === "upstream") return bed.exchange.sockets.restart();
  if (fault === "server") {
    await bed.server.kill();
    return await bed.server.start();
  }
  if (fault !== "gateway") return;
  const leads = gateways.findIndex(({ gateway }) =>
    gateway.stats().lanes.some(({ state }) => state === "leading")
  );
  const [killed] = gateways.splice(Math.max(leads, 0), 1);
  // Nothing is handed over: the machine is gone.
  await killed?.connection.close();
  await killed?.[Symbol.asyncDispose]();
  gateways.push(await start());
}

/** Every reader has every fill, and none twice. */
async function assertFills(bed: GatewayBed, readers: readonly Reader[]): Promise<void> {
  const truth: string[] = [];
  for await (const fill of bed.trader.fills()) truth.push(fill);
  await until(() => readers.every(({ fills }) => fills.length >= truth.length));
  const wanted = JSON.stringify(truth.toSorted());
  for (const { fills } of readers) {
    if (JSON.stringify(fills.toSorted()) !== wanted) {
      throw new Error(
        `A reader has ${fills.length} fills, and there were ${truth.length}: some twice, or others.`,
      );
    }
  }
}
