/** The examples on NATS: a gateway, and a reader that knows how far it has read. */
import { assertEquals, assertMatch } from "@std/assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KalshiClient } from "../../mod.ts";
import { natsTest, startNats } from "../nats/support/server.ts";
import { runtimeName } from "../support/test.ts";
import { until } from "../support/until.ts";
import { exampleBed, type ExampleRuntime, startExample } from "./run_example.ts";

const runtime = runtimeName as ExampleRuntime;

async function start(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const { child, ended } = await startExample(runtime, script, args, env);
  const run = { output: "", ended, stop: () => child.kill("SIGINT"), isOver: () => child.exitCode !== null };
  child.stdout?.on("data", (bytes) => run.output += bytes);
  return run;
}

natsTest("a gateway passes on, and a reader goes on where it stopped", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-nats-example-"));
  await using server = await startNats();
  await using bed = await exampleBed({ markets: 2 });
  const { exchange } = bed;
  exchange.step(3);
  const env = { ...bed.env, NATS_URL: `nats://127.0.0.1:${server.port}` };
  const [ticker = ""] = exchange.openTickers();
  const says = (run: { output: string; isOver(): boolean }, word: string) =>
    until(() => run.output.includes(word) || run.isOver());
  const client = new KalshiClient({ auth: bed.account.auth, config: { baseUrl: exchange.baseUrl } });
  const buy = () =>
    client.orders.create({
      ticker,
      side: "bid",
      count: "1.00",
      price: "0.9900",
      time_in_force: "immediate_or_cancel",
      self_trade_prevention_type: "taker_at_cross",
    });
  try {
    const gateway = await start("examples/nats_gateway.ts", [ticker], env);
    await says(gateway, "leading, Kalshi: open");
    const args = [join(folder, "read.json"), ticker];
    const first = await start("examples/nats_reader.ts", args, env);
    await says(first, "book ");
    await buy();
    await says(first, "fill ");
    await says(first, "trade ");
    first.stop();
    const { errors } = await first.ended;
    assertEquals(errors, "");
    await buy();
    const second = await start("examples/nats_reader.ts", args, env);
    await says(second, "fill ");
    await says(second, "book ");
    second.stop();
    assertEquals((await second.ended).errors, "");
    assertEquals([...second.output.matchAll(/^fill /gm)].length, 1);
    gateway.stop();
    const ended = await gateway.ended;
    assertEquals(ended.errors, "");
    assertMatch(ended.output, /KALSHI_LOOPBACK_EVENTS_PRIVATE_main: \d+ messages, 0 dropped/);
  } finally {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
