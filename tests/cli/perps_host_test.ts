import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliStop, exitCodes, main } from "../../src/cli/mod.ts";
import type { CliIo } from "../../src/cli/io.ts";
import { parseEnvFile } from "../../src/cli/env_file.ts";
import { FixClient } from "../../src/fix/mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { prepareCli } from "./support/program.ts";
import { memoryIo } from "./support/memory_io.ts";
import { Terminal } from "./support/terminal.ts";

/** An account with perps, and a market of which the book is known. */
async function openPerps() {
  const account = await openAccount({ perps: { marketMakers: false } });
  const { exchange, env } = account;
  const ticker = exchange.perps.listMarket({ ticker: "MYPERP", indexPrice: "10.0000", tickSize: "0.0010" });
  exchange.perps.placeCounterOrder({ ticker, side: "bid", price: "9.9900", count: "20" });
  exchange.perps.placeCounterOrder({ ticker, side: "ask", price: "10.0100", count: "5" });
  const publicEnv = { KALSHI_PERPS_API_BASE_URL: exchange.perpsConfig.baseUrl };
  return {
    exchange,
    ticker,
    publicEnv,
    env: {
      ...publicEnv,
      KALSHI_PERPS_KEY_ID: env.KALSHI_KEY_ID ?? "",
      KALSHI_PERPS_PRIVATE_KEY_PATH: env.KALSHI_PRIVATE_KEY_PATH ?? "",
    },
    [Symbol.asyncDispose]: () => account[Symbol.asyncDispose](),
  };
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>) {
  const io = memoryIo({ env });
  const code = await main(["perps", ...args], { io });
  return { code, out: io.stdout.text(), err: io.stderr.text() };
}

test("perps are listed, searched and shown, without a key", async () => {
  await using bed = await openPerps();
  const { ticker, publicEnv } = bed;
  const all = await run(["markets", "--json"], publicEnv);
  assertEquals([all.code, all.err], [0, ""]);
  const listed = objects(all.out);
  assert(listed.length > 3);
  const found = await run(["markets", "--search", "MYPERP", "--csv"], publicEnv);
  assertEquals(lines(found.out).length, 2);
  assertStringIncludes(found.out, "MYPERP");
  assertStringIncludes((await run(["markets", "--search", "nothing-like-it"], publicEnv)).err, "No market");
  const one = await run(["market", ticker], publicEnv);
  assertMatch(one.out, /tick size +0\.0010/);
  assertMatch(one.out, /market version +1/);
  const book = await run(["book", ticker, "--json"], publicEnv);
  assertEquals(
    objects(book.out).map(({ side, price, size, own }) => [side, price, size, own]),
    [["bid", "9.9900", "20.00", null], ["ask", "10.0100", "5.00", null]],
  );
  const missing = await run(["market", "NONE"], publicEnv);
  assertEquals([missing.code, missing.out], [exitCodes.refused.code, ""]);
});

test("an order for perps is checked against the market's ticks, placed once, seen and canceled", async () => {
  await using bed = await openPerps();
  const { ticker, env, publicEnv } = bed;
  const order = ["order", ticker, "--side", "bid", "--count", "7"];
  for (
    const [more, says] of [
      [["--price", "9.9905"], "Nearest: 9.9900 and 9.9910"],
      [["--price", "0"], "over 0"],
      [["--price", "ten"], "--price takes"],
      [["--price", "9.9900", "--tif", "ioc", "--post-only"], "--post-only goes with"],
      [["--price", "9.9900", "--reduce-only"], "--reduce-only goes with"],
    ] as const
  ) {
    const refused = await run([...order, ...more], env);
    assertEquals([refused.code, refused.out], [2, ""]);
    assertStringIncludes(refused.err, says);
  }
  assertEquals(
    (await run(["order", ticker, "--side", "bid", "--count", "1", "--price", "9"], publicEnv)).out,
    "",
  );

  const taken = objects((await run([...order, "--price", "10.0100", "--json"], env)).out)[0];
  assertEquals([taken.fill_count, taken.remaining_count, taken.price], ["5.00", "2.00", "10.0100"]);
  const book = objects((await run(["book", ticker, "--json"], env)).out);
  assertEquals(book[0].own, "2.00");
  assertMatch((await run(["book", ticker], env)).out, /10\.0100 +2\.00 +2\.00/);

  const portfolio = objects((await run(["portfolio", "--json"], env)).out);
  assertEquals([...new Set(portfolio.map(({ kind }) => kind))], ["balance", "position", "order", "fill"]);
  const position = portfolio.find(({ kind }) => kind === "position");
  assertEquals([position.market_ticker, position.position], [ticker, "5.00"]);
  assertEquals(position.risk.market_ticker, ticker);
  assert(Number(portfolio[0].available_balance) < Number(portfolio[0].account_equity));
  const shown = await run(["portfolio"], env);
  for (const heading of ["Positions", "Resting orders", "Latest fills"]) {
    assertStringIncludes(shown.out, heading);
  }
  assertMatch(shown.out, /MYPERP +5\.00 +10\.0100/);

  const canceled = objects((await run(["cancel", taken.order_id, "--json"], env)).out)[0];
  assertEquals([canceled.canceled, canceled.status], ["2.00", "canceled"]);
  await run([...order, "--price", "9.0000"], env);
  const none = await run(["cancel", "--all"], env);
  assertEquals([none.code, none.err], [0, "No order rests: the exchange shows none.\n"]);
  assertEquals((await run(["cancel"], env)).code, 2);
});

test("funding is shown as it is estimated, and as it was paid", async () => {
  await using bed = await openPerps();
  const { exchange, ticker, publicEnv } = bed;
  const estimate = objects((await run(["funding", ticker, "--json"], publicEnv)).out)[0];
  assertEquals(estimate.ticker, ticker);
  assert(Date.parse(estimate.next_funding_time) > exchange.clock.now());
  exchange.perps.fund(ticker);
  const past = objects((await run(["funding", ticker, "--past", "--json"], publicEnv)).out);
  assertEquals(past.map(({ market_ticker }) => market_ticker), [ticker]);
  const trades = await run(["trades", ticker], publicEnv);
  assertEquals([trades.out, trades.err], ["", "No trades.\n"]);
});

test("a watched book of perps is drawn in place, with own orders", async () => {
  await using bed = await openPerps();
  const { exchange, ticker, env } = bed;
  await run(["order", ticker, "--side", "bid", "--price", "9.9900", "--count", "3"], env);
  const stop = new AbortController();
  const terminal = new Terminal();
  const io: CliIo = {
    ...memoryIo({ isTerminal: true, env: { ...env, NO_COLOR: "1" }, signal: stop.signal }),
    stdout: {
      isTerminal: true,
      columns: 70,
      lines: 20,
      write: (text) => {
        terminal.feed(text);
        return Promise.resolve();
      },
    },
  };
  const ended = main(["perps", "book", ticker, "--watch"], { io });
  await until(() => terminal.lines[1] === "live" && /9\.9900 +23\.00 +23\.00 +\*3\.00/.test(terminal.text));
  exchange.perps.placeCounterOrder({ ticker, side: "ask", price: "10.0000", count: "1" });
  await until(() => terminal.text.includes("10.0000"));
  stop.abort(new CliStop("interrupted"));
  assertEquals(await ended, 130);
});

test("what leads to the other exchange is refused", async () => {
  await using bed = await openPerps();
  const { env } = bed;
  const refused = await run(["markets", "--demo"], env);
  assertEquals(refused.code, 2);
  assertStringIncludes(refused.err, "KALSHI_PERPS_API_BASE_URL says where to go");
});

test("an exchange that is asked for perps writes where they are, with the key of the account", async () => {
  using cli = await prepareCli();
  const folder = mkdtempSync(join(tmpdir(), "kalshi-perps-"));
  const path = join(folder, "local.env");
  const started = cli.start(["exchange", "--perps", "--fix", "--pace", "0", "--env", path, "--json"]);
  try {
    const [text] = await started.says(/\{[^]*\}\n/);
    const printed = JSON.parse(text);
    assertMatch(printed.perps, /^ws:.*\/trade-api\/ws\/v2\/margin$/);
    // With FIX, its gateway for perps too, at which the same key is let in.
    const [, port = ""] = String(printed.perps_fix).split(":");
    assert(port !== String(printed.fix).split(":")[1]);
    const file = readFileSync(path, "utf8");
    assertStringIncludes(file, `KALSHI_FIX_PRODUCT=margin and KALSHI_FIX_PORT=${port}.`);
    const env = { ...parseEnvFile(file, path), KALSHI_FIX_PRODUCT: "margin", KALSHI_FIX_PORT: port };
    await using fix = await FixClient.fromEnv(env);
    assertEquals([fix.state.name, fix.config.product], ["active", "margin"]);
    const { status, stdout } = await cli.run(["perps", "portfolio", "balance", "--env-file", path, "--json"]);
    assertEquals([status, Number(objects(stdout)[0].account_equity)], [0, 10_000]);
  } finally {
    started.signal("SIGTERM");
    await started.ended;
    rmSync(folder, { recursive: true, force: true });
  }
});
