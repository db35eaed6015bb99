/** The error of an answer outside 2xx. */

import { advise } from "../base/error_advice.ts";
import type { Clock } from "../base/clock.ts";
import { type ErrorBody, excerpt, readErrorBody } from "../base/error_body.ts";
import {
  KalshiAuthRejectedError,
  KalshiBadRequestError,
  KalshiConflictError,
  type KalshiError,
  type KalshiErrorContext,
  KalshiNotFoundError,
  KalshiRateLimitError,
  KalshiRedirectError,
  KalshiServerError,
  KalshiTimeoutError,
  KalshiUnexpectedStatusError,
} from "../base/errors.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { deadline } from "../base/waits.ts";
import type { PoolResponse } from "../runtime/types.ts";
import { wholeOf } from "./read_body.ts";
import { outcomeOf, retryAfterMs } from "./status.ts";

/** What is read of an error's body, and how long it may take. Kalshi's are short and come at once. */
export const MAX_ERROR_BYTES = 65_536;
const MAX_ERROR_MS = 5_000;

/** The body of an error, or why it could not be read. */
export type Refused = { readonly body: ErrorBody } | { readonly unreadable: string };

/** Reads the body of an error within bounds of its own; whatever is wrong with it, the status stands. Never rejects. */
export async function readRefusal(
  response: PoolResponse,
  clock: Clock,
  maxBodyBytes: number,
): Promise<Refused> {
  const late = () => new Error(`it did not come within ${MAX_ERROR_MS} ms`);
  try {
    const whole = wholeOf(response, Math.min(MAX_ERROR_BYTES, maxBodyBytes));
    return {
      body: readErrorBody(new TextDecoder().decode(await deadline(clock, MAX_ERROR_MS, whole, late))),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { unreadable: excerpt(reason.replace(/https?:\/\/[^\s)]+/g, "the server"), 120) };
  }
}

/** The error for an answer outside 2xx. */
export function statusError(
  { status, headers }: PoolResponse,
  request: RequestIdentity,
  nowMs: number,
  refused: Refused,
): KalshiError {
  const said = `${request.method} ${request.path} answered ${status}`;
  const known = { ...request, status, outcome: outcomeOf(status, request.ambiguous) };
  // 0 is what a browser shows of a redirect.
  if (status === 0 || (status >= 300 && status < 400)) {
    const location = headers.get("location") ?? "a place that this runtime does not show";
    return new KalshiRedirectError(
      `${said}, a redirect to ${location}. It is not followed, since it would carry your signed headers along: set ` +
        "baseUrl to the API itself.",
      { ...known, details: { location } },
    );
  }
  const body = "body" in refused ? refused.body : undefined;
  const detail = "unreadable" in refused
    ? ` (its body could not be read: ${refused.unreadable.replace(/\.$/, "")})`
    : refused.body.texts.length > 0
    ? `: ${refused.body.texts.join(": ")}`
    : "";
  const advice = advise({ status, headers, body, nowMs }, request);
  return new (classOf(status))(`${said}${detail}.${advice && ` ${advice}`}`, {
    ...known,
    serverCode: body?.code,
    details: body?.details,
    retryAfterMs: retryAfterMs(status, headers.get("retry-after"), nowMs),
  });
}

function classOf(status: number): new (message: string, context: KalshiErrorContext) => KalshiError {
  switch (status) {
    case 401:
    case 403:
      return KalshiAuthRejectedError;
    case 404:
      return KalshiNotFoundError;
    case 408:
    case 504:
      return KalshiTimeoutError;
    case 409:
      return KalshiConflictError;
    case 429:
      return KalshiRateLimitError;
  }
  if (status >= 500) return KalshiServerError;
  return status >= 400 ? KalshiBadRequestError : KalshiUnexpectedStatusError;
}
