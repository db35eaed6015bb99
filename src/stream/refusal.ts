/**
 * The error of a refused handshake.
 *
 * @module
 */

import {
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  type KalshiError,
  KalshiRateLimitError,
  KalshiServerError,
} from "../errors.ts";
import type { HandshakeRefusedError } from "../runtime/types.ts";

/** What the status says. */
export function refusal(error: HandshakeRefusedError, keyId: string): KalshiError {
  const { status } = error;
  const context = { status, cause: error, outcome: "rejected" } as const;
  if (status === 401 || status === 403) {
    return new KalshiAuthRejectedError(
      `Kalshi refused the key ${keyId} for the WebSocket (${status}). Check that the key belongs to this ` +
        "environment (demo and production have keys of their own), that it may read, and that this machine's " +
        "clock is right.",
      context,
    );
  }
  if (status === 429) {
    return new KalshiRateLimitError("Kalshi refused the WebSocket: too many connections.", context);
  }
  const text = `Kalshi refused the WebSocket with status ${status}.`;
  if (status >= 500) return new KalshiServerError(text, context);
  return new KalshiBadRequestError(`${text} Check wsBaseUrl.`, context);
}
