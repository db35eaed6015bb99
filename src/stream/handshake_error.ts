/**
 * The error of a refused handshake.
 *
 * @module
 */

import {
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  KalshiConnectionError,
  type KalshiError,
  KalshiRateLimitError,
  KalshiServerError,
} from "../base/errors.ts";
import { keyAdvice } from "../base/advice.ts";
import { remedyOf } from "../base/server_codes.ts";
import type { HandshakeRefusedError } from "../runtime/types.ts";

/** What the status says. */
export function refusal(error: HandshakeRefusedError, keyId: string): KalshiError {
  const { status, serverCode, details, isForeign } = error;
  const context = { status, serverCode, details, cause: error, outcome: "rejected" } as const;
  if (status === 401 || status === 403) {
    if (isForeign) {
      return new KalshiConnectionError(
        `The WebSocket was refused with status ${status}, and not by Kalshi: the answer is no JSON of its. Something ` +
          "on the way sent it, such as a CDN, a firewall or a proxy, or `wsBaseUrl` leads elsewhere. It says nothing " +
          "of your key.",
        context,
      );
    }
    const why = [serverCode, typeof details === "string" ? details : undefined].filter(Boolean).join(": ");
    const advice = serverCode === undefined
      ? "Check that the key belongs to this environment (demo and production have keys of their own), that it may " +
        "read, and that this machine's clock is right."
      : keyAdvice(remedyOf(serverCode), details);
    return new KalshiAuthRejectedError(
      `Kalshi refused the key ${keyId} for the WebSocket (${status}${why && `, ${why}`}). ${advice}`,
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
