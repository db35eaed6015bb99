import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type FaultKind, type FaultProxyOptions, startFaultProxy } from "./fault_proxy.ts";
import { startRawServer } from "./raw_server.ts";
import { test } from "./test.ts";
import { until } from "./until.ts";

/** A server behind a proxy; `post` gives the status of an answer that came whole. */
async function startScene(options: FaultProxyOptions) {
  const server = await startRawServer();
  const proxy = await startFaultProxy(server.baseUrl, options);
  return {
    server,
    proxy,
    async post(body: string, signal?: AbortSignal): Promise<number | undefined> {
      try {
        const response = await fetch(proxy.baseUrl, { method: "POST", body, signal: signal ?? null });
        await response.text();
        return response.status;
      } catch {
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

test("each fault of the proxy does what it says", async () => {
  const kinds: [FaultKind | undefined, readonly (number | undefined)[], number][] = [
    [undefined, [200], 1],
    ["cut-before", [undefined], 0],
    ["late", [undefined], 1],
    ["cut-after", [undefined], 1],
    ["cut-answer", [undefined], 1],
    ["stall", [undefined], 1],
    ["status-before", [500, 503, 429], 0],
    ["status-after", [500, 503], 1],
    ["limited-after", [429], 1],
  ];
  for (const [kind, statuses, arrived] of kinds) {
    await using scene = await startScene({ rate: kind ? 1 : 0, ...(kind ? { kinds: [kind] } : {}) });
    const patience = new AbortController();
    const posting = scene.post("order", patience.signal);
    if (kind === "stall") {
      await until(async () => (await scene.server.received()).length === 1);
      await scene.proxy.settled();
      patience.abort();
    }
    const status = await posting;
    assert(statuses.includes(status), `${kind}: ${status}`);
    await scene.proxy.settled();
    assertEquals((await scene.server.received()).map(({ body }) => body), Array(arrived).fill("order"), kind);
    const [passed, ...more] = await scene.proxy.takeLog();
    assertEquals([passed?.method, passed?.body, passed?.fault], ["POST", "order", kind]);
    assertEquals([passed?.forwarded, more.length], [arrived === 1, 0]);
  }
});

test("the same seed harms the same requests, in whatever order they come", async () => {
  const harmed = async (seed: number, bodies: readonly string[]) => {
    await using scene = await startScene({ seed, rate: 0.5, kinds: ["status-before", "status-after"] });
    for (const body of bodies) await scene.post(body);
    const log = await scene.proxy.takeLog();
    return log.map(({ body, fault }) => `${body} ${fault}`).sort();
  };
  const bodies = Array.from({ length: 40 }, (_, index) => `${index % 20}`);
  const first = await harmed(7, bodies);
  assertEquals(await harmed(7, [...bodies].reverse()), first);
  assertNotEquals(await harmed(8, bodies), first);
  // The second time is another throw of the dice.
  assert(new Set(first).size > 20);
});
