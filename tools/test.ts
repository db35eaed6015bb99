/**
 * Runs the test suite on every runtime, or on those named: `deno task test [deno] [bun] [node] [workers]
 * [-- <file filter>]`. The last line it prints is `N passed, N failed`.
 *
 * `*_test.ts` runs on every runtime; `*_host_test.ts` needs a host with sockets and files: Deno, Bun, Node.
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";
import { bundleForNode, bundleForWorkers, findTests } from "./test_bundles.ts";

interface Result {
  readonly passed: number;
  readonly failed: number;
}

const separator = process.argv.indexOf("--");
const filter = separator === -1 ? "" : process.argv[separator + 1] ?? "";
const named = process.argv.slice(2, separator === -1 ? undefined : separator);
const all = ["deno", "bun", "node", "workers"] as const;
type Name = (typeof all)[number];
for (const name of named) {
  if (!all.includes(name as Name)) {
    console.error(`No runtime "${name}". Name any of: ${all.join(", ")}.`);
    process.exit(2);
  }
}
const wanted = all.filter((name) => named.length === 0 || named.includes(name));

function run(command: string, args: string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        output += text;
        process.stdout.write(text);
      });
    }
    child.on("close", (status) => resolve({ status: status ?? 1, output }));
  });
}

/** Reads a runner's own closing figures; a runner that died before them counts as one failure. */
function count(status: number, output: string, passed: RegExp, failed: RegExp): Result {
  const last = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? Number.NaN);
  const result = { passed: last(passed) || 0, failed: last(failed) || 0 };
  if (status !== 0 && result.failed === 0) return { ...result, failed: 1 };
  return result;
}

const runners: Record<Name, () => Promise<Result>> = {
  async deno() {
    const files = findTests("host", filter);
    const { status, output } = await run("node_modules/deno/deno", [
      "test",
      "-A",
      "--no-lock",
      "--no-check",
      ...files,
    ]);
    return count(status, output, /(\d+) passed/g, /(\d+) failed/g);
  },
  async bun() {
    const files = findTests("host", filter).map((file) => `./${file}`);
    const args = ["--conditions=source", "test", ...files];
    const { status, output } = await run("node_modules/.bin/bun", args);
    return count(status, output, /^\s*(\d+) pass$/gm, /^\s*(\d+) fail$/gm);
  },
  async node() {
    const entry = await bundleForNode(findTests("host", filter));
    const { status, output } = await run("node", ["--test", "--test-reporter=spec", entry]);
    return count(status, output, /ℹ pass (\d+)/g, /ℹ fail (\d+)/g);
  },
  async workers() {
    const files = findTests("portable", filter);
    const script = await bundleForWorkers(files);
    const { status, output } = await run("node", ["tools/test_workers.mjs", script]);
    return count(status, output, /^workers: (\d+) passed/gm, /^workers: .* (\d+) failed/gm);
  },
};

rmSync(".build/tests", { recursive: true, force: true });
const results: [Name, Result, number][] = [];
for (const name of wanted) {
  console.log(`\n== ${name} ==`);
  const started = Date.now();
  results.push([name, await runners[name](), Date.now() - started]);
}
console.log("");
for (const [name, { passed, failed }, ms] of results) {
  console.log(`${name}: ${passed} passed, ${failed} failed in ${(ms / 1000).toFixed(1)} s`);
}
const passed = results.reduce((sum, [, result]) => sum + result.passed, 0);
const failed = results.reduce((sum, [, result]) => sum + result.failed, 0);
const dead = results.filter(([, result]) => result.passed + result.failed === 0).length;
console.log(`${passed} passed, ${failed + dead} failed`);
process.exit(failed + dead === 0 ? 0 : 1);
