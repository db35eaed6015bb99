/** Comparing answers with the contract, for those who ask for it. The schemas come with the check. */

import { reportDrift } from "./drift.ts";
import type { ResponseCheck } from "../contract/validation.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { ClientHooks } from "./hooks.ts";
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
