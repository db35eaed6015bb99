/** An exchange in a process of its own: says where it is, and runs until it is killed. */
import process from "node:process";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { testedProducts } from "../../support/products.ts";

const [state = "", keyId = "", privateKey = "", name = "event"] = process.argv.slice(2);
const product = testedProducts[name as keyof typeof testedProducts];
const exchange = await LocalExchange.start({ ...product.options, state });
await exchange.createAccount({ keyId, privateKey: privateKey.replaceAll("|", "\n"), balance: "100000.00" });
if (!product.tickers(exchange).includes("KILLED")) product.list(exchange, "KILLED");
console.log(JSON.stringify({ baseUrl: exchange.baseUrl, restored: exchange.restored }));
