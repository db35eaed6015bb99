import { assert, assertEquals } from "@std/assert";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "./support/test.ts";

type Names = Readonly<Record<string, string>>;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly imports: Names;
  readonly dependencies: Names;
  readonly devDependencies: Names;
  readonly peerDependencies: Names;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly optionalDependencies?: Names;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8")) as T;
const deno = readJson<Manifest>("deno.json");
const jsr = readJson<Manifest>("jsr.json");
const npm = readJson<Manifest>("package.json");
const everyDependency: Names = { ...npm.dependencies, ...npm.devDependencies };

/** What the page of the local exchange is bundled from: its packages are in the bundle, and nobody installs them. */
const pageFolder = "src/local_exchange/page/ui";
const isBundled = (path: string) => `src/${path}`.startsWith(`${pageFolder}/`);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(tsx?|[cm]?js)$/.test(path) && !path.endsWith("page/bundle.ts"))
    .filter((path) => folder !== "src" || !isBundled(path))
    .map((path) => readFileSync(`${folder}/${path}`, "utf8"));
}

/** The packages that are imported by name in these texts; comments may name more. */
function packages(texts: readonly string[]): Set<string> {
  const code = texts.map((text) => text.replace(/^\s*(\/\*)?\*.*$/gm, ""));
  const specifiers = code.flatMap((text) =>
    [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"((?:@[\w-]+\/)?[a-z][\w.-]*(?:\/[\w./-]+)?)"/g)].map(
      (
        match,
      ) => match[1] ?? "",
    )
  );
  return new Set(
    specifiers
      .map((name) => name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/"))
      .filter((name) => name !== npm.name),
  );
}

test("name, version and licence are the same in the three manifests", () => {
  const identity = ({ name, version, license }: Manifest) => ({ name, version, license });
  assertEquals(identity(jsr), identity(deno));
  assertEquals(identity(npm), identity(deno));
});

test("the exports are the same in the three manifests, and wherever else the entries are listed", () => {
  assertEquals(jsr.exports, deno.exports);
  const built = Object.entries(deno.exports).map(([entry, source]) => {
    const path = String(source).replace(/^\.\//, "./dist/").replace(/\.ts$/, "");
    return [entry, { types: `${path}.d.ts`, default: `${path}.js` }];
  });
  assertEquals(npm.exports, Object.fromEntries(built));
  for (const source of Object.values(deno.exports)) assert(existsSync(String(source)), String(source));

  const own = Object.entries(deno.exports).map(([entry, source]) => [deno.name + entry.slice(1), source]);
  const isOwn = (name: string) => name.startsWith(deno.name);
  const mapped = Object.entries(deno.imports).filter(([name]) => isOwn(name));
  assertEquals(Object.fromEntries(mapped), Object.fromEntries(own));
  const { paths } =
    readJson<{ compilerOptions: { paths: Readonly<Record<string, string[]>> } }>("tsconfig.json")
      .compilerOptions;
  const known = Object.entries(paths).filter(([name]) => isOwn(name)).map(([name, [path]]) => [name, path]);
  assertEquals(Object.fromEntries(known), Object.fromEntries(own));
});

test("each runtime that has an entry is detected, and has a condition of #runtime", () => {
  const { imports } = readJson<{ imports: { "#runtime": Names } }>("package.json");
  const nameOf = (path: string) => path.replace(/^.*\/|\.[jt]s$/g, "");
  const chosen = Object.values(imports["#runtime"]).map(nameOf);
  const detect = readFileSync("src/runtime/detect.ts", "utf8");
  for (const path of Object.values(deno.exports)) {
    if (!String(path).startsWith("./src/runtime/")) continue;
    assert(chosen.includes(nameOf(String(path))), `package.json has no condition of #runtime for ${path}`);
    const isDetected = new RegExp(`"\\./${nameOf(String(path))}(_\\w+)?\\.ts"`).test(detect);
    assert(isDetected, `src/runtime/detect.ts does not tell ${path}`);
  }
});

test("npm packages have one exact version, the same for npm and Deno", () => {
  for (const [name, version] of Object.entries(everyDependency)) {
    // Another version of a package stands under a name of its own.
    assert(/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version), `${name}: ${version}`);
  }
  for (const [name, target] of Object.entries(deno.imports)) {
    const found = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(target);
    if (found !== null) assertEquals(everyDependency[found[1] ?? ""], found[2], name);
  }
});

test("the library depends on what it imports, and nothing is installed that nothing uses", () => {
  // A peer is of an entry that not everybody uses, and brought by who does.
  const needed = Object.keys({ ...npm.dependencies, ...npm.peerDependencies });
  assertEquals([...packages(sources("src"))].sort(), needed.sort());
  for (const peer of Object.keys(npm.peerDependencies)) {
    assertEquals(npm.peerDependenciesMeta[peer], { optional: true }, peer);
    assertEquals(npm.devDependencies[peer], npm.peerDependencies[peer], peer);
  }
  const used = packages(["src", pageFolder, "tests", "tools", "bench", "examples", "docs"].flatMap(sources));
  // Run, not imported.
  const programs = [
    "@arethetypeswrong/cli",
    "@stdy/cli",
    "@types/node",
    "@types/react",
    "@types/react-dom",
    "bun",
    "deno",
    "dependency-cruiser",
    "publint",
    "types-node-22",
    "types-node-24",
    "typescript",
    "typescript-5.5",
    "typescript-7",
  ];
  const unused = Object.keys(everyDependency).filter((name) => !used.has(name) && !programs.includes(name));
  assertEquals(unused, []);
});

test("the lock file is that of package.json, and npm ci accepts it on every system", () => {
  const { packages } = readJson<{ packages: Readonly<Record<string, LockedPackage>> }>("package-lock.json");
  assertEquals(packages[""]?.dependencies, npm.dependencies);
  assertEquals(packages[""]?.devDependencies, npm.devDependencies);
  for (const [path, { version, dependencies, optionalDependencies }] of Object.entries(packages)) {
    if (path !== "") assert(version !== undefined, path);
    // npm looks for a package in each node_modules on the way up.
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const parts = path.split(/\/?node_modules\//);
      const found = parts.some((_, depth) =>
        packages[[...parts.slice(0, depth + 1), name].join("/node_modules/").replace(/^\//, "")] !== undefined
      );
      assert(found, `${path} needs ${name}, which package-lock.json does not have`);
    }
  }
});

test("the changelog speaks of this version", () => {
  assert(readFileSync("CHANGELOG.md", "utf8").includes(`## ${deno.version}`));
});
