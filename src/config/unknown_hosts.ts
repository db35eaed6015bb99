/**
 * Hosts that are neither Kalshi's nor this machine: who lets them through, and that it is told.
 *
 * @module
 */
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";

/** Whether such hosts are let through. */
export interface UnknownHosts {
  /** Asked for such a host alone: only then is the variable looked at, once. */
  readonly allow: () => boolean;
  /** What was said so far. */
  readonly allowed: () => boolean;
}

/** What was given decides; where nothing was, the variable does, by `1`. */
export function unknownHosts(given: boolean | undefined, env: EnvReader, variable: string): UnknownHosts {
  let allowed = given;
  return {
    allow: () => allowed ??= env.readEnv(variable)?.trim() === "1",
    allowed: () => allowed ?? false,
  };
}

/** Asks whether such a host is let through; a variable that may not be read allows none, and `why` says so. */
export function askForHost(
  allow: boolean | (() => boolean) | undefined,
): { readonly allowed: boolean; readonly why: string } {
  try {
    return { allowed: (typeof allow === "function" ? allow() : allow) ?? false, why: "" };
  } catch (error) {
    if (error instanceof KalshiConfigError) return { allowed: false, why: ` ${error.message}` };
    throw error;
  }
}

/** Tells once, where a configuration introduces it. */
export function warnOfHost(what: string): void {
  console.warn(`${what}, but allowed.`);
}
