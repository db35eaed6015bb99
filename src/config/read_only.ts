/**
 * Whether a client may change anything.
 *
 * @module
 */
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { peekEnv } from "./peek_env.ts";

/** The variable that makes every client of a process read only. */
export const READ_ONLY = "KALSHI_READONLY";

/**
 * True when the option or the variable says so: neither can be overruled by the other.
 *
 * @throws {KalshiConfigError} when the variable is neither `1` nor `0`: a slip must not let an order through
 */
export function isReadOnly(given: boolean | undefined, env: EnvReader): boolean {
  const value = peekEnv(env, READ_ONLY);
  if (value !== undefined && value !== "1" && value !== "0") {
    throw new KalshiConfigError(`${READ_ONLY} must be 1 or 0.`);
  }
  return given === true || value === "1";
}
