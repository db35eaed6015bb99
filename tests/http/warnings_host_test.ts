import { assertEquals } from "@std/assert";
import { type CallOptions, KalshiClient } from "../../mod.ts";
import { test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { warningsOf } from "../support/warnings.ts";

/** Makes calls that are all under way at once, and lets them end. */
async function callAtOnce(count: number, options: CallOptions): Promise<void> {
  const gates: (() => void)[] = [];
  await using client = new KalshiClient({
    demo: true,
    transport: () =>
      new Promise((resolve) =>
        gates.push(() => resolve(Response.json({ exchange_active: true, trading_active: true })))
      ),
  });
  const calls = Array.from({ length: count }, () => client.exchange.status(options));
  await until(() => gates.length === count);
  for (const open of gates) open();
  await Promise.all(calls);
}

test("many calls at once make Node warn of nothing", { on: ["node"] }, async () => {
  assertEquals(await warningsOf(() => callAtOnce(40, {})), []);
});

test("more than a hundred calls at once with one AbortSignal make nothing warn", async () => {
  const { signal } = new AbortController();
  assertEquals(await warningsOf(() => callAtOnce(150, { signal })), []);
});
