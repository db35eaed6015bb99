/** When to connect again after a connection ended, and when not to. */
import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { KalshiError } from "../base/errors.ts";
import { fixSessions } from "../contract/fix/sessions.ts";
import type { FixConfig } from "./config.ts";
import { saysTooLow } from "./end_errors.ts";
import { inMaintenance } from "./maintenance.ts";
import type { FixEnd } from "./session_types.ts";

/** A connection that stood for this long was a good one: its end begins a new row of tries. */
const HEALTHY_MS = 10_000;

/** How a lost connection is made again. */
export interface FixReconnectOptions {
  /** The longest wait before the first try, in milliseconds; it doubles with each. */
  readonly retryBaseDelayMs: number;
  /** The longest wait of all, in milliseconds. */
  readonly retryMaxDelayMs: number;
  /** How long a logon is refused because the old session still counts as online. */
  readonly alreadyOnlineMs: number;
}

/** How a try ended. */
export type Ended =
  /** It did not get as far as a Logon. */
  | { readonly kind: "failed"; readonly error: KalshiError; readonly isFinal: boolean }
  | {
    readonly kind: "ended";
    readonly end: FixEnd;
    readonly loggedOn: boolean;
    /** Whether it could be used, and for how long. */
    readonly wasActive: boolean;
    readonly stoodMs: number;
    readonly error: KalshiError;
  };

/** What follows it. */
export type Next = { readonly action: "fail" } | { readonly action: "again"; readonly delayMs: number };

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

/** Whether both numbers begin anew at the next logon; never twice in a row. */
type Reset = "none" | "due" | "tried";

/** Tries in a row that came to nothing, or to a connection that did not stand. */
export class Tries {
  readonly #config: FixConfig;
  readonly #clock: Clock;
  readonly #random: () => number;
  #failures = 0;
  /** Those of them that count against `maxRetries`. */
  #counted = 0;
  /** Since when `already exists` was said without a break, on the monotonic clock. */
  #refusedSinceMs: number | undefined;
  #reset: Reset = "none";

  constructor({ config, clock, random }: {
    readonly config: FixConfig;
    readonly clock: Clock;
    readonly random: () => number;
  }) {
    this.#config = config;
    this.#clock = clock;
    this.#random = random;
  }

  /** How many there were. */
  get failures(): number {
    return this.#failures;
  }

  /** The number of the try that is under way, or comes next. */
  get attempt(): number {
    return this.#failures + 1;
  }

  /** Whether both numbers begin anew at the next logon. */
  get resets(): boolean {
    return this.#reset === "due";
  }

  /** Both sides have logged on. */
  loggedOn(): void {
    this.#refusedSinceMs = undefined;
    if (this.#reset === "due") this.#reset = "tried";
  }

  /** What follows the end of a try. `isFirst`: there was no logon before. */
  after(ended: Ended, isFirst: boolean): Next {
    const next = this.#judge(ended, isFirst);
    if (next.action === "fail") return next;
    this.#failures++;
    if (next.counts && ++this.#counted > this.#config.maxRetries) return { action: "fail" };
    return next;
  }

  /** How often the wait has doubled. */
  get #backoffs(): number {
    return Math.min(this.#failures, 30);
  }

  #judge(
    ended: Ended,
    isFirst: boolean,
  ): Next & { readonly action: "fail" } | Next & { readonly counts: boolean } {
    const { retransmission } = fixSessions[this.#config.session];
    // What fails in the weekly maintenance says nothing of what comes after it.
    const counts = !inMaintenance(this.#clock.now());
    const again = (delayMs: number) => ({ action: "again", delayMs, counts }) as const;
    const backoff = () => backoffMs(this.#backoffs, this.#config, undefined, this.#random);
    if (ended.kind === "failed") {
      return ended.isFinal || isFirst ? { action: "fail" } : again(backoff());
    }
    const { end, loggedOn, wasActive, stoodMs } = ended;
    if (stoodMs >= HEALTHY_MS) {
      this.#failures = this.#counted = 0;
      this.#reset = "none";
    }
    const mismatch = saysTooLow(end) || end.kind === "gap" && retransmission;
    if (mismatch && retransmission && !(wasActive && end.kind === "sequence")) {
      if (this.#config.onSequenceMismatch !== "reset" || this.#reset !== "none") return { action: "fail" };
      this.#reset = "due";
      return again(0);
    }
    // Numbers begin anew with each connection, or fitted when this one began: a fault of one message is over with it.
    if (mismatch || wasActive && end.kind === "protocol") return again(backoff());
    if (end.kind !== "refused" && isFirst && !loggedOn) return { action: "fail" };
    const isOnline = end.kind === "refused" && /already exists/i.test(end.text);
    const now = this.#clock.monotonic();
    this.#refusedSinceMs = isOnline ? this.#refusedSinceMs ?? now : undefined;
    const refusedForMs = now - (this.#refusedSinceMs ?? now);
    const next = afterEnd(end, this.#backoffs, refusedForMs, this.#config, this.#random);
    return next.action === "again" ? { ...next, counts: counts && !isOnline } : { action: "fail" };
  }
}
