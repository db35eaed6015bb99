import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHistory } from "../../src/trading/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

test("history saves trades and settled markets, is ended by Ctrl-C, and goes on", async () => {
  await using account = await openAccount({ history: { days: 4 } });
  const { exchange, client, publicEnv: env } = account;
  const root = mkdtempSync(join(tmpdir(), "kalshi-cli-history-"));
  using _ = { [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
  const dir = join(root, "history");
  using cli = await prepareCli();
  const args = ["history", "--what", "markets,trades", "--from", "6d", "--out", dir];
  // The first call of trades waits: Ctrl-C comes in between.
  exchange.fail({ delayMs: 8_000, path: "/markets/trades" });
  const first = cli.start([...args, "--to", "1h"], { env });
  await until(() => existsSync(join(dir, "trades.journal")) || first.child.exitCode !== null);
  first.signal("SIGINT");
  const ended = await first.ended;
  assertEquals([ended.status, ended.stdout], [130, ""]);
  assertStringIncludes(ended.stderr, "The same command goes on");

  const { status, stdout, stderr } = await cli.run([...args, "--to", "1h", "--json"], { env });
  assertEquals([status, stderr], [0, ""]);
  const found = objects(stdout);
  let markets = 0;
  for await (const { settlement_ts } of client.markets.listAll({ status: "settled" })) {
    // Some settle in the last hour, at some hours of the day.
    if (Date.parse(settlement_ts ?? "") < found[0].toMs) markets++;
  }
  assertEquals(found.map(({ kind, dir }) => [kind, dir]), [["markets", dir], ["trades", dir]]);
  assertEquals(found[0].rows, markets);
  let trades = 0;
  for await (const _ of openHistory(dir).trades()) trades++;
  assertEquals(found[1].rows, trades);
  assert(trades > 100);

  const table = await cli.run([...args], { env });
  assertEquals(lines(table.stdout)[0]?.split(/ +/), ["kind", "until", "rows", "files", "dir"]);
  for (
    const [given, code] of [
      [["history", "--what", "fills", "--out", dir], 2],
      [["history", "--what", "trades", "--from", "2025-01-01", "--out", dir], 2],
      [["history", "NO-SUCH", "--what", "trades", "--out", join(root, "other")], 4],
    ] as const
  ) {
    const refused = await cli.run(given, { env });
    assertEquals([refused.status, refused.stdout], [code, ""], refused.stderr);
  }
});
