import { assertEquals, assertThrows } from "@std/assert";
import { KalshiConfig, type KalshiConfigOptions } from "../../src/config.ts";
import { KalshiConfigError } from "../../src/errors.ts";
import { assertRuntimeCan } from "../../src/runtime/options.ts";
import type { Runtime } from "../../src/runtime/types.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { runtimeName, test } from "../support/test.ts";

async function ownAdapter(): Promise<Runtime> {
  switch (runtimeName) {
    case "deno":
      return (await import("../../src/runtime/deno.ts")).denoRuntime();
    case "bun":
      return (await import("../../src/runtime/bun.ts")).bunRuntime();
    default:
      return (await import("../../src/runtime/node.ts")).nodeRuntime();
  }
}

test("the error names this runtime's adapter exactly where the adapter can", async () => {
  const { capabilities } = await ownAdapter();
  const asked: Record<string, KalshiConfigOptions> = {
    http2: { http2: true },
    maxConnections: { limits: { maxConnections: 4 } },
    maxKeepaliveConnections: { limits: { maxKeepaliveConnections: 4 } },
    keepaliveExpiryMs: { limits: { keepaliveExpiryMs: 1000 } },
  };
  for (const [name, options] of Object.entries(asked)) {
    const error = assertThrows(
      () => assertRuntimeCan(new KalshiConfig(options), webRuntime()),
      KalshiConfigError,
      `${name} cannot be honoured`,
    );
    const named = error.message.split("@unofficial/kalshi/")[1]?.includes(runtimeName);
    assertEquals(named, capabilities[name as keyof typeof capabilities], name);
  }
});
