import { assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

const orders = "/portfolio/events/orders";

async function setUp() {
  const exchange = LocalExchange.create({ marketMakers: false, markets: 0, clock: new ManualClock() });
  const account = await exchange.createAccount();
  const session = new Session(exchange, account.auth);
  const ticker = exchange.listMarket({ ticker: "M", closesInMs: 20 * 86_400_000 });
  const now = Math.floor(exchange.clock.now() / 1_000);
  const body = (fields: object) => orderBody({ ticker, count: "1", ...fields });
  return { exchange, account, session, ticker, now, body };
}

/** Times that no order can expire at, and the code and the reason of their refusal. */
const refused = (now: number): readonly (readonly [value: unknown, code: string, details: string])[] => [
  [now * 1_000 + 60_000, "invalid_order", "expiration_time is after the year 9999: it takes Unix seconds"],
  [now * 1_000_000, "invalid_order", "expiration_time is after the year 9999: it takes Unix seconds"],
  [253_402_300_800, "invalid_order", "expiration_time is after the year 9999: it takes Unix seconds"],
  [Number.MAX_SAFE_INTEGER, "invalid_order", "expiration_time is after the year 9999: it takes Unix seconds"],
  [now, "invalid_order", "expiration_time is in the past"],
  [now - 1, "invalid_order", "expiration_time is in the past"],
  [1, "invalid_order", "expiration_time is in the past"],
  [-1, "invalid_order", "expiration_time is in the past"],
  [-now, "invalid_order", "expiration_time is in the past"],
  [now + 60.5, "invalid_parameters", "expiration_time must be a whole number"],
  [1e300, "invalid_parameters", "expiration_time must be a whole number"],
  [2 ** 53, "invalid_parameters", "expiration_time must be a whole number"],
  [String(now + 60), "bad_request", "cannot read string into field expiration_time of type number"],
  [true, "bad_request", "cannot read boolean into field expiration_time of type number"],
];

test("an order that cannot expire when it says is refused, and does not rest", async () => {
  const { session, now, body } = await setUp();
  for (const [value, code, details] of [...refused(now), [0, "invalid_order", "in the past"] as const]) {
    const answer = await session.post(orders, body({ expiration_time: value }));
    assertEquals([value, answer.status, answer.value.code, answer.value.details.includes(details)], [
      value,
      400,
      code,
      true,
    ]);
    const batch = await session.post(`${orders}/batched`, { orders: [body({ expiration_time: value })] });
    assertEquals([value, batch.status, batch.value.orders[0].error.code], [value, 201, code]);
  }
  // What JSON can write and no number can hold.
  const text = JSON.stringify(body({ expiration_time: 1 })).replace(
    '"expiration_time":1',
    '"expiration_time":1e999',
  );
  assertEquals((await session.post(orders, text)).status, 400);
  assertEquals((await session.get("/portfolio/orders")).value.orders, []);
});

test("an order expires at the last second that there is, or at none", async () => {
  const { session, body } = await setUp();
  const last = await session.post(orders, body({ expiration_time: 253_402_300_799 }));
  const never = await session.post(orders, body({ expiration_time: null }));
  const { value } = await session.get("/portfolio/orders");
  const times = Object.fromEntries(
    value.orders.map((order: Record<string, string>) => [order.order_id, order.expiration_time]),
  );
  assertEquals([times[last.value.order_id], times[never.value.order_id]], ["9999-12-31T23:59:59.000Z", null]);
});

test("an amendment takes the same times, and 0 to clear", async () => {
  const { session, now, body, exchange } = await setUp();
  const { value: { order_id: id } } = await session.post(orders, body({ expiration_time: now + 60 }));
  const amend = (expiration_time: unknown) => {
    const { ticker, side, price, count } = body({});
    return session.post(`${orders}/${id}/amend`, { ticker, side, price, count, expiration_time });
  };
  for (const [value, code, details] of refused(now)) {
    const answer = await amend(value);
    assertEquals([value, answer.status, answer.value.code, answer.value.details.includes(details)], [
      value,
      400,
      code,
      true,
    ]);
  }
  const shown = async () => (await session.get(`/portfolio/orders/${id}`)).value.order;
  assertEquals(Date.parse((await shown()).expiration_time), (now + 60) * 1_000);
  assertEquals((await amend(now + 120)).status, 200);
  assertEquals((await amend(null)).status, 200); // as if it were left out
  assertEquals(Date.parse((await shown()).expiration_time), (now + 120) * 1_000);
  exchange.clock.advance(61_000);
  assertEquals((await shown()).status, "resting");
  assertEquals((await amend(0)).status, 200);
  exchange.clock.advance(3_600_000);
  assertEquals([(await shown()).status, (await shown()).expiration_time], ["resting", null]);
});

test("a block trade proposal expires at a date of RFC 3339", async () => {
  const { exchange, account, session, ticker } = await setUp();
  const other = await exchange.createAccount();
  const propose = (expiration_ts: unknown) =>
    session.post("/communications/block-trade-proposals", {
      buyer_user_id: account.id,
      seller_user_id: other.id,
      market_ticker: ticker,
      price_centi_cents: 5_000,
      centicount: 100,
      maker_side: "yes",
      expiration_ts,
    });
  const now = exchange.clock.now();
  for (const wrong of ["2027", "tomorrow", String(now), "Nov 1 2028", "", "+058000-01-01T00:00:00Z", now]) {
    assertEquals([wrong, (await propose(wrong)).status], [wrong, 400]);
  }
  assertEquals((await propose(new Date(now - 1).toISOString())).status, 400);
  assertEquals((await propose(new Date(now + 60_000).toISOString())).status, 201);
});
