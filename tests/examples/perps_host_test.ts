/** The examples of perps, each as a process of its own against a local exchange. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../src/client.ts";
import { PerpsClient } from "../../src/perps/mod.ts";
import { runtimeName, test } from "../support/test.ts";
import { exampleBed, type ExampleRuntime, runExample, startExample } from "./run_example.ts";

const options = { timeoutMs: 300_000 } as const;
const runtime = runtimeName as ExampleRuntime;
const quiet = { markets: 0, marketMakers: false } as const;
const bed = () => exampleBed({ ...quiet, perps: quiet });

/** Starts an example and waits for what it says. */
async function follow(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { child, ended } = await startExample(runtime, script, args, env);
  let said = "";
  child.stdout?.on("data", (bytes) => said += bytes);
  /** Waits for a text, `meanwhile` trying what may bring it about. */
  const until = async (text: string) => {
    while (!said.includes(text)) {
      assertEquals(child.exitCode, null, said);
      await new Promise((resolve) => {
        child.stdout?.once("data", resolve);
        child.once("close", resolve);
      });
    }
  };
  const stop = async () => {
    child.kill("SIGINT");
    const { code, output, errors } = await ended;
    // Deno's node:child_process says the signal where the process has ended by itself after it.
    assertEquals([runtime === "deno" ? code ?? 0 : code, errors], [0, ""], output);
    return output;
  };
  return { child, ended, until, stop };
}

test(
  "the funding monitor says what funding would cost, and when a rate crosses its limit",
  options,
  async () => {
    await using place = await bed();
    const { exchange, account, env } = place;
    const { perps } = exchange;
    const ticker = perps.listMarket({ ticker: "P", indexPrice: "10.0000" });
    perps.placeCounterOrder({ ticker, side: "bid", price: "9.9990", count: "500" });
    perps.placeCounterOrder({ ticker, side: "ask", price: "10.0010", count: "500" });
    await using client = new PerpsClient({ auth: account.auth, config: exchange.perpsConfig });
    await client.orders.create({
      ...{ ticker, side: "bid", count: "100.00", price: "10.0010" },
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
    // The first sample of its premium is that of the next whole second.
    while ((await client.funding.rateEstimate({ ticker })).funding_rate === undefined);
    const { until, stop } = await follow("examples/funding_monitor.ts", ["0.05"], env);
    await until("watching 1 markets for 0.05 %");
    // The middle of the book is 2 % above the index from now on.
    perps.setIndexPrice(ticker, "9.8000");
    await until("P over: ");
    const output = await stop();
    assertMatch(output, /^P -?\d\.\d{4} % at \d\d:\d\d you would get -?\d+\.\d+$/m);
    assertMatch(output, /^P over: \d\.\d{4} % long pays short at \d\d:\d\d you would get -\d+\.\d+$/m);
  },
);

test("the hedge follows the event position, also when it is killed in between", options, async () => {
  await using place = await bed();
  const { exchange, account, env } = place;
  const { perps } = exchange;
  const ticker = exchange.listMarket({ ticker: "E" });
  const perp = perps.listMarket({ ticker: "P", indexPrice: "10.0000" });
  perps.placeCounterOrder({ ticker: perp, side: "bid", price: "9.9990", count: "500" });
  perps.placeCounterOrder({ ticker: perp, side: "ask", price: "10.0010", count: "500" });
  exchange.placeCounterOrder({ ticker, side: "ask", price: "0.5000", count: "500" });
  await using events = new KalshiClient({ auth: account.auth, config: exchange.config });
  await using client = new PerpsClient({ auth: account.auth, config: exchange.perpsConfig });
  const buy = async (count: string) => {
    await events.orders.create({
      ...{ ticker, side: "bid", count, price: "0.5000" },
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
  };
  const position = async () => (await client.portfolio.positions.list()).map((held) => held.position);
  const folder = mkdtempSync(join(tmpdir(), "hedge-"));
  try {
    const journal = join(folder, "journal.jsonl");
    const args = [ticker, perp, "2.50", journal];
    await buy("10.00");
    // The order is placed, and its answer says otherwise: the process is killed while it finds that out.
    exchange.fail({ method: "POST", path: "/margin/orders", status: 503, afterProcessing: true });
    const first = await follow("examples/hedge.ts", args, env);
    while ((await position()).length === 0 && first.child.exitCode === null);
    first.child.kill("SIGKILL");
    await first.ended;
    exchange.clearFaults();
    assertEquals(await position(), ["-25.00"]);

    const second = await follow("examples/hedge.ts", args, env);
    await second.until("watching E");
    await buy("4.00");
    await second.until("hedged -35.00");
    const output = await second.stop();
    assertStringIncludes(output, "left open: ");
    assertEquals(await position(), ["-35.00"]);
    const lines = readFileSync(journal, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
    assertEquals(lines.map(({ type }) => type), ["wish", "done", "wish", "done"]);
    assertEquals(lines.filter(({ type }) => type === "done").map(({ filled }) => filled), [-2500, -1000]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

for (
  const [leg, mark, buyer] of [["take_profit", "10.9000", "10.8500"], [
    "stop_loss",
    "9.1000",
    "9.0500",
  ]] as const
) {
  test(`the bracket fills, and its ${leg} closes it`, options, async () => {
    await using place = await bed();
    const { exchange, env } = place;
    const { perps } = exchange;
    const ticker = perps.listMarket({ ticker: "P", indexPrice: "10.0000" });
    const { until, ended } = await follow(
      "examples/bracket.ts",
      [ticker, "bid", "10.00", "9.9000", "9.2000", "10.8000"],
      env,
    );
    await until("bracket: ");
    // Somebody sells to it.
    perps.placeCounterOrder({ ticker, side: "ask", price: "9.9000", count: "10" });
    await until("bracket: active");
    perps.placeCounterOrder({ ticker, side: "bid", price: buyer, count: "500" });
    perps.setMarkPrice(ticker, mark);
    const { code, output, errors } = await ended;
    assertEquals([code, errors], [0, ""], output);
    assertStringIncludes(output, "pending_on_entry");
    assertMatch(output, /^filled 10\.00 bid at 9\.9000 by user position 10\.00$/m);
    assertStringIncludes(output, `filled 10.00 ask at ${buyer} by system position 0.00`);
    assert(output.includes(`over: filled ${leg} 10.00 closed`), output);
  });
}

test("the bracket refuses prices that are the wrong way round", options, async () => {
  await using place = await bed();
  const args = ["P", "ask", "10.00", "9.9000", "9.2000", "10.8000"];
  const { code, errors } = await runExample(runtime, "examples/bracket.ts", args, place.env);
  assert(code !== 0);
  assertStringIncludes(errors, "The stop loss is where the position loses");
});
