import { assert, assertEquals } from "@std/assert";
import { bundle, forbiddenIn, weigh } from "../../tools/bundles.ts";
import { test } from "../support/test.ts";

const source = (path: string) => `export * from "./src/${path}";`;

/** What each thing would look like that somebody let into the package's front door. */
const intruders: readonly [what: string, code: string][] = [
  ["a module of Node", `import { readFileSync } from "node:fs"; export const read = readFileSync;`],
  ["Node's module loader", source("runtime/host.ts")],
  ["undici", source("runtime/node.ts")],
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
