/** Takes secrets out of an error that is ready to be thrown. */

import { KalshiError } from "./errors.ts";
import type { Secrets } from "./redact.ts";

const DEEPEST = 10;

/** What the library itself or the caller says in an error. */
const OWN: ReadonlySet<string> = new Set(["name", "code", "outcome", "method", "clientIds"]);

/**
 * Takes secrets out of everything that an error says: message, stack, details and the errors below it. The error stays
 * the same object of the same class.
 */
export function hideSecrets<E extends KalshiError>(error: E, secrets: Secrets): E {
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < DEEPEST; depth++) {
    hideIn(at, secrets);
    // Why the caller's own signal aborted is the caller's own.
    at = at instanceof KalshiError && at.code === "ABORTED" ? undefined : at.cause;
  }
  return error;
}

function hideIn(error: Error, secrets: Secrets): void {
  for (const name of Object.getOwnPropertyNames(error)) {
    if (OWN.has(name) || name === "cause" && typeof error.cause === "object") continue;
    const value = (error as unknown as Record<string, unknown>)[name];
    const clean = secrets.redactValue(value);
    if (clean === value) continue;
    // Some engines compute the stack when it is read.
    Object.defineProperty(error, name, {
      value: clean,
      enumerable: name !== "message" && name !== "stack" && name !== "cause",
      configurable: true,
      writable: true,
    });
  }
}
