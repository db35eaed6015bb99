/**
 * A file of a recording, whatever it is kept in.
 *
 * @module
 */
import { KalshiAbortError } from "../base/errors.ts";
import type { RecordingHeader } from "./format.ts";
import type { RecordedItem, UnparsedFrame } from "./items.ts";
import type { LineReader } from "./read_line.ts";

/** One file of a recording. */
export interface RecordedFile {
  /** Its name in the folder. */
  readonly name: string;
  /** Its bytes when the recording was opened. */
  readonly bytes: number;
  /** Its first line; undefined where that cannot be read. */
  readonly header: RecordingHeader | undefined;
  /** The earliest time in it, in Unix milliseconds, where the next file tells it. */
  readonly fromMs?: number | undefined;
  /** The latest time in it, in Unix milliseconds, where the next file tells it. */
  readonly toMs?: number | undefined;
}

/** What of a file is read. */
export interface ReadRange {
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal: AbortSignal | undefined;
}

/** A file that can be read. */
export interface FileSource {
  readonly file: RecordedFile;
  /** Whether it is kept in tables of Parquet, not in lines. */
  readonly isTable: boolean;
  /**
   * What is in it, in its order, a run of items at a time; `reader` says what is wanted, and what came before. A run must
   * be gone through before the next one is asked for.
   */
  readonly read: (reader: LineReader, range: ReadRange) => AsyncIterable<Iterable<RecordedItem>>;
  /** The same, with frames as their text alone where they are kept as that. */
  readonly readTexts: (
    reader: LineReader,
    range: ReadRange,
  ) => AsyncIterable<Iterable<RecordedItem | UnparsedFrame>>;
}

/** Ends a reading whose signal has aborted. */
export function assertGoesOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new KalshiAbortError("Reading was aborted.", { cause: signal.reason });
}
