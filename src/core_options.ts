/**
 * What a core is made from, and what its `request` takes.
 *
 * @module
 */
import { type RequestSigner, signerRule } from "./auth/signer.ts";
import type { Clock } from "./base/clock.ts";
import {
  callable,
  clock,
  flag,
  having,
  oneOf,
  type Rule,
  rule,
  type Rules,
  withPreset,
} from "./base/options.ts";
import { isObject } from "./base/plain.ts";
import type { KalshiVenue } from "./config/venue.ts";
import type { KalshiSettings } from "./config/client_config.ts";
import type { CallOptions } from "./http/call_options.ts";
import type { ClientHooks } from "./http/hooks.ts";
import type { InspectResponse } from "./http/pipeline.ts";
import { type Transport, transportRule } from "./http/transport.ts";
import type { Limiter } from "./rate_limits/limiter.ts";
import type { RestRuntime } from "./runtime/types.ts";

/** What a {@linkcode KalshiCore} is made from. */
export interface KalshiCoreOptions extends Omit<ClientHooks, "onDrift"> {
  /** Signs requests: a `KalshiAuth`, what `signerFromPem` gives, or a signer of your own. Without one, public calls only. */
  readonly auth?: RequestSigner | (() => Promise<RequestSigner>) | undefined;
  /** Configuration; production with every default when left out. */
  readonly config?: KalshiSettings | undefined;
  /**
   * Which of Kalshi's exchanges it talks to: that of event contracts when left out. Another one, such as `perpsVenue` of
   * `@unofficial/kalshi/perps`, needs a `config` that leads there.
   */
  readonly venue?: KalshiVenue | undefined;
  /** The adapter of this runtime, such as `nodeRuntime()`; detected when left out. */
  readonly runtime?: RestRuntime | undefined;
  /** Replaces the network entirely. */
  readonly transport?: Transport | undefined;
  /**
   * Keeps requests inside the account's rate budget: a `RateLimiter` of `@unofficial/kalshi/rate-limits`, which
   * several clients may share. None when left out.
   */
  readonly limiter?: Limiter | undefined;
  /**
   * Looks at each decoded answer of an operation of the contract; what it throws is the call's error.
   */
  readonly inspect?: InspectResponse | undefined;
  /**
   * Refuses every write with a {@linkcode KalshiReadOnlyError} before it is sent. `KALSHI_READONLY=1` does the same for
   * every client of the process, and neither can be overruled by the other.
   *
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
}

/** A request that no method of a namespace models. */
export interface RawRequestOptions extends Omit<CallOptions, "extraQuery" | "extraBody"> {
  /** Query parameters; a list is repeated. `undefined` is left out, `false` and 0 are sent. */
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  /** JSON body. */
  readonly body?: unknown;
  /** Whether to sign: `optional` (sign when there is a key) when left out; `none` never does. */
  readonly auth?: "required" | "optional" | "none" | undefined;
}

/** What the options of a {@linkcode KalshiCore} may be. */
export const coreRules: Rules<KalshiCoreOptions> = {
  auth: rule(
    "a KalshiAuth, or a signer with `keyId` and `sign`, or a function that gives one",
    (value) => typeof value === "function" || signerRule().test(value),
  ),
  config: rule("a KalshiConfig", isObject),
  venue: rule("a venue such as perpsVenue", (value) => isObject(value) && "restPath" in Object(value)),
  runtime: having("the adapter of a runtime", "createHttpPool"),
  transport: transportRule(),
  limiter: having("a limiter", "admit"),
  inspect: callable(),
  clock: clock(),
  onRequest: callable(),
  onResponse: callable(),
  onRetry: callable(),
  onEnd: callable(),
  readOnly: withPreset(flag(), false),
};

/** What `auth` of a request may be. */
export const requestAuth = (): Rule<NonNullable<RawRequestOptions["auth"]>> =>
  oneOf("required", "optional", "none");
