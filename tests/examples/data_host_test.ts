/** The examples that read and write data, each as a process of its own against a local exchange. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../src/client.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { exampleBed, type ExampleRuntime, runExample, startExample } from "./run_example.ts";

const options = { timeoutMs: 300_000 } as const;
const runtime = runtimeName as ExampleRuntime;

/** A folder for a test. */
function folder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "example-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

test("the chart draws a candle for each hour with trades", options, async () => {
  await using bed = await exampleBed({ markets: 2, history: { days: 3 } });
  bed.exchange.step(20);
  const [ticker = ""] = bed.exchange.openTickers();
  const { code, output, errors } = await runExample(runtime, "examples/candle_chart.ts", [ticker], bed.env);
  assertEquals(code, 0, errors);
  assertMatch(output, /^<svg /);
  const [, hours, traded] = /(\d+) hours, (\d+) with trades/.exec(errors) ?? [];
  assert(Number(hours) >= Number(traded) && Number(traded) > 0, errors);
  assertEquals(output.split("<rect ").length - 1, Number(traded));
});

test("a year of trades and of fills comes as CSV, and goes on where it stopped", options, async () => {
  await using bed = await exampleBed({ markets: 2, history: { days: 3 } });
  bed.exchange.step(50);
  const [ticker = ""] = bed.exchange.openTickers();
  await using client = new KalshiClient({ auth: bed.account.auth, config: bed.exchange.config });
  let trades = 0;
  for await (const _ of client.trades.listAll({ ticker }, { history: true })) trades++;
  using own = folder();
  const file = join(own.path, "trades.csv");
  const { code, output, errors } = await runExample(runtime, "examples/year_csv.ts", [ticker, file], bed.env);
  assertEquals(code, 0, errors);
  assertStringIncludes(output, "is complete");
  assertStringIncludes(errors, "100 %");
  const lines = readFileSync(file, "utf8").trim().split("\r\n");
  assertEquals(lines.length, trades + 1);
  assert(!existsSync(`${file}.resume`));
  const fills = join(own.path, "fills.csv");
  assertEquals((await runExample(runtime, "examples/year_csv.ts", ["fills", fills], bed.env)).code, 0);
});

test("a month of a series comes as Parquet, and comes once", options, async () => {
  await using bed = await exampleBed({ markets: 2, history: { days: 3 } });
  await using client = new KalshiClient({ auth: bed.account.auth, config: bed.exchange.config });
  const [market] = (await client.markets.list({ status: "settled", limit: 1 })).items;
  const series = market?.ticker.split("-")[0] ?? "";
  using own = folder();
  const run = () => runExample(runtime, "examples/history_parquet.ts", [series, own.path], bed.env);
  const first = await run();
  assertEquals(first.code, 0, first.errors);
  assertMatch(first.errors, /100 %, 0 s to go/);
  assertMatch(
    first.output,
    /^markets: [1-9]\d* rows in \d+ files[^]*\n\S+ paid (yes|no), last [\d.]+ at 0\.\d{4}\n/,
  );
  const again = await run();
  const rowsOf = (text: string) => text.match(/^\w+: \d+ rows in \d+ files/gm);
  assertEquals(rowsOf(again.output), rowsOf(first.output), again.errors);
});

test("the report says what is held, made, and may be lost", options, async () => {
  await using bed = await exampleBed({ markets: 0, marketMakers: false });
  const { exchange, account, env } = bed;
  const ticker = exchange.listMarket({ ticker: "RAIN" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "10" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.3500", count: "10" });
  await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
  await client.orders.create({
    ticker,
    side: "bid",
    count: "10.00",
    price: "0.4000",
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { code, output, errors } = await runExample(runtime, "examples/pnl_report.ts", [], env);
  assertEquals([code, errors], [0, ""]);
  const [row = ""] = output.split("\n").filter((line) => line.startsWith("RAIN "));
  // 10 contracts for 4.00, worth 3.50 at the bid, less the fee of 0.17.
  assertMatch(row, /^RAIN\s+10\.00\s+4\.0+\s+3\.50*\s+0\.0+\s+0\.1[67]\d*\s+-0\.6[67]\d*$/);
  assertStringIncludes(output, "at worst");
});

test("the recorder records until Ctrl-C, and says what is missing", options, async () => {
  await using bed = await exampleBed({ markets: 2 });
  const { exchange, env } = bed;
  exchange.step(5);
  const tickers = exchange.openTickers();
  using own = folder();
  const { child, ended } = await startExample(runtime, "examples/recorder.ts", [own.path, ...tickers], env);
  let said = "";
  child.stdout?.on("data", (bytes) => said += bytes);
  await until(() => said.includes("recording ") || child.exitCode !== null);
  exchange.step(20);
  exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta" });
  exchange.step(20);
  child.kill("SIGINT");
  const { code, output, errors } = await ended;
  assertEquals([runtime === "deno" ? code ?? 0 : code, errors], [0, ""], output);
  assertMatch(output, /\d+ frames, \d+ lines written, 0 dropped/);
  assertMatch(output, /frame: \d+/);
  assertMatch(output, /gap: 1/);
  assertStringIncludes(output, "MISSING");

  // What was recorded becomes tables, and is read back from them.
  for (const words of ["1 of 1 files", "0 files exported, 1 were there"]) {
    const tables = await runExample(
      runtime,
      "examples/parquet_export.ts",
      [own.path, `${own.path}/tables`],
      {},
    );
    assertEquals([tables.code, tables.errors], [0, ""], tables.output);
    assertStringIncludes(tables.output, words);
  }
});
