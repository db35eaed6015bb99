import { assertEquals } from "@std/assert";
import process from "node:process";
import { KalshiClient } from "../../mod.ts";
import { test } from "../support/test.ts";
import { breath, until } from "../support/until.ts";

test("many calls at once make Node warn of nothing", { on: ["node"] }, async () => {
  const gates: (() => void)[] = [];
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  try {
    await using client = new KalshiClient({
      demo: true,
      transport: () =>
        new Promise((resolve) =>
          gates.push(() => resolve(Response.json({ exchange_active: true, trading_active: true })))
        ),
    });
    const calls = Array.from({ length: 40 }, () => client.exchange.status());
    await until(() => gates.length === calls.length);
    for (const open of gates) open();
    await Promise.all(calls);
    await breath();
    assertEquals(warnings, []);
  } finally {
    process.off("warning", onWarning);
  }
});

test("a hundred calls at once with one AbortSignal make nothing warn", async () => {
  const gates: (() => void)[] = [];
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  try {
    await using client = new KalshiClient({
      demo: true,
      transport: () =>
        new Promise((resolve) =>
          gates.push(() => resolve(Response.json({ exchange_active: true, trading_active: true })))
        ),
    });
    const { signal } = new AbortController();
    const calls = Array.from({ length: 150 }, () => client.exchange.status({ signal }));
    await until(() => gates.length === calls.length);
    for (const open of gates) open();
    await Promise.all(calls);
    await breath();
    assertEquals(warnings, []);
  } finally {
    process.off("warning", onWarning);
  }
});
