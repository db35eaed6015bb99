/**
 * Requests a second that a local exchange in another process answers. Every second request is an order, the others
 * read a balance, of a buyer and a seller in turn; each has a signature of its own, made before the clock runs. Argument: what the server printed.
 */
import process from "node:process";
import { KalshiAuth } from "../mod.ts";

const { baseUrl, buyer, seller, ticker } = JSON.parse(process.argv[2] ?? "");
const auths = {
  bid: await KalshiAuth.fromPem(buyer.keyId, buyer.privateKey),
  ask: await KalshiAuth.fromPem(seller.keyId, seller.privateKey),
};
const REQUESTS = 2_000;
const AT_ONCE = 32;
/** Windows that are measured at least, and at most where the best one is still below the budget. */
const [WINDOWS, MOST] = [5, 15];
const least = Number(process.argv[3]);

async function signed(index: number): Promise<Request> {
  const isOrder = index % 2 === 0;
  const side = index % 4 < 2 ? "bid" : "ask";
  const [method, path] = isOrder ? ["POST", "/portfolio/events/orders"] : ["GET", "/portfolio/balance"];
  const url = baseUrl + path;
  const body = isOrder
    ? JSON.stringify({
      ticker,
      side,
      count: "1.00",
      price: `0.${40 + index % 21}00`,
      time_in_force: "good_till_canceled",
      self_trade_prevention_type: "taker_at_cross",
      client_order_id: crypto.randomUUID(),
    })
    : null;
  const headers = {
    ...await auths[side].headers(method ?? "", new URL(url).pathname),
    ...(isOrder && { "content-type": "application/json" }),
  };
  return new Request(url, { method: method ?? "", body, headers });
}

async function perSecond(): Promise<number> {
  const requests: Request[] = [];
  for (let index = 0; index < REQUESTS; index++) requests.push(await signed(index));
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let request = requests.pop(); request !== undefined; request = requests.pop()) {
      const response = await fetch(request);
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${request.method} ${request.url} answered ${response.status}: ${text}`);
      }
    }
  }));
  return REQUESTS / (performance.now() - started) * 1000;
}

await perSecond();
const rates: number[] = [];
while (rates.length < WINDOWS || rates.length < MOST && Math.max(...rates) < least) {
  rates.push(await perSecond());
}
console.log(`RESULT ${JSON.stringify(rates)}`);
