/** The exchange as Kalshi's own TypeScript client sees it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { Configuration, EventsApi, ExchangeApi, MarketApi, OrdersApi, PortfolioApi } from "kalshi-typescript";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { forgetOtherAccounts } from "./support/official.ts";

/** The status and code of a failed call. */
async function failure(call: Promise<unknown>): Promise<[number, string]> {
  const error = await assertRejects(() => call) as Error & {
    response?: { status: number; data: { code: string } };
  };
  return [error.response?.status ?? 0, error.response?.data.code ?? error.message];
}

test("Kalshi's own client reads markets and takes an order through its life", async () => {
  forgetOtherAccounts();
  await using exchange = await LocalExchange.start({ port: 0, seed: 1 });
  const { keyId, privateKey } = await exchange.createAccount({ balance: "1000.00", keyType: "rsa" });
  const configuration = new Configuration({
    apiKey: keyId,
    privateKeyPem: privateKey,
    basePath: exchange.baseUrl,
  });
  const markets = new MarketApi(configuration);
  const orders = new OrdersApi(configuration);
  const portfolio = new PortfolioApi(configuration);

  const status = await new ExchangeApi(configuration).getExchangeStatus();
  assertEquals(status.data.trading_active, true);
  const no = undefined;
  const page = await markets.getMarkets(50, no, no, "KXHIGHNY", no, no, no, no, no, no, no, "open");
  const market = page.data.markets[0];
  assert(market !== undefined);
  const next = await markets.getMarkets(2);
  assert(next.data.cursor !== "");
  const event = await new EventsApi(configuration).getEvent(market.event_ticker, true);
  assert(event.data.event.markets?.some(({ ticker }) => ticker === market.ticker));
  const book = await markets.getMarketOrderbook(market.ticker);
  assertEquals(book.data.orderbook_fp.yes_dollars.at(-1)?.[0], market.yes_bid_dollars);

  const order = {
    ticker: market.ticker,
    client_order_id: "once",
    side: "bid",
    count: "10.00",
    price: market.yes_ask_dollars,
    time_in_force: "good_till_canceled",
    self_trade_prevention_type: "taker_at_cross",
  } as const;
  const filled = await orders.createOrderV2(order);
  assertEquals([filled.status, filled.data.fill_count], [201, "10.00"]);
  assertEquals(await failure(orders.createOrderV2(order)), [409, "order_already_exists"]);
  const resting = await orders.createOrderV2({ ...order, client_order_id: "two", price: "0.0100" });
  const read = await orders.getOrder(resting.data.order_id);
  assertEquals([read.data.order.status, read.data.order.remaining_count_fp], ["resting", "10.00"]);
  const canceled = await orders.cancelOrderV2(resting.data.order_id);
  assertEquals(canceled.data.reduced_by, "10.00");
  assertEquals(await failure(orders.cancelOrderV2(resting.data.order_id)), [404, "not_found"]);
  assertEquals((await orders.getOrders()).data.orders.length, 2);

  const fills = await portfolio.getFills();
  assertEquals(fills.data.fills[0]?.order_id, filled.data.order_id);
  const positions = await portfolio.getPositions();
  assertEquals(positions.data.market_positions[0]?.position_fp, "10.00");
  const balance = await portfolio.getBalance();
  assert(balance.data.balance < 100_000);
});
