/**
 * One process of the bench of feeds on NATS: `nats.ts gateway|reader|direct PORT [NATS-PORT]`. A gateway passes trades of
 * the server at PORT on; a reader takes them from NATS; `direct` takes them from the server itself.
 *
 * It prints READY. A number on its input makes it wait for so many frames; it prints READY again, and then RESULT with
 * how long they took and how late they were.
 */
import { createInterface } from "node:readline";
import process from "node:process";
import { connect } from "@nats-io/transport-node";
import { KalshiAuth, KalshiConfig } from "../mod.ts";
import { NatsFeed, NatsGateway } from "../src/nats/mod.ts";
import { KalshiStream } from "../src/stream/mod.ts";

/** What a reader saw of a run. */
export interface NatsRun {
  /** Milliseconds from the first frame to the last. */
  readonly tookMs: number;
  /** Milliseconds from sending to the consumer that 99 of 100 frames took at most, and half of them. */
  readonly p99: number;
  readonly p50: number;
}

const [role, port, natsPort] = process.argv.slice(2);
const config = new KalshiConfig({ baseUrl: `http://127.0.0.1:${port}/trade-api/v2` });
const auth = KalshiAuth.fromSigner({ keyId: "bench", sign: () => Promise.resolve(btoa("s".repeat(64))) });
const tickers = Array.from({ length: 100 }, (_, n) => `KXBENCH-26NOV24-T${n}`);
const now = () => performance.timeOrigin + performance.now();

async function openStream(): Promise<KalshiStream | NatsFeed> {
  if (role !== "reader") return await KalshiStream.connect({ auth, config });
  return await NatsFeed.connect({ connection: await natsConnection(), config });
}

const natsConnection = () => connect({ servers: `127.0.0.1:${natsPort}` });

async function read(): Promise<void> {
  const stream = await openStream();
  let take: (t: number | undefined) => void = () => {};
  const trades = await stream.subscribe("trade", { market_tickers: tickers }, {
    queue: { policy: "unbounded" },
  });
  void (async () => {
    for await (const item of trades) {
      if (item.type !== "trade") throw new Error(`a ${item.type}`);
      take((item.msg as { t?: number }).t);
    }
  })().catch((error) => {
    console.error(`${role}: ${error}`);
    process.exit(1);
  });
  console.log("READY");
  for await (const line of createInterface({ input: process.stdin })) {
    let left = Number(line);
    const lates: number[] = [];
    let begun = 0;
    take = (t) => {
      if (begun === 0) begun = performance.now();
      if (t !== undefined) lates.push(now() - t);
      if (--left > 0) return;
      const sorted = lates.toSorted((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
      const run: NatsRun = { tookMs: performance.now() - begun, p99: at(0.99), p50: at(0.5) };
      console.log(`RESULT ${JSON.stringify(run)}`);
    };
    console.log("READY");
  }
}

if (role === "gateway") {
  const stream = await KalshiStream.connect({ auth, config });
  // What is lost is told to the readers, who end at it.
  const onError = (error: unknown) => console.error(`gateway: ${error}`);
  const gateway = await NatsGateway.start({
    connection: await natsConnection(),
    stream,
    channels: ["trade"],
    tickers,
    onError,
  });
  for await (const { state } of gateway.status()) if (state === "leading") console.log("READY");
} else {
  await read();
}
