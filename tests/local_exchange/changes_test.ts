import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

const orders = "/portfolio/events/orders";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock() });
  const session = new Session(exchange, (await exchange.createAccount({ balance: "100.00" })).auth);
  const ticker = exchange.listMarket({ ticker: "KXMINE-A.1" });
  const create = async (fields: Record<string, unknown> = {}) =>
    (await session.post(orders, orderBody({ ticker, ...fields }))).value;
  return { exchange, session, ticker, create };
}

test("an order is amended over REST, and what does not fit it is refused", async () => {
  const { exchange, session, ticker, create } = await setUp();
  const { order_id: id } = await create({ client_order_id: "a" });
  const amend = (fields: Record<string, unknown>) =>
    session.post(`${orders}/${id}/amend`, {
      ticker,
      side: "bid",
      price: "0.5000",
      count: "10.00",
      ...fields,
    });
  const done = await amend({ price: "0.4500", count: "8", updated_client_order_id: "b" });
  assertEquals([done.status, done.value.client_order_id, done.value.remaining_count, done.value.fill_count], [
    200,
    "b",
    "8.00",
    "0.00",
  ]);
  const { value: { order } } = await session.get(`/portfolio/orders/${id}`);
  assertEquals([order.yes_price_dollars, order.initial_count_fp, order.client_order_id], [
    "0.4500",
    "8.00",
    "b",
  ]);
  const cases: [Record<string, unknown>, number, string][] = [
    [{ ticker: "OTHER" }, 400, "order_ticker_mismatch"],
    [{ side: "ask" }, 400, "order_side_mismatch"],
    [{ client_order_id: "a" }, 400, "order_id_and_client_order_id_mismatch"],
    [{ price: "0.4550" }, 400, "invalid_price"],
    [{ count: "0" }, 400, "invalid_order_size"],
    [{ expiration_time: 5 }, 400, "invalid_order"],
    [{ exchange_index: 3 }, 404, "not_found"],
    [{ count: "1000" }, 400, "insufficient_balance"],
  ];
  for (const [fields, status, code] of cases) {
    const { status: got, value } = await amend(fields);
    assertEquals([JSON.stringify(fields), got, value.code], [JSON.stringify(fields), status, code]);
  }
  const expires = Math.floor(exchange.clock.now() / 1_000) + 600;
  await amend({ expiration_time: expires });
  const set = (await session.get(`/portfolio/orders/${id}`)).value.order;
  assertEquals(Date.parse(set.expiration_time), expires * 1_000);
  await amend({ expiration_time: 0 });
  assertEquals((await session.get(`/portfolio/orders/${id}`)).value.order.expiration_time, null);
  await session.delete(`${orders}/${id}`);
  assertEquals((await amend({})).status, 404);
});

test("an order is decreased by or to a size", async () => {
  const { session, create } = await setUp();
  const { order_id: id } = await create();
  const decrease = (body: unknown) => session.post(`${orders}/${id}/decrease`, body);
  assertEquals((await decrease({ reduce_by: "4" })).value.remaining_count, "6.00");
  assertEquals((await decrease({ reduce_to: "5.50" })).value.remaining_count, "5.50");
  for (
    const body of [{}, { reduce_by: "1", reduce_to: "1" }, { reduce_by: "6" }, { reduce_to: "5.50" }, {
      reduce_by: "0",
    }]
  ) {
    assertEquals([JSON.stringify(body), (await decrease(body)).status], [JSON.stringify(body), 400]);
  }
  assertEquals((await decrease({ reduce_to: "0" })).value.remaining_count, "0.00");
  assertEquals((await session.get(`/portfolio/orders/${id}`)).value.order.status, "canceled");
});

test("a batch answers item by item, and one bad item spoils no other", async () => {
  const { session, ticker } = await setUp();
  const item = (client_order_id: string, fields = {}) =>
    orderBody({ ticker, client_order_id, count: "1", ...fields });
  const { status, value } = await session.post(`${orders}/batched`, {
    orders: [item("a"), item("a"), item("b", { price: "0.505" }), item("c")],
  });
  assertEquals(status, 201);
  assertEquals(
    value.orders.map((
      order: { order_id?: string; client_order_id: string; error?: { code: string } },
    ) => [typeof order.order_id, order.client_order_id, order.error?.code]),
    [["string", "a", undefined], ["undefined", "a", "order_already_exists"], [
      "undefined",
      "b",
      "invalid_price",
    ], ["string", "c", undefined]],
  );
  const [first, , , last] = value.orders;
  const canceled = await session.delete(`${orders}/batched`, {
    orders: [{ order_id: first.order_id }, { order_id: "unknown" }, {
      order_id: last.order_id,
      market_ticker: ticker,
    }],
  });
  assertEquals(canceled.status, 200);
  assertEquals(
    canceled.value.orders.map((
      order: { reduced_by: string; error?: { code: string } },
    ) => [order.reduced_by, order.error?.code]),
    [["1.00", undefined], ["0.00", "not_found"], ["1.00", undefined]],
  );
  assertEquals((await session.post(`${orders}/batched`, { orders: [] })).status, 400);
  assertEquals((await session.post(`${orders}/batched`, {})).status, 400);
});

test("cancel all cancels all, of one subaccount where told", async () => {
  const { exchange, session, create } = await setUp();
  const { value: { subaccount_number: number } } = await session.post("/portfolio/subaccounts");
  await session.post("/portfolio/subaccounts/transfer", {
    client_transfer_id: crypto.randomUUID(),
    from_subaccount: 0,
    to_subaccount: number,
    amount_cents: 1_000,
  });
  await create({ count: "1" });
  await create({ count: "1", subaccount: number });
  const resting = async () => (await session.get("/portfolio/orders?status=resting")).value.orders.length;
  assertEquals(await resting(), 2);
  const gone = await session.delete(`${orders}?subaccount=${number}`);
  assertEquals([gone.status, gone.value, await resting()], [204, undefined, 1]);
  exchange.pause("exchange");
  assertEquals((await session.delete(orders)).status, 409);
  exchange.pause("trading");
  await session.delete(orders);
  assertEquals(await resting(), 0);
});

test("queue positions count the contracts ahead", async () => {
  const { exchange, session, ticker, create } = await setUp();
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5000", count: "7" });
  const { order_id: id } = await create({ count: "3" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5000", count: "9" });
  assertEquals((await session.get(`/portfolio/orders/${id}/queue_position`)).value, {
    queue_position_fp: "7.00",
  });
  const { value } = await session.get(`/portfolio/orders/queue_positions?market_tickers=${ticker}`);
  assertEquals(value.queue_positions, [{ order_id: id, market_ticker: ticker, queue_position_fp: "7.00" }]);
  assertEquals((await session.get("/portfolio/orders/queue_positions")).status, 400);
});

test("order groups over REST", async () => {
  const { exchange, session, ticker, create } = await setUp();
  const base = "/portfolio/order_groups";
  const made = await session.post(`${base}/create`, { contracts_limit: 5 });
  assertEquals([made.status, made.value.subaccount], [201, 0]);
  const id = made.value.order_group_id;
  for (
    const body of [{}, { contracts_limit: 0 }, { contracts_limit: 5, contracts_limit_fp: "6.00" }, {
      contracts_limit: 1_000_001,
    }]
  ) {
    assertEquals([JSON.stringify(body), (await session.post(`${base}/create`, body)).status], [
      JSON.stringify(body),
      400,
    ]);
  }
  const order = await create({ order_group_id: id });
  const read = async () => (await session.get(`${base}/${id}`)).value;
  assertEquals(await read(), {
    is_auto_cancel_enabled: true,
    contracts_limit_fp: "5.00",
    orders: [order.order_id],
    exchange_index: 0,
  });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "6" });
  assertEquals([(await read()).is_auto_cancel_enabled, (await read()).orders], [false, []]);
  const refused = await session.post(orders, orderBody({ ticker, order_group_id: id }));
  assertEquals([refused.status, refused.value.code], [400, "exceeded_order_group_risk_limit"]);
  assertEquals((await session.put(`${base}/${id}/reset`)).status, 200);
  assertEquals((await session.put(`${base}/${id}/limit`, { contracts_limit_fp: "7.50" })).status, 200);
  assertEquals((await read()).contracts_limit_fp, "7.50");
  await create({ order_group_id: id, count: "1" });
  assertEquals((await session.put(`${base}/${id}/trigger`, {})).status, 200);
  assertEquals((await session.get("/portfolio/orders?status=resting")).value.orders, []);
  assertEquals((await session.get(base)).value.order_groups.length, 1);
  assertEquals((await session.get(`${base}/${id}?subaccount=1`)).status, 404);
  assertEquals((await session.delete(`${base}/${id}`)).status, 200);
  assertEquals((await session.get(`${base}/${id}`)).status, 404);
});

test("a market's grid can change while orders rest on the old one", async () => {
  const { exchange, session, ticker, create } = await setUp();
  const { order_id: id } = await create({ price: "0.3500" });
  exchange.setPriceLevelStructure(ticker, "deci_cent");
  assertEquals((await create({ price: "0.3550", count: "1" })).remaining_count, "1.00");
  exchange.setPriceLevelStructure(ticker, "linear_cent");
  assertEquals((await session.get(`/portfolio/orders/${id}`)).value.order.status, "resting");
  const { value: { market } } = await session.get(`/markets/${ticker}`);
  assertEquals(market.price_ranges, [{ start: "0.0000", end: "1.0000", step: "0.0100" }]);
  assert((await session.get(`/markets/${ticker}/orderbook`)).value.orderbook_fp.yes_dollars.length === 2);
});
