/** Days and hours of New York, as tickers and titles write them. */
import { newYorkTime } from "../new_york.ts";

/** An hour in milliseconds. */
export const HOUR = 3_600_000;

/** A day in milliseconds. */
export const DAY = 24 * HOUR;

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** A number in two digits. */
export function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** A day in New York as tickers and titles write it, from its first moment. */
export function day(start: number): { code: string; text: string } {
  const date = newYorkTime(start);
  const month = months[date.getUTCMonth()] ?? "";
  const name = month.charAt(0) + month.slice(1).toLowerCase();
  return {
    code: `${two(date.getUTCFullYear() % 100)}${month}${two(date.getUTCDate())}`,
    text: `${name} ${date.getUTCDate()}, ${date.getUTCFullYear()}`,
  };
}

/** Whether the clock of New York showed the same an hour earlier. */
export function isShownTwice(at: number): boolean {
  return newYorkTime(at).getTime() === newYorkTime(at - HOUR).getTime();
}
