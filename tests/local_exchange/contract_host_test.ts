import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { contractWatch } from "./support/contract.ts";
import { orderBody, Session } from "./support/session.ts";

test("every answer is what the specification says, to the field", async () => {
  const exchange = LocalExchange.create({ seed: 2 });
  exchange.step(40);
  const { watch, seen } = contractWatch();
  const session = new Session(exchange, (await exchange.createAccount()).auth, watch);
  const ticker = exchange.openTickers().find((name) => name.startsWith("KXHIGH"));
  assert(ticker !== undefined);
  const { value: { market } } = await session.get(`/markets/${ticker}`);

  await session.get("/exchange/status");
  await session.get("/exchange/user_data_timestamp");
  await session.get("/markets?limit=1000");
  await session.get("/markets/trades?limit=20");
  await session.get(`/markets/trades?ticker=${ticker}`);
  await session.get(`/markets/${ticker}/orderbook`);
  await session.get(`/markets/orderbooks?tickers=${ticker}`);
  await session.get("/series?include_volume=true");
  await session.get("/series/KXHIGHNY");
  await session.get("/events?with_nested_markets=true&with_milestones=true");
  await session.get(`/events/${market.event_ticker}`);
  await session.get(`/events/${market.event_ticker}?with_nested_markets=true`);
  await session.get(`/events/${market.event_ticker}/metadata`);

  const create = (fields: Record<string, unknown>) =>
    session.post("/portfolio/events/orders", orderBody({ ticker, ...fields }));
  const taken = await create({ price: market.yes_ask_dollars, count: "3", client_order_id: "taken" });
  assertEquals(taken.value.fill_count, "3.00");
  const resting = await create({
    price: "0.0100",
    expiration_time: 4_000_000_000,
    cancel_order_on_pause: true,
  });
  await create({ price: "0.0050" });
  await create({ client_order_id: "taken" });
  await session.get("/portfolio/orders");
  await session.get(`/portfolio/orders/${taken.value.order_id}`);
  await session.delete(`/portfolio/events/orders/${resting.value.order_id}`);
  await session.delete(`/portfolio/events/orders/${resting.value.order_id}`);
  await session.get("/portfolio/fills");
  await session.get("/portfolio/positions");
  await session.get("/portfolio/balance");
  assertEquals([...seen].sort(), [
    "CancelOrderV2",
    "CreateOrderV2",
    "GetBalance",
    "GetEvent",
    "GetEventMetadata",
    "GetEvents",
    "GetExchangeStatus",
    "GetFills",
    "GetMarket",
    "GetMarketOrderbook",
    "GetMarketOrderbooks",
    "GetMarkets",
    "GetOrder",
    "GetOrders",
    "GetPositions",
    "GetSeries",
    "GetSeriesList",
    "GetTrades",
    "GetUserDataTimestamp",
  ]);
});
