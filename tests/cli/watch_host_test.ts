import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execFile, execFileSync, spawn } from "node:child_process";
import process from "node:process";
import { CliStop, main } from "../../src/cli/mod.ts";
import type { CliIo } from "../../src/cli/io.ts";
import { test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";
import { lines, objects, openAccount } from "./support/account.ts";
import { memoryIo } from "./support/memory_io.ts";
import { prepareCli } from "./support/program.ts";
import { Terminal } from "./support/terminal.ts";

/** The world of somebody who sits at a terminal and may press Ctrl-C. */
function atTerminal(env: Readonly<Record<string, string>>) {
  const stop = new AbortController();
  const terminal = new Terminal();
  terminal.feed("$ kalshi book\r\n");
  const size = { columns: 70, lines: 20 };
  const memory = memoryIo({ isTerminal: true, env, signal: stop.signal });
  const io: CliIo = {
    ...memory,
    stdout: {
      isTerminal: true,
      get columns() {
        return size.columns;
      },
      get lines() {
        return size.lines;
      },
      write: (text) => {
        terminal.feed(text);
        return Promise.resolve();
      },
    },
  };
  return { io, terminal, size, stderr: memory.stderr, press: () => stop.abort(new CliStop("interrupted")) };
}

const order = (ticker: string, side: "bid" | "ask", price: string, count: string) => ({
  ticker,
  side,
  price,
  count,
  time_in_force: "good_till_canceled" as const,
  self_trade_prevention_type: "taker_at_cross" as const,
});

test("a watched book is drawn in place, with own orders, stale when it is, in any size", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5600", count: "7.50" });
  const { order_id } = await client.orders.create(order(ticker, "bid", "0.5400", "5.00"));
  const { io, terminal, size, stderr, press } = atTerminal({ ...env, NO_COLOR: "1" });
  const before = terminal.text;

  const ended = main(["book", ticker, "--watch"], { io });
  await until(() => terminal.lines[1] === "live");
  assertEquals([terminal.isSecondPage, terminal.isCursorShown], [true, false]);
  assertStringIncludes(terminal.text, "  0.5600   7.50   7.50");
  assertMatch(terminal.text, /0\.5400 +25\.00 +25\.00 +\*5\.00/);
  const spreadAt = terminal.lines.findIndex((line) => line.includes("spread 0.0200"));

  // What others do and what the account does is drawn, and the spread stays in its place.
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5500", count: "1" });
  await client.orders.create(order(ticker, "ask", "0.5800", "2.00"));
  await until(() =>
    /0\.5800 +2\.00 +10\.50 +\*2\.00/.test(terminal.text) && terminal.text.includes("0.5500")
  );
  assertEquals(terminal.lines.findIndex((line) => line.includes("spread 0.0100")), spreadAt);
  await client.orders.cancel(order_id);
  await until(() => /0\.5400 +20\.00 +20\.00 +█/.test(terminal.text));

  // A window of another size.
  size.lines = 9;
  size.columns = 44;
  await until(() => terminal.lines.length === 9);
  assert(terminal.lines.every((line) => line.length <= 44), terminal.text);
  assertStringIncludes(terminal.text, "1 more level");

  // The connection is gone: no price is shown as good.
  exchange.sockets.refuse({ status: 503, times: Infinity });
  exchange.sockets.restart();
  await until(() => /^(?:STALE|RESYNCING): the connection broke/.test(terminal.lines[1] ?? ""));
  size.columns = 120;
  await until(() => /may be wrong.*; reconnecting, attempt \d+$/.test(terminal.lines[1] ?? ""));
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5300", count: "3" });
  exchange.sockets.clearFaults();
  await until(() => terminal.lines[1] === "live");
  assertMatch(terminal.text, /0\.5300 +3\.00/);

  press();
  assertEquals(await ended, 130);
  assertEquals([terminal.text, terminal.isSecondPage, terminal.isCursorShown], [before, false, true]);
  assertEquals(stderr.text(), "");
});

test("a watched book is a line for each change, from which it can be rebuilt", async () => {
  await using account = await openAccount();
  const { exchange, client, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  using cli = await prepareCli();
  const started = cli.start(["book", ticker, "--watch", "--json"], { env });
  await started.says(/"type":"snapshot"/);
  const { client_order_id } = await client.orders.create(order(ticker, "ask", "0.5800", "2.00"));
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5500", count: "1" });
  await started.says(/"best_bid":"0.5500"/);
  // The next change is lost on the way; the one after it shows that.
  exchange.sockets.fail({ fault: "drop", channel: "orderbook_delta" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5300", count: "4" });
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5200", count: "4" });
  await started.says(/"type":"stale"[^]*"type":"snapshot"/);
  started.signal("SIGINT");
  const { status, stdout, stderr } = await started.ended;
  assertEquals([status, stderr], [130, ""]);

  const told = objects(stdout);
  const keys = Object.keys(told[1]).join();
  assert(told.every((line) => Object.keys(line).join().startsWith(keys)), stdout);
  assertEquals(
    told.slice(0, 3).map((
      line,
    ) => [line.type, line.side, line.price, line.size, line.best_bid, line.best_ask]),
    [
      ["snapshot", null, null, null, "0.5400", null],
      ["delta", "ask", "0.5800", "2.00", "0.5400", "0.5800"],
      ["delta", "bid", "0.5500", "1.00", "0.5500", "0.5800"],
    ],
  );
  assertEquals(told[1].client_order_id, client_order_id);
  const stale = told.find(({ type }) => type === "stale");
  assertEquals(stale.reason, "gap");
  assert(stale.state !== "live");
  const again = told.findLast(({ type }) => type === "snapshot");
  assertEquals([again.state, again.reason, again.bids], ["live", "gap", [
    ["0.5500", "1.00"],
    ["0.5400", "20.00"],
    ["0.5300", "4.00"],
    ["0.5200", "4.00"],
  ]]);
});

test("a reader that leaves ends a watched book, and a pipe is no terminal", async () => {
  await using account = await openAccount();
  const { exchange, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  using cli = await prepareCli();
  const refused = await cli.run(["book", ticker, "--watch"], { env });
  assertEquals([refused.status, refused.stdout], [2, ""]);
  assertStringIncludes(refused.stderr, "--json writes a line for each change");

  const words = [cli.command, ...cli.args, "book", ticker, "--watch", "--csv"].map((word) => `'${word}'`);
  const shell = spawn("sh", ["-c", `{ ${words.join(" ")}; echo "ended with $?" >&2; } | head -1`], {
    env: { ...process.env, ...env },
  });
  let output = "";
  let errors = "";
  shell.stdout.on("data", (data) => output += data);
  shell.stderr.on("data", (data) => errors += data);
  await until(() => output.includes("\n"));
  // It finds out when it writes the next time.
  for (let count = 1; !errors.includes("ended"); count++) {
    exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5300", count: `${1 + count % 50}` });
    await breath();
  }
  assertEquals(lines(output), [
    "type,ticker,state,reason,seq,ts_ms,side,price,size,delta,client_order_id,best_bid,best_bid_size,best_ask,best_ask_size,dropped",
  ]);
  assertStringIncludes(errors, "ended with 0");
});

function hasScript(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("script", ["--version"], (error, output) => {
      resolve(error === null && output.includes("util-linux"));
    });
  });
}

test("on a real terminal a watched book leaves it as it was, at Ctrl-C", async () => {
  if (!await hasScript()) {
    return console.warn("Did not run: there is no `script` of util-linux, which makes a terminal.");
  }
  await using account = await openAccount();
  const { exchange, ticker, env } = account;
  exchange.placeCounterOrder({ ticker, side: "bid", price: "0.5400", count: "20" });
  using cli = await prepareCli();
  const words = [cli.command, ...cli.args, "book", ticker, "--watch"].map((word) => `'${word}'`);
  // The shell outlives the Ctrl-C that it gets too; some would end before they say how the program ended.
  const inside = `trap : INT; stty cols 72 rows 15; tty; stty -a; ${
    words.join(" ")
  }; echo "ended with $?"; stty -a`;
  const child = spawn("script", ["-qec", inside, "/dev/null"], {
    env: { ...process.env, ...env, NO_COLOR: "1", TERM: "xterm" },
  });
  let output = "";
  let isClosed = false;
  child.on("close", () => isClosed = true);
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  const terminal = () => {
    const made = new Terminal();
    // Tabs are of stty, and what a runtime says before it starts is not the program's.
    made.feed(output.slice(output.indexOf("\u001b[?2026h")).replaceAll("\t", " "));
    return made;
  };
  await until(() => output.includes("\u001b[?2026l") && terminal().lines[1] === "live");
  assertEquals(terminal().lines.length, 15);
  const [tty = ""] = /\/dev\/pts\/\d+/.exec(output) ?? [];
  execFileSync("stty", ["-F", tty, "cols", "50", "rows", "9"]);
  await until(() => terminal().lines.length === 9);

  child.stdin.write("\u0003");
  await until(() => /ended with \d+/.test(output));
  child.stdin.end();
  // The settings come in pieces: only the end says that they are all there.
  await until(() => isClosed);
  assertMatch(output, /ended with 130/);
  assertEquals([terminal().isSecondPage, terminal().isCursorShown], [false, true]);
  // The terminal's own settings are what they were, but for its size.
  // deno-lint-ignore no-control-regex
  const settings = [...output.matchAll(/speed [^]*?(?=\u001b|ended|$)/g)].map(([text]) =>
    text.replace(/rows \d+; columns \d+/, "").replace(/\s+/g, " ").trim()
  );
  assertEquals(settings[0], settings.at(-1));
});
