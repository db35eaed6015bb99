import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../mod.ts";
import { main } from "../../src/cli/main.ts";
import { parseEnvFile } from "../../src/cli/env_file.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { type Account, objects, openAccount } from "./support/account.ts";
import { memoryIo } from "./support/memory_io.ts";
import { prepareCli } from "./support/program.ts";

/** A live exchange with a market that somebody quotes, and a folder. */
async function startBed() {
  const account = await openAccount({ markets: 0 });
  const { exchange, ticker } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "100" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4500", count: "100" });
  const folder = mkdtempSync(join(tmpdir(), "kalshi-cli-paper-"));
  return {
    ...account,
    folder,
    async [Symbol.asyncDispose]() {
      await account[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the command in this process. */
async function paper({ env }: Account, args: readonly string[], signal?: AbortSignal) {
  const io = memoryIo({ env, ...signal && { signal } });
  const status = await main(["paper", ...args], { io });
  return { status, stdout: io.stdout.text(), stderr: io.stderr.text() };
}

test("paper mirrors a live market on a port: other programs trade there, nothing is sent, and a report is told", async () => {
  await using bed = await startBed();
  const { exchange, ticker, folder, client: live, env } = bed;
  using cli = await prepareCli();
  const [file, out] = [join(folder, "paper.env"), join(folder, "report")];
  const args = ["paper", ticker, "--env", file, "--out", out, "--json", "--balance", "500", "--fix"];
  const running = cli.start(args, { env });
  await running.says(/"event":"open"[^\n]*\n/);
  const [place] = objects(running.stdout());
  assertEquals([place.env, typeof place.fix], [file, "string"]);
  const variables = parseEnvFile(readFileSync(file, "utf8"), file);
  assertEquals(variables["KALSHI_API_BASE_URL"], place.rest);

  await using client = await KalshiClient.fromEnv(variables);
  const order = { ticker, side: "bid", self_trade_prevention_type: "taker_at_cross" } as const;
  const taken = await client.orders.create({
    ...order,
    count: "10.00",
    price: "0.4500",
    time_in_force: "immediate_or_cancel",
  });
  assertEquals(taken.fill_count, "10.00");
  await client.orders.create({
    ...order,
    count: "5.00",
    price: "0.4100",
    time_in_force: "good_till_canceled",
  });
  // Real sellers meet the best bid of the mirror, which is ours: with the 100 that rest live.
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4000", count: "100" });
  let fills = 0;
  await until(async () => (fills = (await client.fills.list()).items.length) >= 2);
  assertEquals(fills, 2);
  assertEquals((await live.orders.list()).items, []);

  exchange.sockets.fail({ fault: "cut" });
  await running.says(/"event":"halted"/);
  await running.says(/"event":"resumed"[^\n]*\n[^]*"event":"resumed"[^\n]*\n/);
  running.signal("SIGINT");
  const { status, stdout, stderr } = await running.ended;
  assertEquals([status, stderr], [130, ""]);
  const report = objects(stdout).at(-1);
  assertEquals(
    [report.event, report.orders.placed, report.fills, report.startBalance, report.contractsFilled],
    ["report", 2, 2, "500.000000", "15.00"],
  );
  assertEquals(JSON.parse(readFileSync(join(out, "report.json"), "utf8")).kind, "mirror");
  assert(existsSync(join(out, "report.html")));
});

test("paper runs a bot on live prices until it returns, and says what is wrong", async () => {
  await using bed = await startBed();
  const { ticker, folder, publicEnv } = bed;
  const bot = join(folder, "bot.mjs");
  writeFileSync(
    bot,
    `export default async ({ client, stream, tickers: [ticker] }) => {
      const book = await stream.orderBook(ticker);
      await client.orders.create({ ticker, side: "bid", count: "3.00", price: (book.bestAsk / 10_000).toFixed(4),
        time_in_force: "immediate_or_cancel", self_trade_prevention_type: "taker_at_cross" });
      if (ticker === undefined) throw new Error("mistake");
    };`,
  );
  const env = join(folder, "paper.env");
  const ran = await paper(bed, [ticker, "--bot", bot, "--env", env]);
  assertEquals(ran.status, 0, ran.stderr);
  assertMatch(ran.stdout, /^rest +http[^]*\npnl +-0\.\d+\n[^]*\nfills +1\n/);
  const { KALSHI_KEY_ID: keyId } = parseEnvFile(readFileSync(env, "utf8"), env);

  // The same key the next time, so that other programs go on; and it ends by itself.
  const timed = await paper(bed, [ticker, "--env", env, "--for", "1s", "--json"]);
  assertEquals([timed.status, objects(timed.stdout)[0].key_id], [0, keyId]);

  const failing = join(folder, "failing.mjs");
  writeFileSync(failing, "export default () => { throw new Error('mistake'); };");
  const failed = await paper(bed, [ticker, "--bot", failing, "--env", env]);
  assertEquals(failed.status, 1);
  assertStringIncludes(failed.stderr, "Error: mistake");

  bed.exchange.determine(ticker, "yes", { settle: true });
  for (
    const [given, code, words] of [
      [["NO-SUCH", "--env", env], 4, "NO-SUCH"],
      [[ticker, "--env", env], 4, "is settled"],
      [[ticker, "--env", env, "--env-file", env], 2, "give each its own"],
      [[ticker, "--env", bot], 2, "stays as it is"],
      [[], 2, "tickers"],
    ] as const
  ) {
    const { status, stdout, stderr } = await paper(bed, given);
    assertEquals([status, stdout], [code, ""], stderr);
    assertStringIncludes(stderr, words);
  }
  const keyless = memoryIo({ env: publicEnv });
  assertEquals(await main(["paper", ticker, "--env", env], { io: keyless }), 3);
});
