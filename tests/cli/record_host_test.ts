import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../mod.ts";
import { parsePrice } from "../../src/base/fixed_point.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { prepareCli, type Program } from "./support/program.ts";

/** An exchange, the program, and a folder. */
async function startBed() {
  const exchange = await LocalExchange.start({ seed: 3 });
  exchange.step(20);
  const { auth, keyId, privateKey } = await exchange.createAccount();
  const env = { KALSHI_API_BASE_URL: exchange.baseUrl, KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey };
  const cli = await prepareCli();
  const root = mkdtempSync(join(tmpdir(), "kalshi-cli-record-"));
  const client = new KalshiClient({ auth, config: exchange.config });
  return {
    exchange,
    env,
    cli,
    client,
    dir: join(root, "recording"),
    tickers: exchange.openTickers().slice(0, 3),
    async [Symbol.asyncDispose]() {
      cli[Symbol.dispose]();
      await client.close();
      await exchange.close();
      rmSync(root, { recursive: true });
    },
  };
}

const jsonLines = (text: string) => text.trimEnd().split("\n").map((line) => JSON.parse(line));

/** What a command prints with `--json`; it must not fail. */
async function rowsOf(cli: Program, args: readonly string[]) {
  const { status, stdout, stderr } = await cli.run([...args, "--json"]);
  assertEquals([status, stderr], [0, ""]);
  return jsonLines(stdout);
}

test("record writes until Ctrl-C, says what it wrote, and replay prints all of it, or a book that equals the exchange's", async () => {
  await using bed = await startBed();
  const { exchange, env, cli, dir, tickers: [ticker = "", ...others] } = bed;
  const args = [
    "record",
    ticker,
    ...others,
    "--channels",
    "orderbook_delta,trade",
    "--out",
    dir,
    "--flush-ms",
    "5",
  ];
  const recording = cli.start([...args, "--json"], { env });
  await until(() => exchange.sockets.open === 1);
  await until(() => existsSync(dir) && readdirSync(dir).some((name) => name.endsWith(".gz")));
  let lines: { kind: string; ticker?: string; atMs: number; frame?: { type: string } }[] = [];
  await until(async () => {
    exchange.step(5);
    lines = await rowsOf(cli, ["replay", dir]);
    return lines.filter(({ kind }) => kind === "frame").length > 20;
  });
  // What was sent by now is there when Ctrl-C comes.
  await bed.client.exchange.status();
  recording.signal("SIGINT");
  const { status, stdout, stderr } = await recording.ended;
  assertEquals([status, stderr], [130, ""]);
  const [summary] = jsonLines(stdout);
  assertEquals([summary.dir, summary.dropped, summary.files, summary.gaps], [dir, 0, 1, 0]);
  assertEquals(summary.frames, summary.written);

  const all = await rowsOf(cli, ["replay", dir]);
  assertEquals([all[0].kind, all.at(-1).kind], ["start", "end"]);
  const updates = all.filter(({ kind, frame }) => kind === "frame" && /^(orderbook|trade)/.test(frame.type));
  assertEquals(updates.length, summary.frames);
  const one = await rowsOf(cli, ["replay", dir, "--market", ticker]);
  assertEquals(new Set(one.flatMap((item) => item.kind === "frame" ? [item.ticker] : [])).size, 1);
  const csv = (await cli.run(["replay", dir, "--csv", "--channel", "orderbook_delta"])).stdout.split("\r\n");
  assertEquals(csv[0], "time,kind,channel,ticker,type,sid,seq,detail,file,line");
  assertMatch((await cli.run(["replay", dir])).stdout, /^time +kind +channel +ticker +seq +detail\n/);

  const levels = await rowsOf(cli, ["replay", dir, "--book", ticker, "--depth", "1000"]);
  const { yes_dollars, no_dollars } = await bed.client.markets.orderBook(ticker);
  const bids = levels.filter(({ side }) => side === "bid").map(({ price, size }) => [price, size]);
  assertEquals(bids, yes_dollars.toReversed());
  const asks = levels.filter(({ side }) => side === "ask").map((
    { price, size },
  ) => [10_000 - parsePrice(price), size]);
  assertEquals(asks, no_dollars.toReversed().map(([price, size]) => [parsePrice(price), size]));

  // For people, the ladder that `kalshi book` prints.
  const ladder = await cli.run(["replay", dir, "--book", ticker, "--depth", "1000"]);
  const shown = ladder.stdout.split("\n");
  assertEquals([shown[0], shown[1], ladder.stderr], [ticker, "as it was recorded", ""]);
  assertMatch(shown[2] ?? "", /^ +price +size +total *$/);
  assertEquals(shown.filter((line) => /^ +\d\.\d{4} /.test(line)).length, levels.length);
  assertEquals(shown.at(-2), "own orders are not marked in a recording");

  const tops = await rowsOf(cli, ["replay", dir, "--book", ticker, "--every", "1s"]);
  assert(tops.slice(0, -1).every(({ time }) => time.endsWith(".000Z")));
  assertEquals([tops.at(-1).ticker, tops.at(-1).state], [ticker, "live"]);
});

test("record ends by itself after --for, and goes on in a new file", async () => {
  await using bed = await startBed();
  const { env, cli, dir } = bed;
  for (const part of [1, 2]) {
    const { status, stdout } = await cli.run(
      ["record", "--channels", "market_lifecycle_v2", "--out", dir, "--for", "1s", "--csv"],
      { env },
    );
    assertEquals([status, stdout.split("\r\n")[0]], [
      0,
      "dir,frames,written,dropped,gaps,reconnects,files,bytes",
    ]);
    assertEquals(readdirSync(dir).length, part);
  }
});

test("what is wrong is told before anything is sent, and how it ends", async () => {
  await using bed = await startBed();
  const { env, cli, dir } = bed;
  const failure = async (args: readonly string[], exit: number, says: string) => {
    const { status, stderr } = await cli.run(args, { env });
    assertStringIncludes(stderr, says);
    assertEquals(status, exit);
  };
  await failure(["record", "--out", dir], 2, "--channels");
  await failure(
    ["record", "NO-SUCH", "--channels", "trade", "--out", dir],
    4,
    "no market NO-SUCH. `kalshi markets`",
  );
  await failure(["record", "--channels", "trades", "--out", dir, "--for", "soon"], 2, "--for takes a span");
  await failure(["record", "--channels", "orderbook_delta", "--out", dir], 2, "market_tickers");
  await failure(
    ["record", "--channels", "trade", "--out", "/proc/no"],
    1,
    "Nothing can be written into /proc/no",
  );
  await failure(["replay", dir], 1, "cannot be read");
  await failure(["replay", dir, "--every", "1s"], 2, "--every goes with --book");
  await failure(["replay", dir, "--speed", "fast"], 2, "It takes a number above 0");
  await failure(["replay", dir, "--book", "T", "--market", "T"], 2, "--market");
});

test("record --parquet makes tables by itself, export makes them of lines, and replay prints them", async () => {
  await using bed = await startBed();
  const { env, cli, dir, tickers } = bed;
  const args = ["record", ...tickers, "--channels", "orderbook_delta,trade", "--out", dir, "--for", "1s"];
  const first = await cli.run([...args, "--parquet", "--tables-only"], { env });
  assertEquals(first.status, 0);
  assertStringIncludes(first.stderr, "Making tables of the last file.");
  assertEquals(readdirSync(dir).filter((name) => !name.startsWith("day=")), ["_recording"]);
  assertEquals((await cli.run(args, { env })).status, 0);
  const lines = readdirSync(dir).filter((name) => name.endsWith(".jsonl.gz"));
  assertEquals(lines.map((name) => name.slice(0, 6)), ["000002"]);

  const [done] = await rowsOf(cli, ["export", dir, "--out", dir]);
  assertEquals([done.files, done.skipped, done.left], [1, 0, undefined]);
  for (const name of lines) rmSync(join(dir, name));
  const kinds = (await rowsOf(cli, ["replay", dir, "--channel", "orderbook_delta"])).map(({ kind }) => kind);
  assertEquals(kinds.filter((kind) => kind === "start" || kind === "end"), ["start", "end", "start", "end"]);
  assertEquals(kinds.filter((kind) => kind === "frame").length >= 2 * tickers.length, true);
  const alone = await cli.run([...args, "--tables-only"], { env });
  assertStringIncludes(alone.stderr, "--tables-only goes with --parquet.");
});
