/** What npm publishes, installed into an empty project and used there, without the network. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { execFile, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { forbiddenIn } from "../tools/bundles.ts";
import { withoutCode } from "../tools/site/anchors.ts";
import { nodeVersions } from "./support/node_versions.ts";
import { test } from "./support/test.ts";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly imports: { readonly "#runtime": Readonly<Record<string, string>> };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync("package.json", "utf8"));
const entries = Object.keys(manifest.exports).map((entry) => manifest.name + entry.slice(1));

const deno = resolve("node_modules/deno/deno");
const bun = resolve("node_modules/.bin/bun");
const tsc = resolve("node_modules/typescript-7/bin/tsc");

const environment = { NO_COLOR: "1", NODE_NO_WARNINGS: "1", npm_config_update_notifier: "false" };

function run(cwd: string, command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  assertEquals(status, 0, `${command} ${args.join(" ")}:\n${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

/** The same, beside others. */
async function start(cwd: string, command: string, ...args: string[]): Promise<void> {
  const wrong = await new Promise<string>((resolve) =>
    execFile(
      command,
      args,
      { cwd, env: { ...process.env, ...environment } },
      (error, stdout, stderr) =>
        resolve(error === null ? "" : `${command} ${args.join(" ")}:\n${error.message}${stdout}${stderr}`),
    )
  );
  assertEquals(wrong, "");
}

/** Builds, packs and installs; the dependencies are links to those that are here. */
function install(folder: string): { consumer: string; installed: string; files: string[] } {
  const stage = join(folder, "stage");
  const consumer = join(folder, "consumer");
  mkdirSync(stage);
  run(".", "sh", "tools/build.sh", join(stage, "dist"));
  for (const file of readdirSync(".")) {
    if (/^(package\.json|LICENSE|\w+\.md|mod\.ts)$/.test(file)) cpSync(file, join(stage, file));
  }
  for (const part of ["src", "docs", "examples"]) cpSync(part, join(stage, part), { recursive: true });
  const [packed] = JSON.parse(run(stage, "npm", "pack", "--ignore-scripts", "--json"));
  cpSync("tests/package/consumer", consumer, { recursive: true });
  writeFileSync(
    join(consumer, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: { [manifest.name]: `file:${join(stage, packed.filename)}` },
      overrides: Object.fromEntries(
        Object.keys(manifest.dependencies).map((name) => [name, `file:${resolve("node_modules", name)}`]),
      ),
    }),
  );
  run(consumer, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund");
  // Who uses the entry of a peer brings it. npm itself stumbles over links to packages that need each other.
  for (const peer of Object.keys(manifest.peerDependencies)) {
    const place = join(consumer, "node_modules", peer);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(resolve("node_modules", peer), place);
  }
  const installed = join(consumer, "node_modules", manifest.name);
  return { consumer, installed, files: packed.files.map(({ path }: { path: string }) => path) };
}

function checkRuntimes(consumer: string): void {
  const commands: Readonly<Record<string, readonly string[]>> = {
    node: ["node"],
    bun: [bun],
    deno: [deno, "run", "-A", "--node-modules-dir=manual", "--no-lock"],
  };
  for (const [name, [command = "", ...args]] of Object.entries(commands)) {
    const output = JSON.parse(run(consumer, command, ...args, "session.mjs", ...entries));
    assertEquals(Object.keys(output.entries), entries, name);
    for (const [entry, count] of Object.entries(output.entries)) {
      assert(Number(count) > 0, `${name}: ${entry}`);
    }
    assertEquals([output.filled, output.streamed], ["1.00", "1.00"], name);
  }
}

/** The command line as it is started where the package is installed. */
function checkCommandLine(consumer: string, nodes: readonly string[]): void {
  const program = join(consumer, "node_modules/.bin/kalshi");
  const entry = join(consumer, "node_modules", manifest.name, manifest.exports["./cli"]?.default ?? "");
  const commands: readonly (readonly string[])[] = [
    ["npx", "--no-install", "kalshi"],
    ...nodes.map((node) => [node, program]),
    [bun, "x", "--no-install", "kalshi"],
    [bun, entry],
    // As `deno run -A jsr:…/cli` starts it: the entry itself.
    [deno, "run", "-A", "--node-modules-dir=manual", "--no-lock", entry],
  ];
  for (const [command = "", ...args] of commands) {
    assertEquals(
      run(consumer, command, ...args, "--version").trim(),
      manifest.version,
      [command, ...args].join(" "),
    );
    assertMatch(run(consumer, command, ...args, "completions", "bash"), /complete -F _kalshi kalshi/);
  }
}

function checkAdapters(installed: string): void {
  cpSync("tests/package/consumer/adapter.mjs", join(installed, "adapter.mjs"));
  const adapter = (command: string, ...args: string[]) =>
    run(installed, command, ...args, "adapter.mjs").trim();
  assertEquals(adapter("node"), "node.js");
  assertEquals(adapter("node", "--conditions=workerd"), "workers.js");
  assertEquals(adapter("node", "--conditions=browser"), "web.js");
  assertEquals(adapter(bun), "bun.js");
  assertEquals(adapter(deno, "run", "-A", "--node-modules-dir=manual", "--no-lock"), "deno.js");
  rmSync(join(installed, "adapter.mjs"));
  const { "kalshi-source": _, ...published } = manifest.imports["#runtime"];
  assertEquals(Object.keys(published).at(-1), "default");
  assertEquals(published["default"], "./dist/src/runtime/web.js");
}

/** A module with everything of these entries. */
const exportsOf = (of: readonly string[]) =>
  of.map((entry, index) => `export * as entry${index} from "${entry}";`).join("\n");

/** The declarations' files that a strict compiler reads for all entries. */
function checkTypes(consumer: string, installed: string): Set<string> {
  const kinds = { nodenext: "nodenext", bundler: "esnext" };
  const read = new Set<string>();
  const compile = (file: string, options: Readonly<Record<string, unknown>>) => {
    writeFileSync(
      join(consumer, "tsconfig.json"),
      JSON.stringify({
        // Not even the types of a runtime, and no declaration goes unchecked.
        compilerOptions: {
          target: "es2022",
          lib: ["es2022", "dom"],
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          skipLibCheck: false,
          ...options,
        },
        files: [file],
      }),
    );
    for (const line of run(consumer, tsc, "-p", ".", "--listFiles").split("\n")) {
      if (line.startsWith(installed)) read.add(line.slice(installed.length + 1));
    }
  };
  for (const [moduleResolution, module] of Object.entries(kinds)) {
    compile("types.ts", { moduleResolution, module });
  }
  // The local exchange listens, so that its declarations may speak of Node's.
  writeFileSync(join(consumer, "all.ts"), exportsOf(entries));
  const types = [resolve("node_modules/@types/node")];
  compile("all.ts", { moduleResolution: "nodenext", module: "nodenext", types });
  return read;
}

/**
 * Compiles loops, keys and all entries with the oldest TypeScript that is supported, with the last of its line and
 * with today's, with the types of each Node, with and without the DOM library.
 */
async function checkCompilers(consumer: string): Promise<void> {
  writeFileSync(join(consumer, "all.ts"), exportsOf(entries));
  const program = (node: number, lib: readonly string[], skipLibCheck: boolean) => ({
    compilerOptions: {
      target: "es2022",
      lib,
      typeRoots: [`types/${node}`],
      types: ["node"],
      strict: true,
      module: "nodenext",
      noEmit: true,
      skipLibCheck,
    },
    files: ["loops.ts", "all.ts", lib.includes("dom") ? "dom_keys.ts" : "node_keys.ts"],
  });
  for (
    const [node, name] of Object.entries({ 20: "@types/node", 22: "types-node-22", 24: "types-node-24" })
  ) {
    const types = join(consumer, "types", node, "node");
    // A copy with what it imports beside it: the compiler would follow a link, and not find it.
    cpSync(resolve("node_modules", name), types, { recursive: true });
    const nested = resolve("node_modules", name, "node_modules/undici-types");
    if (!existsSync(nested)) {
      cpSync(resolve("node_modules/undici-types"), join(types, "node_modules/undici-types"), {
        recursive: true,
      });
    }
  }
  const programs = [
    ...[20, 22, 24].map((node) => program(node, ["es2023"], false)),
    program(24, ["es2023", "dom"], false),
    // Where what cannot be read is `any` without a word.
    program(24, ["es2023"], true),
  ];
  const given = JSON.stringify(programs);
  const scripted = (compiler: string) =>
    start(consumer, "node", resolve("tests/package/compile.cjs"), resolve("node_modules", compiler), given);
  const native = async () => {
    for (const [index, program] of programs.entries()) {
      writeFileSync(join(consumer, `program${index}.json`), JSON.stringify(program));
      await start(consumer, "node", tsc, "-p", `program${index}.json`);
    }
  };
  await Promise.all([scripted("typescript-5.5"), scripted("typescript"), native()]);
}

/**
 * The README's first example as plain JavaScript, and the package from CommonJS: by `require` where Node can (20.19,
 * 22.12 and later), by `import()` everywhere. On the Node of this machine and on each that is given.
 */
function checkPlainJavaScript(consumer: string, nodes: readonly string[]): void {
  const [, example = ""] = /^```ts\n(.*?)^```$/ms.exec(readFileSync("README.md", "utf8")) ?? [];
  writeFileSync(join(consumer, "readme.mjs"), example);
  const commands: readonly (readonly string[])[] = [
    ...nodes.map((node) => [node, "readme.mjs"]),
    [bun, "readme.mjs"],
    [deno, "run", "-A", "--node-modules-dir=manual", "--no-lock", "readme.mjs"],
  ];
  for (const [command = "", ...args] of commands) {
    assertMatch(run(consumer, command, ...args), /filled 10\.00/, command);
  }
  const name = JSON.stringify(manifest.name);
  writeFileSync(
    join(consumer, "common.cjs"),
    `import(${name}).then(({ KalshiClient }) => new KalshiClient({ demo: true }).close()).then(() => {
      try {
        console.log(require(${name}).KalshiClient.name);
      } catch (error) {
        console.log(error.code);
      }
    });`,
  );
  for (const node of nodes) {
    const [major = 0, minor = 0] = run(consumer, node, "-p", "process.versions.node").split(".").map(Number);
    const requires = major > 22 || major === 22 && minor >= 12 || major === 20 && minor >= 19;
    const said = run(consumer, node, "common.cjs").trim();
    assertEquals(said, requires ? "KalshiClient" : "ERR_REQUIRE_ESM", `Node ${major}.${minor}`);
  }
}

async function checkBundles(consumer: string): Promise<void> {
  const { build } = await import("esbuild");
  const { Miniflare } = await import("miniflare");
  const bundle = async (conditions: string[]) => {
    const { metafile, outputFiles } = await build({
      absWorkingDir: consumer,
      entryPoints: ["worker.mjs"],
      bundle: true,
      // Comments may speak of what the code must not use.
      minifyWhitespace: true,
      format: "esm",
      platform: "neutral",
      conditions,
      external: ["cloudflare:*"],
      write: false,
      metafile: true,
    });
    const text = outputFiles[0]?.text ?? "";
    const modules = Object.keys(metafile.inputs);
    assertEquals(forbiddenIn({ text, modules }), []);
    const adapters = modules.flatMap((path) =>
      /dist\/src\/runtime\/(workers|web|deno|bun|node\w*|detect)\.js$/.exec(path)?.[1] ?? []
    );
    return { text, adapters };
  };
  // One file of client and exchange: what an `import()` reaches as well is begun all the same.
  await build({
    absWorkingDir: consumer,
    entryPoints: ["session.mjs"],
    bundle: true,
    format: "esm",
    platform: "node",
    external: ["undici", "ws", "jose", "valibot", "commander", "yaml"],
    outfile: "session_bundle.mjs",
    logLevel: "error",
  });
  assertEquals(JSON.parse(run(consumer, "node", "session_bundle.mjs")).filled, "1.00");
  assertEquals((await bundle(["browser"])).adapters, ["web"]);
  assertEquals((await bundle([])).adapters, ["web"]);
  // As wrangler bundles.
  const { text, adapters } = await bundle(["workerd", "worker", "browser"]);
  assertEquals(adapters, ["workers"]);
  const worker = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents: text }],
    compatibilityDate: "2026-04-01",
    compatibilityFlags: ["no_nodejs_compat"],
    cf: false,
  });
  try {
    const response = await worker.dispatchFetch("http://worker/");
    assertEquals(await response.json(), {
      ticker: "T",
      url: "https://demo-api.kalshi.co/trade-api/v2/markets/T",
    });
  } finally {
    await worker.dispose();
  }
}

/** Every module of the package is reached from an entry, by an import or by a type. */
async function checkFiles(
  installed: string,
  files: string[],
  declarations: ReadonlySet<string>,
): Promise<void> {
  const { build } = await import("esbuild");
  const targets = [
    ...Object.values(manifest.exports).map((entry) => entry.default),
    ...Object.values(manifest.bin),
    ...Object.entries(manifest.imports["#runtime"]).flatMap(([name, path]) =>
      name === "kalshi-source" ? [] : path
    ),
  ];
  const { metafile } = await build({
    absWorkingDir: installed,
    entryPoints: [...new Set(targets)],
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    external: ["#runtime", "cloudflare:*"],
    outdir: "out",
    write: false,
    metafile: true,
  });
  const nameOf = (path: string) => path.replace(/(\.d)?\.[jt]s$/, "");
  const reached = new Set([...Object.keys(metafile.inputs), ...declarations].map(nameOf));
  // A module of types alone is reached by the declarations of a module that runs.
  for (const name of reached) {
    const declaration = join(installed, `${name}.d.ts`);
    if (!existsSync(declaration)) continue;
    for (const [, from = ""] of readFileSync(declaration, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
      reached.add(join(dirname(name), nameOf(from)));
    }
  }
  // Maps of declarations lead to the sources, for whoever follows a name.
  const sources = new Set<string>();
  for (const path of files.filter((path) => path.endsWith(".d.ts.map"))) {
    const map: { readonly sources: readonly string[] } = JSON.parse(
      readFileSync(join(installed, path), "utf8"),
    );
    for (const source of map.sources) sources.add(join(dirname(path), source));
  }
  assertEquals([...sources].filter((path) => !files.includes(path)), []);
  const isMap = (path: string) =>
    path.endsWith(".d.ts.map") && reached.has(nameOf(path.replace(/\.map$/, "")));
  const isPage = (path: string) => /^(docs|examples)\//.test(path);
  const needless = files.filter((path) =>
    !reached.has(nameOf(path)) && !sources.has(path) && !isMap(path) && !isPage(path)
  );
  assertEquals(needless.sort(), [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "package.json",
  ]);
}

/** The pages come along, and each link in them leads to something that does. */
function checkPages(installed: string, files: readonly string[]): void {
  const pages = files.filter((path) => path.endsWith(".md"));
  assert(pages.includes("docs/index.md"), pages.join(", "));
  assertEquals(pages.filter((path) => path.startsWith("docs/generated/")), []);
  for (const page of pages) {
    const text = withoutCode(readFileSync(join(installed, page), "utf8"));
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^([a-z]+:|#)/.test(link)) continue;
      const target = join(installed, dirname(page), link.split("#")[0] ?? "");
      assert(existsSync(target), `${page} of the package leads to ${link}, which it does not have`);
    }
  }
}

test("the npm package works where it is installed", { on: ["node"], timeoutMs: 600_000 }, async () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "kalshi-package-"));
  // They are fetched while the package is built.
  const nodes = nodeVersions();
  try {
    const { consumer, installed, files } = install(folder);
    checkPages(installed, files);
    checkRuntimes(consumer);
    checkAdapters(installed);
    checkCommandLine(consumer, ["node", ...(await nodes).map(({ path }) => path)]);
    const declarations = checkTypes(consumer, installed);
    await checkCompilers(consumer);
    checkPlainJavaScript(consumer, ["node", ...(await nodes).map(({ path }) => path)]);
    await checkBundles(consumer);
    await checkFiles(installed, files, declarations);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("npm pack without what builds the package fails, says why, and makes none", () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "kalshi-unbuilt-"));
  try {
    for (
      const file of ["package.json", "deno.json", "tsconfig.json", "README.md", "LICENSE", "tools/build.sh"]
    ) {
      cpSync(file, join(folder, file), { recursive: true });
    }
    const { status, stderr } = spawnSync("npm", ["pack"], { cwd: folder, encoding: "utf8" });
    assert(status !== 0);
    assert(stderr.includes("run `npm ci` first"), stderr);
    assertEquals(readdirSync(folder).filter((file) => file.endsWith(".tgz")), []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
