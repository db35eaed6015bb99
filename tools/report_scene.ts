/** A morning of a small market maker on a local exchange, for the picture of a report. */
import { KalshiClient } from "../mod.ts";
import { LocalExchange, type RunReport } from "../src/local_exchange/mod.ts";
import { createRandom } from "../src/local_exchange/random.ts";
import { ManualClock } from "../src/testing/manual_clock.ts";

const MARKETS = [
  ["KXRAIN-26NOV30-NYC", "Rain in New York today?", 44],
  ["KXHIGHNY-26NOV30-T48", "48° or more in New York today?", 56],
] as const;
const ROUNDS = 420;
const order = { self_trade_prevention_type: "maker", time_in_force: "good_till_canceled" } as const;
const dollars = (cents: number): string => (Math.max(1, Math.min(99, cents)) / 100).toFixed(4);

/** Plays it: always the same. */
export async function reportScene(): Promise<RunReport> {
  const clock = new ManualClock(Date.UTC(2026, 10, 30, 14));
  await using exchange = LocalExchange.create({ seed: 11, clock, marketMakers: false, markets: 1 });
  const { id, auth } = await exchange.createAccount({ balance: "5000.00" });
  const runtime = exchange.createRuntime();
  await using client = new KalshiClient({ auth, clock, config: exchange.config, runtime });
  const observer = exchange.observe([id], { title: "A market maker's morning" });
  const random = createRandom(8);
  const fairs = new Map<string, number>(MARKETS.map(([ticker, , fair]) => [ticker, fair]));
  const quotes = new Map<string, string[]>();
  for (const [ticker, title] of MARKETS) exchange.listMarket({ ticker, title });
  for (let round = 0; round < ROUNDS; round++) {
    exchange.clock.advance(2_000 + random.int(10_000));
    for (const [index, [ticker]] of MARKETS.entries()) {
      const luck = random.int(16);
      const fair = (fairs.get(ticker) ?? 50) + (luck === 0 ? 1 : luck === 1 ? -1 : 0);
      fairs.set(ticker, fair);
      const others = (side: "bid" | "ask", cents: number, count: number) =>
        void exchange.placeCounterOrder({ ticker, side, price: dollars(cents), count: String(count) });
      others("bid", fair - 3, 20 + random.int(60));
      others("ask", fair + 3, 20 + random.int(60));
      if (round % 4 === index) {
        for (const resting of quotes.get(ticker) ?? []) await client.orders.cancel(resting).catch(() => {});
        const placed = [];
        for (const [side, cents] of [["bid", fair - 2], ["ask", fair + 2]] as const) {
          const count = String(10 + random.int(15));
          placed.push(await client.orders.create({ ...order, ticker, side, price: dollars(cents), count }));
        }
        quotes.set(ticker, placed.map(({ order_id }) => order_id));
      }
      // Somebody takes.
      if (random.int(6) > 0) continue;
      const [side, cents] = random.int(2) === 0 ? ["bid", fair + 2] as const : ["ask", fair - 2] as const;
      others(side, cents, 3 + random.int(12));
    }
    if (round % 150 !== 149) continue;
    const [ticker] = MARKETS[0];
    const side = random.int(2) === 0 ? "bid" : "ask";
    const price = dollars((fairs.get(ticker) ?? 50) + (side === "bid" ? 3 : -3));
    await client.orders.create({
      ...order,
      time_in_force: "immediate_or_cancel",
      ticker,
      side,
      price,
      count: "30",
    });
  }
  return observer.report();
}
