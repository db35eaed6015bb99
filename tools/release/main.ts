/**
 * Prepares a release: `deno task release VERSION`. It publishes nothing: that is done by .github/workflows/release.yml,
 * from the tag, with provenance. What it makes for the release is in .build/release.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseApi, readApi, writeApi } from "./api.ts";
import { apiChanges, mayBreak } from "./api_changes.ts";
import { writeJsrLayer } from "./jsr_layer.ts";
import { assertVersion, dated, notesOf } from "./notes.ts";
import { type Candidate, jsrProjects, npmProjects, type Project } from "./projects.ts";

/** The public API of the last release. */
const API = "tools/release/api.txt";
const OUT = ".build/release";
const deno = "node_modules/deno/deno";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, { readonly types: string }>>;
}

const manifest = (): Manifest => JSON.parse(readFileSync("package.json", "utf8"));

function run(command: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: 1 << 28,
  });
  if (status === 0) return stdout;
  throw new Error(
    `${command} ${args.join(" ")} ended with ${status}:\n${error?.message ?? ""}${stdout}${stderr}`,
  );
}

/** Gives all manifests the version, and the changelog its day. */
function setVersion(version: string): void {
  const text = readFileSync("deno.json", "utf8");
  writeFileSync("deno.json", text.replace(/"version": "[^"]*"/, `"version": "${version}"`));
  run(deno, "run", "-A", "tools/generate.ts");
  run("npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund");
  const day = new Date().toISOString().slice(0, 10);
  writeFileSync("CHANGELOG.md", dated(readFileSync("CHANGELOG.md", "utf8"), version, day));
}

/** Packs a folder, which builds where it says so; returns the tarball. */
function pack(folder = "."): string {
  const said = run("npm", "pack", folder, "--json", "--pack-destination", OUT);
  // What the build says stands before it.
  const [packed] = JSON.parse(said.slice(said.search(/^\[/m)));
  return join(OUT, packed.filename);
}

/** Compares the API with that of the last release, and keeps the new one in its place. */
function compareApi(version: string, isKept: boolean): string {
  const entries = Object.fromEntries(
    Object.entries(manifest().exports).map(([entry, { types }]) => [entry, types.replace("./dist/", "")]),
  );
  const now = readApi(resolve("dist"), entries);
  const kept = existsSync(API) ? readFileSync(API, "utf8") : undefined;
  let said = "There is no release before this one: nothing to compare.";
  if (kept !== undefined) {
    const [head = "", ...rest] = kept.split("\n");
    const last = head.replace("version ", "");
    const changes = apiChanges(parseApi(rest.join("\n")), now);
    const breaking = changes.filter(({ kind }) => kind === "breaking");
    said = changes.map(({ kind, entry, name, what }) => `${kind} ${entry} ${name}: ${what}`).join("\n") ||
      `The public API is that of ${last}.`;
    if (breaking.length > 0 && !mayBreak(last, version)) {
      throw new Error(`${version} after ${last} must not break anything, and does:\n${said}`);
    }
  }
  writeFileSync(join(OUT, "api-changes.txt"), said + "\n");
  if (isKept) writeFileSync(API, `version ${version}\n${writeApi(now)}`);
  return `${said.split("\n").length} lines in ${OUT}/api-changes.txt`;
}

async function tryProjects(projects: readonly Project[], candidate: Candidate): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-release-"));
  try {
    for (const project of projects) {
      const own = join(folder, project.name);
      mkdirSync(own);
      await project.run(own, candidate);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return projects.map(({ name }) => name).join(", ");
}

/** Packs what JSR's npm layer would serve. */
function packJsrLayer(): Candidate {
  const folder = join(OUT, "jsr");
  const { name } = writeJsrLayer(folder);
  return { name, tarball: pack(`./${folder}`) };
}

const isTrial = process.argv.includes("--trial");
const version = process.argv.slice(2).find((word) => !word.startsWith("--"));
assertVersion(version);
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
if (!isTrial && run("git", "status", "--porcelain") !== "") {
  throw new Error(
    "There are changes that are not committed: a release is made from what is. (--trial: none is made.)",
  );
}

let tarball = "";
const { name } = manifest();
const steps: readonly (readonly [what: string, step: () => string | Promise<string>])[] = [
  ["notes of the changelog", () => {
    writeFileSync(join(OUT, "notes.md"), notesOf(readFileSync("CHANGELOG.md", "utf8"), version) + "\n");
    return `${OUT}/notes.md`;
  }],
  ["version", () => {
    if (!isTrial) setVersion(version);
    return isTrial ? `left at ${manifest().version}` : version;
  }],
  ["static checks", () => run(deno, "run", "-A", "tools/check.ts").trim().split("\n").at(-1) ?? ""],
  ["npm build", () => tarball = pack()],
  ["public API", () => compareApi(version, !isTrial)],
  ["publint", () => run("node_modules/.bin/publint", tarball, "--strict").trim().split("\n").at(-1) ?? ""],
  ["types as every resolution sees them", () => {
    run("node_modules/.bin/attw", tarball, "--profile", "esm-only", "--format", "ascii");
    return "no problem";
  }],
  [
    "Node 20, 22, 24, Bun, Deno",
    () =>
      run(deno, "run", "-A", "tools/test.ts", "node", "--", "tests/package_host").trim().split("\n").at(-1) ??
        "",
  ],
  ["projects of others", () => tryProjects(npmProjects, { name, tarball })],
  ["what JSR would say", () => {
    run(deno, "publish", "--dry-run", "--allow-dirty");
    return "nothing";
  }],
  ["what JSR's npm layer would serve", () => tryProjects(jsrProjects, packJsrLayer())],
  ["software bill of materials", () => {
    const sbom = run("npm", "sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--sbom-type", "library");
    writeFileSync(join(OUT, "sbom.cdx.json"), sbom);
    return `${JSON.parse(sbom).components.length} packages in ${OUT}/sbom.cdx.json`;
  }],
];
for (const [what, step] of steps) {
  const started = Date.now();
  const said = await step();
  console.log(`ok ${what} (${((Date.now() - started) / 1000).toFixed(1)} s): ${said}`);
}
console.log(`\nMade: ${readdirSync(OUT).join(", ")} in ${OUT}.`);
console.log(
  isTrial
    ? "This was a trial: nothing was changed."
    : `Commit, then: git tag v${version} && git push --follow-tags. The workflow publishes to npm and JSR.`,
);
