import { assert, assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock() });
  const session = new Session(exchange, (await exchange.createAccount({ balance: "100.00" })).auth);
  const ticker = exchange.openTickers().find((name) => name.startsWith("KXHIGH"));
  assert(ticker !== undefined);
  const create = (fields: Record<string, unknown>) =>
    session.post("/portfolio/events/orders", orderBody({ ticker, ...fields }));
  return { exchange, session, ticker, create };
}

test("what cannot be an order is refused with its reason", async () => {
  const { create } = await setUp();
  const cases: [Record<string, unknown>, number, string][] = [
    [{ ticker: "NO-SUCH-MARKET" }, 404, "market_not_found"],
    [{ ticker: undefined }, 400, "invalid_parameters"],
    [{ side: "yes" }, 400, "invalid_parameters"],
    [{ side: undefined }, 400, "invalid_parameters"],
    [{ time_in_force: "GTT" }, 400, "invalid_parameters"],
    [{ self_trade_prevention_type: undefined }, 400, "invalid_parameters"],
    [{ price: 0.5 }, 400, "bad_request"],
    [{ count: 10 }, 400, "bad_request"],
    [{ count: "1.005" }, 400, "invalid_parameters"],
    [{ count: "0.00" }, 400, "invalid_order_size"],
    [{ count: "-1" }, 400, "invalid_order_size"],
    [{ price: "0.5050" }, 400, "invalid_price"],
    [{ price: "0.0000" }, 400, "invalid_price"],
    [{ price: "1.0000" }, 400, "invalid_price"],
    [{ price: "1e-1" }, 400, "invalid_parameters"],
    [{ count: "201" }, 400, "insufficient_balance"],
    [{ expiration_time: 1 }, 400, "invalid_order"],
    [{ time_in_force: "immediate_or_cancel", expiration_time: 4_000_000_000 }, 400, "invalid_order"],
    [{ reduce_only: true }, 400, "invalid_order"],
    [{ time_in_force: "fill_or_kill" }, 409, "fill_or_kill_insufficient_resting_volume"],
    [{ subaccount: 5 }, 400, "customer_account_not_found"],
    [{ order_group_id: "none" }, 404, "order_group_not_found"],
    [{ exchange_index: 9 }, 404, "market_not_found"],
  ];
  for (const [fields, status, code] of cases) {
    const answer = await create(fields);
    assertEquals([JSON.stringify(fields), answer.status, answer.value.code], [
      JSON.stringify(fields),
      status,
      code,
    ]);
  }
});

test("a repeated client order id is a conflict for ever, also after a cancel", async () => {
  const { create, session } = await setUp();
  const first = await create({ client_order_id: "a", count: "1" });
  assertEquals([first.status, first.value.client_order_id], [201, "a"]);
  assertEquals((await create({ client_order_id: "a", count: "2" })).status, 409);
  assertEquals((await session.delete(`/portfolio/events/orders/${first.value.order_id}`)).status, 200);
  const again = await create({ client_order_id: "a" });
  assertEquals([again.status, again.value.code], [409, "order_already_exists"]);
  assertEquals((await session.get("/portfolio/orders")).value.orders.length, 1);
});

test("an order lives: rests, fills in part, is canceled, and each answer says so", async () => {
  const { create, exchange, session, ticker } = await setUp();
  const created = await create({ client_order_id: "life", price: "0.4000" });
  assertEquals(created.value.fill_count, "0.00");
  assertEquals(created.value.remaining_count, "10.00");
  assertEquals("average_fill_price" in created.value, false);
  const path = `/portfolio/orders/${created.value.order_id}`;
  assertEquals((await session.get(path)).value.order.status, "resting");
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.3900", count: "2.50" });
  const partly = (await session.get(path)).value.order;
  assertEquals([partly.fill_count_fp, partly.remaining_count_fp, partly.maker_fill_cost_dollars], [
    "2.50",
    "7.50",
    "1.000000",
  ]);
  const { value: { fills } } = await session.get(`/portfolio/fills?order_id=${created.value.order_id}`);
  assertEquals(fills.length, 1);
  assertEquals(
    [
      fills[0].is_taker,
      fills[0].yes_price_dollars,
      fills[0].no_price_dollars,
      fills[0].count_fp,
      fills[0].fee_cost,
    ],
    [false, "0.4000", "0.6000", "2.50", "0.000000"],
  );
  const gone = await session.delete(`/portfolio/events/orders/${created.value.order_id}`);
  assertEquals([gone.status, gone.value.reduced_by], [200, "7.50"]);
  const after = (await session.get(path)).value.order;
  assertEquals([after.status, after.remaining_count_fp, after.initial_count_fp], [
    "canceled",
    "0.00",
    "10.00",
  ]);
  const twice = await session.delete(`/portfolio/events/orders/${created.value.order_id}`);
  assertEquals([twice.status, twice.value.code], [404, "not_found"]);
  const { value: { market_positions: [position] } } = await session.get("/portfolio/positions");
  assertEquals([position.ticker, position.position_fp, position.market_exposure_dollars], [
    ticker,
    "2.50",
    "1.000000",
  ]);
});

test("selling YES is holding NO", async () => {
  const { create, exchange, session, ticker } = await setUp();
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.7000", count: "10" });
  const { value } = await create({ side: "ask", price: "0.7000" });
  assertEquals([value.fill_count, value.average_fill_price, value.average_fee_paid], [
    "10.00",
    "0.7000",
    "0.0147",
  ]);
  const { value: { order } } = await session.get(`/portfolio/orders/${value.order_id}`);
  assertEquals([order.book_side, order.outcome_side, order.status], ["ask", "no", "executed"]);
  const { value: { market_positions: [position] } } = await session.get("/portfolio/positions");
  assertEquals([position.position_fp, position.market_exposure_dollars, position.fees_paid_dollars], [
    "-10.00",
    "3.000000",
    "0.147000",
  ]);
});

test("orders are listed newest first, by page and by filter, and belong to their account", async () => {
  const { create, exchange, session, ticker } = await setUp();
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) ids.unshift((await create({ count: "1" })).value.order_id);
  await session.delete(`/portfolio/events/orders/${ids[0]}`);
  const listed = await session.all("/portfolio/orders?limit=3", "orders");
  assertEquals(listed.map(({ order_id }) => order_id), ids);
  const resting = await session.all("/portfolio/orders?limit=4&status=resting", "orders");
  assertEquals(resting.map(({ order_id }) => order_id), ids.slice(1));
  assertEquals((await session.get(`/portfolio/orders?ticker=${ticker}X`)).value, { orders: [], cursor: "" });
  assertEquals((await session.get("/portfolio/orders?status=open")).status, 400);
  const stranger = new Session(exchange, (await exchange.createAccount()).auth);
  assertEquals((await stranger.get(`/portfolio/orders/${ids[1]}`)).status, 404);
  assertEquals((await stranger.delete(`/portfolio/events/orders/${ids[1]}`)).status, 404);
  assertEquals((await stranger.get("/portfolio/orders")).value.orders, []);
});

test("new orders do not disturb a walk over pages", async () => {
  const { create, session } = await setUp();
  for (let index = 0; index < 6; index++) await create({ count: "1" });
  const first = (await session.get("/portfolio/orders?limit=4")).value;
  await create({ count: "1" });
  const second = (await session.get(`/portfolio/orders?limit=4&cursor=${first.cursor}`)).value;
  const seen = [...first.orders, ...second.orders].map(({ order_id }) => order_id);
  assertEquals([seen.length, new Set(seen).size, second.cursor], [6, 6, ""]);
});

test("pauses refuse orders, and an exchange pause refuses cancels too", async () => {
  const { create, exchange, session } = await setUp();
  const { value } = await create({});
  exchange.pause("trading");
  assertEquals((await create({})).value.code, "trading_is_paused");
  assertEquals((await session.get("/exchange/status")).value.trading_active, false);
  exchange.pause("exchange");
  const refused = await session.delete(`/portfolio/events/orders/${value.order_id}`);
  assertEquals([refused.status, refused.value.code], [409, "exchange_is_paused"]);
  exchange.pause("nothing");
  assertEquals((await session.delete(`/portfolio/events/orders/${value.order_id}`)).status, 200);
});

test("time that is moved on expires orders and closes markets", async () => {
  const { create, exchange, session, ticker } = await setUp();
  const soon = Math.floor(exchange.clock.now() / 1_000) + 60;
  const { value } = await create({ expiration_time: soon });
  exchange.clock.advance(61_000);
  assertEquals((await session.get(`/portfolio/orders/${value.order_id}`)).value.order.status, "canceled");
  exchange.clock.advance(10 * 86_400_000);
  const refused = await create({});
  assertEquals([refused.status, refused.value.code], [409, "market_inactive"]);
  assertEquals((await session.get(`/markets/${ticker}`)).value.market.status, "finalized");
});
