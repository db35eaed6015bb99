/**
 * When a connection that broke is made again, and when it is given up.
 *
 * @module
 */

import { backoffMs } from "../base/backoff.ts";
import type { KalshiError } from "../base/errors.ts";
import type { ClientConfig } from "../config/client_config.ts";
import { KalshiStreamClosedError } from "./errors.ts";

/** A connection that stood for this long was a good one: its end is no flapping. */
export const HEALTHY_MS = 10_000;
/** Beyond it the wait no longer grows, and numbers would run over. */
const LAST_STEP = 30;

/** What comes next: another attempt, or the end. */
export type NextAttempt =
  | { readonly action: "wait"; readonly attempt: number; readonly flaps: number; readonly delayMs: number }
  | { readonly action: "end"; readonly error: KalshiError };

/** Counts what failed in a row. */
export class Reconnects {
  readonly #config: ClientConfig;
  /** Failed attempts in a row, the one under way included. */
  #attempts = 0;
  /** How many connections in a row came back, delivered and broke soon. */
  #flaps = 0;

  constructor(config: ClientConfig) {
    this.#config = config;
  }

  /** The attempt that made the present connection has succeeded. */
  succeeded(): void {
    this.#attempts = 0;
  }

  /** A connection that had delivered broke. */
  broke(isBack: boolean, stoodMs: number): void {
    this.#flaps = isBack && stoodMs < HEALTHY_MS ? this.#flaps + 1 : 0;
  }

  /** What comes after a failure. */
  after(cause: KalshiError): NextAttempt {
    // A handshake that was held up after it was signed, such as by a sleeping laptop, is signed anew.
    const isLate = cause.serverCode === "header_timestamp_expired";
    if (cause.code === "AUTH_REJECTED" && !isLate) return { action: "end", error: cause };
    // The connection that a feed is read by was closed, and does not come back.
    if (cause.code === "NATS") return { action: "end", error: cause };
    const attempts = this.#attempts;
    if (attempts >= this.#config.wsMaxRetries) {
      const error = new KalshiStreamClosedError(
        `The stream is closed after ${attempts} attempts to reconnect in a row: ${cause.message}`,
        { cause, attempts },
      );
      return { action: "end", error };
    }
    const step = Math.min(attempts + this.#flaps, LAST_STEP);
    const delayMs = backoffMs(step, this.#config, cause.retryAfterMs, Math.random);
    return { action: "wait", attempt: ++this.#attempts, flaps: this.#flaps, delayMs };
  }
}
