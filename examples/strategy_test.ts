/**
 * Testing a strategy with `bun test`, against a local exchange in memory with a clock of its own: every run is the same
 * to the last fill, and takes no time. Name yours `strategy.test.ts`, and `bun test` finds it.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { KalshiClient } from "@unofficial/kalshi";
import { LocalExchange } from "@unofficial/kalshi/local-exchange";
import { ManualClock } from "@unofficial/kalshi/testing";

/** The strategy: buys one contract when YES is offered below a price. */
async function buyBelow(client: KalshiClient, ticker: string, limit: string): Promise<string> {
  const order = await client.orders.create({
    ticker,
    side: "bid",
    count: "1.00",
    price: limit,
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  return order.fill_count;
}

const clock = new ManualClock(Date.UTC(2026, 10, 24, 15));
const exchange = LocalExchange.create({ markets: 0, marketMakers: false, clock });
const ticker = exchange.listMarket({ ticker: "RAIN" });
let client: KalshiClient;

beforeAll(async () => {
  const { auth } = await exchange.createAccount({ balance: "100.00" });
  const config = exchange.config.with({ orderRetries: "idempotent" });
  client = new KalshiClient({ auth, config, runtime: exchange.createRuntime(), clock });
});

afterAll(async () => {
  await client.close();
  await exchange.close();
});

test("it buys what is offered below the limit, and nothing above", async () => {
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "1" });
  expect(await buyBelow(client, ticker, "0.4500")).toBe("1.00");
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "1" });
  expect(await buyBelow(client, ticker, "0.4500")).toBe("0.00");
});

test("it buys once, though the answer is lost", async () => {
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.3000", count: "5" });
  exchange.fail({ method: "POST", status: 503, afterProcessing: true });
  const bought = buyBelow(client, ticker, "0.3000");
  // The wait before it looks what became of the order.
  while (await Promise.race([bought.then(() => false), clock.advance(1_000).then(() => true)]));
  expect(await bought).toBe("1.00");
  const { items } = await client.portfolio.positions.list({ ticker });
  expect(items[0]?.position_fp).toBe("2.00");
});
