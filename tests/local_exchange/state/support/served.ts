/** An exchange in a process of its own: says where it is, and runs until it is killed. */
import process from "node:process";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";

const [state = "", keyId = "", privateKey = ""] = process.argv.slice(2);
const exchange = await LocalExchange.start({ state, markets: 0, marketMakers: false });
await exchange.createAccount({ keyId, privateKey: privateKey.replaceAll("|", "\n"), balance: "100000.00" });
if (!exchange.openTickers().includes("KILLED")) {
  exchange.listMarket({ ticker: "KILLED", closesInMs: 30 * 86_400_000 });
}
console.log(JSON.stringify({ baseUrl: exchange.baseUrl, restored: exchange.restored }));
