/** Whatever breaks a call, as an error of this library. */

import { KalshiAuthKeyError, KalshiConnectionError, KalshiError } from "../base/errors.ts";
import { withContext } from "../base/error_classes.ts";
import type { HttpPool } from "../runtime/types.ts";
import { type Call, contextOf } from "./call.ts";

/** The error of an attempt that broke. */
export function failureOf(call: Call, cause: unknown, pool: HttpPool): KalshiError {
  if (cause instanceof KalshiError) return cause;
  const { progress, ambiguous } = call;
  const said = `${call.method} ${call.path}`;
  const context = { ...contextOf(call), cause };
  switch (progress.at) {
    case "answered": {
      const why = `it answered ${progress.status}, and its body broke off or cannot be read`;
      return new KalshiConnectionError(`${said}: ${why} (${reasonOf(cause)}).`, context);
    }
    case "sent": {
      const isNotSent = !ambiguous && pool.isNotSent(cause);
      const why = isNotSent ? "could not connect, nothing was sent" : "the connection broke";
      return new KalshiConnectionError(
        `${said}: ${why} (${reasonOf(cause)}).`,
        isNotSent ? { ...context, outcome: "not-sent" } : context,
      );
    }
    default:
      return new KalshiAuthKeyError(`${said} was not sent: signing it failed.`, context);
  }
}

/** What breaks a later attempt (a key, a limiter, a transport) does not undo what an earlier one may have done. */
export function stillUnknown({ attempts, clientIds, ambiguous }: Call, error: KalshiError): KalshiError {
  if (!ambiguous || error.outcome === "unknown") return error;
  return withContext(error, { attempts, clientIds, outcome: "unknown" });
}

/** The innermost reason that a runtime gives, without a URL: "fetch failed" alone helps nobody. */
function reasonOf(error: unknown): string {
  let text = "unknown reason";
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code = (at as { code?: unknown }).code;
    text = at.message || (typeof code === "string" ? code : at.name);
  }
  return text.replace(/https?:\/\/[^\s)]+/g, "the server").trim().replace(/\.$/, "");
}
