/**
 * Orders a second of one core that the exchange matches in process: limit orders of 50 accounts in 10 markets
 * around one price, of which about half trade and a third of the others is canceled. All that listens to the
 * engine in a running exchange listens here too. Counted in processor time, which other processes do not use up.
 * With `margin` it is the margin exchange that does: each order is held against margin and limits, and each fill
 * counts positions anew, with the premium of its market, and what liquidation and triggers there are.
 */
import process from "node:process";
import type { Order } from "../src/local_exchange/engine/model.ts";
import type { Market, Wallet } from "../src/local_exchange/engine/model.ts";
import { createRandom } from "../src/local_exchange/random.ts";
import { Exchange } from "../src/local_exchange/exchange.ts";
import { readOptions } from "../src/base/options.ts";
import { exchangeRules } from "../src/local_exchange/options.ts";
import type { LocalExchangeOptions } from "../src/local_exchange/types.ts";
import { usualTerms } from "../src/local_exchange/margin/listings.ts";
import { marginOf } from "../src/local_exchange/perps.ts";
import { settingsOf } from "../src/local_exchange/settings.ts";

const ORDERS = 20_000;
const WINDOWS = 6;

const exchange = new Exchange(
  settingsOf(
    readOptions<LocalExchangeOptions, typeof exchangeRules>(
      "LocalExchange",
      { marketMakers: false, perps: { marketMakers: false } },
      exchangeRules,
    ),
  ),
);
const margin = process.argv[2] === "margin" ? marginOf(exchange) : undefined;
const engine = margin?.engine ?? exchange.engine;

const PLENTY = 1e13;

function openWallet(index: number): Wallet {
  if (margin !== undefined) return margin.open(`member-${index}`, PLENTY).wallet(0, 0);
  const wallet = engine.open().wallet(0, 0);
  engine.deposit(wallet, PLENTY);
  return wallet;
}

/** What all markets are worth. Prices of perpetual futures have a band, which is a fifth of them. */
const middle = margin === undefined ? 5_000 : 50_000;

/** Event markets, or as many perpetual futures. */
function marketsOf(): Market[] {
  if (margin !== undefined) {
    return Array.from({ length: 10 }, (_, index) => {
      const ticker = `PERP-${index}`;
      return margin.list({ ...usualTerms, ticker, title: ticker, asset: ticker, index: middle }).market;
    });
  }
  return [...engine.markets.values()].filter(({ status, shard }) => status === "active" && shard === 0).slice(
    0,
    10,
  );
}

const markets = marketsOf();
const accounts = Array.from({ length: 50 }, (_, index) => openWallet(index));
const random = createRandom(5);
const pick = <T>(from: readonly T[]): T => from[random.int(from.length)] as T;
let resting: Order[] = [];
let made = 0;

function perSecond(): number {
  const before = process.cpuUsage();
  for (let index = 0; index < ORDERS; index++) {
    const placed = engine.place({
      wallet: pick(accounts),
      market: pick(markets),
      clientOrderId: `order-${made++}`,
      side: random.int(2) === 0 ? "bid" : "ask",
      price: middle + (random.int(21) - 10) * 100,
      count: 1 + random.int(2_000),
      timeInForce: "good_till_canceled",
      selfTradePrevention: "maker",
    });
    if ("rejected" in placed) throw new Error(`The engine rejected an order: ${placed.rejected}`);
    if (placed.order.status === "resting") resting.push(placed.order);
    if (random.int(3) === 0) engine.cancel(pick(resting));
    if (resting.length > 5_000) resting = resting.filter(({ status }) => status === "resting");
  }
  const { user, system } = process.cpuUsage(before);
  return ORDERS / (user + system) * 1e6;
}

perSecond();
const rates = Array.from({ length: WINDOWS }, perSecond);
console.log(`RESULT ${JSON.stringify({ rates, orders: made, trades: engine.trades.length })}`);
