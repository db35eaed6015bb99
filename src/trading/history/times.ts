/**
 * Times as history is asked for, and the periods of candles.
 *
 * @module
 */

import { type Rule, rule } from "../../base/options.ts";

/** A moment: a `Date`, an RFC 3339 time such as `"2026-11-01T00:00:00Z"`, or Unix milliseconds. */
export type TimeInput = Date | string | number;

/** Seconds since 1970 would be milliseconds of 1970: nothing of Kalshi's is so old. */
const OLDEST_MS = Date.UTC(2000, 0);
const NEWEST_MS = Date.UTC(10_000, 0);

const RFC_3339 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/;

/** A moment in Unix milliseconds; NaN for what is none. A day alone begins at midnight UTC. */
export function readTime(time: unknown): number {
  if (time instanceof Date) return time.getTime();
  if (typeof time === "number") return Number.isInteger(time) ? time : NaN;
  return typeof time === "string" && RFC_3339.test(time) ? Date.parse(time) : NaN;
}

/** What a moment may be. */
export const timeRule = (): Rule<TimeInput> =>
  rule(
    'a Date, an RFC 3339 time such as "2026-11-01T00:00:00Z", or Unix milliseconds (not seconds)',
    (value) => {
      const ms = readTime(value);
      return ms >= OLDEST_MS && ms < NEWEST_MS;
    },
  );

/** How long a candle is. */
export type CandleInterval = "1m" | "1h" | "1d";

/** The same in minutes, as Kalshi has it. */
export const minutesOf = { "1m": 1, "1h": 60, "1d": 1_440 } as const satisfies Record<CandleInterval, number>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The day and hour in New York, as if they were those of UTC. */
function inNewYork(format: Intl.DateTimeFormat, atMs: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(atMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour % 24, minute, second) + atMs % 1_000;
}

/** The periods of one interval: minutes and hours of UTC, days of New York, which have 23 hours and 25 now and then. */
export class Periods {
  readonly #lengthMs: number;
  readonly #format: Intl.DateTimeFormat | undefined;

  constructor(interval: CandleInterval) {
    this.#lengthMs = minutesOf[interval] * 60_000;
    this.#format = interval !== "1d" ? undefined : new Intl.DateTimeFormat("en-US", {
      timeZone: "America/New_York",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
      hourCycle: "h23",
    });
  }

  /** When the period begins that a moment is in. */
  beginOf(atMs: number): number {
    const format = this.#format;
    if (format === undefined) return Math.floor(atMs / this.#lengthMs) * this.#lengthMs;
    const here = inNewYork(format, atMs);
    const midnight = Math.floor(here / DAY_MS) * DAY_MS;
    // The clock may have changed since midnight.
    const guess = atMs - (here - midnight);
    return guess - (inNewYork(format, guess) - midnight);
  }

  /** When the period ends that begins at a moment. */
  endOf(beginMs: number): number {
    if (this.#format === undefined) return beginMs + this.#lengthMs;
    return this.beginOf(beginMs + DAY_MS + 2 * HOUR_MS);
  }

  /** When the period began that ends at a moment. */
  beginOfEnding(endMs: number): number {
    return this.beginOf(endMs - 1);
  }

  /** Not less than the length of so many periods. */
  span(count: number): number {
    return count * this.#lengthMs;
  }
}
