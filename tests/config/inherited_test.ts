/** What others add to `Object.prototype` counts nowhere, also where options are read that were checked long before. */
import { assertEquals } from "@std/assert";
import { detectRuntime } from "#runtime";
import { KalshiClient } from "../../src/client.ts";
import { Positions } from "../../src/trading/mod.ts";
import { startTimed } from "../stream/support/timed_exchange.ts";
import { startExchange } from "../support/exchange.ts";
import { runtimeName, test } from "../support/test.ts";

/** Runs with these in the prototype of every object; gives the names of those that somebody has read. */
async function inheriting(names: readonly string[], run: () => Promise<unknown>): Promise<string[]> {
  const read = new Set<string>();
  for (const name of names) {
    Object.defineProperty(Object.prototype, name, {
      configurable: true,
      get: () => void read.add(name),
      set(value) {
        Object.defineProperty(this, name, { value, configurable: true, enumerable: true, writable: true });
      },
    });
  }
  try {
    await run();
  } finally {
    for (const name of names) delete (Object.prototype as unknown as Record<string, unknown>)[name];
  }
  return [...read];
}

test("a stream, its commands and positions read what they were given alone", async () => {
  await using venue = await startTimed();
  const names = ["verifyBooks", "onUnknown", "onUnreadable", "wsBaseUrl", "fixPrices", "mark", "remember"];
  const read = await inheriting(names, async () => {
    const stream = await venue.connect();
    await stream.subscribe("trade");
    await stream.close();
    new Positions({});
  });
  assertEquals(read, []);
});

test("connections go to their host, whatever a runtime would inherit", async () => {
  await using exchange = await startExchange({ marketMakers: false });
  const { baseUrl } = exchange;
  const { port } = new URL(baseUrl);
  const runtime = detectRuntime();
  const inherited = Object.prototype as unknown as Record<string, unknown>;
  const asking = async <T>(name: string, value: unknown, ask: () => Promise<T>): Promise<T> => {
    Object.defineProperty(inherited, name, { value, configurable: true, writable: true });
    try {
      return await ask();
    } finally {
      delete inherited[name];
    }
  };
  for (const name of ["maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"]) {
    // Some runtimes can keep to none of them, and say so.
    await asking(name, 1, () => new KalshiClient({ runtime, config: { baseUrl } }).close());
  }
  for (
    const [name, value] of [["path", "/nobody/listens/here"], ["pins", ["none"]], ["ca", ["none"]]] as const
  ) {
    if (runtimeName === "workers") continue;
    const address = { hostname: "127.0.0.1", port: Number(port), tls: false };
    const stream = await asking(name, value, () => runtime.connectTcp(address));
    await stream.close();
  }
});
