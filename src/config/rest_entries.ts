/**
 * The schemas of the options that every configuration has.
 *
 * @module
 */
import * as v from "valibot";
import type { RestJsonParse } from "./rest_config.ts";
import { callable, connectionLimits, flag, headers, milliseconds, text, whole } from "./schemas.ts";
import { DEFAULTS } from "./settings.ts";

// Built where they are used, so that importing the package costs nothing.
/** The schemas of these options. `owner` is the class, for messages. */
export const restEntries = (owner: string) => ({
  baseUrl: v.optional(text()),
  timeoutMs: v.optional(milliseconds(1), DEFAULTS.timeoutMs),
  totalTimeoutMs: v.optional(milliseconds(1), DEFAULTS.totalTimeoutMs),
  maxRetries: v.optional(whole(0), DEFAULTS.maxRetries),
  retryBaseDelayMs: v.optional(milliseconds(0), DEFAULTS.retryBaseDelayMs),
  retryMaxDelayMs: v.optional(milliseconds(0), DEFAULTS.retryMaxDelayMs),
  // No runtime makes a text of more.
  maxBodyBytes: v.optional(whole(1, 2 ** 29 - 1, "a whole number of bytes"), DEFAULTS.maxBodyBytes),
  extraHeaders: v.optional(headers(owner, "extraHeaders"), DEFAULTS.extraHeaders),
  http2: v.optional(flag(), DEFAULTS.http2),
  limits: v.optional(connectionLimits(), DEFAULTS.limits),
  restJsonParse: v.optional(callable<RestJsonParse>()),
  allowUnknownHost: v.optional(flag()),
});
