/** A FIX client with the key and the rate budget of a REST client. */
import type { RequestSigner } from "../auth/signer.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import type { Limiter } from "../rate_limits/limiter.ts";
import type { Runtime } from "../runtime/types.ts";
import { FixClient } from "./client.ts";
import type { FixClientOptions } from "./client_options.ts";
import { FixConfig, isFixConfig } from "./config.ts";
import type { FixConfigOptions } from "./config_options.ts";

/** What a REST client brings along. */
export interface FixOwner {
  readonly auth: RequestSigner;
  /** Which of Kalshi's environments it is at, or `loopback`, or `unknown`. */
  readonly environment: string;
  /** Which exchange its budgets are of. */
  readonly product: "event" | "margin";
  readonly runtime: Runtime | undefined;
  readonly clock: Clock | undefined;
  readonly limiter: Limiter | undefined;
  readonly readOnly: boolean | undefined;
}

const isKalshis = (environment: string): environment is "production" | "demo" =>
  environment === "production" || environment === "demo";

/** The configuration of a session in the environment of its owner; that of perps needs no `product`. */
function configOf(
  given: FixConfig | FixConfigOptions,
  { environment, product, runtime }: FixOwner,
): FixConfig {
  if (isFixConfig(given) || !isPlain(given)) return isFixConfig(given) ? given : new FixConfig(given);
  const read = readOwn(given);
  const own = product === "margin" && read.product === undefined ? { ...read, product } : read;
  if (own.environment !== undefined || own.host !== undefined) return new FixConfig(own, { runtime });
  if (isKalshis(environment)) return new FixConfig({ ...own, environment }, { runtime });
  throw new KalshiConfigError(
    "The exchange of this client is none of Kalshi's, so that nobody knows where its FIX gateway is: give `host` and " +
      "`port` in the `config` of client.fix().",
  );
}

/**
 * Connects with what the owner has.
 *
 * @throws {KalshiConfigError} for a session of another environment than the owner's: its key is not known there; and of a
 * client of perps for one of event contracts
 */
export async function connectFor(
  owner: FixOwner,
  given: FixClientOptions,
  signal: AbortSignal,
): Promise<FixClient> {
  const options = readOwn(given);
  const { auth, environment, runtime, clock, limiter } = owner;
  const readOnly = owner.readOnly === true || options.readOnly;
  const config = configOf(options.config, owner);
  if (isKalshis(environment) && isKalshis(config.environment) && environment !== config.environment) {
    throw new KalshiConfigError(
      `The client is at Kalshi's ${environment} environment and the FIX session at ${config.environment}: each has keys of ` +
        "its own. Use FixClient.connect with a key for it.",
    );
  }
  if (owner.product === "margin" && config.product !== "margin") {
    throw new KalshiConfigError(
      "PerpsClient opens sessions of perps, and this one is of event contracts, whose gateways know other keys: use " +
        "KalshiClient.fix or FixClient.connect.",
    );
  }
  // Each exchange has budgets of its own.
  const shared = config.product === owner.product ? limiter : undefined;
  return await FixClient.connect({
    ...options,
    config,
    auth,
    runtime,
    clock,
    limiter: shared,
    readOnly,
    signal,
  });
}
