/** A gateway of the chaos on NATS, as a process that is killed. */
import process from "node:process";
import { connect } from "@nats-io/transport-node";
import { KalshiClient } from "../mod.ts";
import { NatsGateway } from "../src/nats/mod.ts";

const [port, ...tickers] = process.argv.slice(2);
const client = await KalshiClient.fromEnv();
const stream = await client.stream();
const connection = await connect({
  servers: `127.0.0.1:${port}`,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
});
await NatsGateway.start({
  connection,
  stream,
  channels: ["orderbook_delta", "trade", "fill"],
  tickers,
  account: "main",
  onError: () => {},
});
console.log("started");
