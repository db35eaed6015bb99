/** Finds the test files and bundles them for the runtimes that do not read TypeScript: Node 20 and workerd. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type BuildOptions } from "esbuild";

/** Test files, sorted; `portable` leaves out those that need a host with sockets and files. */
export function findTests(kind: "portable" | "host", filter = ""): string[] {
  return readdirSync("tests", { recursive: true, encoding: "utf8" })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith("_test.ts") && path.includes(filter))
    .filter((path) => kind === "host" || !path.endsWith("_host_test.ts"))
    .sort();
}

const shared: BuildOptions = {
  bundle: true,
  format: "esm",
  conditions: ["source"],
  alias: {
    "@std/assert": "deno-std/assert/mod.js",
    "@std/crypto/timing-safe-equal": "deno-std/crypto/timing_safe_equal.js",
  },
  sourcemap: "inline",
  logLevel: "warning",
};

function writeEntry(name: string, lines: readonly string[]): string {
  mkdirSync(".build/tests", { recursive: true });
  const path = `.build/tests/${name}`;
  writeFileSync(path, lines.join("\n"));
  return path;
}

/** One module that declares every test, for `node --test`. */
export async function bundleForNode(files: readonly string[]): Promise<string> {
  const entry = writeEntry("node_entry.ts", files.map((file) => `import "../../${file}";`));
  const outfile = ".build/tests/node/all.test.mjs";
  await build({
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: "node",
    target: "node20",
    packages: "external",
    alias: {},
    plugins: [{
      name: "std",
      setup(build) {
        // What the npm package gives on Node.
        build.onResolve({ filter: /^#runtime$/ }, () => ({ path: resolve("src/runtime/node.ts") }));
        build.onResolve({ filter: /^@std\// }, ({ path }) => ({
          path: shared.alias?.[path] ?? path,
          external: true,
        }));
      },
    }],
  });
  return outfile;
}

/** One Worker whose fetch handler runs every test. */
export async function bundleForWorkers(files: readonly string[]): Promise<string> {
  const entry = writeEntry("workers_entry.ts", [
    ...files.map((file) => `import "../../${file}";`),
    `export { default } from "../../tests/support/workers_entry.ts";`,
  ]);
  const outfile = ".build/tests/workers/all.mjs";
  await build({
    ...shared,
    entryPoints: [entry],
    outfile,
    platform: "browser",
    target: "es2022",
    conditions: ["source", "workerd", "worker", "browser"],
    external: ["cloudflare:*", "*/bed_things.ts"],
  });
  return outfile;
}
