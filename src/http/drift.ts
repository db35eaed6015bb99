/** What is said of an answer that is not what the contract says. */

import type { SchemaDifference } from "../contract/validation.ts";
import { KalshiDecodeError } from "../base/errors.ts";
import { tell } from "../base/tell.ts";
import type { ClientHooks, DriftEvent } from "./hooks.ts";
import type { RequestIdentity } from "../base/request_identity.ts";

function warn(event: DriftEvent): void {
  console.warn("Kalshi's answer is not what the contract says:", event);
}

/** Tells `warning.onDrift`, or the console; without `warning` it throws. */
export function reportDrift(
  operation: string,
  difference: SchemaDifference,
  { method, path, attempts, clientIds, redact }: RequestIdentity,
  warning: Pick<ClientHooks, "onDrift"> | undefined,
): void {
  if (warning !== undefined) {
    const shown = (redact?.(difference) ?? difference) as SchemaDifference;
    return tell(warning.onDrift ?? warn, () => ({ operation, method, path, difference: shown }));
  }
  const where = difference.path === "" ? "its body" : difference.path;
  throw new KalshiDecodeError(
    `${method} ${path}: ${where} is not what the contract says: expected ${difference.expected}, received ` +
      `${difference.received}.`,
    { method, path, attempts, clientIds, details: difference, outcome: "unknown" },
  );
}
