/**
 * Opens streams of a client, leaves everything on them open, closes the client, and comes to its end without a call to
 * exit. Arguments: URL of a local exchange, key id, private key, a ticker.
 */
import process from "node:process";
import { KalshiClient, KalshiConfig, type KalshiError } from "../../../mod.ts";

const [baseUrl = "", keyId = "", privateKey = "", ticker = ""] = process.argv.slice(2);
const config = new KalshiConfig({ baseUrl });
const client = new KalshiClient({ keyId, privateKey, config });

const said: string[] = [];
const loops: Promise<unknown>[] = [];
function follow(name: string, items: AsyncIterable<unknown>): void {
  loops.push((async () => {
    for await (const _ of items);
    said.push(name);
  })());
}

const first = await client.stream();
const second = await client.stream();
const book = await first.orderBook(ticker);
follow("book", book.changes());
follow("status", first.status());
follow("trades", await first.subscribe("trade"));
follow("fills", await first.fills({}, { recover: { everyMs: 60_000 } }));
follow("others", await second.subscribe("ticker", { market_tickers: [ticker] }));
await first.on("user_orders", () => {});
const late = second.subscribe("fill").catch((error) => said.push(`late ${error.code}`));
const opening = client.stream().then(
  () => said.push("opened"),
  (error: KalshiError) => said.push(`opening ${error.code}`),
);
await client.close();
await client.close();
await Promise.all([...loops, late, opening]);
said.push(first.state, second.state, book.state);
for (const call of [() => client.stream(), () => first.orderBook(ticker)]) {
  await call().catch((error: KalshiError) => said.push(error.code));
}
console.log(said.join(", "));
