/**
 * A recording into tables of Parquet.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { systemClock } from "../../base/clock.ts";
import { KalshiAbortError, KalshiConfigError } from "../../base/errors.ts";
import {
  callable,
  clock,
  needed,
  type Read,
  readOptions,
  type Rules,
  signal,
  text,
  whole,
  withPreset,
} from "../../base/options.ts";
import { tell } from "../../base/tell.ts";
import { loadNodeFiles, type NodeFiles } from "../../tables/node_files.ts";
import { recordingError } from "../errors.ts";
import { isFolderTaken, lockFolders } from "../folder_lock.ts";
import { Recording, sourcesOf } from "../recording.ts";
import { assertGoesOn, type FileSource } from "../source.ts";
import { ExportSteps } from "./export_steps.ts";

/** How a recording is exported. */
export interface ExportParquetOptions {
  /** The folder of the tables, made where it is missing. It may be that of the recording. */
  readonly dir: string;
  /** How hard gzip tries, from 1 to 9. @default 4 */
  readonly level?: number | undefined;
  /** Ends it with a KalshiAbortError. What is exported by then stays, and the next call goes on there. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each file, and every 10,000 items. */
  readonly onProgress?: ((progress: ParquetProgress) => void) | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
}

/** How far an export is. */
export interface ParquetProgress {
  /** The file that is exported, or was last. */
  readonly file: string;
  /** Files that are done, those that were there before among them. */
  readonly filesDone: number;
  /** All files that are to be exported. */
  readonly files: number;
  /** Bytes of the files that are done. */
  readonly bytesDone: number;
  /** Bytes of all of them. */
  readonly bytes: number;
  /** Rows that were written so far. */
  readonly rows: number;
}

/** What an export has done. */
export interface ParquetExport {
  /** Files that were exported. */
  readonly files: number;
  /** Files whose tables were there before. */
  readonly skipped: number;
  /** Rows written. */
  readonly rows: number;
  /** Bytes of the tables written. */
  readonly bytes: number;
  /** The file that is still being recorded, and was left for later; undefined where there is none. */
  readonly left: string | undefined;
}

/** What the options of an export may be. */
export const exportParquetRules = {
  dir: needed(text("the path of a folder")),
  level: withPreset(whole(1, 9), 4),
  signal: signal(),
  onProgress: callable(),
  clock: clock(),
} satisfies Rules<ExportParquetOptions>;

/**
 * Writes a recording as tables of Parquet, which DuckDB, pandas, Polars and {@linkcode openRecording} read:
 * `day=YYYY-MM-DD/channel=NAME/NUMBER.parquet`, with exact integers for prices and counts, and moments in UTC.
 *
 * Each file of the recording becomes its tables, all of them or none. A call that was aborted, or whose process was
 * killed, is gone on with by the next one: files whose tables are there are passed over. A file that is still being
 * recorded is left for later. Memory does not grow with the recording.
 *
 * @throws {KalshiConfigError} for a wrong option, and for a recording that is in tables already
 * @throws {KalshiRecordingError} where the folder cannot be written to, holds another recording, or is taken
 * @throws {KalshiAbortError} when `signal` aborts
 *
 * @example
 * ```ts
 * import { exportParquet, openRecording } from "@unofficial/kalshi/recordings";
 *
 * const recording = await openRecording("./recordings");
 * const { files, rows } = await exportParquet(recording, {
 *   dir: "./tables",
 *   onProgress: ({ filesDone, files, rows }) => console.log(`${filesDone} of ${files} files, ${rows} rows`),
 * });
 * console.log(files, rows);
 * ```
 */
export async function exportParquet(
  recording: Recording,
  given: ExportParquetOptions,
): Promise<ParquetExport> {
  const options = readOptions("exportParquet", given, exportParquetRules);
  if (!(recording instanceof Recording)) {
    throw new KalshiConfigError("exportParquet takes what openRecording gives, and its options.");
  }
  const sources = sourcesOf(recording);
  if (sources.every(({ isTable }) => isTable)) {
    throw new KalshiConfigError(`The recording in ${recording.dir} is in Parquet already.`);
  }
  const { dir, clock: time = systemClock } = options;
  const files = await loadNodeFiles();
  // Looked at before our own lock is there: it may be the same folder.
  const isTaken = await isFolderTaken(files, recording.dir, time);
  const locks = await lockFolders([dir], { files, clock: time, onBeat: () => {} });
  try {
    const left = isTaken ? sources.at(-1)?.file.name : undefined;
    return await exportAll(files, recording.dir, sources, options, left);
  } catch (cause) {
    throw cause instanceof KalshiAbortError
      ? cause
      : recordingError(`${recording.dir} cannot be exported into ${dir}`, cause);
  } finally {
    for (const lock of locks) await lock.release();
  }
}

async function exportAll(
  files: NodeFiles,
  from: string,
  sources: readonly FileSource[],
  { dir, level, signal: ending, onProgress }: Read<ExportParquetOptions, typeof exportParquetRules>,
  left: string | undefined,
): Promise<ParquetExport> {
  const wanted = sources.filter(({ file, isTable }) => !isTable && file.name !== left);
  const all = { files: wanted.length, bytes: wanted.reduce((sum, { file }) => sum + file.bytes, 0) };
  const done = { files: 0, skipped: 0, rows: 0, bytes: 0, bytesDone: 0 };
  const report = (file: string, rows = 0) =>
    tell(onProgress, () => ({
      file,
      filesDone: done.files + done.skipped,
      files: all.files,
      bytesDone: done.bytesDone,
      bytes: all.bytes,
      rows: done.rows + rows,
    }));
  const steps = new ExportSteps({ files, from, dir, level, signal: ending });
  for (const source of wanted) {
    const { name } = source.file;
    assertGoesOn(ending);
    const { manifest, isNew } = await steps.export(source, (rows) => report(name, rows));
    done[isNew ? "files" : "skipped"]++;
    done.bytesDone += source.file.bytes;
    for (const { rows, bytes } of isNew ? manifest.tables : []) {
      done.rows += rows;
      done.bytes += bytes;
    }
    report(name);
  }
  const { files: exported, skipped, rows, bytes } = done;
  return { files: exported, skipped, rows, bytes, left };
}
