import { assert, assertEquals } from "@std/assert";
import { readOptions } from "../../../src/base/options.ts";
import { openAccount } from "../../../src/local_exchange/accounts.ts";
import { Exchange } from "../../../src/local_exchange/exchange.ts";
import { exchangeRules } from "../../../src/local_exchange/options.ts";
import { settingsOf } from "../../../src/local_exchange/settings.ts";
import type { LocalExchangeOptions } from "../../../src/local_exchange/types.ts";
import { ManualClock } from "../../../src/testing/manual_clock.ts";
import { test } from "../../support/test.ts";
import { acceptOn, NOON } from "../support/margin.ts";

const end = (instance: "event_contract" | "margined", subaccount = 0) => ({ instance, shard: 0, subaccount });

test("cash goes from one exchange to the other, once, and what holds a position up stays", async () => {
  const clock = new ManualClock(NOON);
  const options = { clock, markets: 0, perps: { markets: 1 } };
  const exchange = new Exchange(
    settingsOf(
      readOptions<LocalExchangeOptions, typeof exchangeRules>("LocalExchange", options, exchangeRules),
    ),
  );
  const { id } = await openAccount(exchange, { balance: "100.00", perpsBalance: "50.00" });
  const { treasury, engine, margin } = exchange;
  const [account, member] = [engine.accounts.get(id), margin?.account(id)];
  assert(account !== undefined && member !== undefined && margin !== undefined);
  const [here, there] = [account.wallet(0, 0), member.wallet(0, 0)];
  const cash = () => [here.cash, there.cash];
  const advance = async (ms: number) => {
    await clock.advance(ms);
    exchange.tick();
  };
  assertEquals(cash(), [100_000_000, 50_000_000]);
  treasury.transferInstance(account, end("event_contract"), end("margined"), 30_000_000);
  assertEquals(cash(), [70_000_000, 50_000_000], "it is on its way");
  await advance(500);
  assertEquals(cash(), [70_000_000, 80_000_000]);
  treasury.transferInstance(account, end("margined", 0), end("event_contract"), 10_000_000);
  await advance(500);
  assertEquals(cash(), [80_000_000, 70_000_000]);
  // 100 contracts at 11.20 dollars: 33.60 of margin.
  const [info] = margin.listed;
  assert(info !== undefined);
  acceptOn(margin, { wallet: there, market: info.market, side: "bid", price: 112_100, count: 10_000 });
  const free = margin.spendable(there);
  assert(free > 30_000_000 && free < 36_400_000, `${free}`);
  assertEquals(
    treasury.transferInstance(account, end("margined"), end("event_contract"), free + 1),
    undefined,
  );
  assert(treasury.transferInstance(account, end("margined"), end("event_contract"), free) !== undefined);
  assertEquals(margin.spendable(there), 0);
  assertEquals(margin.liquidation.isUnderWay(there), false);
});
