/**
 * Every static check, two at a time: format, lint, types on Deno, types against the DOM alone, types of the npm
 * build, docstrings, every code block in docstrings and Markdown, links, what is published, and who knows whom.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deadLinks, deadPaths, unlistedPages, unmentionedEntries, unreachedPages } from "./check_pages.ts";
import { generateContract } from "./generate_contract.ts";
import { generateDocs } from "./generate_docs.ts";
import { generateSpecs } from "./generate_specs.ts";
import { generateManifests } from "./manifests.ts";
import { GENERATED } from "./site/pages.ts";

interface DenoConfig {
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
}

const deno = "node_modules/deno/deno";
const config: DenoConfig = JSON.parse(readFileSync("deno.json", "utf8"));
const entries = Object.values(config.exports);
const names = Object.keys(config.exports).map((entry) => config.name + entry.slice(1));

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);
}

/** What the page of the local exchange is bundled from: it runs in browsers alone, and is published as its bundle. */
const pageFolder = "src/local_exchange/page/ui";
const isOfPage = (path: string) => path.startsWith(`${pageFolder}/`);

const sources = ["mod.ts", ...filesUnder("src", ".ts").filter((path) => !isOfPage(path))];
const documented = sources.filter((path) => readFileSync(path, "utf8").includes("* ```ts"));
const markdown = [
  ...filesUnder("docs", ".md").filter((path) => !path.startsWith(`${GENERATED}/`)),
  ...readdirSync(".").filter((name) => name.endsWith(".md")),
];

/** Modules that run on every runtime: all but the adapters for hosts, what brings a server, and what has files. */
const portable = sources.filter((path) =>
  !/^src\/(local_exchange|testing|cli|recordings)\//.test(path) &&
  !/^src\/runtime\/node(_\w+)?\.ts$/.test(path) &&
  !/redis/.test(path)
);

type Outcome = { readonly ok: boolean; readonly output: string };

function run(command: string, ...args: string[]): Promise<Outcome> {
  const options = { env: { ...process.env, NO_COLOR: "1" }, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) =>
    execFile(command, args, options, (error, stdout, stderr) => {
      // What could not be started has no status to exit with.
      const reason = typeof error?.code === "string" ? error.message : "";
      resolve({ ok: error === null, output: reason + stdout + stderr });
    })
  );
}

/** Passes when there are no problems. */
const none = (problems: readonly string[]): Outcome => ({
  ok: problems.length === 0,
  output: problems.join("\n"),
});

/** Runs `deno check` with other compiler options. */
async function checkWith(options: Readonly<Record<string, unknown>>, ...args: string[]): Promise<Outcome> {
  const imports = Object.fromEntries(
    Object.entries(config.imports).map(([name, target]) =>
      target.startsWith("./") ? [name, pathToFileURL(target).href] : [name, target]
    ),
  );
  const compilerOptions = { ...config.compilerOptions, ...options };
  // Beside deno.json, because npm packages are looked for from the folder of the configuration.
  const path = `.deno.${process.pid}.json`;
  writeFileSync(path, JSON.stringify({ imports, compilerOptions, nodeModulesDir: "manual", lock: false }));
  try {
    return await run(deno, "check", "--quiet", "--config", path, ...args);
  } finally {
    rmSync(path);
  }
}

const tsc = "node_modules/typescript-7/bin/tsc";

/** What is to run everywhere knows no type of a host's. */
async function checkAgainstDom(): Promise<Outcome> {
  const path = `.build/tsconfig.dom.${process.pid}.json`;
  const compilerOptions = { lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"], types: [] };
  const files = portable.map((file) => `../${file}`);
  mkdirSync(".build", { recursive: true });
  writeFileSync(path, JSON.stringify({ extends: "../tsconfig.json", compilerOptions, include: [], files }));
  try {
    return await run(tsc, "--noEmit", "-p", path);
  } finally {
    rmSync(path);
  }
}

/** Folders of tests without a room in src/: what is tested there is no part of the library. */
const OTHER_TESTS = ["examples", "package", "support", "tools"];

/**
 * Tests mirror `src/`: each room has its folder, and each folder with tests in it stands for a folder or a file of
 * `src/`.
 */
function strayTests(): Outcome {
  const foldersIn = (path: string) =>
    readdirSync(path, { withFileTypes: true }).filter((one) => one.isDirectory()).map(({ name }) => name);
  const folders = filesUnder("tests", "_test.ts").map((path) =>
    path.slice("tests/".length, path.lastIndexOf("/"))
  );
  const others = new Set(
    folders.filter((path) => path !== "" && !existsSync(`src/${path}`) && !existsSync(`src/${path}.ts`)),
  );
  return none([
    ...[...others].filter((path) => !OTHER_TESTS.includes(path)).map((path) =>
      `tests/${path} has no src/${path}.`
    ),
    ...foldersIn("src").filter((name) => !foldersIn("tests").includes(name))
      .map((name) => `src/${name} has no tests/${name}.`),
  ]);
}

/** What JSR would get is what the entries reach, and passes JSR's rules. */
async function published(): Promise<Outcome> {
  // Types are checked on their own.
  const { ok, output } = await run(deno, "publish", "--dry-run", "--allow-dirty", "--no-check");
  if (!ok) return { ok, output };
  const files = [...output.matchAll(/^\s*(file:\/\/\S+) \(/gm)].map(([, url = ""]) =>
    relative(".", fileURLToPath(url))
  );
  const graphs = await Promise.all(entries.map((entry) => run(deno, "info", "--json", entry)));
  const graph = graphs.flatMap(({ output }) => {
    const { modules }: { modules: { readonly specifier: string }[] } = JSON.parse(output);
    return modules.map(({ specifier }) => specifier)
      .filter((url) => url.startsWith("file:") && !url.includes("/node_modules/"));
  });
  const wanted = new Set([
    ...graph.map((url) => relative(".", fileURLToPath(url))),
    ...["deno.json", "README.md", "LICENSE", "CHANGELOG.md"],
  ]);
  return none([
    ...[...wanted].filter((file) => !files.includes(file)).map((file) => `${file} would not be published.`),
    ...files.filter((file) => !wanted.has(file)).map((file) =>
      `${file} would be published and no entry reaches it.`
    ),
  ]);
}

/** What is generated is not edited by hand, and is made anew when what it comes from has changed. */
function stale(): Outcome {
  try {
    const files = [...generateContract(), ...generateManifests(), ...generateSpecs(), ...generateDocs()];
    return none(
      files.filter(([path, text]) => !existsSync(path) || readFileSync(path, "utf8") !== text)
        .map(([path]) => `${path} is not what would be generated: deno task generate`),
    );
  } catch (error) {
    // What is generated says what it misses.
    return none([String(error)]);
  }
}

/** What is committed works on every machine: it holds no path of the one that it was written on. */
async function foreignPaths(): Promise<Outcome> {
  const { ok, output } = await run("git", "ls-files", "--cached", "--others", "--exclude-standard");
  // Not a clone, such as an unpacked archive.
  if (!ok) return none([]);
  const texts = output.trim().split("\n").filter((path) =>
    /\.(ts|mjs|md|json|sh|toml)$/.test(path) && existsSync(path)
  );
  return none(
    texts.flatMap((path) =>
      [...readFileSync(path, "utf8").matchAll(/(?<![\w.:/}])\/(?:work|home|Users|root)\/[\w.]/g)].map((
        [found],
      ) => `${path}: ${found}`)
    ),
  );
}

/** Clocks and timers that run on whatever the machine does. */
const wallClock =
  /\b(?:setTimeout|setInterval)\(|\b(?:performance|Date)\.now\(|AbortSignal\.timeout\(|systemClock\.monotonic\(/;

/** No test depends on how fast the machine is: what waits and looks at the time is in tests/support. */
function wallClocks(): Outcome {
  const files = [...filesUnder("tests", ".ts"), ...filesUnder("tests", ".mjs")]
    .filter((path) => !/^tests\/(support|contract\/fixtures)\//.test(path));
  const problems = files.flatMap((path) => {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.flatMap((line, index) => {
      const found = wallClock.exec(line)?.[0];
      const isSaid = [line, lines[index - 1]].some((text) => text?.includes("// wall clock: "));
      return found === undefined || isSaid ? [] : `${path}:${index + 1}: ${found})`;
    });
  });
  if (problems.length > 0) {
    problems.push(
      "Move a ManualClock instead, or wait for what happens with until() of tests/support/until.ts; see Tests in " +
        "CONTRIBUTING.md. Where only the wall clock will do, say why: `// wall clock: why`, in the line before.",
    );
  }
  return none(problems);
}

/** Timers of the runtime. */
const rawTimer = /(?<![.\w])(?:set|clear)(?:Timeout|Interval)\b|\bAbortSignal\.timeout\b/;

/** Everything that waits does so over a Clock, so that a test can move its time. */
function rawTimers(): Outcome {
  const page = [".ts", ".tsx"].flatMap((ending) => filesUnder(pageFolder, ending));
  // A bundle holds the clock itself.
  const exempt = ["src/base/clock.ts", "src/local_exchange/page/bundle.ts"];
  const problems = [...sources, ...page].filter((path) => !exempt.includes(path)).flatMap((path) =>
    readFileSync(path, "utf8").split("\n").flatMap((line, index) => {
      const found = rawTimer.exec(line)?.[0];
      return found === undefined ? [] : `${path}:${index + 1}: ${found}`;
    })
  );
  if (problems.length > 0) {
    problems.push("Wait with delay() or deadline() of src/base/waits.ts, or with a timer of a Clock.");
  }
  return none(problems);
}

const steps: readonly (readonly [name: string, step: () => Outcome | Promise<Outcome>])[] = [
  // By far the longest: the others run beside it.
  [
    "types on Deno",
    () =>
      run(
        deno,
        "check",
        "--quiet",
        ...sources,
        "tests",
        "tools",
        "bench",
        "examples",
        "docs/.vitepress",
      ),
  ],
  ["format", () => run(deno, "fmt", "--check", "--quiet")],
  ["lint", () => run(deno, "lint", "--quiet")],
  [
    "lint of the library",
    () => run(deno, "lint", "--quiet", "--rules-include=no-top-level-await", "mod.ts", "src"),
  ],
  ["types against the DOM alone", checkAgainstDom],
  ["types of the npm build", () => run(tsc, "--noEmit", "-p", ".")],
  ["types of the page", () => run(tsc, "-p", pageFolder)],
  ["docstrings", () => run(deno, "doc", "--lint", "--quiet", ...entries)],
  // Deno puts an import of everything that a module exports before each of its code blocks.
  ["code blocks", () => checkWith({ noUnusedLocals: false }, "--doc-only", ...documented, ...markdown)],
  ["links", () => none(deadLinks(markdown))],
  [
    "pages",
    () =>
      none([...unreachedPages(markdown), ...unlistedPages(markdown), ...unmentionedEntries(markdown, names)]),
  ],
  ["files that pages speak of", () => none(deadPaths(markdown))],
  // Built without colours and search, which take two thirds of the time; every link of its pages is followed.
  ["the site of the docs", () => run(deno, "run", "-A", "tools/docs.ts", "check")],
  ["tests that mirror src", strayTests],
  ["what is published", published],
  [
    "who may know whom",
    () => run("node", "node_modules/.bin/depcruise", "--config", "tools/arrows.mjs", "mod.ts", "src"),
  ],
  ["what is generated", stale],
  ["paths of other machines", foreignPaths],
  ["timers that no clock moves", rawTimers],
  ["tests that go by the wall clock", wallClocks],
];

const failed: string[] = [];
const waiting = [...steps];

async function runSteps(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [name, step] = next;
    const started = Date.now();
    const { ok, output } = await step();
    console.log(`${ok ? "ok    " : "FAILED"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (ok) continue;
    failed.push(name);
    console.log(output.slice(0, 20_000));
  }
}

await Promise.all([runSteps(), runSteps()]);
console.log(failed.length === 0 ? "Every check passed." : `Not passed: ${failed.join(", ")}.`);
process.exit(failed.length === 0 ? 0 : 1);
