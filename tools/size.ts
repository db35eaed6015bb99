/**
 * Bundles what users import, minifies and gzips it, and fails over budget or when a bundle holds what it must
 * not: another runtime's API, Node's modules, the local exchange, payload schemas.
 */
import { gzipSync } from "node:zlib";
import process from "node:process";
import { build } from "esbuild";

interface Case {
  readonly name: string;
  readonly code: string;
  /** Bytes, gzipped. */
  readonly budget: number;
  readonly conditions?: readonly string[];
}

/** What none of these bundles may hold, and what it would be a sign of. */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/["'`]node:/, "a module of Node"],
  [/\bDeno\.\w|[.?]Deno\b|Deno:/, "Deno's API"],
  [/\bBun\.\w|[.?]Bun\b|Bun:/, "Bun's API"],
  [/undici/, "undici"],
  [/getBuiltinModule/, "Node's module loader"],
  [/kalshi-local-exchange/, "the local exchange"],
  [/\bMarketSchema\b|safeParseMarket/, "payload schemas"],
];

const one = `
import { signerFromPem, KalshiCore } from "./mod.ts";
const auth = await signerFromPem("id", globalThis.pem);
await using core = new KalshiCore({ auth });
console.log(await core.request("GET", "/portfolio/balance"));
`;

const cases: readonly Case[] = [
  { name: "everything of `.`", code: `export * from "./mod.ts";`, budget: 16_384 },
  { name: "one signed GET", code: one, budget: 10_240 },
];

async function bundle({ code }: Case, platform: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: ".", loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: [platform],
    plugins: [{
      name: "source",
      setup(build) {
        // The sources in the place of dist/, with the adapter that the npm package would choose.
        const adapter = { workerd: "workers", browser: "web" }[platform];
        build.onResolve(
          { filter: /^#runtime$/ },
          () => ({ path: `${process.cwd()}/src/runtime/${adapter}.ts` }),
        );
      },
    }],
    external: ["cloudflare:*"],
    logLevel: "error",
  });
  return result.outputFiles[0]?.text ?? "";
}

let failed = false;
for (const platform of ["workerd", "browser"]) {
  for (const item of cases) {
    const text = await bundle(item, platform);
    const size = gzipSync(text, { level: 9 }).byteLength;
    const found = FORBIDDEN.filter(([pattern]) => pattern.test(text)).map(([, what]) => what);
    const over = size > item.budget;
    if (over || found.length > 0) failed = true;
    console.log(
      `${over ? "OVER" : "ok  "} ${item.name.padEnd(20)} ${platform.padEnd(8)} ` +
        `${(size / 1024).toFixed(2).padStart(6)} kB of ${(item.budget / 1024).toFixed(0)} kB` +
        (found.length > 0 ? `   holds ${found.join(", ")}` : ""),
    );
  }
}
if (failed) process.exit(1);
