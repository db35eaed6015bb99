/** A store's file that was deleted, or put back as it was, between two connections: the gateway's numbers tell. */
import { assertEquals, assertRejects } from "@std/assert";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFixStore, FixClient, KalshiFixSequenceError } from "../../src/fix/mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

test("a store's file that is gone or old is told at the Logon, or begins both numbers anew where asked", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fix-lost-"));
  const path = join(folder, "session");
  try {
    await using exchange = await LocalExchange.start({ markets: 0, marketMakers: false, fix: true });
    const { auth } = await exchange.createAccount();
    const ticker = exchange.listMarket({ ticker: "M" });
    const trade = async (onSequenceMismatch: "fail" | "reset" = "fail") => {
      const config = exchange.fixConfig("order-entry-rt", { onSequenceMismatch });
      const store = new FileFixStore({ path });
      const client = await FixClient.connect({ auth, config, store });
      try {
        const order = await client.newOrderSingle({ Symbol: ticker, Side: "1", OrderQty: "1", Price: "10" });
        assertEquals(order.report.ExecType, "0");
      } finally {
        await client.close();
        await until(() => exchange.fix.open === 0);
      }
    };
    await trade();
    copyFileSync(path, `${path}.old`);
    await trade();

    copyFileSync(`${path}.old`, path);
    await assertRejects(() => trade(), KalshiFixSequenceError, "onSequenceMismatch");
    rmSync(path);
    // Once more: a Logon that is refused uses up no number.
    for (const _ of [1, 2]) await assertRejects(() => trade(), KalshiFixSequenceError, "`store`");
    await trade("reset");
    await trade();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
