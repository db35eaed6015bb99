/** Finds the test files and bundles them for the runtimes that do not read TypeScript: Node 20 and workerd. */
import { readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { build, type BuildOptions } from "esbuild";

/** Test files, sorted; `portable` leaves out those that need a host with sockets and files. */
export function findTests(kind: "portable" | "host", filters: readonly string[] = []): string[] {
  return readdirSync("tests", { recursive: true, encoding: "utf8" })
    .map((path) => `tests/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith("_test.ts"))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .filter((path) => kind === "host" || !path.endsWith("_host_test.ts"))
    .sort();
}

const shared: BuildOptions = {
  bundle: true,
  format: "esm",
  // What package.json says of side effects is for whoever ships the library: with it, a module that another one loads with
  // `import()` may not be made where it is imported.
  ignoreAnnotations: true,
  alias: { "@std/assert": "deno-std/assert/mod.js" },
  sourcemap: "inline",
  logLevel: "warning",
};

function writeEntry(path: string, files: readonly string[], ...more: readonly string[]): string {
  writeFileSync(
    path,
    [...files.map((file) => `import ${JSON.stringify(resolve(file))};`), ...more].join("\n"),
  );
  return path;
}

/** One module that declares every test, for `node --test`. */
export async function bundleForNode(files: readonly string[], folder: string): Promise<string> {
  const outfile = `${folder}/node/all.test.mjs`;
  await build({
    ...shared,
    entryPoints: [writeEntry(`${folder}/node_entry.ts`, files)],
    outfile,
    platform: "node",
    target: "node20",
    packages: "external",
    alias: {},
    plugins: [{
      name: "packages",
      setup(build) {
        // What the npm package gives on Node.
        build.onResolve({ filter: /^#runtime$/ }, () => ({ path: resolve("src/runtime/detected/node.ts") }));
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
export async function bundleForWorkers(files: readonly string[], folder: string): Promise<string> {
  const outfile = `${folder}/workers/all.mjs`;
  const handler = JSON.stringify(resolve("tests/support/workers_entry.ts"));
  await build({
    ...shared,
    entryPoints: [writeEntry(`${folder}/workers_entry.ts`, files, `export { default } from ${handler};`)],
    outfile,
    platform: "browser",
    target: "es2022",
    conditions: ["kalshi-source", "workerd", "worker", "browser"],
    external: ["cloudflare:*", "*/bed_things.ts"],
  });
  return outfile;
}
