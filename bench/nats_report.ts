/** The bench of feeds on NATS: frames through one gateway to three readers, and what that adds to their way. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onFreePort } from "../tests/support/free_port.ts";
import { type Figure, median } from "./measure.ts";
import type { NatsRun } from "./nats.ts";
import { type BenchRuntime, commandFor, RUNTIMES, startServer } from "./support.ts";

const READERS = 3;
const FRAMES = 100_000;
const RATE = 5_000;
/** Short ones: the best counts, since what else the machine does can only make them worse. */
const BLOCKS = 16;
const LEAST_PER_SECOND = 20_000;
const MOST_ADDED_MS = 3;

/** A process whose lines are waited for. */
class Talker {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.#child.stdout === null) throw new Error("no output");
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The rest of the next line that begins so. */
  async hear(start: string): Promise<string> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error("A process of the bench has ended.");
      if (value.startsWith(start)) return value.slice(start.length);
    }
  }

  /** Waits for so many frames from now on; the promise inside is of what it saw. */
  async expect(frames: number): Promise<{ readonly run: Promise<NatsRun> }> {
    this.#child.stdin?.write(`${frames}\n`);
    await this.hear("READY");
    return { run: this.hear("RESULT ").then((text) => JSON.parse(text) as NatsRun) };
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

async function startNats(folder: string): Promise<{ readonly port: number; readonly stop: () => void }> {
  return await onFreePort(async (port) => {
    const child = spawn("nats-server", ["-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("Server is ready")) resolve();
      });
      child.once("exit", () => reject(new Error(`nats-server ended: ${said}`)));
    });
    return { port, stop: () => void child.kill("SIGKILL") };
  });
}

async function fire(port: string, count: number, rate: number): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/fire?kind=trade&count=${count}&rate=${rate}`);
  if (await response.text() !== "done") throw new Error("the server did not fire");
}

async function measure(runtime: BenchRuntime): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "kalshi-bench-nats-"));
  const stops: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const source = async () => {
    const server = await startServer(...await commandFor("bun", "bench/stream_server.ts"));
    stops.push(server.stop);
    return server.line;
  };
  const [command, args] = await commandFor(runtime, "bench/nats.ts");
  const talker = async (...more: readonly string[]) => {
    const talker = new Talker(command, [...args, ...more]);
    stops.push(() => talker.stop());
    await talker.hear("READY");
    return talker;
  };
  try {
    const nats = await startNats(folder);
    stops.push(nats.stop);
    const [far, near] = [await source(), await source()];
    await talker("gateway", far, String(nats.port));
    const readers: Talker[] = [];
    for (let n = 0; n < READERS; n++) readers.push(await talker("reader", far, String(nats.port)));
    const direct = await talker("direct", near);
    const run = async (of: readonly Talker[], port: string, count: number, rate: number) => {
      const expected = await Promise.all(of.map((each) => each.expect(count)));
      await fire(port, count, rate);
      return await Promise.all(expected.map(({ run }) => run));
    };
    // Code is compiled, buffers grow.
    await run(readers, far, FRAMES / 5, 0);
    await run([direct], near, FRAMES / 5, 0);
    const took: number[] = [];
    for (let block = 0; block < BLOCKS / 4; block++) {
      const runs = await run(readers, far, FRAMES, 0);
      took.push(Math.max(...runs.map(({ tookMs }) => tookMs)));
    }
    const through: number[] = [];
    const straight: number[] = [];
    for (let block = 0; block < BLOCKS; block++) {
      // Of the readers the one that has it last.
      through.push(Math.max(...(await run(readers, far, RATE, RATE)).map(({ p99 }) => p99)));
      straight.push(...(await run([direct], near, RATE, RATE)).map(({ p99 }) => p99));
    }
    const perSecond = FRAMES / Math.min(...took) * 1_000;
    const [throughMs, straightMs] = [Math.min(...through), Math.min(...straight)];
    const addedMs = throughMs - straightMs;
    return [
      {
        name: `${runtime}, frames a second through one gateway to each of ${READERS} readers`,
        value: `${Math.round(perSecond / 100) / 10}k/s`,
        budget: `at least ${LEAST_PER_SECOND / 1_000}k/s`,
        ok: perSecond >= LEAST_PER_SECOND,
      },
      {
        name: `${runtime}, 99th percentile that gateway and NATS add at ${RATE / 1_000},000 frames/s`,
        value:
          `${addedMs.toFixed(2)} ms (through NATS ${throughMs.toFixed(2)} ms, straight ${
            straightMs.toFixed(2)
          } ms; ` +
          `medians ${median(through).toFixed(2)} and ${median(straight).toFixed(2)} ms)`,
        budget: `at most ${MOST_ADDED_MS} ms`,
        ok: addedMs <= MOST_ADDED_MS,
      },
    ];
  } finally {
    for (const stop of stops.reverse()) stop();
  }
}

/** Frames through a gateway to three readers, on every runtime. Needs `nats-server`. */
export async function benchNats(): Promise<Figure[]> {
  if (spawnSync("nats-server", ["--version"], { stdio: "ignore" }).status !== 0) {
    throw new Error("This bench needs nats-server: apt-get install nats-server.");
  }
  const figures: Figure[] = [];
  for (const runtime of RUNTIMES) figures.push(...await measure(runtime));
  return figures;
}
