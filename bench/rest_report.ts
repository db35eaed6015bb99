/** The REST bench on every runtime, against its budgets. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Figure } from "./main.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

type Results = Readonly<Record<string, { readonly micros: number[]; readonly ratios: number[] }>>;

/** Signed GETs and a page of markets, on Deno, Bun and Node. */
export async function benchRest(): Promise<Figure[]> {
  mkdirSync(".build/bench", { recursive: true });
  const keyFile = ".build/bench/key.pem";
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const server = await startServer("node_modules/.bin/bun", ["bench/rest_server.ts"]);
  const figures: Figure[] = [];
  try {
    for (const runtime of RUNTIMES) {
      const [command, args] = await commandFor(runtime, "bench/rest.ts");
      const official = runtime === "node" ? ["official"] : [];
      const results = await runForResult<Results>(command, [...args, server.line, keyFile, ...official]);
      for (const [name, { micros, ratios }] of Object.entries(results)) {
        const [bare = NaN, sdk = NaN, other] = micros;
        const [, ratio = NaN, otherRatio] = ratios;
        const limit = name.startsWith("page") ? 1.05 : 1.1;
        figures.push({
          name: `${runtime}, ${
            name.startsWith("page") ? name + " markets" : `signed GET, ${name}`
          }: times bare`,
          value: `${ratio.toFixed(3)} (${sdk.toFixed(0)} us, bare ${bare.toFixed(0)} us)`,
          budget: `at most ${limit}`,
          ok: ratio <= limit,
        });
        if (other === undefined || otherRatio === undefined) continue;
        figures.push({
          name: `${runtime}, signed GET, ${name}: times faster than kalshi-typescript 3.30.0`,
          value: `${(otherRatio / ratio).toFixed(2)} (${other.toFixed(0)} us)`,
          budget: "at least 2.5",
          ok: otherRatio / ratio >= 2.5,
        });
      }
    }
  } finally {
    server.stop();
  }
  return figures;
}
