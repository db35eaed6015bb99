/**
 * Runs the test suite on every runtime, or on those named: `deno task test [deno] [bun] [node] [workers]
 * [-- <file filter> ...]`. The last line it prints is `N passed, N failed`.
 *
 * `*_test.ts` runs on every runtime; `*_host_test.ts` needs a host with sockets and files: Deno, Bun, Node.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import process from "node:process";
import { setTimeout } from "node:timers";
import { bundleForNode, bundleForWorkers, findTests } from "./test_bundles.ts";

/** A runtime that says nothing for this long hangs: no test may take as long, not even the longest (10 minutes). */
const SILENCE_MS = 900_000;

/** So many files are not worth a process of their own. */
const LEAST_FILES = 40;

interface Runner {
  readonly kind: "host" | "portable";
  /** In how many parts the whole suite runs, so that no processor waits at the end for one long run. */
  readonly parts: number;
  /** The command that runs these files; what has to be built for it goes into the folder. */
  readonly command: (files: readonly string[], folder: string) => Promise<[string, string[]]>;
  readonly passed: RegExp;
  readonly failed: RegExp;
  /** A line that names a test that failed. */
  readonly failure: RegExp;
}

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly ms: number;
}

const deno: Runner = {
  kind: "host",
  parts: 2,
  command: (files) =>
    Promise.resolve(["node_modules/deno/deno", ["test", "-A", "--no-lock", "--no-check", ...files]]),
  passed: /^(?:ok|FAILED) \| (\d+) passed/gm,
  failed: /^(?:ok|FAILED) \| .* (\d+) failed/gm,
  failure: /^(.+) \.\.\. FAILED/gm,
};
const bun: Runner = {
  kind: "host",
  parts: 2,
  command: (files) =>
    Promise.resolve([
      "node_modules/.bin/bun",
      ["--conditions=kalshi-source", "test", ...files.map((file) => `./${file}`)],
    ]),
  passed: /^\s*(\d+) pass$/gm,
  failed: /^\s*(\d+) fail$/gm,
  failure: /^\(fail\) (.+?)(?: \[[\d.]+ms\])?$/gm,
};
const node: Runner = {
  kind: "host",
  parts: 2,
  command: async (files, folder) => [
    "node",
    ["--test", "--test-reporter=spec", await bundleForNode(files, folder)],
  ],
  passed: /^ℹ pass (\d+)$/gm,
  failed: /^ℹ fail (\d+)$/gm,
  failure: /^✖ (?!failing tests:)(.+?)(?: \([\d.]+ms\))?$/gm,
};
const workers: Runner = {
  kind: "portable",
  parts: 1,
  command: async (files, folder) => [
    "node",
    ["tools/test_workers.mjs", await bundleForWorkers(files, folder)],
  ],
  passed: /^workers: (\d+) passed/gm,
  failed: /^workers: .* (\d+) failed/gm,
  failure: /^FAILED (.+)$/gm,
};
// The slowest first, so that the others fit beside it.
const runners = new Map(Object.entries({ deno, node, bun, workers }));

const separator = process.argv.indexOf("--");
const filters = separator === -1 ? [] : process.argv.slice(separator + 1);
const named = process.argv.slice(2, separator === -1 ? undefined : separator);
for (const name of named) {
  if (!runners.has(name)) {
    console.error(`No runtime "${name}". Name any of: ${[...runners.keys()].join(", ")}.`);
    console.error("A part of a file's path goes behind two dashes: deno task test bun -- tests/http");
    process.exit(2);
  }
}

const running = new Set<number>();
function end(pid: number | undefined): void {
  if (pid === undefined || !running.delete(pid)) return;
  try {
    // The whole group: a runner's own children would live on.
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

function run(
  command: string,
  args: readonly string[],
  say: (line: string) => void,
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const { FORCE_COLOR: _, ...env } = process.env;
    const child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...env, NO_COLOR: "1", NODE_NO_WARNINGS: "1" },
    });
    if (child.pid !== undefined) running.add(child.pid);
    let output = "";
    let ok = true;
    const silence = setTimeout(() => {
      ok = false;
      say(`It hangs, silent for ${SILENCE_MS / 1000} s: a test without end, or a socket or timer left open.`);
      end(child.pid);
    }, SILENCE_MS);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text: string) => {
        silence.refresh();
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          output += `${line}\n`;
          say(line);
        }
      }).on("end", () => {
        output += rest;
        if (rest !== "") say(rest);
      });
    }
    child.on("error", (error) => {
      ok = false;
      say(`${command} could not be started: ${error.message}`);
    });
    child.on("close", (status) => {
      clearTimeout(silence);
      // What it left behind goes with it.
      end(child.pid);
      resolve({ ok: ok && status === 0, output });
    });
  });
}

/** Reads a runner's own closing figures; a runner that dies before them, or lies, counts as one failure. */
function count({ passed, failed, failure }: Runner, ok: boolean, output: string): Omit<Result, "ms"> {
  const last = (pattern: RegExp) => [...output.matchAll(pattern)].at(-1)?.[1];
  const figures = [last(passed), last(failed)].map((figure) => Number(figure ?? 0));
  const [passes = 0, fails = 0] = figures;
  const finished = last(passed) !== undefined || last(failed) !== undefined;
  return {
    passed: passes,
    failed: Math.max(fails, ok && finished ? 0 : 1),
    failures: [...new Set([...output.matchAll(failure)].map((match) => match[1] ?? ""))],
  };
}

mkdirSync(".build/tests", { recursive: true });
const folder = mkdtempSync(".build/tests/run-");
const cleanUp = () => rmSync(folder, { recursive: true, force: true });
for (const [signal, status] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
  process.on(signal, () => {
    for (const pid of [...running]) end(pid);
    cleanUp();
    process.exit(status);
  });
}

/** A runtime with some of its test files. */
interface Job {
  readonly name: string;
  readonly runner: Runner;
  readonly files: readonly string[];
}

/** A runtime's suite in parts. Of two, each has every other file: neighbours take about as long. */
function jobsOf(name: string, runner: Runner): Job[] {
  const files = findTests(runner.kind, filters);
  if (files.length === 0) console.log(`${name}: no test file with this in its path`);
  const parts = Math.min(runner.parts, Math.ceil(files.length / LEAST_FILES));
  return Array.from({ length: parts }, (_, part) => ({
    name,
    runner,
    files: files.filter((_file, index) => index % parts === part),
  }));
}

const wanted = [...runners].filter(([name]) => named.length === 0 || named.includes(name));
const jobs = wanted.map(([name, runner]) => jobsOf(name, runner));
// First a part of each, then the next of each: two parts of one runtime seldom run beside each other.
const waiting = Array.from({ length: Math.max(...jobs.map(({ length }) => length)) }, (_, part) => part)
  .flatMap((part) => jobs.flatMap((parts) => parts[part] ?? []));
const isAlone = waiting.length === 1;
const results = new Map<string, Result>();

/** Adds what a part came to, to what the others of its runtime did. */
function add(name: string, { passed, failed, failures, ms }: Result): void {
  const before = results.get(name);
  results.set(name, {
    passed: passed + (before?.passed ?? 0),
    failed: failed + (before?.failed ?? 0),
    failures: [...before?.failures ?? [], ...failures],
    ms: ms + (before?.ms ?? 0),
  });
}

async function work(): Promise<void> {
  for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
    const { name, runner, files } = job;
    const say = (line: string) => console.log(isAlone ? line : `${name.padEnd(7)} | ${line}`);
    const own = mkdtempSync(`${folder}/${name}-`);
    const started = Date.now();
    try {
      const { ok, output } = await run(...await runner.command(files, own), say);
      add(name, { ...count(runner, ok, output), ms: Date.now() - started });
    } catch (error) {
      // The bundler says itself what is wrong with a file.
      say(`could not be started: ${error instanceof Error ? error.message : error}`);
      add(name, { passed: 0, failed: 1, failures: [], ms: Date.now() - started });
    }
  }
}
console.log(`Testing on ${wanted.map(([name]) => name).join(", ")} ...`);
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
cleanUp();

console.log("");
for (const [name, { failures }] of results) {
  for (const test of failures) console.log(`FAILED on ${name}: ${test}`);
}
for (const [name, { passed, failed, ms }] of results) {
  console.log(`${name}: ${passed} passed, ${failed} failed in ${(ms / 1000).toFixed(1)} s`);
}
const sum = (key: "passed" | "failed") =>
  [...results.values()].reduce((total, result) => total + result[key], 0);
// A run without a test is no success.
const failed = sum("passed") + sum("failed") === 0 ? 1 : sum("failed");
console.log(`${sum("passed")} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
