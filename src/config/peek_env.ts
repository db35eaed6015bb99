/**
 * Environment variables that are looked at in passing.
 *
 * @module
 */
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";

/** A variable, trimmed; undefined where it is not set or empty, and where it may not be read without being asked for. */
export function peekEnv(env: EnvReader, name: string): string | undefined {
  try {
    // An adapter that somebody wrote for a test may know of no variables at all.
    const read: EnvReader["readEnv"] | undefined = env.peekEnv ?? env.readEnv;
    const value = read?.call(env, name)?.trim();
    return value === "" ? undefined : value;
  } catch (error) {
    if (error instanceof KalshiConfigError) return undefined;
    throw error;
  }
}
