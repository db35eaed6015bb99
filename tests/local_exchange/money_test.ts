import { assert, assertEquals } from "@std/assert";
import { LocalExchange, type LocalExchangeOptions } from "../../src/local_exchange/mod.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { test } from "../support/test.ts";
import { orderBody, Session } from "./support/session.ts";

async function setUp(options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({ marketMakers: false, clock: new ManualClock(), ...options });
  const account = await exchange.createAccount({ balance: "100.00" });
  return { exchange, account, session: new Session(exchange, account.auth) };
}

test("a balance is cut to cents, exact in dollars, and less what is set aside", async () => {
  const { exchange, session } = await setUp();
  const ticker = exchange.listMarket({ ticker: "M", priceLevelStructure: "center_half_edge_half_cent" });
  await session.post("/portfolio/events/orders", orderBody({ ticker, price: "0.5050", count: "1.01" }));
  const { value } = await session.get("/portfolio/balance");
  assertEquals([value.balance_dollars, value.balance], ["99.4899", 9_948]);
  const resting = await session.get("/portfolio/summary/total_resting_order_value");
  assertEquals(resting.value, {
    total_resting_order_value: 51,
    resting_order_value_breakdown: [{ exchange_index: 0, balance: "0.5100" }],
  });
});

test("subaccounts are numbered, funded by transfers and trade for themselves", async () => {
  const { exchange, session } = await setUp();
  assertEquals((await session.post("/portfolio/subaccounts")).value, { subaccount_number: 1 });
  assertEquals((await session.post("/portfolio/subaccounts", {})).value, { subaccount_number: 2 });
  const id = crypto.randomUUID();
  const transfer = { client_transfer_id: id, from_subaccount: 0, to_subaccount: 2, amount_cents: 2_500 };
  assertEquals((await session.post("/portfolio/subaccounts/transfer", transfer)).status, 200);
  const again = await session.post("/portfolio/subaccounts/transfer", transfer);
  assertEquals([again.status, again.value.code], [409, "transfer_already_exists"]);
  const cases = [
    { amount_cents: 1_000_000 },
    { amount_cents: 0 },
    { to_subaccount: 0 },
    { to_subaccount: 9 },
    { client_transfer_id: "no uuid" },
    { from_subaccount: undefined },
  ];
  for (const change of cases) {
    const { status } = await session.post("/portfolio/subaccounts/transfer", {
      ...transfer,
      client_transfer_id: crypto.randomUUID(),
      ...change,
    });
    assertEquals([JSON.stringify(change), status], [JSON.stringify(change), 400]);
  }
  const { value: { subaccount_balances: balances } } = await session.get("/portfolio/subaccounts/balances");
  assertEquals(
    balances.map((
      one: { subaccount_number: number; balance: string },
    ) => [one.subaccount_number, one.balance]),
    [[0, "75.0000"], [1, "0.0000"], [2, "25.0000"]],
  );
  const { value: { transfers } } = await session.get("/portfolio/subaccounts/transfers");
  assertEquals([transfers.length, transfers[0].amount_cents, transfers[0].to_subaccount], [1, 2_500, 2]);

  const ticker = exchange.listMarket({ ticker: "M" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "10" });
  await session.post("/portfolio/events/orders", orderBody({ ticker, subaccount: 2 }));
  assertEquals((await session.get("/portfolio/positions")).value.market_positions, []);
  assertEquals((await session.get("/portfolio/positions?subaccount=2")).value.market_positions.length, 1);
  const { value: { fills: [fill] } } = await session.get("/portfolio/fills");
  assertEquals([fill.subaccount_number, (await session.get("/portfolio/fills?subaccount=0")).value.fills], [
    2,
    [],
  ]);
  assertEquals((await session.get("/portfolio/balance?subaccount=2")).value.balance_dollars, "19.8250");
});

test("netting of subaccounts is kept as it is set", async () => {
  const { session } = await setUp();
  await session.post("/portfolio/subaccounts");
  const before = (await session.get("/portfolio/subaccounts/netting")).value.netting_configs;
  assertEquals(before.map((one: { enabled: boolean }) => one.enabled), [true, true]);
  const changed = await session.put("/portfolio/subaccounts/netting", {
    subaccount_number: 1,
    enabled: false,
  });
  assertEquals([changed.status, changed.value], [200, undefined]);
  const after = (await session.get("/portfolio/subaccounts/netting")).value.netting_configs;
  assertEquals(after[1], { subaccount_number: 1, enabled: false, exchange_index: 0 });
  assertEquals(
    (await session.put("/portfolio/subaccounts/netting", { subaccount_number: 7, enabled: true })).status,
    400,
  );
});

test("fills are told of up to a hundred tickers at once", async () => {
  const { session } = await setUp();
  const status = async (count: number) =>
    (await session.get(`/portfolio/fills?ticker=${Array.from({ length: count }, (_, n) => `M${n}`).join()}`))
      .status;
  assertEquals([await status(100), await status(101)], [200, 400]);
});

test("cash of one shard does not pay on another; it is moved there, and arrives a moment later", async () => {
  const { exchange, session } = await setUp({ shards: true, markets: 60 });
  const ticker = exchange.openTickers().find((name) => name.startsWith("KXBTCD"));
  const order = orderBody({ ticker, price: "0.5000" });
  assertEquals((await session.post("/portfolio/events/orders", order)).value.code, "insufficient_balance");
  const id = crypto.randomUUID();
  const body = {
    source: "event_contract",
    destination: "event_contract",
    source_exchange_shard: 0,
    destination_exchange_shard: 2,
    amount: 200_000,
    client_transfer_id: id,
  };
  const moved = await session.post("/portfolio/intra_exchange_instance_transfer", body);
  assertEquals((await session.post("/portfolio/intra_exchange_instance_transfer", body)).status, 409);
  await session.post("/portfolio/subaccounts");
  const numbered = { ...body, client_transfer_id: crypto.randomUUID(), destination_subaccount: 1 };
  const path = `/portfolio/intra_exchange_instance_transfers/${moved.value.transfer_id}`;
  assertEquals((await session.post("/portfolio/intra_exchange_instance_transfer", numbered)).status, 400);
  assertEquals((await session.get(path)).value.transfer.status, "pending");
  exchange.clock.advance(1_000);
  const { value: { transfer } } = await session.get(path);
  assertEquals([transfer.status, transfer.amount, transfer.destination_exchange_shard], [
    "complete",
    "20.0000",
    2,
  ]);
  assertEquals((await session.get("/portfolio/intra_exchange_instance_transfers")).value.transfers.length, 1);
  const placed = await session.post("/portfolio/events/orders", order);
  assertEquals(placed.status, 201);
  const { value: balance } = await session.get("/portfolio/balance");
  assertEquals(balance.balance_breakdown, [
    { exchange_index: 0, balance: "80.0000" },
    { exchange_index: 2, balance: "15.0000" },
  ]);
  assertEquals((await session.get("/portfolio/balance?exchange_index=2")).value.balance, 1_500);
  // Without a market or a shard, a cancel looks on shard 0 alone.
  const cancel = `/portfolio/events/orders/${placed.value.order_id}`;
  assertEquals((await session.delete(cancel)).status, 404);
  assertEquals((await session.delete(`${cancel}?market_ticker=${ticker}`)).status, 200);
  const statuses = (await session.get("/exchange/status")).value.exchange_index_statuses;
  assertEquals(statuses.map((one: { exchange_index: number }) => one.exchange_index), [0, 2]);
});

test("cash goes to the margin exchange and back", async () => {
  const { exchange, session } = await setUp();
  const send = (source: string, destination: string, amount: number) =>
    session.post("/portfolio/intra_exchange_instance_transfer", { source, destination, amount });
  assertEquals((await send("event_contract", "margined", 300_000)).status, 200);
  exchange.clock.advance(1_000);
  assertEquals((await session.get("/portfolio/balance")).value.balance_dollars, "70.0000");
  assertEquals((await send("margined", "event_contract", 300_001)).value.code, "insufficient_balance");
  await send("margined", "event_contract", 100_000);
  exchange.clock.advance(1_000);
  assertEquals((await session.get("/portfolio/balance")).value.balance_dollars, "80.0000");
  assertEquals((await send("event_contract", "event_contract", 1)).status, 400);
});

test("free cash follows its target allocation every ten seconds", async () => {
  const { exchange, session } = await setUp();
  const path = "/portfolio/target_balance_allocation";
  const set = (allocations: unknown, extra = {}) => session.post(path, { allocations, ...extra });
  assertEquals((await set([{ exchange_index: 0, percent: 60 }])).status, 400);
  assertEquals(
    (await set([{ exchange_index: 0, percent: 70 }, { exchange_index: 2, percent: 30 }], {
      resting_margin_reservation: "max",
    })).status,
    200,
  );
  assertEquals((await session.get(path)).value, {
    allocations: [{ exchange_index: 0, percent: 70 }, { exchange_index: 2, percent: 30 }],
    resting_margin_reservation: "max",
  });
  const breakdown = async () =>
    (await session.get("/portfolio/balance")).value.balance_breakdown.map((one: { balance: string }) =>
      one.balance
    );
  assertEquals((await breakdown())[0], "100.0000");
  exchange.clock.advance(10_000);
  assertEquals(await breakdown(), ["70.0000", "30.0000"]);
  await set([]);
  exchange.clock.advance(60_000);
  assertEquals(await breakdown(), ["70.0000", "30.0000"]);
});

test("deposits and withdrawals are listed", async () => {
  const { exchange, account, session } = await setUp();
  exchange.deposit(account.id, "5.25");
  exchange.deposit(account.id, "-20.00");
  const { value: { deposits } } = await session.get("/portfolio/deposits");
  assertEquals(deposits.map((one: { amount_cents: number }) => one.amount_cents), [525, 10_000]);
  const { value: { withdrawals } } = await session.get("/portfolio/withdrawals");
  assertEquals(withdrawals.map((one: { amount_cents: number }) => one.amount_cents), [2_000]);
  assertEquals((await session.get("/portfolio/balance")).value.balance_dollars, "85.2500");
});

test("a settled position is paid, listed as a settlement and leaves the open positions", async () => {
  const { exchange, session } = await setUp();
  const [yes, no] = ["A", "B"].map((ticker) => exchange.listMarket({ ticker }));
  assert(yes && no);
  for (const [ticker, side] of [[yes, "bid"], [no, "ask"]] as const) {
    exchange.placeCounterOrder({
      ticker,
      side: side === "bid" ? "ask" : "bid",
      price: "0.4000",
      count: "10",
    });
    assertEquals(
      (await session.post("/portfolio/events/orders", orderBody({ ticker, side, price: "0.4000" }))).value
        .fill_count,
      "10.00",
    );
  }
  const before = Number((await session.get("/portfolio/balance")).value.balance_dollars);
  exchange.determine(yes, "yes", { settle: true });
  exchange.determine(no, "0.2550");
  assertEquals((await session.get(`/markets/${no}`)).value.market.status, "determined");
  assertEquals((await session.get("/portfolio/positions")).value.market_positions.length, 1);
  exchange.clock.advance(60_000);
  const after = Number((await session.get("/portfolio/balance")).value.balance_dollars);
  assertEquals((after - before).toFixed(4), (10 + 7.45).toFixed(4));
  const { value: { settlements: [second, first] } } = await session.get("/portfolio/settlements");
  assertEquals(
    [
      first.ticker,
      first.market_result,
      first.yes_count_fp,
      first.yes_total_cost_dollars,
      first.revenue,
      first.value,
    ],
    [yes, "yes", "10.00", "4.000000", 1_000, 100],
  );
  assertEquals(
    [second.market_result, second.no_count_fp, second.no_total_cost_dollars, second.revenue, second.value],
    ["scalar", "10.00", "6.000000", 745, 25],
  );
  assertEquals((await session.get(`/portfolio/settlements?ticker=${yes}`)).value.settlements.length, 1);
  assertEquals((await session.get("/portfolio/positions")).value.market_positions, []);
  const { value: { market_positions: settled } } = await session.get(
    "/portfolio/positions?settlement_status=settled",
  );
  assertEquals(settled.map((one: { realized_pnl_dollars: string }) => one.realized_pnl_dollars), [
    "6.000000",
    "1.450000",
  ]);
  const { value: { market } } = await session.get(`/markets/${no}`);
  assertEquals([market.status, market.result, market.settlement_value_dollars], [
    "finalized",
    "scalar",
    "0.2550",
  ]);
});
