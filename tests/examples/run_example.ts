/** Runs an example as a process of its own on a runtime, against a local exchange. */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import {
  type LocalAccount,
  LocalExchange,
  type LocalExchangeListenOptions,
} from "../../src/local_exchange/mod.ts";

/** The runtime that an example is for. */
export type ExampleRuntime = "deno" | "bun" | "node";

/** What it said and how it ended. */
export interface ExampleRun {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** An exchange with an account, and the variables that lead a process to both. */
export interface ExampleBed extends AsyncDisposable {
  readonly exchange: LocalExchange;
  readonly account: LocalAccount;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts an exchange for an example. */
export async function exampleBed(options: LocalExchangeListenOptions = {}): Promise<ExampleBed> {
  const exchange = await LocalExchange.start({ port: 0, seed: 1, ...options });
  const account = await exchange.createAccount({ balance: "1000.00" });
  const { keyId, privateKey } = account;
  const { perps = false } = options;
  return {
    exchange,
    account,
    env: {
      ...{ KALSHI_API_BASE_URL: exchange.baseUrl, KALSHI_KEY_ID: keyId, KALSHI_PRIVATE_KEY: privateKey },
      ...perps !== false && {
        KALSHI_PERPS_API_BASE_URL: exchange.perpsConfig.baseUrl,
        KALSHI_PERPS_WS_BASE_URL: exchange.perpsConfig.wsBaseUrl,
        KALSHI_PERPS_KEY_ID: keyId,
        KALSHI_PERPS_PRIVATE_KEY: privateKey,
      },
    },
    [Symbol.asyncDispose]: () => exchange.close(),
  };
}

/** Bundles an example for Node, which runs no TypeScript. */
async function bundled(script: string): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = resolve(`.build/example-${crypto.randomUUID()}.mjs`);
  await build({
    entryPoints: [script],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    alias: { "#runtime": "./src/runtime/detect.ts" },
    outfile,
    logLevel: "error",
  });
  return outfile;
}

/** Starts an example; `end` is called when its process is gone. */
export async function startExample(
  runtime: ExampleRuntime,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<ExampleRun> }> {
  const isBundled = runtime === "node" && script.endsWith(".ts");
  const file = isBundled ? await bundled(script) : script;
  const [command = "", ...flags] = {
    deno: [resolve("node_modules/deno/deno"), "run", "-A", "--no-lock"],
    bun: [resolve("node_modules/.bin/bun"), "--conditions=kalshi-source"],
    node: ["node"],
  }[runtime];
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("KALSHI_"));
  const child = spawn(command, [...flags, file, ...args], {
    env: { ...Object.fromEntries(inherited), ...env, NO_COLOR: "1" },
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (bytes) => output += bytes);
  child.stderr.on("data", (bytes) => errors += bytes);
  const ended = new Promise<ExampleRun>((resolve) =>
    child.on("close", (code) => {
      if (isBundled) rmSync(file, { force: true });
      resolve({ code, output, errors });
    })
  );
  return { child, ended };
}

/** Runs an example to its end. */
export async function runExample(
  runtime: ExampleRuntime,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ExampleRun> {
  return await (await startExample(runtime, script, args, env)).ended;
}
