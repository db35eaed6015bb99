/** The example of Klear, as a process of its own against a local exchange. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PerpsClient } from "../../src/perps/mod.ts";
import { runtimeName, test } from "../support/test.ts";
import { exampleBed, type ExampleRuntime, runExample } from "./run_example.ts";

test("the statement says who pays what, and saves the reports", { timeoutMs: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "statement-"));
  const quiet = { markets: 0, marketMakers: false } as const;
  await using place = await exampleBed({ ...quiet, perps: quiet });
  const { exchange, account } = place;
  const ticker = exchange.perps.listMarket({ ticker: "P", indexPrice: "10.0000" });
  exchange.perps.placeCounterOrder({ ticker, side: "ask", price: "10.1000", count: "500" });
  await using client = new PerpsClient({ auth: account.auth, config: exchange.perpsConfig });
  await client.orders.create({
    ...{ ticker, side: "bid", count: "100.00", price: "10.1000" },
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { adminUserId, accessToken } = await exchange.createKlearMember({ account: account.id });
  const start = exchange.clock.now();
  await exchange.clock.advance(24 * 3_600_000);
  const days = [start, exchange.clock.now()].map((at) =>
    new Date(at - 5 * 3_600_000).toISOString().slice(0, 10)
  );
  const env = {
    KALSHI_KLEAR_API_BASE_URL: exchange.klearConfig.baseUrl,
    KALSHI_KLEAR_ADMIN_USER_ID: adminUserId,
    KALSHI_KLEAR_ACCESS_TOKEN: accessToken,
  };
  const runtime = runtimeName as ExampleRuntime;
  const { code, output, errors } = await runExample(
    runtime,
    "examples/klear_statement.ts",
    [folder, ...days],
    env,
  );
  assertEquals([code, errors], [0, ""], output);
  assertMatch(output, /^settlement balance \d+\.\d{4}, held back 0\.0000$/m);
  assertMatch(output, /^at 20\S+: \w+, (nothing|you (pay|get) \d+\.\d{4})$/m);
  assert(!output.includes(accessToken) && !output.includes("X-Amz"));
  const files = readdirSync(folder);
  assertEquals(files.length, 7);
  const audit = files.find((name) => name.includes("trade_audit")) ?? "";
  assertStringIncludes(readFileSync(join(folder, audit), "utf8"), "P,bid,10.1000,100.00");
  rmSync(folder, { recursive: true });
});
