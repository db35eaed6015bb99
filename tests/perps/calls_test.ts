/** What the calls of perps refuse, make up and say beyond what the contract does. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KalshiConfigError, KalshiError } from "../../src/base/errors.ts";
import { type AnyClient, perpsProduct } from "../rest/products.ts";
import { test } from "../support/test.ts";

const order = {
  ticker: "KXBTCPERP",
  side: "bid",
  count: "10.00",
  price: "6.2590",
  time_in_force: "good_till_canceled",
  self_trade_prevention_type: "taker_at_cross",
} as const;
const { ticker: _, ...unnamed } = order;
const marketId = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";

const answering = (answer: unknown, status = 200) =>
  perpsProduct.recordingClient(() => Response.json(answer, { status }));

async function assertRefused(
  call: (client: AnyClient) => Promise<unknown>,
  ...says: string[]
): Promise<void> {
  const { client, requests } = answering({});
  const { message } = await assertRejects(() => call(client), KalshiConfigError, undefined, says.join());
  for (const words of [...says, "Nothing was sent."]) assertStringIncludes(message, words);
  assertEquals(requests.length, 0);
}

test("an order names its market by ticker or by id", async () => {
  const { client, requests } = answering({ order_id: "o" }, 201);
  const named = { client_order_id: "mine" };
  await client.orders.create({ ...order, ...named });
  await client.orders.create({ ...unnamed, market_id: marketId, ...named });
  await client.orders.amend("o", { market_id: marketId, side: "bid", price: "6.2600", count: "5" });
  assertEquals(requests.map(({ body }) => JSON.parse(body)), [
    { ...order, ...named },
    { ...unnamed, market_id: marketId, ...named },
    { market_id: marketId, side: "bid", price: "6.2600", count: "5" },
  ]);
  await assertRefused(({ orders }) => orders.create(unnamed), "at least one: `ticker` or `market_id`");
  await assertRefused(
    ({ orders }) => orders.amend("o", { side: "bid", price: "6.26", count: "5" }),
    "at least one: `ticker` or `market_id`",
  );
  await assertRefused(
    ({ orders }) => orders.create({ ...unnamed, market_id: "7" }),
    "`market_id` takes a UUID",
  );
});

test("an order without an id gets one, which its error carries", async () => {
  const { client, requests } = answering({ code: "internal_server_error" }, 500);
  const error = await assertRejects(() => client.orders.create(order), KalshiError);
  const { client_order_id } = JSON.parse(requests[0]?.body ?? "");
  assertEquals([error.outcome, error.clientIds], ["unknown", [client_order_id]]);
  assert(/^[0-9a-f-]{36}$/.test(client_order_id));
  await assertRefused(
    ({ orders }) => orders.create(order, { extraBody: { client_order_id: "x" } }),
    "goes into the body itself",
  );
});

test("prices are dollars of any size to four decimals", async () => {
  const { client, requests } = answering({ order_id: "o" }, 201);
  for (const price of ["6.2590", "62590", "0.0001", "123456.7800"]) {
    await client.orders.create({ ...order, price });
  }
  assertEquals(requests.length, 4);
  for (
    const [price, ...says] of [
      ["6.25901", "`price` takes dollars as text", "at most 4 decimal places"],
      ["-6.2590", "`price`", "never negative"],
      [6.259, "`price`", 'Write "6.259", in quotes.'],
      ["6,259", "`price`"],
    ] as const
  ) await assertRefused(({ orders }) => orders.create({ ...order, price }), ...says);
  await assertRefused(({ orders }) => orders.create({ ...order, count: "0" }), "contracts above 0");
  await assertRefused(
    ({ orders }) => orders.create({ ...order, side: "long" }),
    '"bid" buys YES or goes long',
  );
});

test("the order of a client order id is looked for among all", async () => {
  const { client, requests } = perpsProduct.recordingClient((_, index) =>
    Response.json({
      orders: [{ order_id: `o${index}`, client_order_id: `c${index}` }],
      cursor: index < 2 ? `after-${index}` : "",
    })
  );
  assertEquals((await client.orders.getByClientOrderId("c1"))?.order_id, "o1");
  assertEquals([requests.length, requests[0]?.search], [2, "?limit=1000"]);
  assertEquals(await client.orders.getByClientOrderId("none", { ticker: "T" }), undefined);
  await assertRefused(({ orders }) => orders.getByClientOrderId(""), "a client order id is text");
});

test("a read over some time ends after it starts, and one of the premium index takes an hour at most", async () => {
  const hour = { ticker: "T", start_ts: 1_790_000_000, end_ts: 1_790_003_600 };
  const { client, requests } = answering({ points: [], funding_rates: [], funding_history: [] });
  assertEquals(await client.funding.premiumIndex(hour), []);
  assertEquals(await client.funding.historicalRates({ start_ts: 5, end_ts: 5 }), []);
  assertEquals(await client.funding.historicalRates(), []);
  const day = { start_date: "2026-11-29", end_date: "2026-11-29" };
  assertEquals(await client.funding.history(day), []);
  assertEquals(requests.length, 4);
  await assertRefused(
    ({ funding }) => funding.premiumIndex({ ...hour, end_ts: hour.end_ts + 1 }),
    "at most 3600 seconds at once; got 3601",
  );
  await assertRefused(
    ({ funding }) => funding.premiumIndex({ ...hour, end_ts: hour.start_ts - 1 }),
    "`end_ts` 1789999999 is before `start_ts` 1790000000",
  );
  await assertRefused(
    ({ funding }) => funding.history({ ...day, end_date: "2026-11-28" }),
    "`end_date` 2026-11-28 is before `start_date` 2026-11-29",
  );
  await assertRefused(
    ({ funding }) => funding.history({ ...day, end_date: "28.11.2026" }),
    'a date such as "2026-',
  );
  await assertRefused(
    ({ funding }) => funding.premiumIndex({ ticker: "T", start_ts: 1_790_000_000_000, end_ts: 1 }),
    "looks like milliseconds",
  );
});

test("FCM: a suffix is letters and digits, and a cap is for a market or for an asset class", async () => {
  for (const suffix of ["a", "Desk7", "x".repeat(16)]) {
    const { client } = answering({ subtrader_id: `u_${suffix}` }, 201);
    const body = { subtrader_suffix: suffix, require_category_cap: false };
    assertEquals(await client.fcm.subtraders.create(body), `u_${suffix}`);
  }
  for (const suffix of ["", "a b", "a_b", "x".repeat(17)]) {
    await assertRefused(
      ({ fcm }) => fcm.subtraders.create({ subtrader_suffix: suffix, require_category_cap: true }),
      "`subtrader_suffix` takes",
    );
  }
  await assertRefused(
    ({ fcm }) => fcm.subtraders.create({ subtrader_suffix: "a" }),
    "`require_category_cap` is missing",
  );
  const both = { subtrader_id: "s", market_ticker: "T", asset_class: "Crypto" };
  await assertRefused(
    ({ fcm }) => fcm.subtraders.updateRiskControls({ ...both, im_cap: "1" }),
    "give one of them",
  );
  await assertRefused(({ fcm }) => fcm.subtraders.deleteRiskControls(both), "give one of them");
});

/** What perps' own codes, and those that mean something else here, tell to do. */
const advised: readonly (readonly [status: number, code: string | undefined, ...says: string[]])[] = [
  [
    409,
    "market_version_mismatch",
    "Read the market again",
    "`market_version`",
    "may still show the old version",
  ],
  [409, "anchor_order_unavailable", "Nothing was written: send it again."],
  [409, "idempotency_key_already_used", "crypto.randomUUID()"],
  [400, "stop_loss_past_liquidation", "`estimated_liquidation_price` of client.risk.get()"],
  [403, "permission_denied", "client.exchange.enabled()", "scopes"],
  [403, "margin_trading_not_enabled", "client.exchange.enabled()"],
  [403, undefined, "client.exchange.enabled()"],
  [403, "user_not_found:_f50604b8", "client.exchange.enabled()"],
  [400, "INSUFFICIENT_BALANCE", "compute_available_balance: true", "client.portfolio.transfers.create()"],
  [400, "exceeded_per_market_risk_limit", "client.risk.notionalRiskLimit()"],
  [400, "invalid_price", "`tick_size`", "roundToTick()", "priceBand()"],
  [400, "MARKET_INACTIVE", "`schedule`"],
  [404, "market_not_found", "client.markets.list()"],
  [409, "order_already_exists", "client.orders.getByClientOrderId()"],
];

test("errors say what to do on the margin exchange", async () => {
  for (const [status, code, ...says] of advised) {
    const { client } = answering({ code, message: "no" }, status);
    const error = await assertRejects(() => client.orders.create(order), KalshiError);
    for (const words of says) assertStringIncludes(error.message, words, code);
    assertEquals([error.serverCode, error.status], [code, status]);
    const raw = await assertRejects(
      () => client.request("POST", "/margin/orders", { body: {} }),
      KalshiError,
    );
    for (const words of says) assertStringIncludes(raw.message, words, code);
  }
});

test("a refused price is answered with the tick and the nearest prices, once the market was shown", async () => {
  const market = { ticker: "KXBTCPERP", tick_size: "0.0050" };
  const { client } = perpsProduct.recordingClient(({ method, path }) =>
    method === "POST"
      ? Response.json({ code: "invalid_price", message: "no" }, { status: 400 })
      : Response.json(path.endsWith("/markets") ? { markets: [market, null] } : { market })
  );
  const said = async (price: string) =>
    (await assertRejects(() => client.orders.create({ ...order, price }), KalshiError)).message;
  assertStringIncludes(await said("6.2590"), "`tick_size`");
  await client.markets.list();
  const grid = "The grid of KXBTCPERP is every multiple of 0.0050";
  for (
    const [price, nearest] of [
      ["6.2590", "nearest to 6.2590 are 6.2550 and 6.2600."],
      ["62590.0010", "nearest to 62590.0010 are 62590.0000 and 62590.0050."],
      ["0.0010", "nearest to 0.0010 are 0.0050."],
      ["0", "nearest to 0 are 0.0050."],
      ["6.2600", "6.2600 is on it: it may be too far from the book"],
    ] as const
  ) {
    const message = await said(price);
    assertStringIncludes(message, grid);
    assertStringIncludes(message, nearest);
  }
  await client.markets.get("KXBTCPERP");
  assertStringIncludes(await said("6.2590"), "6.2550 and 6.2600");
});

test("a 404 for a ticker in lower case says how tickers are written", async () => {
  const { client } = answering({ code: "not_found" }, 404);
  for (
    const call of [
      () => client.markets.get("kxbtcperp"),
      () => client.exitTriggers.cross.list("kxbtcperp"),
      () => client.funding.rateEstimate({ ticker: "kxbtcperp" }),
      () => client.orders.create({ ...order, ticker: "kxbtcperp" }),
      () => client.request("GET", "/margin/markets/kxbtcperp/orderbook"),
      () => client.request("GET", "/margin/isolated/positions/kxbtcperp/exit_trigger"),
    ]
  ) {
    assertStringIncludes((await assertRejects(call, KalshiError)).message, "did you mean KXBTCPERP?");
  }
});
