/**
 * A backtest from nothing, within ten seconds: ten minutes of made-up markets are recorded, and a market maker that was not
 * there trades in it afterwards, once for each queue model.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient, KalshiError } from "@unofficial/kalshi";
import { formatPrice } from "@unofficial/kalshi/fixed-point";
import { LocalExchange } from "@unofficial/kalshi/local-exchange";
import { openRecording, Recorder } from "@unofficial/kalshi/recordings";
import { KalshiStream } from "@unofficial/kalshi/stream";
import { ManualClock } from "@unofficial/kalshi/testing";
import { facts, heading, table } from "./support/print.ts";

const MINUTES = 10;
/** So often do the makers move in a minute. */
const ROUNDS = 12;

/** What a bot of production is given as well. */
interface Place {
  readonly client: KalshiClient;
  readonly stream: KalshiStream;
}

/** Joins the best bid and the best ask of a market with five contracts each, until its book ends. */
async function joinBest({ client, stream }: Place, ticker: string): Promise<void> {
  const book = await stream.orderBook(ticker);
  const resting = new Map<"bid" | "ask", { readonly id: string; readonly price: number }>();
  for await (const { type } of book.changes({ policy: "latest" })) {
    if (type === "stale") continue;
    for (const side of ["bid", "ask"] as const) {
      const price = side === "bid" ? book.bestBid : book.bestAsk;
      const own = resting.get(side);
      if (price === undefined || price === own?.price) continue;
      resting.delete(side);
      try {
        if (own !== undefined) await client.orders.cancel(own.id);
      } catch (error) {
        // It was filled.
        if (!(error instanceof KalshiError)) throw error;
      }
      try {
        const { order_id: id } = await client.orders.create({
          ticker,
          side,
          count: "5.00",
          price: formatPrice(price),
          time_in_force: "good_till_canceled",
          self_trade_prevention_type: "taker_at_cross",
          post_only: true,
        });
        resting.set(side, { id, price });
      } catch (error) {
        // The price has gone, or there is no cash for it.
        if (!(error instanceof KalshiError)) throw error;
      }
    }
  }
}

/** Records what the makers of a local exchange do, on a clock that is moved. */
async function record(dir: string): Promise<readonly string[]> {
  const clock = new ManualClock(Date.UTC(2026, 10, 24, 15));
  await using exchange = LocalExchange.create({ clock, seed: 4, markets: 12 });
  exchange.step(20);
  const tickers = exchange.openTickers().slice(0, 3);
  const { auth } = await exchange.createAccount();
  const options = { auth, config: exchange.config, runtime: exchange.createRuntime(), clock };
  await using client = new KalshiClient(options);
  await using stream = await KalshiStream.connect(options);
  await using recorder = await Recorder.start({
    stream,
    dir,
    channels: ["orderbook_delta", "trade"],
    tickers,
    lookup: client,
    clock,
  });
  for (let round = 0; round < MINUTES * ROUNDS; round++) {
    for (let move = 0; move < 5; move++) exchange.step();
    await clock.advance(60_000 / ROUNDS);
  }
  await recorder.close();
  const { frames, bytes } = recorder.stats();
  facts({ "recorded": `${frames} frames of ${tickers.length} markets, ${(bytes / 1_000).toFixed(0)} kB` });
  return tickers;
}

/** Records, and runs the bot against it. */
export async function backtest(): Promise<void> {
  heading(`A backtest: ${MINUTES} minutes are recorded, then a market maker trades in them`);
  const dir = await mkdtemp(join(tmpdir(), "kalshi-demo-"));
  try {
    const tickers = await record(dir);
    const rows: string[][] = [];
    for (const queue of ["behind", "pro-rata", "ahead"] as const) {
      await using replay = await LocalExchange.replay(await openRecording(dir), { queue });
      const { auth } = await replay.createAccount({ balance: "1000.00" });
      const { config, runtime, clock } = replay;
      await using client = new KalshiClient({ auth, config, runtime, clock });
      await using stream = await KalshiStream.connect({ auth, config, runtime, clock });
      const bots = tickers.map((ticker) => joinBest({ client, stream }, ticker));
      const { summary, adverseSelection } = await replay.run();
      await stream.close();
      await Promise.all(bots);
      const { fills, pnl, fees, maxDrawdown } = summary;
      const later = adverseSelection.find(({ liquidity, afterMs }) =>
        liquidity === "maker" && afterMs === 10_000
      );
      rows.push([queue, String(fills), pnl, fees, maxDrawdown.amount, later?.keptPerContract ?? ""]);
    }
    table(["who cancels stood", "fills", "P&L", "fees", "deepest fall", "a contract after 10 s"], rows);
    console.log("  No recording says who cancelled: believe what is true of all three.");
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
