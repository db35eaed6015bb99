/**
 * Opens FIX sessions, leaves iterables and requests on them open, closes the client, and comes to its end without a call
 * to exit. Arguments: port of a local exchange's FIX, its URL, key ids and private keys of two keys, a ticker, a log file.
 */
import process from "node:process";
import { KalshiClient, KalshiConfig, type KalshiError } from "../../../mod.ts";
import { fileLog, FixClient, FixConfig } from "../../../src/fix/mod.ts";

const [
  port = "",
  baseUrl = "",
  firstId = "",
  firstKey = "",
  secondId = "",
  secondKey = "",
  ticker = "",
  path = "",
] = process.argv.slice(2);
const config = new FixConfig({
  product: "event",
  session: "order-entry",
  host: "127.0.0.1",
  port: Number(port),
  tls: false,
});
const said: string[] = [];
const loops: Promise<unknown>[] = [];
function follow(name: string, items: AsyncIterable<unknown>): void {
  loops.push((async () => {
    for await (const _ of items);
    said.push(name);
  })());
}

const client = new KalshiClient({
  keyId: firstId,
  privateKey: firstKey,
  config: new KalshiConfig({ baseUrl }),
});
const ofClient = await client.fix({ config });
const log = await fileLog({ path });
const own = await FixClient.connect({ keyId: secondId, privateKey: secondKey, config, log });
const order = await ofClient.newOrderSingle({ Symbol: ticker, Side: "1", OrderQty: "1", Price: "1" });
follow("order", order.reports());
follow("reports", ofClient.executionReports());
follow("messages", own.messages());
const late = ofClient.orderCancelRequest({ Symbol: ticker, Side: "1", OrigClOrdID: order.ClOrdID }).then(
  () => said.push("cancelled"),
  (error: KalshiError) => said.push(`late ${error.outcome}`),
);
await client.close();
await own.close();
await own.close();
await Promise.all([...loops, late]);
said.push(ofClient.state.name, own.state.name);
for (const call of [() => client.fix({ config }), async () => await own.newOrderSingle(order.sent)]) {
  await call().catch((error: KalshiError) => said.push(`${error.code} ${error.outcome}`));
}
console.log(said.join(", "));
