/** Whether a call is sent again, and how long it waits before. */

import { backoffMs } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { KalshiError } from "../base/errors.ts";
import { isSafeMethod } from "../base/http_method.ts";
import type { HttpSettings } from "../config/client_config.ts";
import type { Call } from "./call.ts";
import { isRetryableStatus, isSuccess } from "./status.ts";

/** Whether a later attempt may fare better. */
export function isTransient({ status, code }: Pick<KalshiError, "status" | "code">): boolean {
  // A 2xx whose body broke off is a broken connection.
  if (status !== undefined && !isSuccess(status)) return isRetryableStatus(status);
  return code === "CONNECTION" || code === "TIMEOUT";
}

/** Whether a call changes nothing, so that it may be sent again. */
export function isHarmless({ method, template }: Pick<Call, "method" | "template">): boolean {
  return isSafeMethod(method) || template.harmless === true;
}

/** Milliseconds until the next attempt of a call, or undefined when this failure is final. */
export function retryDelayMs(
  call: Call,
  error: KalshiError,
  config: HttpSettings,
  clock: Clock,
  random: () => number,
): number | undefined {
  if (call.attempts > call.maxRetries || error.code === "ABORTED" || error.code === "CLOSED") {
    return undefined;
  }
  if (!isTransient(error) || call.endsAt <= clock.monotonic()) return undefined;
  const { orderRetries = config.orderRetries } = call.options;
  const mayRepeat = isHarmless(call) || error.outcome === "not-sent" ||
    error.status === 429 && orderRetries === "idempotent";
  return mayRepeat ? backoffMs(call.attempts - 1, config, error.retryAfterMs, random) : undefined;
}
