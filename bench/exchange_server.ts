/** A local exchange that listens, in a process of its own. It prints what a client needs as one line of JSON. */
import process from "node:process";
import { LocalExchange } from "../src/local_exchange/mod.ts";

async function account() {
  const { keyId, privateKey } = await exchange.createAccount({ balance: "1000000000.00" });
  return { keyId, privateKey };
}

const exchange = await LocalExchange.start({ port: 0 });
const [buyer, seller] = [await account(), await account()];
const ticker = exchange.listMarket({ ticker: "KXBENCH-26NOV24-T60" });
console.log(JSON.stringify({ baseUrl: exchange.baseUrl, buyer, seller, ticker }));
process.stdin.on("end", () => process.exit(0)).resume();
