import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/test.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";

test("candles of any length are printed as a table, as JSON and as CSV", async () => {
  await using account = await openAccount({ history: { days: 3 }, marketMakers: true });
  const { exchange, client, publicEnv: env } = account;
  using cli = await prepareCli();
  const [ticker = ""] = exchange.openTickers();

  const json = await cli.run(["candles", ticker, "--interval", "1m", "--json"], { env });
  assertEquals([json.status, json.stderr], [0, ""]);
  const candles = objects(json.stdout);
  const market = await client.markets.get(ticker);
  let volume = 0;
  for (const [index, candle] of candles.entries()) {
    assertEquals(candle.ends_ms - candle.begins_ms, 60_000);
    assert(index === 0 || candle.begins_ms >= candles[index - 1].ends_ms);
    volume += Math.round(Number(candle.volume) * 100);
  }
  assertEquals((volume / 100).toFixed(2), market.volume_fp);

  const csv = await cli.run(["candles", ticker, "--interval", "1h", "--fill-gaps", "--csv"], { env });
  assertEquals([csv.status, csv.stderr], [0, ""]);
  const [heading = "", ...rows] = lines(csv.stdout).map((line) => line.split(","));
  assertEquals(heading.slice(0, 6), ["begins_ms", "ends_ms", "open", "high", "low", "close"]);
  assert(rows.every((row, index) => index === 0 || row[0] === rows[index - 1]?.[1]), csv.stdout);
  assertEquals(rows.at(-1)?.slice(-2), ["true", "false"]);

  const table = await cli.run(["candles", ticker, "--interval", "1d"], { env });
  assertMatch(
    table.stdout,
    /^begins +open +high +low +close +volume +open interest +yes bid close +yes ask close/,
  );
  assertMatch(table.stdout, /not over\n$/);

  const early = await cli.run(["candles", ticker, "--from", "2001-01-01", "--to", "2001-02-01"], { env });
  assertEquals([early.status, early.stdout], [0, ""]);
  for (
    const [args, status] of [
      [[ticker, "--interval", "5m"], 2],
      [[ticker, "--from", "now", "--to", "1d"], 2],
      [[ticker, "--from", "+1d"], 2],
      [[ticker, "--from", "last week"], 2],
      [[], 2],
      [["NO-SUCH"], 4],
    ] as const
  ) {
    const refused = await cli.run(["candles", ...args], { env });
    assertEquals([refused.status, refused.stdout], [status, ""], refused.stderr);
  }
});
