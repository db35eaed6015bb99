/**
 * Passes the books and trades of some markets on to NATS, and the account's fills and orders, until Ctrl-C. Start it on
 * two machines: one leads, and the other takes over when it is gone.
 *
 *     nats-server -js
 *     deno run -A --env-file examples/nats_gateway.ts TICKER…
 *
 * `NATS_URL` says where NATS is, and `GATEWAY_ACCOUNT` what the account is called there (`main`).
 */
import process from "node:process";
import { connect } from "@nats-io/transport-node";
import { KalshiClient } from "@unofficial/kalshi";
import { NatsGateway } from "@unofficial/kalshi/nats";

const tickers = process.argv.slice(2);
if (tickers.length === 0) throw new Error("Say which markets: nats_gateway.ts TICKER…");
const { NATS_URL = "nats://127.0.0.1:4222", GATEWAY_ACCOUNT = "main" } = process.env;

await using client = await KalshiClient.fromEnv(undefined, { readOnly: true });
await using stream = await client.stream();
const connection = await connect({ servers: NATS_URL, maxReconnectAttempts: -1 });
try {
  await using gateway = await NatsGateway.start({
    connection,
    stream,
    channels: ["orderbook_delta", "trade", "ticker", "fill", "user_orders"],
    tickers,
    account: GATEWAY_ACCOUNT,
    onError: (error) => console.error(error),
  });
  process.once("SIGINT", () => void gateway.close());
  for await (const { state, upstream } of gateway.status()) {
    console.log(`${state}, Kalshi: ${upstream}, ${gateway.stats().liveBooks} live books`);
  }
  for (const { stream: name, published, dropped } of gateway.stats().lanes) {
    console.log(`${name}: ${published} messages, ${dropped} dropped`);
  }
} finally {
  await connection.close();
}
