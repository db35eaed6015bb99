/** A download that is killed again and again, while calls fail and rows are archived: nothing is missing, and nothing twice. */
import { assert, assertEquals } from "@std/assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../src/client.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { downloadHistory, tradesHistory } from "../../src/trading/mod.ts";
import { prepareScript } from "../support/run_script.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { query } from "./support/duck.ts";

const DAY = 86_400_000;
const KILLS = 5;

test("a download that is killed at any moment goes on: each row once, as DuckDB counts them", {
  timeoutMs: 300_000,
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), "kalshi-killed-"));
  using _ = { [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
  await using exchange = await LocalExchange.start({ port: 0, history: { days: 8 }, marketMakers: false });
  // wall clock: the exchange listens, and its past ends now.
  const nowMs = Date.now();
  const [from, to] = [nowMs - 30 * DAY, nowMs - 5 * 60_000];
  exchange.setHistoricalCutoff(nowMs - 6 * DAY);
  const options = { dir, what: ["markets", "trades"] as const, from, to, batchRows: 150 };
  using script = await prepareScript("tests/trading/support/download_script.ts");
  const place = JSON.stringify({ baseUrl: exchange.baseUrl, ...options });
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(script.command, [...script.args, place], { stdio: ["ignore", "pipe", "inherit"] });
    let lines = 0;
    child.stdout.setEncoding("utf8").on("data", (text: string) => lines += text.split("\n").length - 1);
    const ended = once(child, "close");
    exchange.fail({ status: 503, path: "/markets", times: 1 });
    // Some before they have begun, most in the middle: of a call, of a file, between a file and the line that counts it.
    const least = kill === 0 ? 0 : 1 + Math.floor(Math.random() * 10);
    await until(() => lines >= least || child.exitCode !== null);
    child.kill("SIGKILL");
    await ended;
    exchange.setHistoricalCutoff(nowMs - 6 * DAY + kill * DAY / 2);
  }
  await using client = new KalshiClient({ config: exchange.config });
  const { kinds } = await downloadHistory(client, options);

  const trades = await tradesHistory(client, { from, to }).toArray();
  const settled: string[] = [];
  for await (const { ticker, status, settlement_ts } of client.markets.listAll({}, { history: true })) {
    const ms = Date.parse(settlement_ts ?? "");
    if (status === "finalized" && ms >= from && ms < to) settled.push(ticker);
  }
  const table = (kind: string) =>
    `read_parquet('${dir}/kind=${kind}/**/*.parquet', hive_partitioning = true)`;
  const [found] = await query(`
    select (select count(*) from ${table("trades")}) trades,
      (select count(distinct trade_id) from ${table("trades")}) ids,
      (select sum(price_e4 * count_e2) from ${table("trades")}) paid,
      (select count(*) from ${table("markets")}) markets,
      (select count(distinct ticker) from ${table("markets")}) tickers`);
  const paid = trades.reduce((sum, row) => sum + row.priceCenticents * row.countCenticontracts, 0);
  assertEquals(found, {
    trades: String(trades.length),
    ids: String(trades.length),
    paid: String(paid),
    markets: String(settled.length),
    tickers: String(settled.length),
  });
  const ids = await query(`select trade_id from ${table("trades")} order by trade_id`);
  assertEquals(ids.map(({ trade_id }) => trade_id), trades.map(({ tradeId }) => tradeId).sort());
  const tickers = await query(`select ticker from ${table("markets")} order by ticker`);
  assertEquals(tickers.map(({ ticker }) => ticker), settled.sort());
  assertEquals(kinds.map(({ rows }) => rows), [settled.length, trades.length]);
  assert(trades.length > 2_000 && settled.length > 100);
});
