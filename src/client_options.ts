/**
 * What a client is made from.
 *
 * @module
 */
import type { KalshiAuth } from "./auth/kalshi_auth.ts";
import type { Passphrase } from "./auth/open_pem.ts";
import type { PemInput } from "./auth/pem.ts";
import { type RequestSigner, signerRule } from "./auth/signer.ts";
import { callable, flag, oneOf, rule, type Rules } from "./base/options.ts";
import { isObject } from "./base/plain.ts";
import type { KalshiConfig, KalshiConfigOptions } from "./config/kalshi_config.ts";
import { type LogOptions, logRules } from "./config/logging.ts";
import type { ResponseCheck } from "./contract/validation.ts";
import { coreRules, type KalshiCoreOptions } from "./core_options.ts";
import type { ClientHooks } from "./http/hooks.ts";
import type { Validate } from "./http/validate.ts";
import type { RateBudgets } from "./rate_limits/budgets.ts";
import type { Limiter } from "./rate_limits/limiter.ts";
import type { Runtime } from "./runtime/types.ts";

/** What the client of a product is made from. Without a key it makes public calls only. */
export interface ProductClientOptions<Config>
  extends
    ClientHooks,
    LogOptions,
    Omit<KalshiCoreOptions, "auth" | "config" | "venue" | "runtime" | "limiter" | "inspect"> {
  /** A key to share between clients; not together with `keyId` and the options that belong to it. */
  readonly auth?: KalshiAuth | RequestSigner | undefined;
  /** Id of the API key. */
  readonly keyId?: string | undefined;
  /** The private key as PEM: its text, or the bytes of its file. */
  readonly privateKey?: PemInput | undefined;
  /**
   * A file that holds the private key: a path, in which `~/` is the home folder, or a `file:` URL. Read at once where
   * the runtime can, so that a missing file fails here, else at the first signed call.
   */
  readonly privateKeyPath?: string | URL | undefined;
  /** Passphrase of an encrypted key, or a function that gives it. */
  readonly passphrase?: Passphrase | undefined;
  /** Configuration, or its options; production when left out. */
  readonly config?: Config | undefined;
  /** The adapter of this runtime, such as `nodeRuntime()`; detected when left out. */
  readonly runtime?: Runtime | undefined;
  /** `true` is short for the configuration of the demo environment; not together with `config`. */
  readonly demo?: boolean | undefined;
  /**
   * Keeps requests inside the account's rate budget: `"auto"` reads budgets and costs from Kalshi and follows the
   * account's tier, a `{ read, write }` says them, a `RateLimiter` of `@unofficial/kalshi/rate-limits` is shared
   * between clients. `false`, the default, sends at once.
   */
  readonly rateLimit?: "auto" | RateBudgets | Limiter | false | undefined;
  /**
   * What happens when an answer is not what the contract says: nothing (`"off"`, the default), `onDrift` is told
   * and the answer returned (`"warn"`), or a {@linkcode KalshiDecodeError} (`"strict"`). Needs `checkResponse`.
   */
  readonly validate?: Validate | undefined;
  /** `checkResponse` of `@unofficial/kalshi/schemas`, or its `perps.checkResponse` for perps; for `validate`. */
  readonly checkResponse?: ResponseCheck | undefined;
}

/** What a {@linkcode KalshiClient} is made from. Without a key it makes public calls only. */
export type KalshiClientOptions = ProductClientOptions<KalshiConfig | KalshiConfigOptions>;

/**
 * What the options of a client may be.
 *
 * @param config the class of its configuration
 */
export const clientRulesFor = (config: string): Rules<ProductClientOptions<unknown>> => ({
  auth: signerRule(),
  keyId: rule("the id of an API key as text", (value) => typeof value === "string"),
  privateKey: rule(
    "a private key as PEM: its text, or the bytes of its file",
    (value) => typeof value === "string" || isObject(value),
  ),
  privateKeyPath: rule(
    "the path of the file with the private key as text, or as a `file:` URL",
    (value) => typeof value === "string" || isObject(value),
  ),
  passphrase: rule(
    "a passphrase, or a function that gives one",
    (value) => typeof value === "string" || typeof value === "function",
  ),
  config: rule(`a ${config}, or an object of its options`, isObject),
  demo: flag(),
  runtime: coreRules.runtime as Rules<ProductClientOptions<unknown>>["runtime"],
  transport: coreRules.transport,
  clock: coreRules.clock,
  onRequest: callable(),
  onResponse: callable(),
  onRetry: callable(),
  onEnd: callable(),
  onDrift: callable(),
  readOnly: coreRules.readOnly,
  ...logRules,
  rateLimit: rule(
    '"auto", { read, write }, a RateLimiter or false',
    (value) => value === "auto" || value === false || isObject(value),
  ),
  validate: oneOf("off", "warn", "strict"),
  checkResponse: callable("`checkResponse` of @unofficial/kalshi/schemas"),
});

/** What the options of a {@linkcode KalshiClient} may be. */
export const clientRules = /* @__PURE__ */ clientRulesFor("KalshiConfig");
