/** Times as FIX writes them. */

/** A UTCTimestamp of milliseconds since 1970: `YYYYMMDD-HH:MM:SS.sss`. */
export function utcTimestamp(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}-${iso.slice(11, 23)}`;
}
