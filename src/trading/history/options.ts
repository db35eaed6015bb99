/**
 * How history is asked for.
 *
 * @module
 */

import { type Clock, systemClock } from "../../base/clock.ts";
import { KalshiConfigError } from "../../base/errors.ts";
import {
  callable,
  clock,
  flag,
  hasMethods,
  needed,
  oneOf,
  readOptions,
  type Rules,
  signal,
  text,
  whole,
  withPreset,
} from "../../base/options.ts";
import { shown } from "../../base/plain.ts";
import type { KalshiClient } from "../../client.ts";
import type { HistoryProgress } from "./rows.ts";
import { type CandleInterval, readTime, type TimeInput, timeRule } from "./times.ts";

/** What every kind of history takes. */
export interface HistoryWalkOptions {
  /**
   * From when on: a `Date`, an RFC 3339 time such as `"2026-11-01T00:00:00Z"`, or Unix milliseconds. From the beginning
   * unless told.
   */
  readonly from?: TimeInput | undefined;
  /** Until when, not included; until now unless told. */
  readonly to?: TimeInput | undefined;
  /** Told after each call. */
  readonly onProgress?: ((progress: HistoryProgress) => void) | undefined;
  /** Goes on where another walk stopped: the `resume` of its last progress. The other options must be the same. */
  readonly resume?: string | undefined;
  /** Ends the walk. */
  readonly signal?: AbortSignal | undefined;
  /** The clock that says what now is; the system's unless told. */
  readonly clock?: Clock | undefined;
}

/** How candles are asked for. */
export interface CandlesOptions extends HistoryWalkOptions {
  /** How long each is: a minute, an hour, or a day of New York. */
  readonly interval: CandleInterval;
  /**
   * Whether to fill in the periods that Kalshi has no candle of: with the quotes before them and no trade, and with
   * `isFilled: true`. Before the first candle of a market nothing is filled in.
   *
   * @default false
   */
  readonly fillGaps?: boolean | undefined;
}

/** How public trades are asked for. */
export interface TradesHistoryOptions extends HistoryWalkOptions {
  /** Market ticker; every market unless told. */
  readonly ticker?: string | undefined;
  /** Only block trades, or only others. Both unless told. */
  readonly isBlockTrade?: boolean | undefined;
}

/** How an account's fills are asked for. */
export interface FillsHistoryOptions extends HistoryWalkOptions {
  /** Market ticker; every market unless told. */
  readonly ticker?: string | undefined;
  /** The subaccount; all of them unless told. */
  readonly subaccount?: number | undefined;
}

const walkRules = {
  from: timeRule(),
  to: timeRule(),
  onProgress: callable(),
  resume: text("the `resume` of a progress"),
  signal: signal(),
  clock: clock(),
} satisfies Rules<HistoryWalkOptions>;

/** What the options of candles may be. */
export const candlesRules = {
  ...walkRules,
  interval: needed(oneOf("1m", "1h", "1d")),
  fillGaps: withPreset(flag(), false),
} satisfies Rules<CandlesOptions>;

/** What the options of public trades may be. */
export const tradesHistoryRules = {
  ...walkRules,
  ticker: text("a market ticker"),
  isBlockTrade: flag(),
} satisfies Rules<TradesHistoryOptions>;

/** What the options of fills may be. */
export const fillsHistoryRules = {
  ...walkRules,
  ticker: text("a market ticker"),
  subaccount: whole(0, 63),
} satisfies Rules<FillsHistoryOptions>;

/** The time asked for, in Unix milliseconds. */
export interface Span {
  readonly fromMs: number | undefined;
  readonly toMs: number;
  readonly nowMs: number;
}

function spanOf(owner: string, { from, to, clock: given = systemClock }: HistoryWalkOptions): Span {
  const nowMs = given.now();
  const fromMs = from === undefined ? undefined : readTime(from);
  const toMs = to === undefined ? nowMs : readTime(to);
  if (fromMs !== undefined && fromMs >= toMs) {
    throw new KalshiConfigError(
      `${owner}: \`from\` must be before \`to\`${to === undefined ? ", which is now unless told" : ""}.`,
    );
  }
  return { fromMs, toMs, nowMs };
}

/** A checked copy of options, and the time they ask for. */
export function readHistory<T extends HistoryWalkOptions, R extends Rules<T>>(
  owner: string,
  client: KalshiClient,
  given: T,
  rules: R,
): { readonly options: T; readonly span: Span } {
  if (!hasMethods(client, "stream", "request")) {
    throw new KalshiConfigError(`${owner} takes a KalshiClient first; got ${shown(client)}.`);
  }
  const options = readOptions<T, R>(owner, given, rules) as T;
  return { options, span: spanOf(owner, options) };
}
