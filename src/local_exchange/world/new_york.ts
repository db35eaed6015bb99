/**
 * The calendar of New York, which Kalshi's days go by. Its rule stands here as arithmetic, so that it is the same
 * on every runtime, whatever time zones that one has.
 *
 * @module
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Hours behind UTC in winter; in summer it is one less. */
const STANDARD = 5 * HOUR;

/** The first moment, in UTC, of the so-many-th Sunday of a month. */
function sunday(year: number, month: number, which: number): number {
  const first = Date.UTC(year, month, 1);
  const untilSunday = (7 - new Date(first).getUTCDay()) % 7;
  return first + (untilSunday + (which - 1) * 7) * DAY;
}

/**
 * How many milliseconds New York is behind UTC at a time. Summer time runs from 02:00 on the second Sunday of March
 * to 02:00 on the first one of November, the rule since 2007; what is older is taken to have followed it too.
 */
export function behindUtc(at: number): number {
  const year = new Date(at - STANDARD).getUTCFullYear();
  const begins = sunday(year, 2, 2) + 2 * HOUR + STANDARD;
  const ends = sunday(year, 10, 1) + HOUR + STANDARD;
  return at >= begins && at < ends ? STANDARD - HOUR : STANDARD;
}

/** The wall clock of New York, as a date whose UTC fields show it. */
export function newYorkTime(at: number): Date {
  return new Date(at - behindUtc(at));
}

/** Midnight in New York: of the day that `at` is in, or so many days after it. Days have 23 to 25 hours. */
export function midnight(at: number, daysLater = 0): number {
  const start = (Math.floor((at - behindUtc(at)) / DAY) + daysLater) * DAY;
  // No change of the clock happens between midnight and an hour after it.
  return start + behindUtc(start + STANDARD);
}

/** `EST` or `EDT`, as a time says it. */
export function zoneName(at: number): "EST" | "EDT" {
  return behindUtc(at) === STANDARD ? "EST" : "EDT";
}
