/**
 * Installs the locked npm packages when they are missing or not the locked versions.
 *
 * `setup.ts runtime` asks for what the library itself imports, `setup.ts dev` for the tools and the other
 * runtimes as well. It imports nothing from npm, so that it runs on a bare clone.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}
type LockedPackages = Readonly<Record<string, LockedPackage>>;

function lockedPackages(path: string): LockedPackages {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

function isMissing(withDev: boolean): boolean {
  const present = lockedPackages("node_modules/.package-lock.json");
  return Object.entries(lockedPackages("package-lock.json"))
    .filter(([path, { dev, optional, devOptional }]) =>
      path !== "" && !optional && (withDev || !dev && !devOptional)
    )
    .some(([path, { version }]) => present[path]?.version !== version);
}

function run(command: string, args: string[], output: 2 | "ignore" = 2): number | null {
  return spawnSync(command, args, { stdio: ["ignore", output, output] }).status;
}

const withDev = Deno.args[0] !== "runtime";
if (isMissing(withDev)) {
  const what = withDev ? "the tools and the runtimes to test on (about 300 MB)" : "what the library imports";
  const why = existsSync("node_modules/.package-lock.json") ? "Not everything is there yet" : "First run";
  console.error(`${why}: npm installs ${what}, in the versions of package-lock.json ...`);
  const started = Date.now();
  const quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
  // All three: typescript is an optional peer of valibot, too.
  const omit = withDev ? [] : ["--omit=dev", "--omit=optional", "--omit=peer"];
  const status = run("npm", ["ci", ...quiet, ...omit]);
  if (status === null) {
    console.error("npm was not found. Install Node.js 20 or newer, which brings npm, and run this again.");
    Deno.exit(1);
  }
  if (status !== 0) {
    console.error("npm could not install the packages; its message stands above.");
    Deno.exit(status);
  }
  console.error(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}
if (withDev) {
  // Where npm runs no install scripts, these packages have not put their programs in place yet.
  if (!existsSync("node_modules/deno/deno")) run("node", ["node_modules/deno/install.cjs"]);
  if (run("node_modules/.bin/bun", ["--revision"], "ignore") !== 0) {
    run("node", ["node_modules/bun/install.js"]);
  }
}
