/** The examples that trade, each as a process of its own against a local exchange. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../src/client.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { exampleBed, type ExampleRuntime, runExample, startExample } from "./run_example.ts";

const options = { timeoutMs: 300_000 } as const;
const runtime = runtimeName as ExampleRuntime;

test("the market maker quotes around the others, is filled, and leaves nothing behind", options, async () => {
  await using bed = await exampleBed({ markets: 0, marketMakers: false });
  const { exchange, account, env } = bed;
  const ticker = exchange.listMarket({ ticker: "M" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "50" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "50" });
  await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
  // Of the 25 that it may hold, the account has 22 already.
  await client.orders.create({
    ticker,
    side: "bid",
    count: "22.00",
    price: "0.6000",
    time_in_force: "immediate_or_cancel",
    self_trade_prevention_type: "taker_at_cross",
  });
  const { child, ended } = await startExample(runtime, "examples/market_maker.ts", [ticker], env);
  let said = "";
  child.stdout?.on("data", (bytes) => said += bytes);
  const until = async (what: () => Promise<boolean> | boolean) => {
    while (!await what()) {
      assertEquals(child.exitCode, null, said);
      await new Promise((resolve) => child.stdout?.once("data", resolve));
    }
  };
  await until(() => said.includes("quoting 0.4800 / 0.5200"));
  const resting = async () => (await client.orders.list({ status: "resting" })).items;
  while ((await resting()).length < 2) await client.exchange.status();
  assertEquals(
    (await resting()).map((order) => `${order.yes_price_dollars} ${order.remaining_count_fp}`).sort(),
    ["0.4800 3.00", "0.5200 5.00"],
  );
  // Somebody sells to it, and it says so.
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4800", count: "2" });
  await until(() => said.includes("filled 2.00 bid 0.4800 position 24.00"));
  child.kill("SIGINT");
  const { code, output, errors } = await ended;
  // Deno's node:child_process says the signal where the process has ended by itself after it.
  assertEquals([runtime === "deno" ? code ?? 0 : code, errors], [0, ""], output);
  assertMatch(output, /stopped; \d+ orders placed, \d+ cancelled/);
  assertEquals(await resting(), []);
});

test(
  "the arbitrage finds bids that add up to more than a dollar, and sells all of them",
  options,
  async () => {
    await using bed = await exampleBed({ marketMakers: false });
    const { exchange, account, env } = bed;
    await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
    const nothing = await runExample(runtime, "examples/arbitrage.ts", [], env);
    assertEquals([nothing.code, nothing.errors], [0, ""]);
    assertStringIncludes(nothing.output, "No event's bids add up to more than a dollar.");

    const { items: events } = await client.events.list({
      status: "open",
      with_nested_markets: true,
      limit: 200,
    });
    const event = events.find(({ mutually_exclusive, markets }) =>
      mutually_exclusive && (markets ?? []).length > 2
    );
    assert(event !== undefined);
    const tickers = (event.markets ?? []).slice(0, 3).map(({ ticker }) => ticker);
    for (const ticker of tickers) {
      exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "7" });
    }
    const { code, output, errors } = await runExample(runtime, "examples/arbitrage.ts", ["--trade"], env);
    assertEquals([code, errors], [0, ""], output);
    assertStringIncludes(output, `${event.event_ticker}: bids of 3 markets add up to more than a dollar:`);
    // 1.20 less fees of 0.0168 each, less the dollar that one of them may cost.
    assertStringIncludes(output, "at least 0.1496");
    for (const ticker of tickers) assertStringIncludes(output, `${ticker} sold 7.00`);
    const { items: positions } = await client.portfolio.positions.list();
    assertEquals(positions.map(({ position_fp }) => position_fp), ["-7.00", "-7.00", "-7.00"]);
  },
);

test("the FIX example places, changes and cancels an order", options, async () => {
  await using bed = await exampleBed({ markets: 0, marketMakers: false, fix: true });
  const { exchange, account, env } = bed;
  const ticker = exchange.listMarket({ ticker: "M" });
  const { keyId, privateKey } = await exchange.createKey(account.id);
  const { host, port } = exchange.fixConfig("order-entry");
  const { code, output, errors } = await runExample(runtime, "examples/fix_orders.ts", [ticker, "0.4400"], {
    ...env,
    KALSHI_FIX_KEY_ID: keyId,
    KALSHI_FIX_PRIVATE_KEY: privateKey,
    KALSHI_FIX_HOST: host,
    KALSHI_FIX_PORT: String(port),
    KALSHI_FIX_TLS: "false",
  });
  assertEquals([code, errors], [0, ""], output);
  for (const part of ["New ", "placed ", "changed to 4.00 contracts", "cancelled 1 of the session"]) {
    assertStringIncludes(output, part);
  }
});

test("the bot that is killed again and again places its ten orders once", options, async () => {
  await using bed = await exampleBed({ markets: 0, marketMakers: false });
  const { exchange, account, env } = bed;
  const ticker = exchange.listMarket({ ticker: "M" });
  const folder = mkdtempSync(join(tmpdir(), "recover-"));
  try {
    const journal = join(folder, "journal.jsonl");
    const args = [ticker, "0.2000", journal];
    await using client = new KalshiClient({ auth: account.auth, config: exchange.config });
    const resting = async () => (await client.orders.list({ status: "resting", limit: 100 })).items;
    for (let kills = 0; kills < 4; kills++) {
      const before = (await resting()).length;
      // The order is placed, and its answer says otherwise: the process is killed while it finds that out, or later.
      const path = "/portfolio/events/orders";
      exchange.fail({ method: "POST", path, status: 503, afterProcessing: true });
      const { child, ended } = await startExample(runtime, "examples/recover.ts", args, env);
      while ((await resting()).length === before && child.exitCode === null);
      child.kill("SIGKILL");
      assertEquals((await ended).errors, "");
      exchange.clearFaults();
    }
    const { code, output, errors } = await runExample(runtime, "examples/recover.ts", args, env);
    assertEquals([code, errors], [0, ""], output);
    assertStringIncludes(output, "all ten are placed");
    const items = await resting();
    assertEquals(items.length, 10);
    const written = readFileSync(journal, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const done = written.filter(({ type }) => type === "done").map(({ order_id }) => order_id);
    assertEquals(items.map(({ order_id }) => order_id).sort(), [...new Set(done)].sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test(
  "the market maker trades on paper, unchanged, against a live market that never hears of it",
  options,
  async () => {
    await using bed = await exampleBed({ markets: 0, marketMakers: false });
    const { exchange, env } = bed;
    const ticker = exchange.listMarket({ ticker: "M" });
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.4000", count: "50" });
    exchange.placeCounterOrder({ ticker, side: "ask", price: "0.6000", count: "50" });
    const folder = mkdtempSync(join(tmpdir(), "paper-"));
    const said = { paper: "", bot: "" };
    try {
      const paper = await startExample(runtime, "examples/paper_trading.ts", [folder, ticker], env);
      paper.child.stdout?.on("data", (bytes) => said.paper += bytes);
      paper.child.stderr?.on("data", (bytes) => said.paper += bytes);
      await until(() => said.paper.includes("paper trading M") || paper.child.exitCode !== null);
      const paperEnv = Object.fromEntries(
        readFileSync(join(folder, "paper.env"), "utf8").trim().split("\n").map((line) => {
          const [name = "", ...value] = line.split("=");
          return [name, value.join("=").replace(/^"(.*)"$/, "$1").replaceAll("\\n", "\n")];
        }),
      );
      const bot = await startExample(runtime, "examples/market_maker.ts", [ticker], paperEnv);
      bot.child.stdout?.on("data", (bytes) => said.bot += bytes);
      bot.child.stderr?.on("data", (bytes) => said.bot += bytes);
      await until(() => said.bot.includes("quoting 0.4800 / 0.5200") || bot.child.exitCode !== null);
      await using onPaper = await KalshiClient.fromEnv(paperEnv);
      const resting = async () => (await onPaper.orders.list({ status: "resting" })).items.length;
      await until(async () => await resting() === 2 || bot.child.exitCode !== null);
      // Somebody offers below its bid, on the live exchange.
      exchange.placeCounterOrder({ ticker, side: "ask", price: "0.4700", count: "1" });
      await until(() => said.bot.includes("filled 1.00 bid 0.4800") || bot.child.exitCode !== null);
      bot.child.kill("SIGINT");
      const stopped = await bot.ended;
      assertStringIncludes(stopped.output, "stopped;", said.bot);
      paper.child.kill("SIGINT");
      const { output, errors } = await paper.ended;
      assertEquals(errors, "");
      assertMatch(output, /P&L -?[\d.]+ of it fees -[\d.]+; [1-9]\d* fills/);
      assertStringIncludes(readFileSync(join(folder, "report.html"), "utf8"), "<html");
      await using client = new KalshiClient({ auth: bed.account.auth, config: exchange.config });
      assertEquals((await client.orders.list()).items, []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test("the backtest runs its bot over a recording, with each model of the queue", options, async () => {
  const path = mkdtempSync(join(tmpdir(), "example-"));
  try {
    const at = Date.UTC(2026, 10, 24, 14);
    const lines = [
      {
        header: {
          format: "kalshi-recording",
          version: 1,
          session: "s",
          part: 1,
          startedAtMs: at,
          sdk: "",
          host: "",
        },
      },
      {
        type: "orderbook_snapshot",
        msg: { yes_dollars_fp: [["0.4000", "50.00"]], no_dollars_fp: [["0.5000", "50.00"]] },
      },
      ...[1, 2, 3, 4].map((n) => ({
        type: "orderbook_delta",
        msg: { price_dollars: "0.4000", delta_fp: `${n}.00`, side: "yes" },
      })),
      // Whoever sells at 0.40 has passed a bid of 0.43.
      {
        type: "trade",
        msg: { trade_id: "t", yes_price_dollars: "0.4000", count_fp: "3.00", taker_book_side: "ask" },
      },
      { type: "orderbook_delta", msg: { price_dollars: "0.4000", delta_fp: "-3.00", side: "yes" } },
    ].map((one, index) => {
      const time = { atMs: at + index * 1_000, us: index * 1_000_000 };
      if (!("msg" in one)) {
        const { header } = one;
        return {
          ...time,
          header: { ...header, environment: "unknown", channels: { orderbook_delta: {}, trade: {} } },
        };
      }
      const msg = { market_ticker: "M-1", market_id: "m", ...one.msg };
      return { ...time, frame: { type: one.type, sid: 1, seq: index, msg } };
    });
    const end = {
      atMs: at + 60_000,
      us: 60_000_000,
      event: "end",
      reason: "closed",
      frames: lines.length - 1,
    };
    const text = [...lines, end].map((line) => `${JSON.stringify(line)}\n`).join("");
    writeFileSync(join(path, "000001-20261124T140000Z.jsonl"), text);
    const saved = join(path, "report");
    const { code, output, errors } = await runExample(
      runtime,
      "examples/backtest.ts",
      [path, "M-1", saved],
      {},
    );
    assertEquals([code, errors], [0, ""], output);
    for (const queue of ["behind", "pro-rata", "ahead"]) {
      assertMatch(output, new RegExp(`^${queue}: P&L 0\\.0600\\d*, fees 0\\.0000\\d*, 1 fills`, "m"));
    }
    assertMatch(output, /maker: after 1 s the middle had moved 0\S* against it/);
    assertStringIncludes(readFileSync(join(saved, "report.html"), "utf8"), "M-1, queue behind");
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
});
