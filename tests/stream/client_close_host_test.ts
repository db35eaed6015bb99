import { assertEquals } from "@std/assert";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { runScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";

test("client.close() closes the streams made from it, ends every loop, and lets the process end", {
  timeoutMs: 300_000,
}, async () => {
  await using exchange = await LocalExchange.start({ markets: 20 });
  const { keyId, privateKey } = await exchange.createAccount();
  const [ticker = ""] = exchange.openTickers();
  const args = [exchange.baseUrl, keyId, privateKey, ticker];
  const { status, output } = await runScript("tests/stream/support/exit_script.ts", args);
  const said = (output.split("\n").at(-1) ?? "").split(", ");
  assertEquals(said.slice(0, 7).sort(), [
    "book",
    "fills",
    "late STREAM_CLOSED",
    "opening CLOSED",
    "others",
    "status",
    "trades",
  ], output);
  assertEquals(said.slice(7), ["closed", "closed", "closed", "CLOSED", "STREAM_CLOSED"], output);
  assertEquals(status, 0);
  await until(() => exchange.sockets.open === 0);
});
