import { assertEquals } from "@std/assert";
import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { startThing } from "../support/bed.ts";
import { runtimeName, test } from "../support/test.ts";
import { until } from "../support/until.ts";

const script = "tests/runtime/support/exit_script.ts";
// Of its own, since several runs may share the folder.
const bundle = `.build/exit_script-${crypto.randomUUID()}.mjs`;

/** A process that does not end by itself is ended, and then has no status of 0. */
function run(command: string, args: string[]): Promise<{ status: number; output: string }> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 100_000 }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code ?? 1) : 0, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** The runtime that runs this test, once more. */
async function runScript(args: string[]): Promise<{ status: number; output: string }> {
  switch (runtimeName) {
    case "deno":
      return await run("node_modules/deno/deno", ["run", "-A", "--no-lock", script, ...args]);
    case "bun":
      return await run("node_modules/.bin/bun", [script, ...args]);
    default: {
      const options = [
        "--bundle",
        "--format=esm",
        "--platform=node",
        "--target=node20",
        "--packages=external",
      ];
      await run("node_modules/.bin/esbuild", [script, ...options, `--outfile=${bundle}`]);
      try {
        return await run("node", [bundle, ...args]);
      } finally {
        rmSync(bundle, { force: true });
      }
    }
  }
}

const adapters = {
  deno: ["detected", "denoRuntime", "nodeRuntime"],
  bun: ["detected", "bunRuntime"],
  node: ["detected", "nodeRuntime"],
  workers: [],
}[runtimeName];

for (const adapter of adapters) {
  test(`a process that closed all it opened ends by itself: ${adapter}`, { timeoutMs: 300_000 }, async () => {
    await using http = await startThing("raw-server");
    await using sockets = await startThing("ws-server");
    const { status, output } = await runScript([
      `http://127.0.0.1:${await http.call<number>("port")}/`,
      `ws://127.0.0.1:${await sockets.call<number>("port")}/`,
      adapter,
    ]);
    assertEquals(
      output.split("\n").at(-1),
      "echo 1000, close/1001 1001, destroy 1006, silent 1006, hang aborted",
      output,
    );
    assertEquals(status, 0);
    await until(async () => await http.call<number>("openConnections") === 0);
    await until(async () => await sockets.call<number>("openConnections") === 0);
  });
}
