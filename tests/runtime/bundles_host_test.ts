import { assert, assertEquals } from "@std/assert";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { test } from "../support/test.ts";

/** Names that only one adapter's code has a use for. */
const marks = {
  deno: "createHttpClient",
  bun: "FetchSession",
  undici: "undici",
  workers: "cloudflare:sockets",
  host: "getBuiltinModule",
} as const;
type Mark = keyof typeof marks;

/** What bundlers and runtimes ask for, and which adapter's marks must then be all that is there. */
const cases: [name: string, conditions: string[], held: Mark[]][] = [
  ["wrangler", ["workerd", "worker", "browser", "import"], ["workers"]],
  ["Vite for a page", ["browser", "module", "import"], []],
  ["an edge runtime", ["edge-light", "import"], []],
  ["Deno", ["deno", "node", "import"], ["deno", "host"]],
  ["Bun", ["bun", "node", "import"], ["bun", "host"]],
  ["Node", ["node", "import"], ["undici", "host"]],
];

/** A bundle of the one adapter that `#runtime` of package.json gives under these conditions. */
function bundle(conditions: readonly string[]): string {
  const { imports } = JSON.parse(readFileSync("package.json", "utf8")) as {
    imports: Record<string, unknown>;
  };
  const folder = mkdtempSync(".build/bundle-");
  try {
    symlinkSync(resolve("src"), `${folder}/src`, "dir");
    // The sources in the place of what is compiled from them.
    const mapped = JSON.stringify({ type: "module", imports }).replace(
      /\.\/dist\/(src\/runtime\/[\w/]+)\.js/g,
      "./$1.ts",
    );
    writeFileSync(`${folder}/package.json`, mapped);
    writeFileSync(
      `${folder}/entry.ts`,
      `import { detectRuntime } from "#runtime"; console.log(detectRuntime());`,
    );
    return execFileSync("node_modules/.bin/esbuild", [
      `${folder}/entry.ts`,
      "--bundle",
      "--format=esm",
      "--platform=neutral",
      "--packages=external",
      `--conditions=${conditions.join(",")}`,
      "--log-level=error",
    ], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const [name, conditions, held] of cases) {
  test(`a bundle for ${name} holds one adapter`, () => {
    const text = bundle(conditions).replace(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    const found = (Object.keys(marks) as Mark[]).filter((mark) => text.includes(marks[mark]));
    assertEquals(found.sort(), [...held].sort());
    assert(text.includes("detectRuntime") || text.length > 1000);
  });
}

test("the detection of sources needs no module that a bundler for the web does not have", () => {
  const text = execFileSync("node_modules/.bin/esbuild", [
    "src/runtime/detect.ts",
    "--bundle",
    "--format=esm",
    "--platform=browser",
    "--log-level=error",
  ], { encoding: "utf8" });
  assert(!/(from|import)\s*\(?["']node:/.test(text));
  assert(!/(from|import)\s*\(?["']undici/.test(text));
});
