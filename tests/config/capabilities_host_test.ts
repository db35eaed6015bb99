/** One configuration on every runtime: it makes a client, or the error says precisely why not and what to do there. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KalshiClient, KalshiConfigError, type KalshiConfigOptions, type Runtime } from "../../mod.ts";
import { LocalExchange } from "../../src/local_exchange/mod.ts";
import { builtinNodeRuntime } from "../../src/runtime/node_builtin.ts";
import { webRuntime } from "../../src/runtime/web.ts";
import { workersRuntime } from "../../src/runtime/workers.ts";
import { adapters } from "../runtime/support/adapters.ts";
import { runtimeName, test } from "../support/test.ts";

async function refusal(config: KalshiConfigOptions, runtime?: Runtime): Promise<string | undefined> {
  try {
    await new KalshiClient({ config, runtime }).close();
    return undefined;
  } catch (error) {
    assert(error instanceof KalshiConfigError, String(error));
    return error.message;
  }
}

const limits = { maxConnections: 100, maxKeepaliveConnections: 20 };

test("limits of all connections and of idle ones make a client on Deno, Bun and Node", async () => {
  const runtimes = (await adapters()).map((adapter) => adapter.make());
  if (runtimeName === "node") runtimes.push(builtinNodeRuntime());
  assertEquals(await refusal({ limits }), undefined, "the runtime that is found");
  for (const runtime of runtimes) {
    for (const some of [limits, { maxConnections: 1 }, { maxKeepaliveConnections: 0 }]) {
      assertEquals(await refusal({ limits: some }, runtime), undefined, runtime.name);
    }
  }
  await using exchange = await LocalExchange.start({ port: 0 });
  assertEquals(
    await refusal({ limits: { ...limits, keepaliveExpiryMs: 1 } }, exchange.createRuntime()),
    undefined,
  );
});

test("Workers and the web take maxConnections, and say who keeps idle connections there", async () => {
  for (const runtime of [webRuntime(), workersRuntime()]) {
    assertEquals(await refusal({ limits: { maxConnections: 100 } }, runtime), undefined);
    for (const name of ["maxKeepaliveConnections", "keepaliveExpiryMs"]) {
      const message = await refusal({ limits: { [name]: 5 } }, runtime) ?? "";
      assertStringIncludes(message, `limits.${name} cannot be honoured on ${runtime.name}. `);
      assertStringIncludes(message, "Leave it out there; maxConnections bounds the requests in flight.");
    }
    assertStringIncludes(await refusal({ http2: true }, runtime) ?? "", "chooses the protocol");
  }
});

test("a refusal sends nobody to an adapter that does not run here or refuses the same", async () => {
  const asked: KalshiConfigOptions[] = [
    { http2: true },
    { limits: { keepaliveExpiryMs: 1000 } },
    { limits: { ...limits, keepaliveExpiryMs: 1000 }, http2: true },
  ];
  const proxy = { url: "http://proxy.example:3128" };
  const here = await adapters();
  const runtimes = here.flatMap((adapter) => [adapter.make(), adapter.make({ proxy })]);
  if (runtimeName === "node") runtimes.push(builtinNodeRuntime());
  for (const runtime of runtimes) {
    for (const config of asked) {
      const message = await refusal(config, runtime);
      const able = Object.keys({ ...config.limits, ...(config.http2 && { http2: true }) }).every((name) =>
        runtime.capabilities[name as keyof typeof runtime.capabilities]
      );
      assertEquals(message === undefined, able, `${runtime.name}: ${message}`);
      const [, named] = /@unofficial\/kalshi\/(\w+)/.exec(message ?? "") ?? [];
      if (named === undefined) continue;
      const adapter = here.find(({ name }) => name.toLowerCase() === `${named}runtime`);
      assert(adapter !== undefined, `${runtime.name} sends to ${named}, which does not run here: ${message}`);
      assertEquals(await refusal(config, adapter.make()), undefined, message);
    }
  }
  if (runtimeName === "bun") {
    assertStringIncludes(
      await refusal({ limits: { keepaliveExpiryMs: 1 } }) ?? "",
      "8 s longer than it is told",
    );
  }
  assertThrows(() => new KalshiClient({ config: { limits: { maxConnections: 0 } } }), KalshiConfigError);
});
