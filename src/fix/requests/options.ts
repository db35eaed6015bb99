/** The options of a request. */
import { positiveMs, type Rules, signal } from "../../base/options.ts";

/** How a request waits. */
export interface FixRequestOptions {
  /**
   * Ends the wait. What was not sent yet is not sent; of what was sent the outcome is unknown, for nothing takes it back.
   */
  readonly signal?: AbortSignal | undefined;
  /** How long its answer may take from when it was sent, in milliseconds; the configuration's `requestTimeoutMs` unless told. */
  readonly timeoutMs?: number | undefined;
}

/** What the options of a request may be. */
export const fixRequestRules: Rules<FixRequestOptions> = { signal: signal(), timeoutMs: positiveMs() };
