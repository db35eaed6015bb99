/** How long `deno task spec:diff` takes for two full specs, as YAML as Kalshi publishes them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { stringify } from "yaml";
import type { Figure } from "./measure.ts";

const FOLDER = ".build/bench";
const ROUNDS = 3;

function asYaml(name: string, json: string): string {
  const path = `${FOLDER}/${name}.yaml`;
  writeFileSync(path, stringify(JSON.parse(readFileSync(json, "utf8")), { aliasDuplicateObjects: false }));
  return path;
}

/** Seconds of the whole process; noise only slows, so that the best of three counts. */
export function benchSpecDiff(): Promise<Figure[]> {
  mkdirSync(FOLDER, { recursive: true });
  const files = [
    asYaml("newer", "src/contract/spec/openapi.json"),
    asYaml("older", "tests/contract/fixtures/base-3.30/openapi.json"),
  ];
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(
      "node_modules/deno/deno",
      ["task", "spec:diff", ...files],
      { encoding: "utf8", env: { ...process.env, PATH: `node_modules/deno:${process.env["PATH"]}` } },
    );
    seconds.push((performance.now() - started) / 1000);
    // 1 says that there are breaking changes.
    if (status !== 0 && status !== 1 || !/changes/.test(stdout)) throw new Error(stdout + stderr);
  }
  const best = Math.min(...seconds);
  return Promise.resolve([{
    name: "deno task spec:diff of two full specs, seconds",
    value: best.toFixed(2),
    budget: "at most 2",
    ok: best <= 2,
  }]);
}
