/**
 * Shows books, trades and the account's fills as a gateway passes them on: start as many as you like, on any machine. What
 * was yours while it did not run comes first, when it runs again: it writes down how far it has read.
 *
 *     deno run -A --env-file examples/nats_reader.ts FILE TICKER…
 *
 * `NATS_URL` says where NATS is, `GATEWAY_ACCOUNT` what the account is called there (`main`). With `DIRECT=1` the same bot
 * runs without a gateway, over a stream of its own.
 */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import process from "node:process";
import { connect } from "@nats-io/transport-node";
import { KalshiClient } from "@unofficial/kalshi";
import { formatPrice } from "@unofficial/kalshi/fixed-point";
import { NatsFeed } from "@unofficial/kalshi/nats";
import type { KalshiStream } from "@unofficial/kalshi/stream";

const [file, ...tickers] = process.argv.slice(2);
if (file === undefined || tickers.length === 0) throw new Error("nats_reader.ts FILE TICKER…");
const { NATS_URL = "nats://127.0.0.1:4222", GATEWAY_ACCOUNT = "main", DIRECT } = process.env;

/** The bot: it knows a stream, and not where that comes from. */
async function run(stream: KalshiStream, save: () => void): Promise<void> {
  await stream.on("fill", (item) => {
    if (item.type === "fill") console.log("fill", item.msg.market_ticker, item.msg.count_fp);
    else console.log("fills may be missing:", item.type);
    save();
  });
  const books = await stream.orderBooks(tickers);
  for (const { ticker, bestBid, bestAsk } of books.values()) {
    const price = (value: number | undefined) => value === undefined ? "-" : formatPrice(value);
    console.log("book", ticker, price(bestBid), "/", price(bestAsk));
  }
  for await (const item of await stream.subscribe("trade", { market_tickers: tickers })) {
    if (item.type === "trade") console.log("trade", item.msg.market_ticker, item.msg.yes_price_dollars);
    else console.log("trades are missing:", item.type);
  }
}

/** How far an earlier run has read, by channel. */
function saved(path: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
if (DIRECT) {
  await using stream = await client.stream();
  process.once("SIGINT", () => void stream.close());
  await run(stream, () => {});
} else {
  const connection = await connect({ servers: NATS_URL, maxReconnectAttempts: -1 });
  const feed = await NatsFeed.connect({
    connection,
    config: client.config,
    lookup: client,
    account: GATEWAY_ACCOUNT,
    start: { sequence: saved(file) },
  });
  const save = () => {
    const { fill } = feed.sequences();
    writeFileSync(`${file}.new`, JSON.stringify({ fill }));
    renameSync(`${file}.new`, file);
  };
  let isEnding = false;
  process.once("SIGINT", () => {
    isEnding = true;
    void feed.close();
  });
  await run(feed, save).catch((error) => {
    // A subscription that was on its way when Ctrl-C came is none.
    if (!isEnding) throw error;
  });
  await connection.close();
}
