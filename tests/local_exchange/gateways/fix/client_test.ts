/** The library's own client against the exchange, in memory. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FixClient,
  type FixConfigOptions,
  KalshiFixOrderRejectError,
  MemoryFixStore,
} from "../../../../src/fix/mod.ts";
import type { FixSessionKind } from "../../../../src/fix/mod.ts";
import { LocalExchange } from "../../../../src/local_exchange/mod.ts";
import { ManualClock } from "../../../../src/testing/manual_clock.ts";
import { test } from "../../../support/test.ts";

async function setUp(session: FixSessionKind, options: Partial<FixConfigOptions> = {}) {
  const clock = new ManualClock();
  const exchange = LocalExchange.create({ clock, markets: 0, marketMakers: false, fix: { onlineMs: 0 } });
  const { auth } = await exchange.createAccount();
  exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  const config = exchange.fixConfig(session, options);
  const store = new MemoryFixStore();
  const client = await FixClient.connect({
    auth,
    config,
    runtime,
    clock,
    ...(session === "order-entry-rt" && { store }),
  });
  // The turn after which it hands on what comes.
  await clock.advance(0);
  return { clock, exchange, client };
}

const fields = { Symbol: "M", Side: "1", OrderQty: "10", Price: "55" } as const;

test("an order, its change and its end resolve with their reports", async () => {
  const { exchange, client } = await setUp("order-entry");
  await using _ = exchange;
  await using __ = client;
  const order = await client.newOrderSingle({ ClOrdID: "a", ...fields });
  assertEquals([order.report.ExecType, order.report.LeavesQty], ["0", "10.00"]);
  const refused = await assertRejects(
    () => client.newOrderSingle({ ...fields, ClOrdID: "b", Symbol: "NONE" }),
    KalshiFixOrderRejectError,
  );
  assert(refused.message.includes("MARKET_NOT_FOUND"));
});

test("on KalshiRT every report comes once, though the gateway dies in between", async () => {
  const { clock, exchange, client } = await setUp("order-entry-rt");
  await using _ = exchange;
  const reports = client.executionReports()[Symbol.asyncIterator]();
  // What comes is handed on from the turn after the logon.
  await clock.advance(0);
  await client.newOrderSingle({ ...fields, ClOrdID: "a" });
  const sizes: unknown[] = [];
  for (let n = 1; n <= 4; n++) {
    exchange.fix.restart();
    await clock.advance(0);
    exchange.placeCounterOrder({ ticker: "M", side: "ask", price: "0.5500", count: `${n}` });
    await clock.advance(60_000);
  }
  while (sizes.length < 4) {
    const { value } = await reports.next();
    if (value?.MsgType === "8" && value.ExecType === "F") sizes.push(value.LastQty);
  }
  assertEquals(sizes, ["1.00", "2.00", "3.00", "4.00"]);
  assertEquals(exchange.fix.open, 1);
  const closing = client.close();
  await clock.advance(5_000);
  await closing;
});
