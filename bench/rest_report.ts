/** The benches of REST calls, on every runtime. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import type { Figure } from "./measure.ts";
import { commandFor, runForResult, RUNTIMES, startServer } from "./support.ts";

/** Signed GETs and a page of markets, against bare code and the official client. */
export function benchRest(): Promise<Figure[]> {
  return onEveryRuntime("bench/rest.ts", (runtime) => runtime === "node" ? ["official"] : []);
}

/** What limiter and order retries add to a request. */
export function benchOverhead(): Promise<Figure[]> {
  return onEveryRuntime("bench/overhead.ts", () => []);
}

async function onEveryRuntime(script: string, more: (runtime: string) => string[]): Promise<Figure[]> {
  mkdirSync(".build/bench", { recursive: true });
  const keyFile = ".build/bench/key.pem";
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const server = await startServer("node_modules/.bin/bun", ["bench/rest_server.ts"]);
  const figures: Figure[] = [];
  try {
    for (const runtime of RUNTIMES) {
      const [command, args] = await commandFor(runtime, script);
      const found = await runForResult<Figure[]>(command, [...args, server.line, keyFile, ...more(runtime)]);
      figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
    }
  } finally {
    server.stop();
  }
  return figures;
}

/** What a signature costs with each kind of key, on every runtime. */
export async function benchSign(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) {
    const [command, args] = await commandFor(runtime, "bench/sign.ts");
    const found = await runForResult<Figure[]>(command, [...args, runtime]);
    figures.push(...found.map((figure) => ({ ...figure, name: `${runtime}, ${figure.name}` })));
  }
  return figures;
}

/** What the check of an order costs, which is the same on whatever the request goes out. */
export async function benchCheck(): Promise<Figure[]> {
  const [command, args] = await commandFor("deno", "bench/check.ts");
  return await runForResult<Figure[]>(command, args);
}
