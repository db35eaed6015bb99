/** What the benches share: starting a process, waiting for what it prints, bundling for Node. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import process from "node:process";
import { build } from "esbuild";

/** The runtimes that a bench runs on. */
export const RUNTIMES = ["deno", "bun", "node"] as const;
export type BenchRuntime = (typeof RUNTIMES)[number];

/** The command that runs a TypeScript file on a runtime; V8's with a `gc` to call where that is asked for. */
export async function commandFor(
  runtime: BenchRuntime,
  file: string,
  { gc = false }: { readonly gc?: boolean } = {},
): Promise<[string, string[]]> {
  switch (runtime) {
    case "deno":
      return [
        "node_modules/deno/deno",
        ["run", "-A", "--no-lock", "--quiet", ...gc ? ["--v8-flags=--expose-gc"] : [], file],
      ];
    case "bun":
      return ["node_modules/.bin/bun", ["--conditions=kalshi-source", file]];
    case "node": {
      mkdirSync(".build/bench", { recursive: true });
      const outfile = `.build/bench/${file.replace(/\W/g, "_")}.mjs`;
      await build({
        entryPoints: [file],
        outfile,
        bundle: true,
        format: "esm",
        platform: "node",
        target: "node20",
        packages: "external",
        alias: {
          "#runtime": "./src/runtime/detected/node.ts",
        },
        conditions: ["kalshi-source"],
        logLevel: "error",
      });
      return ["node", ["--no-warnings", ...gc ? ["--expose-gc"] : [], outfile]];
    }
  }
}

/** Starts a server and resolves with the first line that it prints. */
export async function startServer(
  command: string,
  args: readonly string[],
): Promise<{ line: string; stop: () => void }> {
  const child: ChildProcess = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (said.includes("\n")) resolve(said.slice(0, said.indexOf("\n")));
    });
    child.once("exit", (code) => reject(new Error(`${command} ${args.join(" ")} ended with ${code}`)));
  });
  return { line, stop: () => void child.kill() };
}

/** Runs a script to its end and returns what it printed after `RESULT `. */
export async function runForResult<T>(command: string, args: readonly string[]): Promise<T> {
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => output += text);
  const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const found = /^RESULT (.*)$/m.exec(output)?.[1];
  if (status !== 0 || found === undefined) {
    throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
  }
  return JSON.parse(found) as T;
}
