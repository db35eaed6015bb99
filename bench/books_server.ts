/** A local exchange with 10,000 markets of 20 levels a side. It prints what a client needs as one line of JSON. */
import process from "node:process";
import { LocalExchange } from "../src/local_exchange/mod.ts";

const MARKETS = 10_000;
const LEVELS = 20;

const exchange = await LocalExchange.start({ port: 0 });
const { keyId, privateKey } = await exchange.createAccount();
const tickers: string[] = [];
for (let n = 0; n < MARKETS; n++) {
  const ticker = exchange.listMarket({ ticker: `KXBENCH-26NOV24-T${n}` });
  for (let level = 1; level <= LEVELS; level++) {
    const price = (cents: number) => `0.${String(cents).padStart(2, "0")}00`;
    exchange.placeCounterOrder({ ticker, side: "bid", price: price(45 - level), count: `${level}.00` });
    exchange.placeCounterOrder({ ticker, side: "ask", price: price(55 + level), count: `${level}.00` });
  }
  tickers.push(ticker);
}
console.log(JSON.stringify({ baseUrl: exchange.baseUrl, keyId, privateKey, tickers }));
process.stdin.on("end", () => process.exit(0)).resume();
