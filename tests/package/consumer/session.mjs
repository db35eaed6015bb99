// The installed package at work: every entry loads, an order trades on a local exchange, and its fill comes over
// the stream.
import process from "node:process";
import { KalshiClient } from "@unofficial/kalshi";
import { LocalExchange } from "@unofficial/kalshi/local-exchange";

const entries = {};
for (const name of process.argv.slice(2)) entries[name] = Object.keys(await import(name)).length;

const exchange = await LocalExchange.start({ port: 0, seed: 1 });
const account = await exchange.createAccount({ balance: "100.00" });
exchange.step(20);
const client = new KalshiClient({ auth: account.auth, config: exchange.config });
const stream = await client.stream();
const fills = await stream.fills();
const { items } = await client.markets.list({ status: "open", limit: 1000 });
const market = items.find(({ yes_ask_dollars }) =>
  Number(yes_ask_dollars) > 0 && Number(yes_ask_dollars) < 1
);
const order = await client.orders.create({
  ticker: market.ticker,
  side: "bid",
  count: "1.00",
  price: market.yes_ask_dollars,
  time_in_force: "immediate_or_cancel",
  self_trade_prevention_type: "taker_at_cross",
});
let streamed;
for await (const { type, msg } of fills) {
  if (type !== "fill") continue;
  streamed = msg.order_id === order.order_id ? msg.count_fp : undefined;
  break;
}
await stream.close();
await client.close();
await exchange.close();
console.log(JSON.stringify({ entries, filled: order.fill_count, streamed }));
