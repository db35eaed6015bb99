/** The limits of a client's connections, as a server counts these: 300 calls at once, and what stays open afterwards. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KalshiConfig } from "../../src/config/kalshi_config.ts";
import { KalshiCore } from "../../src/core.ts";
import type { CallOptions } from "../../src/http/call_options.ts";
import { KalshiError } from "../../src/base/errors.ts";
import { builtinNodeRuntime } from "../../src/runtime/node_builtin.ts";
import type { ConnectionLimits, RestRuntime } from "../../src/runtime/types.ts";
import { startThing, type Thing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";
import { type Adapter, adapters } from "./support/adapters.ts";

interface Bed extends AsyncDisposable {
  readonly server: Thing;
  readonly core: KalshiCore;
}

async function start(
  make: (ca: string) => RestRuntime,
  config: { limits: ConnectionLimits; http2?: boolean },
  options: { readonly tls?: boolean; readonly [name: string]: unknown } = {},
): Promise<Bed> {
  const server = await startThing("https-server", options);
  const scheme = options.tls === false ? "http" : "https";
  const baseUrl = `${scheme}://localhost:${await server.call<number>("port")}/trade-api/v2`;
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

const send = ({ core }: Bed, index: number, options: CallOptions = {}) =>
  index % 2 === 0
    ? core.request("GET", `/x/${index}`, options)
    : core.request("POST", `/x/${index}`, { body: {}, ...options });
const burst = (bed: Bed, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => send(bed, index)));
const open = ({ server }: Bed) => server.call<number>("openConnections");
const peak = ({ server }: Bed) => server.call<number>("peak");

/** Node as it is found has no place for the test's certificate authority. */
const builtin: Adapter[] = runtimeName === "node"
  ? [{ name: "builtinNodeRuntime", make: builtinNodeRuntime }]
  : [];

for (const { name, make: makeRuntime } of [...await adapters(), ...builtin]) {
  const tls = name !== "builtinNodeRuntime";
  const make = (ca: string) => makeRuntime(tls ? { caCertificates: [ca] } : undefined);

  for (
    const limits of [
      { maxConnections: 100, maxKeepaliveConnections: 20 },
      { maxConnections: 20, maxKeepaliveConnections: 100 },
      { maxConnections: 10 },
    ]
  ) {
    const { maxConnections, maxKeepaliveConnections = maxConnections } = limits;
    const most = Math.min(maxConnections, maxKeepaliveConnections);
    const said = JSON.stringify(limits);

    test(`${name}: ${said}: 300 calls at once keep to it, and so do the idle connections afterwards`, async () => {
      await using bed = await start(make, { limits }, { http2: false, tls, answers: [{ delayMs: 2 }] });
      for (let round = 0; round < 2; round++) {
        await burst(bed, 300);
        await until(async () => await open(bed) <= most);
        assert(await open(bed) > 0, "none stayed");
        assert(await peak(bed) <= maxConnections, `${await peak(bed)} connections at once`);
      }
      const served = await bed.server.call<{ path: string }[]>("requests");
      assertEquals(new Set(served.map(({ path }) => path)).size, 300);
      assertEquals(served.length, 600, "each arrived once");
    });

    // Deno tells undici nothing of the end of a socket that was destroyed: there is nothing to count by.
    if (name === "nodeRuntime" && runtimeName === "deno") continue;
    test(`${name}: ${said}: calls that are aborted in flight leave their places when their connections are gone`, async () => {
      await using bed = await start(make, { limits }, { http2: false, tls, answers: [{ hold: true }] });
      for (let round = 0; round < 2; round++) {
        const controller = new AbortController();
        const before = (await bed.server.call<unknown[]>("requests")).length;
        const doomed = Array.from(
          { length: maxConnections },
          (_, index) => assertRejects(() => send(bed, index, { signal: controller.signal }), KalshiError),
        );
        await until(async () =>
          (await bed.server.call<unknown[]>("requests")).length === before + maxConnections
        );
        const waiting = burst(bed, 300 - maxConnections);
        await bed.server.call("setAnswers", [{ delayMs: 2 }]);
        controller.abort();
        await Promise.all(doomed);
        await waiting;
        await until(async () => await open(bed) <= most);
        assert(await peak(bed) <= maxConnections, `${await peak(bed)} connections at once`);
        await bed.server.call("setAnswers", [{ hold: true }]);
      }
    });
  }

  test(`${name}: maxKeepaliveConnections alone bounds what stays open, and not what is in use`, async () => {
    for (const maxKeepaliveConnections of [0, 2]) {
      await using bed = await start(make, { limits: { maxKeepaliveConnections } }, {
        http2: false,
        tls,
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

  if (makeRuntime().capabilities.http2 && name !== "denoRuntime") {
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
