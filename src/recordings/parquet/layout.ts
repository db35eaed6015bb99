/**
 * Where a recording's tables lie, and what each of its files became.
 *
 * A folder has `day=YYYY-MM-DD/channel=NAME/NUMBER.parquet`, the partitions that DuckDB, pandas and Polars know from Hive,
 * and in `_recording` one text of JSON for each file of the recorder: it is written when all tables of that file are there,
 * so that what has none is not there yet.
 *
 * @module
 */
import { isPlain } from "../../base/plain.ts";
import type { NodeFiles } from "../../tables/node_files.ts";
import { KalshiRecordingError } from "../errors.ts";
import { numberOf, type RecordingHeader } from "../format.ts";
import type { ReaderState } from "../read_line.ts";

/** The folder of the manifests. */
export const MANIFESTS = "_recording";
/** What is no frame of a channel: gaps, reconnects, drops, damage, and answers to commands. */
export const EVENTS = "_events";
/** What markets are. */
export const MARKETS = "_markets";

const FORMAT = "kalshi-recording-parquet";
const VERSION = 1;

/** A table of a recording. */
export interface TablePlace {
  /** Under the folder, with slashes. */
  readonly path: string;
  /** The channel, `_events` or `_markets`. */
  readonly channel: string;
  readonly rows: number;
  readonly bytes: number;
  /** The earliest time in it, in Unix milliseconds. */
  readonly fromMs: number;
  /** The latest time in it, in Unix milliseconds. */
  readonly toMs: number;
}

/** What a file of the recorder became. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** The file's name. */
  readonly file: string;
  /** Its bytes. */
  readonly bytes: number;
  /** Its first line; null where that cannot be read. */
  readonly header: RecordingHeader | null;
  /** What a reader knows behind it. */
  readonly reader: ReaderState;
  readonly tables: readonly TablePlace[];
}

/** The day of a time, in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** Where the rows of a day and a channel of one file lie. */
export function placeOf(day: string, channel: string, file: string): string {
  return `day=${day}/channel=${encodeURIComponent(channel)}/${
    String(numberOf(file)).padStart(6, "0")
  }.parquet`;
}

const nameOf = (file: string) => `${file.replace(/\.jsonl(\.gz)?$/, "")}.json`;

/** A manifest that is there and cannot be read. */
export interface BadManifest {
  /** The file's name, as far as that of the manifest tells it. */
  readonly file: string;
  readonly error: KalshiRecordingError;
}

/** The manifests of a folder. */
export interface Manifests {
  /** In the order of the files. */
  readonly good: readonly Manifest[];
  readonly bad: readonly BadManifest[];
}

/**
 * Every manifest of a folder; none where it has no tables.
 *
 * @throws {KalshiRecordingError} for one of a later version of the format
 */
export async function readManifests({ fs, path }: NodeFiles, dir: string): Promise<Manifests> {
  const folder = path.join(dir, MANIFESTS);
  const good: Manifest[] = [];
  const bad: BadManifest[] = [];
  for (const name of await namesIn(fs, folder)) {
    const file = name.replace(/\.json$/, ".jsonl.gz");
    if (!name.endsWith(".json") || numberOf(file) === undefined) continue;
    const found = parseManifest(path.join(folder, name), await fs.readFile(path.join(folder, name), "utf8"));
    if (found instanceof KalshiRecordingError) bad.push({ file, error: found });
    else good.push(found);
  }
  return { good: good.sort((one, other) => (numberOf(one.file) ?? 0) - (numberOf(other.file) ?? 0)), bad };
}

/** The names in a folder; none where there is no such folder. */
async function namesIn(fs: NodeFiles["fs"], folder: string): Promise<string[]> {
  return await fs.readdir(folder).catch((error: { readonly code?: unknown }) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
}

function parseManifest(path: string, text: string): Manifest | KalshiRecordingError {
  let value: Partial<Manifest> | undefined;
  try {
    value = JSON.parse(text) as Partial<Manifest>;
  } catch {
    // It is told below.
  }
  const { format, version, file, tables, reader } = value ?? {};
  if (format === FORMAT && typeof version === "number" && version > VERSION) {
    throw new KalshiRecordingError(
      `${path} has version ${version}, which a later version of this library reads.`,
    );
  }
  const isGood = typeof version === "number" && typeof file === "string" && Array.isArray(tables) &&
    isPlain(reader);
  if (format === FORMAT && isGood) return value as Manifest;
  return new KalshiRecordingError(
    `${path} is not what was written, so that its tables are not read here; they stay, and other tools read them. Keep ` +
      "them, and put the manifest back from a copy; or, where you have the lines that they are of, export those again.",
  );
}

/** Says that the tables of a file are all there. */
export async function writeManifest(
  { fs, path }: NodeFiles,
  dir: string,
  manifest: Omit<Manifest, "format" | "version">,
  mode: number,
): Promise<Manifest> {
  const name = path.join(dir, MANIFESTS, nameOf(manifest.file));
  await fs.mkdir(path.dirname(name), { recursive: true });
  const handle = await fs.open(`${name}.part`, "w", mode);
  const whole: Manifest = { format: FORMAT, version: VERSION, ...manifest };
  try {
    await handle.writeFile(`${JSON.stringify(whole, undefined, 1)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await fs.rename(`${name}.part`, name);
  return whole;
}

/** Takes the word back that the tables of a file are all there. */
export async function removeManifest({ fs, path }: NodeFiles, dir: string, file: string): Promise<void> {
  await fs.rm(path.join(dir, MANIFESTS, nameOf(file)), { force: true });
}

/** The tables that are in a folder, whether a manifest names them or not: their paths with slashes, by their numbers. */
export async function tablesIn({ fs, path }: NodeFiles, dir: string): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  for (const day of await namesIn(fs, dir)) {
    if (!day.startsWith("day=")) continue;
    for (const channel of await namesIn(fs, path.join(dir, day))) {
      if (!channel.startsWith("channel=")) continue;
      for (const name of await namesIn(fs, path.join(dir, day, channel))) {
        const number = /^(\d{6,15})\.parquet$/.exec(name)?.[1];
        if (number === undefined) continue;
        const paths = found.get(Number(number)) ?? [];
        found.set(Number(number), paths);
        paths.push(`${day}/${channel}/${name}`);
      }
    }
  }
  return found;
}

/**
 * The highest number of a file that became tables in a folder, whether its lines or its manifest are still there or not;
 * 0 for none.
 */
export async function highestIn(files: NodeFiles, dir: string): Promise<number> {
  const names = await namesIn(files.fs, files.path.join(dir, MANIFESTS));
  const numbers = [...(await tablesIn(files, dir)).keys()];
  for (const name of names) numbers.push(numberOf(name.replace(/\.json$/, ".jsonl")) ?? 0);
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}
