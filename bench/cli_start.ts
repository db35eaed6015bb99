/** How long `kalshi`, as npm installs it, takes on Node from its start to its first output, and to an exchange. */
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

/** What the milliseconds are counted to: anything that it says, or its result. */
type Until = "first output" | "result";

/** Milliseconds until then; then it is ended. */
async function timeTo(until: Until, program: string, args: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn("node", [program, ...args], { cwd: FOLDER, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const took = await new Promise<number>((resolve, reject) => {
    const said = () => resolve(performance.now() - started);
    child.stdout.once("data", said);
    child.stderr.once("data", () => until === "first output" ? said() : undefined).resume();
    child.on("close", () => reject(new Error(`kalshi ${args.join(" ")} ended and said nothing.`)));
  });
  if (child.pid !== undefined && child.exitCode === null) process.kill(child.pid, "SIGINT");
  await ended;
  return took;
}

interface Case {
  readonly args: readonly string[];
  readonly until: Until;
  /** None where it is only told. */
  readonly mostMs?: number;
}

/** The median of some starts of each. */
export async function benchCliStart(): Promise<Figure[]> {
  const program = install();
  const exchange = ["exchange", "--env", `${FOLDER}/bench.env`];
  const cases: readonly Case[] = [
    { args: ["--version"], until: "first output", mostMs: MOST_MS },
    { args: ["--help"], until: "first output", mostMs: MOST_MS },
    { args: ["completions", "bash"], until: "first output", mostMs: MOST_MS },
    { args: exchange, until: "first output", mostMs: MOST_MS },
    // Listening, with markets, quotes, page and file.
    { args: exchange, until: "result" },
  ];
  const times = cases.map((): number[] => []);
  // In turn, so that what else the machine does is shared; the first round warms the disk.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, { args, until }] of cases.entries()) {
      const took = await timeTo(until, program, args);
      if (round > 0) times[index]?.push(took);
    }
  }
  return cases.map(({ args, until, mostMs }, index) => {
    const middle = median(times[index] ?? []);
    const name = args[0] === "exchange" ? "exchange" : args.join(" ");
    return {
      name: `\`kalshi ${name}\` on Node, start to ${until}, ms`,
      value: middle.toFixed(0),
      budget: mostMs === undefined ? "none" : `under ${mostMs}`,
      ok: mostMs === undefined || middle < mostMs,
    };
  });
}
