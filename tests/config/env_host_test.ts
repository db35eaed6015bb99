import { assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiConfigError } from "../../src/base/errors.ts";
import { test } from "../support/test.ts";

const baseUrl = "https://proxy.example/trade-api/v2";
const variable = "KALSHI_ALLOW_UNKNOWN_HOST";

function withVariable(value: string | undefined, body: () => void): void {
  const { warn } = console;
  const before = process.env[variable];
  console.warn = () => {};
  if (value === undefined) delete process.env[variable];
  else process.env[variable] = value;
  try {
    body();
  } finally {
    console.warn = warn;
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}

test("KALSHI_ALLOW_UNKNOWN_HOST=1 lets unknown hosts through, unless the code says false", () => {
  withVariable("1", () => {
    const config = new KalshiConfig({ baseUrl });
    assertEquals([config.baseUrl, config.allowUnknownHost], [baseUrl, true]);
    assertEquals(config.with({ timeoutMs: 1 }).baseUrl, baseUrl);
    assertThrows(() => new KalshiConfig({ baseUrl, allowUnknownHost: false }), KalshiConfigError);
    assertThrows(() => new KalshiConfig({ baseUrl: "http://proxy.example/trade-api/v2" }), KalshiConfigError);
  });
});

test("no other value of it does", () => {
  for (const value of [undefined, "", "0", "true", "yes", "11"]) {
    withVariable(value, () => assertThrows(() => new KalshiConfig({ baseUrl }), KalshiConfigError, variable));
  }
});
