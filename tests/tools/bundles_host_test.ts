import { assert, assertEquals } from "@std/assert";
import { bundle, CULPRITS, explain, forbiddenIn, weigh } from "../../tools/bundles.ts";
import { test } from "../support/test.ts";

const source = (path: string) => `export * from "./src/${path}";`;

/** What each thing would look like that somebody let into the package's front door. */
const intruders: readonly [what: string, code: string][] = [
  ["a module of Node", `import { readFileSync } from "node:fs"; export const read = readFileSync;`],
  ["Node's module loader", source("runtime/host.ts")],
  ["undici", source("runtime/node.ts")],
  ["ws", `export { default as ws } from "./node_modules/ws/lib/constants.js";`],
  ["Redis", source("rate_limits/redis.ts")],
  ["Deno's API", `export const env = () => Deno.env.get("KALSHI_KEY_ID");`],
  ["Deno's API", source("runtime/deno.ts")],
  ["Bun's API", `export const file = () => globalThis.Bun?.file("key.pem");`],
  ["Bun's API", source("runtime/bun.ts")],
  ["another runtime's adapter", source("runtime/detect.ts")],
  ["the local exchange", source("local_exchange/engine/fees.ts")],
  ["payload schemas", source("contract/schemas.ts")],
  ["payload schemas", source("contract/perps/channel_schemas.ts")],
  ["test transports", source("testing/mod.ts")],
];

for (const [what, code] of intruders) {
  test(`${what} is found in a bundle: ${code}`, async () => {
    for (const file of ["one", "split"] as const) {
      const found = forbiddenIn(await bundle(`export * from "./mod.ts"; ${code}`, "workerd", file));
      assert(found.includes(what), `${file}: ${found.join(", ")}`);
    }
  });
}

/** The same for what a client loads at once. */
const features: readonly [what: string, code: string][] = [
  ["another product", source("perps/client.ts")],
  ["another product", source("klear/client.ts")],
  ["what bots share", source("trading/mod.ts")],
  ["recordings", source("recordings/errors.ts")],
  ["NATS", source("nats/errors.ts")],
  ["the feed as a Durable Object", source("workers/mod.ts")],
  ["the command line", source("cli/colours.ts")],
  ["options of adapters for hosts", `export { workersRuntime } from "./src/runtime/workers.ts";`],
  ["streams", source("stream/stream.ts")],
  ["order books", source("books/order_book.ts")],
  ["the rate limiter", source("rate_limits/rate_limiter.ts")],
  ["encrypted keys", source("auth/pbes2.ts")],
  ["sockets", source("runtime/workers_sockets.ts")],
];

const atOnce = async (code: string) => forbiddenIn(await bundle(code, "workerd", "split"), CULPRITS.atOnce);

test("nothing that must not be in what loads at once is there now", async () => {
  assertEquals(await atOnce(`export * from "./mod.ts";`), []);
});

for (const [what, code] of features) {
  test(`${what}: found in what loads at once: ${code}`, async () => {
    assert((await atOnce(`export * from "./mod.ts"; ${code}`)).includes(what));
  });
}

/** The same for a client without namespaces. */
const contract: readonly [what: string, code: string][] = [
  ["operations", source("contract/event/operations.ts")],
  ["the check of calls by the contract", source("http/check_call.ts")],
  ["advice on every code", source("base/server_codes.ts")],
  ["namespaces", source("rest/orders.ts")],
  ["namespaces", `export { KalshiClient } from "./mod.ts";`],
  ["pages", source("http/page.ts")],
  ["valibot", `export { KalshiConfig } from "./mod.ts";`],
];

const core = `export { KalshiCore, signerFromPem } from "./mod.ts";`;
const inCore = async (code: string) => forbiddenIn(await bundle(code, "workerd", "one"), CULPRITS.core);

test("nothing that must not be in a bundle of KalshiCore is there now", async () => {
  assertEquals(await inCore(core), []);
});

for (const [what, code] of contract) {
  test(`${what}: found in a bundle of KalshiCore: ${code}`, async () => {
    assert((await inCore(`${core} ${code}`)).includes(what));
  });
}

test("what a bundle holds is told by module, and adds up to the whole", async () => {
  const code = `export { KalshiCore } from "./mod.ts";`;
  const parts = await explain(code, "workerd", "one");
  const { text } = await bundle(code, "workerd", "one");
  const told = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  assert(Math.abs(told - text.length) < text.length / 20, `${told} of ${text.length}`);
  assert((parts.find(({ path }) => path === "src/http/pipeline.ts")?.gzipped ?? 0) > 500);
});

test("what nothing uses of a module is not in the bundle", async () => {
  const code =
    `import { parseMarket } from "./src/contract/schemas.ts"; export * from "./src/base/clock.ts";`;
  assertEquals(forbiddenIn(await bundle(code, "browser", "one")), []);
});

test("code behind import() is in a single file, and not in what loads at once", async () => {
  const code = `export const limit = () => import("./src/rate_limits/mod.ts");`;
  const [one, split] = [await bundle(code, "browser", "one"), await bundle(code, "browser", "split")];
  assert(one.modules.includes("src/rate_limits/rate_limiter.ts"));
  assertEquals(split.modules.filter((path) => path.startsWith("src/")), []);
  assert(weigh(one) > weigh(split) + 2_000);
});
