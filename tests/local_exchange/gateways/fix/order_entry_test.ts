import { assertEquals } from "@std/assert";
import { KalshiClient } from "../../../../src/client.ts";
import { LocalExchange, type LocalExchangeOptions } from "../../../../src/local_exchange/mod.ts";
import type { LogonOptions } from "../../../../src/fix/mod.ts";
import { test } from "../../../support/test.ts";
import { FixTester, order } from "./support/fix_client.ts";

async function setUp(logon: LogonOptions = {}, options: LocalExchangeOptions = {}) {
  const exchange = LocalExchange.create({ markets: 0, marketMakers: false, fix: true, ...options });
  const account = await exchange.createAccount();
  const ticker = exchange.listMarket({ ticker: "M" });
  const runtime = exchange.createRuntime();
  const { auth } = account;
  const fix = await FixTester.open(exchange, { auth, runtime, logon });
  const rest = new KalshiClient({ auth, config: exchange.config, runtime });
  return { exchange, account, auth, ticker, runtime, fix, rest };
}

test("an order rests, trades and is filled", async () => {
  const { exchange, ticker, fix } = await setUp();
  await using _ = exchange;
  fix.send(order("a", ticker));
  assertEquals(await fix.lines(2), ["AA a 10/0/10", "00 a 10/0/10"]);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "4" });
  assertEquals(await fix.lines(1), ["F1 a 10/4/6"]);
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "6" });
  assertEquals(await fix.lines(1), ["F2 a 10/10/0"]);
});
