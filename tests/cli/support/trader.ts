/** A bot in a process of its own, which knows of an exchange what its environment says. */
import { KalshiClient } from "../../../mod.ts";
import { fixAuthFromEnv, FixClient, FixConfig } from "../../../src/fix/mod.ts";

const client = await KalshiClient.fromEnv();
try {
  const { balance_dollars } = await client.portfolio.balance();
  const [market] = (await client.markets.list({ status: "open", limit: 1 })).items;
  const stream = await client.stream();
  const book = await stream.orderBook(market?.ticker ?? "");
  const session = await FixClient.connect({ config: FixConfig.fromEnv(), auth: await fixAuthFromEnv() });
  const { state } = session;
  await session.close();
  console.log(JSON.stringify({ balance_dollars, bids: book.depth(1).bids.length, fix: state.name }));
} finally {
  await client.close();
}
