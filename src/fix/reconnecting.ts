/** When to connect again after a connection ended, and when not to. */
import { backoffMs } from "../base/backoff.ts";
import type { FixEnd } from "./session_types.ts";

/** How a lost connection is made again. */
export interface FixReconnectOptions {
  /** The longest wait before the first try, in milliseconds; it doubles with each. */
  readonly retryBaseDelayMs: number;
  /** The longest wait of all, in milliseconds. */
  readonly retryMaxDelayMs: number;
  /** How long a logon is refused because the old session still counts as online. */
  readonly alreadyOnlineMs: number;
}

/** What to do after a connection ended. */
export type AfterEnd =
  | { readonly action: "stop" }
  /** Trying again would be refused again. */
  | { readonly action: "fail" }
  | { readonly action: "again"; readonly delayMs: number };

/**
 * Kalshi refuses a Logon for a while when the key is online or its old session has not timed out (`already exists`),
 * and when it is asked too often; any other refusal is a fault that another try does not mend.
 *
 * @param failures Connections in a row that ended before their logon, or soon after.
 * @param refusedForMs How long `already exists` has been said without a break.
 */
export function afterEnd(
  end: FixEnd,
  failures: number,
  refusedForMs: number,
  options: FixReconnectOptions,
  random: () => number,
): AfterEnd {
  const again = (attempt: number): AfterEnd => ({
    action: "again",
    delayMs: backoffMs(attempt, options, undefined, random),
  });
  switch (end.kind) {
    case "logout":
      return { action: "stop" };
    case "sequence":
    case "store":
    case "protocol":
      return { action: "fail" };
    case "refused":
      if (/already exists/i.test(end.text)) {
        // It ends by itself within a minute: often enough to notice, rarely enough not to be refused for that.
        if (refusedForMs > options.alreadyOnlineMs) return { action: "fail" };
        return { action: "again", delayMs: 2_000 + random() * 3_000 };
      }
      return /rate limit|service busy|retry with backoff|unavailable|maintenance/i.test(end.text)
        ? again(failures + 1)
        : { action: "fail" };
    default:
      return again(failures);
  }
}
