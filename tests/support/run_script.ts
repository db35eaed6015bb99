/** Runs a script in a process of its own, on the runtime that runs the test. */
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { runtimeName } from "./test.ts";

export interface ScriptResult {
  /** 0 for a process that came to its end by itself. */
  readonly status: number;
  readonly output: string;
}

/** A process that does not end by itself is ended, and then has no status of 0. */
function run(command: string, args: readonly string[]): Promise<ScriptResult> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 100_000 }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** A script that can be started, once or often. */
export interface Prepared extends Disposable {
  readonly command: string;
  readonly args: readonly string[];
}

/** Makes a TypeScript file of the project ready to run. */
export async function prepareScript(script: string): Promise<Prepared> {
  const nothing = { [Symbol.dispose]: () => {} };
  switch (runtimeName) {
    case "deno":
      return { command: "node_modules/deno/deno", args: ["run", "-A", "--no-lock", script], ...nothing };
    case "bun":
      return { command: "node_modules/.bin/bun", args: ["--conditions=kalshi-source", script], ...nothing };
    default: {
      // Of its own, since several runs may share the folder.
      const bundle = `.build/script-${crypto.randomUUID()}.mjs`;
      const options = [
        "--bundle",
        "--format=esm",
        "--platform=node",
        "--target=node20",
        "--packages=external",
        "--alias:#runtime=./src/runtime/detect.ts",
      ];
      await run("node_modules/.bin/esbuild", [script, ...options, `--outfile=${bundle}`]);
      return { command: "node", args: [bundle], [Symbol.dispose]: () => rmSync(bundle, { force: true }) };
    }
  }
}

/** Runs a TypeScript file of the project. */
export async function runScript(script: string, args: readonly string[]): Promise<ScriptResult> {
  using prepared = await prepareScript(script);
  return await run(prepared.command, [...prepared.args, ...args]);
}
