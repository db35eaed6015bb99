/**
 * Makes tables of a recording.
 *
 * @module
 */
import { exportParquet, openRecording, type ParquetProgress } from "../../recordings/mod.ts";
import type { CliContext } from "../context.ts";
import { type Column, openOutput, type OutputOptions } from "../output.ts";

/** The options of `kalshi export`. */
export interface ExportOptions extends OutputOptions {
  /** `--out` */
  readonly out: string;
  /** `--level` */
  readonly level: number;
}

/** What is printed at the end. */
interface Exported {
  readonly dir: string;
  readonly files: number;
  readonly skipped: number;
  readonly rows: number;
  readonly bytes: number;
  readonly left: string | undefined;
}

const columns: readonly Column<Exported>[] = [
  { name: "dir", value: ({ dir }) => dir },
  { name: "files", value: ({ files }) => files },
  { name: "skipped", value: ({ skipped }) => skipped },
  { name: "rows", value: ({ rows }) => rows },
  { name: "bytes", value: ({ bytes }) => bytes },
  { name: "left", value: ({ left }) => left },
];

const shown = ({ file, filesDone, files, bytesDone, bytes, rows }: ParquetProgress): string =>
  `${filesDone} of ${files} files, ${(bytesDone / 1e6).toFixed(1)} of ${
    (bytes / 1e6).toFixed(1)
  } MB, ${rows} rows: ${file}`;

/** Exports until it is done, or the signal aborts: then the next call goes on. */
export async function runExport(context: CliContext, dir: string, options: ExportOptions): Promise<void> {
  const { io, signal } = context;
  const output = openOutput(io, options);
  const recording = await openRecording(dir);
  const progress = context.progress();
  try {
    const done = await exportParquet(recording, {
      dir: options.out,
      level: options.level,
      signal,
      clock: io.clock,
      onProgress: (at) => progress.show(shown(at)),
    });
    await progress.done();
    await output.record(columns, { dir: options.out, ...done });
  } finally {
    await progress.done();
  }
}
