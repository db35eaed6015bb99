import { assert, assertEquals } from "@std/assert";
import { existsSync, readFileSync } from "node:fs";
import { test } from "./support/test.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const read = (path: string): Manifest => JSON.parse(readFileSync(path, "utf8"));
const deno = read("deno.json");
const jsr = read("jsr.json");
const npm = read("package.json");

test("name, version and licence are the same in the three manifests", () => {
  const identity = ({ name, version, license }: Manifest) => ({ name, version, license });
  assertEquals(identity(jsr), identity(deno));
  assertEquals(identity(npm), identity(deno));
});

test("the exports are the same in the three manifests", () => {
  assertEquals(jsr.exports, deno.exports);
  const built = Object.entries(deno.exports).map(([entry, source]) => {
    const path = String(source).replace(/^\.\//, "./dist/").replace(/\.ts$/, "");
    return [entry, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  assertEquals(npm.exports, Object.fromEntries(built));
  for (const source of Object.values(deno.exports)) assert(existsSync(String(source)), String(source));
});

test("npm packages have one exact version, the same for npm and Deno", () => {
  const versions: Readonly<Record<string, string>> = { ...npm.dependencies, ...npm.devDependencies };
  for (const [name, version] of Object.entries(versions)) {
    assert(/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version), `${name}: ${version}`);
  }
  for (const [name, target] of Object.entries(deno.imports)) {
    const found = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(target);
    if (found !== null) assertEquals(versions[found[1] ?? ""], found[2], name);
  }
});

test("the changelog speaks of this version", () => {
  assert(readFileSync("CHANGELOG.md", "utf8").includes(`## ${deno.version}`));
});
