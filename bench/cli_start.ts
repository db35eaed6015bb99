/** How long `kalshi`, as npm installs it, takes on Node from its start to its first output. */
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { type Figure, median } from "./measure.ts";

const FOLDER = resolve(".build/bench/cli");
const ROUNDS = 11;
const MOST_MS = 400;

/** What npm would install, with the dependencies that are here. */
function install(): string {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const { status, stderr } = spawnSync("sh", ["tools/build.sh", `${FOLDER}/dist`], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  cpSync("package.json", `${FOLDER}/package.json`);
  if (!existsSync(`${FOLDER}/node_modules`)) symlinkSync(resolve("node_modules"), `${FOLDER}/node_modules`);
  return `${FOLDER}/dist/src/cli/bin.js`;
}

/** Milliseconds until it says something on stdout; then it is ended. */
async function firstOutput(program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn("node", [program, ...args], { cwd: FOLDER, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const took = await new Promise<number>((resolve, reject) => {
    child.stdout.once("data", () => resolve(performance.now() - started));
    child.on("close", () => reject(new Error(`kalshi ${args.join(" ")} ended and said nothing.`)));
  });
  if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, "SIGINT");
  await ended;
  return took;
}

/** The median of some starts of each. */
export async function benchCliStart(): Promise<Figure[]> {
  const program = install();
  const commands: Readonly<Record<string, readonly string[]>> = {
    "--version": ["--version"],
    "--help": ["--help"],
    "completions bash": ["completions", "bash"],
    "exchange": ["exchange", "--env", `${FOLDER}/bench.env`, "--json"],
  };
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  // In turn, so that what else the machine does is shared; the first round warms the disk.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const took = await firstOutput(program, args);
      if (round > 0) times.get(name)?.push(took);
    }
  }
  return [...times].map(([name, all]) => ({
    name: `kalshi ${name} on Node, start to first output, ms`,
    value: median(all).toFixed(0),
    budget: `under ${MOST_MS}`,
    ok: median(all) < MOST_MS,
  }));
}
