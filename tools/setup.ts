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
  readonly peer?: boolean;
}
type LockedPackages = Readonly<Record<string, LockedPackage>>;

function lockedPackages(path: string): LockedPackages {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).packages : {};
}

function missingPackages(withDev: boolean): string[] {
  const wanted = lockedPackages("package-lock.json");
  const present = lockedPackages("node_modules/.package-lock.json");
  return Object.entries(wanted)
    .filter(([path, entry]) => path !== "" && !entry.optional && (withDev || !entry.dev))
    .filter(([path, entry]) => present[path]?.version !== entry.version)
    .map(([path]) => path.replace(/^node_modules\//, ""));
}

function run(command: string, args: string[], output: 2 | "ignore" = 2): number | null {
  return spawnSync(command, args, { stdio: ["ignore", output, output] }).status;
}

const withDev = Deno.args[0] !== "runtime";
const missing = missingPackages(withDev);
if (missing.length > 0) {
  const what = withDev
    ? "the tools and the runtimes to test on (about 700 MB)"
    : "the library's own dependencies";
  console.error(`First run: installing ${what} from npm, as package-lock.json says ...`);
  const started = Date.now();
  const omit = withDev ? [] : ["--omit=dev"];
  const status = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error", ...omit]);
  if (status === null) {
    console.error("npm was not found. Install Node.js 20 or newer, which brings npm, and run this again.");
    Deno.exit(1);
  }
  if (status !== 0) {
    console.error("npm could not install the packages; its message stands above.");
    Deno.exit(status);
  }
  console.error(`Installed in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}
// With install scripts switched off, the bun package holds a stub in place of the binary.
if (withDev && run("node_modules/.bin/bun", ["--revision"], "ignore") !== 0) {
  run("node", ["node_modules/bun/install.js"]);
}
