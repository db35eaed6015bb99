/** What a runtime's adapter cannot do is refused when a client is made, with the reason. */
import { readOwn } from "../base/plain.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { HttpPoolOptions, RestRuntime } from "./types.ts";

const names = ["http2", "maxConnections", "maxKeepaliveConnections", "keepaliveExpiryMs"] as const;

/** Why an adapter cannot do something, and what to do there instead: a whole sentence or more for each option. */
export type Reasons = { readonly [name in typeof names[number]]?: string };

/**
 * Refuses what a runtime's adapter cannot do.
 *
 * @throws {KalshiConfigError} naming the option and the runtime, with the reason where the adapter gives one
 */
export function assertRuntimeCan(
  { http2, limits }: HttpPoolOptions,
  { name: runtime, capabilities }: Pick<RestRuntime, "name" | "capabilities">,
  reasons: Reasons = {},
): void {
  const wanted = readOwn({ ...limits, http2: http2 || undefined });
  for (const name of names) {
    if (wanted[name] === undefined || capabilities[name]) continue;
    const option = name === "http2" ? name : `limits.${name}`;
    throw new KalshiConfigError(
      `${option} cannot be honoured on ${runtime}. ${reasons[name] ?? "Leave it out there."}`,
    );
  }
}
