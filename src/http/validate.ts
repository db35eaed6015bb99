/** Comparing answers with the contract, for those who ask for it. The schemas come with the check. */

import { KalshiConfigError, KalshiDecodeError } from "../base/errors.ts";
import type { RequestIdentity } from "../base/request_identity.ts";
import { tell } from "../base/tell.ts";
import type { ResponseCheck, SchemaDifference } from "../contract/validation.ts";
import type { ClientHooks, DriftEvent } from "./hooks.ts";
import type { InspectResponse } from "./pipeline.ts";

/** What happens when an answer is not what the contract says. */
export type Validate = "off" | "warn" | "strict";

/** The inspection that a pipeline runs on each answer, or undefined for none. */
export function makeInspect(
  validate: Validate | undefined,
  checkResponse: ResponseCheck | undefined,
  { onDrift }: ClientHooks,
): InspectResponse | undefined {
  if (validate === undefined || validate === "off") return undefined;
  if (checkResponse === undefined) {
    throw new KalshiConfigError(
      `validate: "${validate}" needs \`checkResponse\` of @unofficial/kalshi/schemas as well.`,
    );
  }
  return (operation, value, request) => {
    const difference = checkResponse(operation, value);
    if (difference === undefined) return;
    reportDrift(operation, difference, request, validate === "warn" ? { onDrift } : undefined);
  };
}

function warn(event: DriftEvent): void {
  console.warn("Kalshi's answer is not what the contract says:", event);
}

/** Tells `warning.onDrift`, or the console; without `warning` it throws. */
function reportDrift(
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
