/**
 * Times as people type them: `now`, `7d`, `+1h`, `2026-11-29`, RFC 3339, Unix seconds.
 *
 * @module
 */
import { systemClock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { CliIo } from "./io.ts";

/** Milliseconds of each unit of a span. */
const unitsMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const SPAN = /^(\+?)(\d{1,9})([smhdw])$/;
const DATE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;
/** Unix seconds: from 2001 to 2286, so that a year such as 2026 is none. */
const SECONDS = /^\d{10}$/;

/** What a time may be, for help and messages. */
export const TIME_WORDS =
  "now, a span such as 30m, 12h, 7d or 2w before now (+1h: after now), a date such as 2026-11-29 or 2026-11-29T15:00 " +
  "(UTC unless it says otherwise), or Unix seconds";

/**
 * Reads a time; a span counts back from `nowMs`, or on from it with a plus.
 *
 * @param option what it is called, for the message
 * @returns Unix milliseconds
 * @throws {KalshiConfigError} for what is no time, such as 30 February
 */
export function parseTime(option: string, text: string, nowMs: number): number {
  if (text === "now") return nowMs;
  if (SECONDS.test(text)) return Number(text) * 1_000;
  const span = SPAN.exec(text);
  if (span !== null) {
    const ms = nowMs + (span[1] === "+" ? 1 : -1) * Number(span[2]) * (unitsMs[span[3] ?? ""] ?? NaN);
    if (ms >= 0 && ms < 253_402_300_800_000) return ms;
  } else if (isDay(DATE.exec(text))) {
    const ms = Date.parse(dated(text));
    if (!Number.isNaN(ms)) return ms;
  }
  throw new KalshiConfigError(`${option} takes ${TIME_WORDS}; got ${shown(text)}.`);
}

/**
 * Reads how long something takes: `90s`, `30m`, `12h`, `7d`.
 *
 * @param option what it is called, for the message
 * @returns milliseconds
 * @throws {KalshiConfigError} for what is no span above 0
 */
export function parseSpan(option: string, text: string): number {
  const span = SPAN.exec(text);
  const ms = span?.[1] === "" ? Number(span[2]) * (unitsMs[span[3] ?? ""] ?? NaN) : NaN;
  if (ms > 0) return ms;
  throw new KalshiConfigError(`${option} takes a span such as 90s, 30m, 12h or 7d; got ${shown(text)}.`);
}

/** Whether there is such a day: JavaScript takes 30 February for 2 March. */
function isDay(parts: RegExpExecArray | null): boolean {
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1, 4).map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

/** The one form that every runtime reads alike. */
function dated(text: string): string {
  const upper = text.toUpperCase().replace(" ", "T");
  return upper.length === 10
    ? `${upper}T00:00:00Z`
    : /(?:Z|[+-]\d{2}:\d{2})$/.test(upper)
    ? upper
    : `${upper}Z`;
}

/** Unix seconds, cut down: what Kalshi's filters by time take. */
export function unixSeconds(ms: number): number {
  return Math.floor(ms / 1_000);
}

/** A time in a table: `2026-11-29 15:04:05`, UTC; a dash where there is none. */
export function shownTime(ms: number | undefined): string {
  return ms === undefined ? "-" : new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

/** How far off a time is, in one or two units: `3d 4h`, `12m 5s`, `0s`. */
export function shownSpan(ms: number): string {
  let rest = Math.floor(Math.abs(ms) / 1_000);
  const parts: string[] = [];
  for (const [unit, seconds] of [["d", 86_400], ["h", 3_600], ["m", 60], ["s", 1]] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0 || parts.length > 0) parts.push(count > 0 ? `${count}${unit}` : "");
    if (parts.length === 2) break;
  }
  return parts.filter((part) => part !== "").join(" ") || "0s";
}

/** What time it is in the world of a command, in Unix milliseconds. */
export function nowOf({ clock = systemClock }: Pick<CliIo, "clock">): number {
  return clock.now();
}
