import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main } from "../../src/cli/main.ts";
import { ManualClock } from "../../src/testing/manual_clock.ts";
import { downloadHistory } from "../../src/trading/mod.ts";
import { settled, startBed } from "../recordings/support/bed.ts";
import { test } from "../support/test.ts";
import { objects } from "./support/account.ts";
import { memoryIo } from "./support/memory_io.ts";
import { prepareCli } from "./support/program.ts";

/** Takes five, bids for five, and waits for the end. It reads its file's own words: no library of ours. */
const BOT = `
export default async function bot({ client, stream, clock, signal, tickers }) {
  const [ticker] = tickers;
  const book = await stream.orderBook(ticker);
  const order = { ticker, side: "bid", count: "5.00", self_trade_prevention_type: "taker_at_cross" };
  const dollars = (price) => (price / 10_000).toFixed(4);
  await client.orders.create({ ...order, price: dollars(book.bestAsk), time_in_force: "immediate_or_cancel" });
  await client.orders.create({ ...order, price: dollars(book.bestBid), time_in_force: "good_till_canceled" });
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
}
`;

/** Runs the command in this process. */
async function backtest(args: readonly string[], signal?: AbortSignal) {
  const io = memoryIo({ ...signal && { signal } });
  const status = await main(["backtest", ...args], { io });
  return { status, stdout: io.stdout.text(), stderr: io.stderr.text() };
}

test("backtest runs a bot against a recording, the same each time, and saves a report", async () => {
  await using bed = await startBed();
  const { exchange, client, folder: { path: dir }, tickers: [ticker = ""] } = bed;
  const recorder = await bed.record({ lookup: client });
  exchange.step(60);
  await settled(bed, recorder);
  await recorder.close();
  const file = (name: string, text: string) => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  const bot = file("bot.mjs", BOT);
  const args = [dir, "--bot", bot, "--tickers", ticker, "--json"];

  using cli = await prepareCli();
  const out = join(dir, "report");
  const first = await cli.run(["backtest", ...args, "--latency-ms", "5", "--jitter-ms", "3", "--out", out]);
  assertEquals([first.status, first.stderr], [0, ""]);
  const [summary] = objects(first.stdout);
  assertEquals([summary.orders.placed, summary.markets, summary.settings.queue], [2, 1, "behind"]);
  assert(summary.fills >= 1 && summary.settings.latency.startsWith("orders 5 ms"), first.stdout);
  assertEquals(JSON.parse(readFileSync(join(out, "report.json"), "utf8")).summary.pnl, summary.pnl);
  assertStringIncludes(readFileSync(join(out, "report.html"), "utf8"), "<!doctype html>");
  assert(existsSync(join(out, "fills.csv")));
  const again = await backtest([...args, "--latency-ms", "5", "--jitter-ms", "3", "--out", out]);
  assertEquals(again, { status: 0, stdout: first.stdout, stderr: "" });

  // It is paid out by what is said of its end: 5 at 1 dollar, and what the resting bid bought.
  const results = file("results.json", JSON.stringify({ [ticker]: "yes" }));
  const paid = await backtest([...args, "--results", results, "--queue", "ahead", "--balance", "500"]);
  const [end] = objects(paid.stdout);
  assertEquals([end.unrealized, end.startBalance], ["0.000000", "500.000000"], paid.stderr);
  assert(Number(end.pnl) > 0 && end.pnl === end.realized, paid.stdout);
  // A folder of history says the same.
  const history = join(dir, "history");
  exchange.determine(ticker, "yes", { settle: true });
  const { settlement_ts } = await client.markets.get(ticker);
  const clock = new ManualClock(Date.parse(settlement_ts ?? "") + 600_000);
  await downloadHistory(client, { dir: history, what: "markets", tickers: [ticker], clock });
  const alike = await backtest([...args, "--results", history, "--queue", "ahead", "--balance", "500"]);
  assertEquals(alike.stdout, paid.stdout, alike.stderr);
  const table = await backtest([dir, "--bot", bot, "--tickers", ticker]);
  assertMatch(table.stdout, /^from +20\d\d-.*\nto +.*\npnl +-?\d/);

  // One that reads until its stream ends, and hears of no signal.
  const reading = file("reading.mjs", BOT.replace(/await new .*/, "for await (const _ of book.changes());"));
  assertEquals((await backtest([dir, "--bot", reading, ...args.slice(3)])).stderr, "");

  // A bot that fails ends the run, and its author sees where; what it did until then is reported.
  const failing = file("failing.mjs", BOT.replace("await new", "throw new Error('mistake'); await new"));
  const failed = await backtest([dir, "--bot", failing, "--tickers", ticker, "--out", out]);
  assertEquals(failed.status, 1);
  assertMatch(failed.stderr, /The bot .*failing\.mjs failed: Error: mistake\n\s+at .*failing\.mjs/);
  assertMatch(failed.stdout, /orders +2\n/);

  // Ctrl-C: what came of it so far is told.
  const stop = new AbortController();
  stop.abort(new Error("Ctrl-C"));
  const ended = await backtest(args.slice(0, -1), stop.signal);
  assertStringIncludes(ended.stderr, "Ended before the recording did");

  for (
    const [given, words] of [
      [[dir, "--bot", join(dir, "none.mjs")], "There is no file"],
      [[dir, "--bot", file("empty.mjs", "export const bot = 1;")], "must export a function"],
      [[dir, "--bot", file("broken.mjs", "export default (;")], "cannot be loaded"],
      [[dir, "--bot", bot, "--results", join(dir, "none")], "there is no"],
      [[dir, "--bot", bot, "--results", bot], "is no JSON"],
      [[dir, "--bot", bot, "--queue", "front"], "behind"],
      [[dir, "--bot", bot, "--balance", "much"], "dollars"],
      [[dir], "--bot"],
    ] as const
  ) {
    const { status, stdout, stderr } = await backtest(given);
    assertEquals([status, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, words);
  }
  assertEquals((await backtest([join(dir, "none"), "--bot", bot])).status, 1);
});
