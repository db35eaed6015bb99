/** The limits of a client's connections, as a server counts these: 300 calls at once, and what stays open afterwards. */
import { assert, assertEquals } from "@std/assert";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiCore } from "../../src/core.ts";
import type { ConnectionLimits, RestRuntime } from "../../src/runtime/types.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { adapters } from "./support/adapters.ts";

interface Bed extends AsyncDisposable {
  readonly server: Thing;
  readonly core: KalshiCore;
}

async function start(
  make: (ca: string) => RestRuntime,
  config: { limits: ConnectionLimits; http2?: boolean },
  options: unknown = {},
): Promise<Bed> {
  const server = await startThing("https-server", options);
  const baseUrl = `https://localhost:${await server.call<number>("port")}/trade-api/v2`;
  const core = new KalshiCore({
    config: new KalshiConfig({ baseUrl, maxRetries: 0, timeoutMs: 110_000, ...config }),
    runtime: make(await server.call<string>("ca")),
  });
  return {
    server,
    core,
    async [Symbol.asyncDispose]() {
      await core.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const burst = ({ core }: Bed, count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      index % 2 === 0
        ? core.request("GET", `/x/${index}`)
        : core.request("POST", `/x/${index}`, { body: {} })),
  );
const open = ({ server }: Bed) => server.call<number>("openConnections");

for (const adapter of await adapters()) {
  const { name } = adapter;
  const make = (ca: string) => adapter.make({ caCertificates: [ca] });

  test(`${name}: 300 calls at once keep to the limits of connections, and so do the idle ones afterwards`, async () => {
    for (
      const limits of [
        { maxConnections: 100, maxKeepaliveConnections: 20 },
        { maxConnections: 20, maxKeepaliveConnections: 100 },
        { maxConnections: 10 },
      ]
    ) {
      const { maxConnections, maxKeepaliveConnections = maxConnections } = limits;
      await using bed = await start(make, { limits }, { http2: false, answers: [{ delayMs: 2 }] });
      for (let round = 0; round < 2; round++) {
        await burst(bed, 300);
        const most = Math.min(maxConnections, maxKeepaliveConnections);
        await until(async () => await open(bed) <= most);
        assert(await open(bed) > 0, "none stayed");
        const peak = await bed.server.call<number>("peak");
        // Elsewhere the calls in flight are bounded: Deno and Bun may open, or be slow to close, one more.
        const allowed = runtimeName === "node" ? maxConnections : 300;
        assert(peak <= allowed, `${peak} connections at once, ${allowed} allowed`);
      }
      const served = await bed.server.call<{ path: string }[]>("requests");
      assertEquals(new Set(served.map(({ path }) => path)).size, 300);
      assertEquals(served.length, 600, "each arrived once");
    }
  });

  test(`${name}: maxKeepaliveConnections alone bounds what stays open, and not what is in use`, async () => {
    for (const maxKeepaliveConnections of [0, 2]) {
      await using bed = await start(make, { limits: { maxKeepaliveConnections } }, {
        http2: false,
        answers: [{ hold: true }],
      });
      const busy = burst(bed, 6);
      await until(async () => (await bed.server.call<unknown[]>("requests")).length === 6);
      await bed.server.call("release");
      await busy;
      await until(async () => await open(bed) === maxKeepaliveConnections);
      const before = await bed.server.call<number>("connections");
      assertEquals(before, 6);
      await bed.server.call("setAnswers", [{}]);
      await burst(bed, 1);
      assertEquals(await bed.server.call("connections"), maxKeepaliveConnections === 0 ? 7 : 6);
    }
  });

  if (adapter.make().capabilities.http2 && name !== "denoRuntime") {
    test(`${name}: over HTTP/2 calls share one connection, and none waits for another`, async () => {
      await using bed = await start(make, { limits: { maxConnections: 1 }, http2: true });
      await burst(bed, 1);
      await bed.server.call("setAnswers", [{ hold: true }]);
      const busy = burst(bed, 20);
      await until(async () => (await bed.server.call<unknown[]>("requests")).length === 20);
      await bed.server.call("release");
      await busy;
      assertEquals(await open(bed), 1);
    });
  }
}
