import { KalshiConfigError } from "../errors.ts";
import type { HttpPoolOptions, Runtime } from "./types.ts";

const limitNames = ["maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"] as const;

/** Throws when `options` ask for what `runtime` cannot do. */
export function refuseImpossible(runtime: Runtime, options: HttpPoolOptions, advice = ""): void {
  const refuse = (what: string) => {
    throw new KalshiConfigError(`\`${what}\` cannot be honoured on ${runtime.name}.${advice}`);
  };
  if (options.http2 && !runtime.capabilities.http2) refuse("http2");
  for (const name of limitNames) {
    const value = options.limits?.[name];
    if (value === undefined) continue;
    if (!runtime.capabilities[name]) refuse(`limits.${name}`);
    if (!Number.isSafeInteger(value) || value < (name === "maxConnections" ? 1 : 0)) {
      throw new KalshiConfigError(`\`limits.${name}\` must be a whole number, got ${value}.`);
    }
  }
}
