/**
 * How history is downloaded into a folder.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import {
  callable,
  clock,
  flag,
  list,
  needed,
  oneOf,
  type Rule,
  rule,
  type Rules,
  signal,
  text,
  whole,
  withPreset,
} from "../../base/options.ts";
import { type CandleInterval, type TimeInput, timeRule } from "../history/times.ts";
import { type HistoryKind, historyKinds } from "./kinds.ts";

/** How far a download has come. It is told after each call and when rows have come to the disk. */
export interface DownloadProgress {
  /** What is being downloaded. */
  readonly kind: HistoryKind;
  /** The market that is being read, where there is one. */
  readonly ticker: string | undefined;
  /** Pages that this run has read. */
  readonly calls: number;
  /** Rows of this kind that are on the disk and count, those of earlier runs as well. */
  readonly rows: number;
  /** Files of them. */
  readonly files: number;
  /** How many spans there are of this kind: markets, or days. */
  readonly spans: number;
  /** How many of them are done. */
  readonly spansDone: number;
  /** What part of everything that was asked for is done, from 0 to 1. */
  readonly done: number;
  /** About how long the rest takes, in milliseconds; undefined until that can be told. */
  readonly restMs: number | undefined;
}

/** What to download, and into which folder. */
export interface DownloadOptions {
  /** The folder, made where it is missing. */
  readonly dir: string;
  /** `"trades"`, `"candles"`, `"markets"` (settled ones with their results), or a list of them. */
  readonly what: HistoryKind | readonly HistoryKind[];
  /** These markets. All of the exchange unless told, which goes with `from`, and not with candles. */
  readonly tickers?: readonly string[] | undefined;
  /** The markets of these series, instead. */
  readonly series?: string | readonly string[] | undefined;
  /**
   * From when on: a `Date`, an RFC 3339 time such as `"2026-11-01T00:00:00Z"`, or Unix milliseconds. From the beginning
   * unless told. Of markets, when they settled.
   */
  readonly from?: TimeInput | undefined;
  /**
   * Until when, not included; until a minute ago unless told, and never later, since what has just happened may not be
   * listed yet. A later call with a later time goes on from there.
   */
  readonly to?: TimeInput | undefined;
  /**
   * How long each candle is: a minute, an hour, or a day of New York. Only for candles.
   *
   * @default "1m"
   */
  readonly interval?: CandleInterval | undefined;
  /**
   * Whether to fill in the periods that Kalshi has no candle of, with the quotes before them, no trade, and
   * `is_filled`. Only for candles.
   *
   * @default false
   */
  readonly fillGaps?: boolean | undefined;
  /**
   * How many rows are kept in memory, and written together, at most. What a kill costs is at most so many rows, and 500
   * calls.
   *
   * @default 50000
   */
  readonly batchRows?: number | undefined;
  /** Told after each call. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Ends it. What has come is kept, and the next call goes on. */
  readonly signal?: AbortSignal | undefined;
  /** The clock that says what now is; the system's unless told. */
  readonly clock?: Clock | undefined;
}

const kinds = `"trades", "candles" or "markets", or a list of them`;
const isKind = (value: unknown) => historyKinds.some((kind) => kind === value);
const isText = (value: unknown) => typeof value === "string" && value !== "";

const kindRule = (): Rule<HistoryKind | readonly HistoryKind[]> => ({
  ...rule<HistoryKind | readonly HistoryKind[]>(
    kinds,
    (value) => isKind(value) || Array.isArray(value) && value.length > 0 && value.every(isKind),
  ),
  words: historyKinds,
});

/** What the options of a download may be. */
export const downloadHistoryRules = {
  dir: needed(text("a folder")),
  what: needed(kindRule()),
  tickers: list<string>("a list of market tickers", isText),
  series: rule<string | readonly string[]>(
    "a series ticker, or a list of them",
    (value) => isText(value) || Array.isArray(value) && value.every(isText),
  ),
  from: timeRule(),
  to: timeRule(),
  interval: withPreset(oneOf("1m", "1h", "1d"), "1m"),
  fillGaps: withPreset(flag(), false),
  batchRows: withPreset(whole(1), 50_000),
  onProgress: callable(),
  signal: signal(),
  clock: clock(),
} satisfies Rules<DownloadOptions>;
