/**
 * What a recording is made with and read with, and what each option may be.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import {
  callable,
  clock,
  flag,
  group,
  hasMethods,
  having,
  list,
  needed,
  number,
  positiveMs,
  rule,
  type Rules,
  signal,
  text,
  whole,
  withPreset,
} from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ClientConfig } from "../config/client_config.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { MarketLookup } from "./market_lookup.ts";

/** A stream that can be recorded: a `KalshiStream`, or a `PerpsStream`. */
export interface RecordableStream {
  /** Its configuration. */
  readonly config: Pick<ClientConfig, "environment" | "wsBaseUrl">;
  /** Calls `handler` for every item of a channel. */
  readonly on: (...args: never[]) => Promise<object>;
  /** Calls `handler` with every message of the socket. */
  tap(handler: (text: string, atMs: number) => void): () => void;
  /** Its present state, then each change. */
  status(): AsyncItems<StreamStatus>;
}

/** How a {@linkcode Recorder} is started. */
export interface RecorderOptions {
  /** The stream that is recorded: of event contracts, or of perps. It stays open when the recorder closes. */
  readonly stream: RecordableStream;
  /** The folder, made where it is missing. One recorder has it at a time; it goes on in a new file. */
  readonly dir: string;
  /**
   * Kalshi's channels, such as `orderbook_delta`, `trade` and `ticker`. With a private one, such as `fill`, the recording
   * holds data of your account.
   */
  readonly channels: readonly string[];
  /** The markets, for the channels that take some; all of them when left out, which `orderbook_delta` does not have. */
  readonly tickers?: readonly string[] | undefined;
  /** What a channel takes beside them, by its name: `{ cfbenchmarks_value: { index_ids: ["all"] } }`. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /**
   * What markets are looked up with, such as the client that the stream is of: each market of the recording is written
   * down as REST has it, with its event and its series, at the start of every file, when it is first heard of, and when a
   * frame of `market_lifecycle_v2` says that it has changed. A replay knows grids, fees, times and results by it. None
   * are when left out.
   */
  readonly lookup?: MarketLookup | undefined;
  /**
   * Each file that has ended becomes tables of Parquet by itself, as `exportParquet` makes them; `{}` has them beside the
   * lines. The lines are what survives a kill: what was not in tables by then is when the next recorder of the folder
   * starts. `close()` waits for the last of them. None do when left out.
   */
  readonly parquet?: RecorderParquetOptions | undefined;
  /**
   * How long a line waits for others before they are written together, in milliseconds. A process that is killed loses
   * as much, and what it takes to pack and write them.
   *
   * @default 250
   */
  readonly flushMs?: number | undefined;
  /** A file of so many bytes is ended and a new one begun. @default 268435456 */
  readonly rotateBytes?: number | undefined;
  /** A file that is so old is ended and a new one begun, in milliseconds. @default 3600000 */
  readonly rotateMs?: number | undefined;
  /**
   * So many characters wait for a slow disk at most. What finds no room is not recorded; it is counted, told to `onError`,
   * and stands in the recording as a line `dropped`.
   *
   * @default 67108864
   */
  readonly queueChars?: number | undefined;
  /** How hard gzip tries, from 1 to 9. @default 6 */
  readonly level?: number | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /**
   * Told when the disk fails, when lines were not recorded, and when a channel has ended. Without it they go to
   * `console.error`.
   */
  readonly onError?: ((error: unknown) => void) | undefined;
}

const names = (what: string) => list<string>(what, (item) => typeof item === "string" && item !== "");

/** How a recorder's files become tables. */
export interface RecorderParquetOptions {
  /** The folder of the tables; that of the recording when left out. */
  readonly dir?: string | undefined;
  /** Whether a file of lines stays when its tables are there. @default true */
  readonly keepLines?: boolean | undefined;
  /** How hard gzip tries, from 1 to 9. @default 4 */
  readonly level?: number | undefined;
}

/** What the options of a recorder's tables may be. */
export const recorderParquetRules = {
  dir: text("the path of a folder"),
  keepLines: withPreset(flag(), true),
  level: withPreset(whole(1, 9), 4),
} satisfies Rules<RecorderParquetOptions>;

/** What the options of a recorder may be. */
export const recorderRules = {
  stream: needed(having<RecordableStream>("a KalshiStream", "tap", "on", "status")),
  dir: needed(text("the path of a folder")),
  channels: needed(
    rule(
      "a list of one or more names of channels",
      (value) =>
        Array.isArray(value) && value.length > 0 &&
        value.every((item) => typeof item === "string" && item !== ""),
    ),
  ),
  tickers: names("a list of tickers"),
  params: rule(
    "an object of parameters by channel",
    (value) => isPlain(value) && Object.values(value).every(isPlain),
  ),
  lookup: rule<MarketLookup>(
    "a client with markets.get",
    (value) => hasMethods((value as Partial<MarketLookup> | null)?.markets, "get"),
  ),
  parquet: group<RecorderParquetOptions>(recorderParquetRules),
  flushMs: withPreset(positiveMs(10_000), 250),
  rotateBytes: withPreset(whole(1_024), 268_435_456),
  rotateMs: withPreset(positiveMs(), 3_600_000),
  queueChars: withPreset(whole(1), 67_108_864),
  level: withPreset(whole(1, 9), 6),
  clock: clock(),
  onError: callable(),
} satisfies Rules<RecorderOptions>;

/** What of a recording is read. */
export interface ReadOptions {
  /** Only frames of these channels. */
  readonly channels?: readonly string[] | undefined;
  /** Only frames of these markets. */
  readonly tickers?: readonly string[] | undefined;
  /** Nothing before this time, in Unix milliseconds. */
  readonly fromMs?: number | undefined;
  /** Nothing from this time on, in Unix milliseconds. */
  readonly toMs?: number | undefined;
  /** Ends it, with a KalshiAbortError. */
  readonly signal?: AbortSignal | undefined;
}

/** How a recording is replayed. */
export interface ReplayOptions extends ReadOptions {
  /**
   * How fast: 1 as it was, 10 ten times as fast, `max` without any wait. Pauses between two runs of the recorder are as
   * long as they were.
   *
   * @default "max"
   */
  readonly speed?: number | "max" | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
}

/** What the options of reading may be. */
export const recordingReadRules = {
  channels: names("a list of channels"),
  tickers: names("a list of tickers"),
  fromMs: number(0, Number.MAX_SAFE_INTEGER, "Unix milliseconds"),
  toMs: number(0, Number.MAX_SAFE_INTEGER, "Unix milliseconds"),
  signal: signal(),
} satisfies Rules<ReadOptions>;

const isSpeed = (value: unknown) =>
  value === "max" || typeof value === "number" && value > 0 && Number.isFinite(value);

/** What the options of a replay may be. */
export const recordingReplayRules = {
  ...recordingReadRules,
  speed: withPreset(rule<number | "max">('a number above 0, or "max"', isSpeed), "max"),
  clock: clock(),
} satisfies Rules<ReplayOptions>;
