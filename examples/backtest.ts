/**
 * A market maker against what was recorded, three times: with each model of the queue. Saves a report of the worst case.
 *
 *     deno run -A examples/backtest.ts FOLDER TICKER [REPORT_FOLDER]
 *
 * FOLDER is what `examples/recorder.ts` or `kalshi record` has written, with the channels orderbook_delta and trade.
 */
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { formatPrice, parseCount, parsePrice } from "@unofficial/kalshi/fixed-point";
import { LocalExchange, type QueueModel, type RunReport } from "@unofficial/kalshi/local-exchange";
import { openRecording } from "@unofficial/kalshi/recordings";
import { KalshiStream } from "@unofficial/kalshi/stream";

const [folder, ticker, reports] = process.argv.slice(2);
if (folder === undefined || ticker === undefined) {
  throw new Error("Say what and which market: backtest.ts FOLDER TICKER [REPORT_FOLDER]");
}

/** How far from the middle each side stands, how far it must have moved before we follow, and the size of a quote. */
const HALF_SPREAD = parsePrice("0.0200");
const FOLLOW = parsePrice("0.0100");
const SIZE = "5.00";

/** The bot. Nothing in it knows whether the exchange is Kalshi's or a recording. */
async function makeMarket(client: KalshiClient, stream: KalshiStream, ticker: string): Promise<void> {
  const order = { time_in_force: "good_till_canceled", self_trade_prevention_type: "maker" } as const;
  let quotes: { order_id: string; side: "bid" | "ask"; price: number; size: number }[] = [];
  let around: number | undefined;
  const place = async (side: "bid" | "ask", price: number) => {
    const asked = { ...order, ticker, side, count: SIZE, price: formatPrice(price), post_only: true };
    const { order_id } = await client.orders.create(asked);
    quotes.push({ order_id, side, price, size: parseCount(SIZE) });
  };
  const book = await stream.orderBook(ticker);
  for await (const change of book.changes()) {
    if (change.type === "stale") continue;
    // Around the others: quotes that follow the book with themselves in it follow themselves.
    const { mid } = book.without(quotes);
    if (mid === undefined || around !== undefined && Math.abs(mid - around) < FOLLOW) continue;
    around = mid;
    const old = quotes;
    quotes = [];
    // One that has been filled is not there any longer.
    const cancel = ({ order_id }: { order_id: string }) =>
      client.orders.cancel(order_id, { market_ticker: ticker });
    await Promise.allSettled(old.map(cancel));
    const cents = (price: number) => Math.min(9_900, Math.max(100, Math.round(price / 100) * 100));
    await Promise.allSettled([
      place("bid", cents(mid - HALF_SPREAD)),
      place("ask", cents(mid + HALF_SPREAD)),
    ]);
  }
}

/** Runs it over the recording once. */
async function backtest(folder: string, ticker: string, queue: QueueModel): Promise<RunReport> {
  const recording = await openRecording(folder);
  await using replay = await LocalExchange.replay(recording, {
    queue,
    latencyMs: { orderMs: 15, answerMs: 15, feedMs: 10, jitterMs: 5 },
    report: { title: `${ticker}, queue ${queue}` },
  });
  const { auth } = await replay.createAccount({ balance: "1000.00" });
  const { config, runtime, clock } = replay;
  await using client = new KalshiClient({ auth, config, runtime, clock });
  await using stream = await KalshiStream.connect({ auth, config, runtime, clock });
  // It goes on until its stream is closed.
  const bot = makeMarket(client, stream, ticker).catch((error) => console.error("the bot:", error.message));
  const report = await replay.run();
  const { frames, halts } = replay.summary();
  const { pnl, fees, fills, maxDrawdown } = report.summary;
  console.log(`${queue}: P&L ${pnl}, fees ${fees}, ${fills} fills, drawdown ${maxDrawdown.amount}`);
  console.log(`  ${frames} frames; ${halts.length} times a market stood still`);
  await stream.close();
  await bot;
  return report;
}

const worst = await backtest(folder, ticker, "behind");
await backtest(folder, ticker, "pro-rata");
await backtest(folder, ticker, "ahead");
for (const { liquidity, afterMs, againstPerContract } of worst.adverseSelection) {
  console.log(
    `${liquidity}: after ${afterMs / 1_000} s the middle had moved ${againstPerContract ?? "-"} against it`,
  );
}
if (reports !== undefined) console.log("saved", (await worst.save(reports)).join(", "));
