/** A recording into tables of Parquet, and back: what that takes, and how long others wait meanwhile. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { exportParquet, openRecording, type Recording } from "../src/recordings/mod.ts";
import { Background } from "../src/recordings/parquet/background.ts";
import { loadNodeFiles } from "../src/tables/node_files.ts";
import { systemClock } from "../src/base/clock.ts";

/** What the bench of recordings measures with. */
export interface Tools {
  /** Seconds of processor time so far. */
  readonly used: () => number;
  /** The heap that is in use after a collection, in bytes. */
  readonly inUse: () => number;
  readonly heapOf: (recording: Recording) => Promise<{ least: number; most: number }>;
  readonly add: (name: string, value: string, budget: string, ok: boolean) => void;
}

/** Bytes of the files below a folder whose names end so. */
function bytesIn(dir: string, ending: string): number {
  const names = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(ending)
  );
  return names.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0);
}

/** How late a timer of 5 ms fires while something goes on, in milliseconds: the 99th of a hundred, and the worst. */
async function lateness(work: () => Promise<void>): Promise<{ p99: number; most: number }> {
  const late: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - last - 5));
    last = now;
  }, 5);
  await work();
  clearInterval(timer);
  late.sort((one, other) => one - other);
  return { p99: late[Math.floor(late.length * 0.99)] ?? 0, most: late.at(-1) ?? 0 };
}

/** Measures with a recording of one file, in `lines`. */
export async function benchTables(
  lines: string,
  folder: string,
  { used, inUse, heapOf, add }: Tools,
): Promise<void> {
  const recording = await openRecording(lines);
  const dir = join(folder, "tables");
  const before = used();
  let least = Infinity;
  let most = 0;
  let told = 0;
  const { rows } = await exportParquet(recording, {
    dir,
    onProgress() {
      if (told++ % 5 !== 0) return;
      const heap = inUse();
      least = Math.min(least, heap);
      most = Math.max(most, heap);
    },
  });
  const perSecond = rows / (used() - before);
  add(
    "rows made tables of Parquet in a second of processor time",
    `${(perSecond / 1_000).toFixed(0)}k`,
    "at least 20k",
    perSecond >= 20_000,
  );
  add(
    `heap in use while ${rows} rows are exported: most less least`,
    `${((most - least) / 1e6).toFixed(0)} MB`,
    "at most 64 MB",
    most - least <= 64e6,
  );
  const share = bytesIn(dir, ".parquet") / bytesIn(lines, ".gz");
  add(
    "bytes of the tables for a byte of packed lines",
    `${share.toFixed(2)} (${(bytesIn(dir, ".parquet") / rows).toFixed(0)} a row)`,
    "at most 1.5",
    share <= 1.5,
  );

  const tables = await openRecording(dir);
  const count = async (options: Parameters<Recording["read"]>[0]) => {
    const begun = used();
    let frames = 0;
    for await (const { kind } of tables.read(options)) if (kind === "frame") frames++;
    return { frames, seconds: used() - begun };
  };
  const all = await count({});
  const whole = all.frames / all.seconds;
  add(
    "frames read from tables in a second of processor time",
    `${(whole / 1_000).toFixed(0)}k`,
    "at least 80k",
    whole >= 80_000,
  );
  const one = await count({ channels: ["trade"] });
  add(
    "time of reading a channel that is not there, of that of everything",
    `${(100 * one.seconds / all.seconds).toFixed(1)} % (${one.frames} frames)`,
    "at most 5 %",
    one.seconds <= 0.05 * all.seconds,
  );
  const heap = await heapOf(tables);
  add(
    "heap in use while tables are read: most less least",
    `${((heap.most - heap.least) / 1e6).toFixed(0)} MB`,
    "at most 64 MB",
    heap.most - heap.least <= 64e6,
  );

  const files = await loadNodeFiles();
  const how = {
    keepLines: true,
    level: 4,
    clock: systemClock,
    onError: (error: unknown) => {
      throw error;
    },
  };
  const background = new Background({ files, from: lines, dir: join(folder, "background"), ...how });
  const idle = await lateness(() => new Promise((resolve) => setTimeout(resolve, 3_000)));
  const { p99, most: worst } = await lateness(async () => {
    await background.start();
    while (background.waiting > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  await background.close();
  add(
    "a timer is late while a recorder's file becomes tables, over what it is else: p99",
    `${(p99 - idle.p99).toFixed(0)} ms (${worst.toFixed(0)} ms at worst, ${idle.most.toFixed(0)} ms else)`,
    "at most 80 ms",
    p99 - idle.p99 <= 80,
  );
}
