/**
 * Recordings of a stream: `@unofficial/kalshi/recordings`. A `Recorder` writes what comes into files of JSON lines;
 * `openRecording` reads them, at any speed, also into order books.
 *
 * @module
 */

export { KalshiRecordingError } from "./errors.ts";
export type { LookupOptions, MarketLookup } from "./market_lookup.ts";
export type { PreviousFile, RecordingHeader } from "./format.ts";
export type {
  RecordedChannelEnd,
  RecordedDamage,
  RecordedDrop,
  RecordedEnd,
  RecordedFrame,
  RecordedGap,
  RecordedItem,
  RecordedMarket,
  RecordedMessage,
  RecordedOther,
  RecordedPlace,
  RecordedReconnect,
  RecordedStart,
  RecordedStatus,
  RecordedText,
  UnparsedFrame,
} from "./items.ts";
export type {
  ReadOptions,
  RecordableStream,
  RecorderOptions,
  RecorderParquetOptions,
  ReplayOptions,
} from "./options.ts";
export { Recorder, type RecorderStats } from "./recorder.ts";
export {
  exportParquet,
  type ExportParquetOptions,
  type ParquetExport,
  type ParquetProgress,
} from "./parquet/export.ts";
export { openRecording, type Recording } from "./recording.ts";
export type { ReplayedCounts } from "./replay_books.ts";
export type { RecordedFile } from "./source.ts";
