/**
 * A process that quotes, and is killed. It says `open`, and then, where it is to leave something, `settled`; its one
 * argument is JSON.
 */
import process from "node:process";
import { KalshiClient } from "../../../src/client.ts";
import { KalshiAuth } from "../../../src/auth/kalshi_auth.ts";
import { FixConfig } from "../../../src/fix/config.ts";
import {
  fixQuotePort,
  QuoteManager,
  type QuoteWish,
  restQuotePort,
} from "../../../src/trading/quotes/mod.ts";

/** What it is told. */
export interface QuotingTask {
  readonly way: "rest" | "fix";
  readonly baseUrl: string;
  readonly wsBaseUrl: string;
  readonly keyId: string;
  readonly privateKey: string;
  readonly fix: { readonly host: string; readonly port: number };
  readonly tickers: readonly string[];
  readonly adoptMs: number;
  /** `forever`: new wishes all the time; `leave`: these wishes, and then it is gone; `stop`: it stops as it should. */
  readonly mode: "forever" | "leave" | "stop";
  readonly wishes: Readonly<Record<string, QuoteWish>>;
}

const task: QuotingTask = JSON.parse(process.argv[2] ?? "{}");
const { way, baseUrl, wsBaseUrl, keyId, privateKey, tickers, adoptMs, mode, wishes } = task;
const auth = await KalshiAuth.fromPem(keyId, privateKey);
const client = new KalshiClient({ auth, config: { baseUrl, wsBaseUrl } });
const stream = await client.stream();
const ways = {
  rest: () => restQuotePort({ client, stream }),
  fix: async () => {
    const config = new FixConfig({
      product: "event",
      session: "order-entry",
      ...task.fix,
      tls: false,
      alreadyOnlineMs: 20,
      logon: { UseDollars: true },
    });
    return fixQuotePort({ client, stream, fix: await client.fix({ config }) });
  },
};
const quotes = await QuoteManager.open({
  port: await ways[way](),
  name: "killed",
  adoptMs,
  postOnly: false,
  limits: { maxPosition: "30.00" },
});
console.log("open");
if (mode === "stop") {
  await quotes.stop();
  await client.close();
} else if (mode === "leave") {
  for (const ticker of tickers) await quotes.set(ticker, wishes[ticker] ?? null);
  await quotes.settled();
  console.log("settled");
  process.kill(process.pid, "SIGKILL");
} else {
  for (let step = 0;; step++) {
    for (const ticker of tickers) {
      const bid = 20 + Math.floor(Math.random() * 50);
      const level = (cents: number) => ({
        price: `0.${cents}00`,
        count: `${1 + Math.floor(Math.random() * 5)}.00`,
      });
      await quotes.set(ticker, { bid: [level(bid), level(bid - 1)], ask: level(bid + 2) }).catch(() => {});
    }
    if (step % 3 === 0) await quotes.settled();
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
