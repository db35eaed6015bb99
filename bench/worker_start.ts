/** How long workerd takes from its start to the first answer: an empty Worker, and one that holds this library. */
import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { type Figure, median } from "./measure.ts";

const EMPTY = `export default { fetch: () => new Response("ok") };`;
const MINIMAL = `
import { KalshiClient } from "./mod.ts";
export default {
  async fetch() {
    await using client = new KalshiClient({ transport: () => Promise.resolve(Response.json({ market: { ticker: "T" } })) });
    return new Response((await client.markets.get("T")).ticker);
  },
};`;

async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ".", loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    alias: { "#runtime": `${process.cwd()}/src/runtime/workers.ts` },
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  return outputFiles[0]?.text ?? "";
}

async function startMs(contents: string): Promise<number> {
  const started = performance.now();
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: "2026-04-01",
    cf: false,
  });
  try {
    await (await worker.dispatchFetch("http://worker/")).text();
    return performance.now() - started;
  } finally {
    await worker.dispose();
  }
}

/** The time of a minimal Worker as a multiple of an empty one's. */
export async function benchWorkerStart(): Promise<Figure[]> {
  mkdirSync(".build/bench", { recursive: true });
  const minimal = await bundle(MINIMAL);
  writeFileSync(".build/bench/minimal_worker.mjs", minimal);
  const times: [number[], number[]] = [[], []];
  await startMs(EMPTY);
  for (let round = 0; round < 15; round++) {
    for (const index of round % 2 === 0 ? [0, 1] as const : [1, 0] as const) {
      times[index].push(await startMs(index === 0 ? EMPTY : minimal));
    }
  }
  const ratio = median(times[1].map((value, round) => value / (times[0][round] ?? NaN)));
  return [{
    name: "workerd, start of a minimal Worker: times an empty one",
    value: `${ratio.toFixed(2)} (${median(times[1]).toFixed(0)} ms, empty ${median(times[0]).toFixed(0)} ms)`,
    budget: "at most 1.5",
    ok: ratio <= 1.5,
  }];
}
