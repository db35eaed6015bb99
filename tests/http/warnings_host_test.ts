import { assertEquals } from "@std/assert";
import process from "node:process";
import { KalshiClient } from "../../mod.ts";
import { test } from "../support/test.ts";

test("many calls at once make Node warn of nothing", { on: ["node"] }, async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on("warning", onWarning);
  try {
    await using client = new KalshiClient({
      demo: true,
      transport: () =>
        new Promise((resolve) =>
          setTimeout(() => resolve(Response.json({ exchange_active: true, trading_active: true })), 1)
        ),
    });
    await Promise.all(Array.from({ length: 40 }, () => client.exchange.status()));
    await new Promise((resolve) => setTimeout(resolve, 1));
    assertEquals(warnings, []);
  } finally {
    process.off("warning", onWarning);
  }
});
