/** A local exchange with a page, in a process of its own; one market's book changes so many times a second. */
import process from "node:process";
import { KalshiClient } from "../mod.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { delay } from "../src/base/waits.ts";
import { systemClock } from "../src/base/clock.ts";

const perSecond = Number(process.argv[2]);
const exchange = await LocalExchange.start({ seed: 5 });
const ticker = exchange.listMarket({ ticker: "BUSY", title: "Busy?" });
for (let level = 1; level <= 20; level++) {
  const cents = (price: number) => `0.${String(price).padStart(2, "0")}00`;
  exchange.placeCounterOrder({ ticker, side: "bid", price: cents(50 - level), count: String(10 * level) });
  exchange.placeCounterOrder({ ticker, side: "ask", price: cents(50 + level), count: String(10 * level) });
}
const account = await exchange.createAccount({ balance: "1000.00" });
const bot = await exchange.createAccount({ balance: "100000.00" });
const client = new KalshiClient({ auth: bot.auth, config: exchange.config, transport: exchange.fetch });
const served = await exchange.servePage({ account: account.id });
console.log(served.url);

const common = {
  ticker,
  self_trade_prevention_type: "taker_at_cross",
  time_in_force: "good_till_canceled",
} as const;
const resting: string[] = [];
const started = systemClock.monotonic();
for (let change = 0;; change++) {
  const due = started + change * 1_000 / perSecond;
  await delay(systemClock, Math.max(0, due - systemClock.monotonic()));
  const oldest = resting.length > 20 ? resting.shift() : undefined;
  if (oldest !== undefined) {
    await client.orders.cancel(oldest, { market_ticker: ticker });
  } else if (change % 20 === 0) {
    // Every twentieth one trades.
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4900", count: "1" });
  } else {
    const [side, price] = change % 2 === 0
      ? ["bid", `0.4${change % 7}00`] as const
      : ["ask", `0.5${2 + change % 7}00`] as const;
    const { order_id } = await client.orders.create({ ...common, side, price, count: `${1 + change % 9}` });
    resting.push(order_id);
  }
}
