/** A reader of the chaos on NATS: for each line that it is sent it says what it has. */
import process from "node:process";
import { connect } from "@nats-io/transport-node";
import { KalshiClient } from "../mod.ts";
import { NatsFeed } from "../src/nats/mod.ts";

const [port, ...tickers] = process.argv.slice(2);
const client = await KalshiClient.fromEnv();
const connection = await connect({
  servers: `127.0.0.1:${port}`,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
});
const feed = await NatsFeed.connect({
  connection,
  // However long it is paused, and NATS is away.
  config: client.config.with({ wsMaxRetries: 1_000_000 }),
  account: "main",
  lookup: client,
  onError: () => {},
});
const fills: string[] = [];
const markers: string[] = [];
const subscription = await feed.fills({}, { recover: true });
void (async () => {
  for await (const item of subscription) {
    if (item.type === "fill") fills.push(`${item.msg.trade_id} ${item.msg.order_id}`);
    else markers.push(item.type);
  }
})();
const books = await feed.orderBooks(tickers, { awaitLive: false });
process.stdin.setEncoding("utf8").on("data", () => {
  const told = [...books.values()].map((book) => [
    book.ticker,
    book.state === "live" ? JSON.stringify(book.toRest().orderbook_fp) : book.state,
  ]);
  const { frames, resyncs, reconnects } = feed.stats();
  console.log(JSON.stringify({ books: told, fills, markers: markers.length, frames, resyncs, reconnects }));
}).on("end", () => process.exit(0));
console.log("started");
