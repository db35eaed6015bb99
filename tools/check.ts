/**
 * Every static check, in turn: format, lint, types on Deno, types against the DOM alone, types of the npm
 * build, docstrings, and every code block in docstrings and Markdown.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { pathToFileURL } from "node:url";

interface DenoConfig {
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const deno = "node_modules/deno/deno";
const config: DenoConfig = JSON.parse(readFileSync("deno.json", "utf8"));
const entries = Object.values(config.exports);

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);
}

function writeConfig(name: string, compilerOptions: Readonly<Record<string, unknown>>): string {
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([name, target]) =>
      target.startsWith("./") ? [name, pathToFileURL(target).href] : [name, target]
    ),
  );
  const options = { ...config.compilerOptions, ...compilerOptions };
  // Beside deno.json, because npm packages are looked for from the folder of the configuration.
  const path = `.deno.${name}.json`;
  writeFileSync(path, JSON.stringify({ imports, compilerOptions: options, nodeModulesDir: "manual" }));
  return path;
}

/** The core knows no runtime's own API: it must type-check where only the web platform is declared. */
const domConfig = writeConfig("dom", {
  lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
  types: [],
});
/** Deno puts an import of everything that a module exports before each of its code blocks. */
const docConfig = writeConfig("doc", { noUnusedLocals: false });

/** Modules that run on every runtime: all but the adapters for hosts, and what brings a server. */
function portableSources(): string[] {
  return ["mod.ts", ...filesUnder("src", ".ts")].filter((path) =>
    !/^src\/(local_exchange|testing)\//.test(path) && !/^src\/runtime\/node(_\w+)?\.ts$/.test(path) &&
    !/redis/.test(path)
  );
}

const markdown = [
  ...filesUnder("docs", ".md"),
  ...["README.md", "CONTRIBUTING.md"].filter((name) => readdirSync(".").includes(name)),
];
const steps: [string, string, string[]][] = [
  ["format", deno, ["fmt", "--check", "--quiet"]],
  ["lint", deno, ["lint", "--quiet"]],
  ["types on Deno", deno, ["check", "--quiet", "mod.ts", "src", "tests", "tools", "bench", "examples"]],
  ["types against the DOM alone", deno, ["check", "--quiet", "--config", domConfig, ...portableSources()]],
  ["types of the npm build", "node_modules/.bin/tsc", ["--noEmit", "-p", "tsconfig.build.json"]],
  ["docstrings", deno, ["doc", "--lint", "--quiet", ...entries]],
  ["code blocks", deno, [
    "check",
    "--quiet",
    "--doc-only",
    "--config",
    docConfig,
    ...entries,
    ...filesUnder("src/rest", ".ts"),
    ...markdown,
  ]],
];

const failed: string[] = [];
for (const [name, command, args] of steps) {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 64 * 1024 * 1024,
  });
  console.log(
    `${status === 0 ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
  if (status !== 0) {
    failed.push(name);
    console.log((stdout + stderr).slice(0, 20_000));
  }
}
for (const path of [domConfig, docConfig]) rmSync(path);
if (failed.length > 0) {
  console.log(`Not passed: ${failed.join(", ")}.`);
  process.exit(1);
}
