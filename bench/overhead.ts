/**
 * What the rate limiter and the care for writes add to requests that need neither. No build is without them, so
 * that the request itself, `KalshiCore.request`, stands for that. Arguments: the server's port and a PKCS#8 key file.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { KalshiAuth, KalshiClient, KalshiConfig, KalshiCore } from "../mod.ts";
import { RateLimiter } from "../src/rate_limits/mod.ts";
import { compare, type Figure, type Run } from "./measure.ts";
import { KEY_ID } from "./rest_key.ts";

const [port, keyFile = ""] = process.argv.slice(2);
const config = { baseUrl: `http://127.0.0.1:${port}/trade-api/v2` };
const auth = await KalshiAuth.fromPem(KEY_ID, readFileSync(keyFile, "utf8"));

// So much that no call ever waits.
const plenty = { tokensPerSecond: 1e9, capacity: 1e9 };
await using core = new KalshiCore({ auth, config: new KalshiConfig(config) });
await using plain = new KalshiClient({ auth, config, rateLimit: false });
await using limited = new KalshiClient({
  auth,
  config: { ...config, orderRetries: "idempotent" },
  rateLimit: new RateLimiter({ read: plenty, write: plenty }),
});

const order = () => ({
  ticker: "KXBENCH-26NOV24-T60",
  side: "bid" as const,
  count: "10.00",
  price: "0.5600",
  time_in_force: "good_till_canceled" as const,
  self_trade_prevention_type: "taker_at_cross" as const,
  client_order_id: crypto.randomUUID(),
});
const getOf = (client: KalshiClient): Run => () => client.portfolio.balance();
const createOf = (client: KalshiClient): Run => () => client.orders.create(order());
const request = "KalshiCore.request";
const PATH = "/portfolio/events/orders";

const cases: readonly {
  readonly figure: string;
  readonly runs: Readonly<Record<"with" | "without", Run>>;
}[] = [
  {
    figure: `signed GET: portfolio.balance() without a limiter, times the same by ${request}`,
    runs: { with: getOf(plain), without: () => core.request("GET", "/portfolio/balance") },
  },
  {
    figure: `signed POST: orders.create() without limiter and order retries, times the same by ${request}`,
    runs: { with: createOf(plain), without: () => core.request("POST", PATH, { body: order() }) },
  },
  {
    figure: "signed GET: portfolio.balance() with a RateLimiter that never waits, times without a limiter",
    runs: { with: getOf(limited), without: getOf(plain) },
  },
  {
    figure:
      'signed POST: orders.create() with such a RateLimiter and orderRetries: "idempotent", times without both',
    runs: { with: createOf(limited), without: createOf(plain) },
  },
];

const figures: Figure[] = [];
for (const { figure, runs } of cases) {
  figures.push(
    ...await compare(runs, [{ figure, of: "with", to: "without", atMost: 1.02 }], {
      calls: 8,
      wide: 1,
      blocks: 200,
    }),
  );
}
console.log(`RESULT ${JSON.stringify(figures)}`);
