/** How fast the local exchange matches, and how many signed requests it answers over loopback. */
import { Engine } from "../src/local_exchange/engine/engine.ts";
import { Book } from "../src/local_exchange/engine/book.ts";
import { feeSchedule } from "../src/local_exchange/engine/fees.ts";
import type { Market, Order } from "../src/local_exchange/engine/types.ts";
import { LocalExchange } from "../src/local_exchange/mod.ts";
import { createRandom } from "../src/local_exchange/random.ts";
import type { Figure } from "./main.ts";

const ORDERS = 100_000;
const REQUESTS = 6_000;
const AT_ONCE = 32;

/** Orders a second: limit orders of 50 accounts around one price, two of three trading, a third canceled later. */
function ordersPerSecond(): number {
  const random = createRandom(5);
  const engine = new Engine(createRandom(1), 0);
  const market: Market = {
    ticker: "BENCH",
    eventTicker: "BENCH",
    seriesTicker: "BENCH",
    shard: 0,
    status: "active",
    bands: [{ start: 0, end: 10_000, step: 100 }],
    fees: feeSchedule("quadratic_with_maker_fees", 1),
    book: new Book(),
    trades: [],
    lastPrice: 0,
    volume: 0,
    openInterest: 0,
    updatedAt: 0,
  };
  const wallets = Array.from({ length: 50 }, () => {
    const wallet = engine.open().wallet(0, 0);
    engine.deposit(wallet, 1e14);
    return wallet;
  });
  const resting: Order[] = [];
  const started = performance.now();
  for (let index = 0; index < ORDERS; index++) {
    const wallet = wallets[random.int(wallets.length)];
    if (wallet === undefined) continue;
    const placed = engine.place({
      wallet,
      market,
      clientOrderId: `order-${index}`,
      side: random.int(2) === 0 ? "bid" : "ask",
      price: (40 + random.int(21)) * 100,
      count: 1 + random.int(2_000),
      timeInForce: "good_till_canceled",
      selfTradePrevention: "maker",
    });
    if ("order" in placed && placed.order.status === "resting") resting.push(placed.order);
    const old = random.int(3) === 0 ? resting[random.int(resting.length)] : undefined;
    if (old?.status === "resting") engine.cancel(old);
  }
  return ORDERS / (performance.now() - started) * 1_000;
}

/** Requests a second that this process both sends and answers, each with a signature that is verified. */
async function requestsPerSecond(): Promise<number> {
  await using exchange = await LocalExchange.start({ port: 0 });
  const { auth } = await exchange.createAccount();
  const url = `${exchange.baseUrl}/portfolio/balance`;
  const headers = { ...await auth.headers("GET", new URL(url).pathname) };
  let left = REQUESTS;
  const started = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (left-- > 0) await (await fetch(url, { headers })).json();
  }));
  return REQUESTS / (performance.now() - started) * 1_000;
}

function figure(name: string, measured: number, least: number): Figure {
  const text = (value: number) => Math.round(value).toLocaleString("en-US");
  return { name, value: text(measured), budget: `at least ${text(least)}`, ok: measured >= least };
}

/** The two figures; the better of three runs each, because machines are noisy. */
export async function benchLocalExchange(): Promise<Figure[]> {
  const orders = Math.max(...[1, 2, 3].map(ordersPerSecond));
  const requests: number[] = [];
  for (let run = 0; run < 3; run++) requests.push(await requestsPerSecond());
  return [
    figure("local exchange: orders matched a second, one core", orders, 20_000),
    figure("local exchange: signed requests a second over loopback", Math.max(...requests), 2_000),
  ];
}
