/**
 * Times as Kalshi writes them.
 *
 * @module
 */

/**
 * An RFC 3339 time in Unix milliseconds; undefined where there is none. Go's zero time, `0001-01-01T00:00:00Z`, is how
 * Kalshi may write that a thing has not happened: no time before 1970 is one.
 */
export function timeMs(text: string | null | undefined): number | undefined {
  return knownMs(Date.parse(text ?? ""));
}

/** Unix milliseconds, where they tell a time: Go's zero time is one here as well. */
export function knownMs(ms: unknown): number | undefined {
  return typeof ms === "number" && ms > 0 ? ms : undefined;
}
