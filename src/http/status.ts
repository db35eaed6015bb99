/** What the status of an answer says. */

import type { Outcome } from "../base/errors.ts";

const RETRYABLE_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);
const RETRY_AFTER_STATUSES = new Set([408, 429, 503, 504]);

/** True for the statuses that a later attempt may not meet again. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUSES.has(status);
}

/** True for 2xx. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Whether the exchange can have acted, by the status of its answer. An earlier attempt can have acted, even where
 * this one was refused.
 */
export function outcomeOf(status: number, ambiguous = false): Outcome {
  return status >= 500 || status === 408 || isSuccess(status) || ambiguous ? "unknown" : "rejected";
}

/** The wait in a Retry-After field, in milliseconds: seconds or an HTTP date; anything else is no wait. */
export function retryAfterMs(status: number, field: string | null, nowMs: number): number | undefined {
  const text = field?.trim();
  if (!text || !RETRY_AFTER_STATUSES.has(status)) return undefined;
  const seconds = Number(text);
  if (!Number.isNaN(seconds)) return seconds >= 0 && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  // An HTTP date names a weekday; Date.parse alone would also take text such as "-1 day" or "5s".
  if (!/^[A-Z][a-z]{2}.* \d\d:\d\d:\d\d/.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}
