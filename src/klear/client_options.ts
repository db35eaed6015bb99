/**
 * What a client of Klear is made from.
 *
 * @module
 */
import { callable, flag, oneOf, rule, type Rules } from "../base/options.ts";
import type { Clock } from "../base/clock.ts";
import { isObject } from "../base/plain.ts";
import { type LogOptions, logRules } from "../config/logging.ts";
import type { ResponseCheck } from "../contract/validation.ts";
import { coreRules } from "../core_options.ts";
import type { ClientHooks } from "../http/hooks.ts";
import type { Transport } from "../http/transport.ts";
import type { Validate } from "../http/validate.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { type AccessToken, KlearAuth } from "./auth.ts";
import type { KlearConfig, KlearConfigOptions } from "./config.ts";

/** What a {@linkcode KlearClient} is made from. Every call of Klear needs credentials. */
export interface KlearClientOptions extends ClientHooks, LogOptions {
  /** Credentials to share between clients; not together with `adminUserId` and `accessToken`. */
  readonly auth?: KlearAuth | undefined;
  /** Id of the admin user, from the page Security of https://klearing.kalshi.com. */
  readonly adminUserId?: string | undefined;
  /** The access token that belongs to it, or a function that fetches it before each attempt of a call. */
  readonly accessToken?: AccessToken | undefined;
  /** Configuration, or its options; production when left out. */
  readonly config?: KlearConfig | KlearConfigOptions | undefined;
  /** `true` is short for `config: KlearConfig.demo()`; not together with `config`. */
  readonly demo?: boolean | undefined;
  /** The adapter of this runtime, such as `nodeRuntime()`; detected when left out. */
  readonly runtime?: RestRuntime | undefined;
  /** Replaces the network entirely. Report files are fetched through it as well. */
  readonly transport?: Transport | undefined;
  /** Time; the runtime's own when left out. */
  readonly clock?: Clock | undefined;
  /**
   * Refuses every write with a {@linkcode KalshiReadOnlyError} before it is sent. `KALSHI_READONLY=1` does the same for
   * every client of the process, and neither can be overruled by the other.
   *
   * @default false
   */
  readonly readOnly?: boolean | undefined;
  /**
   * What happens when an answer is not what the contract says: nothing (`"off"`, the default), `onDrift` is told
   * and the answer returned (`"warn"`), or a {@linkcode KalshiDecodeError} (`"strict"`). Needs `checkResponse`.
   */
  readonly validate?: Validate | undefined;
  /** `klear.checkResponse` of `@unofficial/kalshi/schemas`, for `validate`. */
  readonly checkResponse?: ResponseCheck | undefined;
}

/** What the options of a {@linkcode KlearClient} may be. */
export const klearClientRules: Rules<KlearClientOptions> = {
  auth: rule("a KlearAuth", (value) => value instanceof KlearAuth),
  adminUserId: rule("the id of an admin user as text", (value) => typeof value === "string"),
  accessToken: rule(
    "an access token as text, or a function that gives one",
    (value) => typeof value === "string" || typeof value === "function",
  ),
  config: rule("a KlearConfig, or an object of its options", isObject),
  demo: flag(),
  runtime: coreRules.runtime as Rules<KlearClientOptions>["runtime"],
  transport: coreRules.transport,
  clock: coreRules.clock,
  onRequest: callable(),
  onResponse: callable(),
  onRetry: callable(),
  onEnd: callable(),
  onDrift: callable(),
  readOnly: coreRules.readOnly,
  ...logRules,
  validate: oneOf("off", "warn", "strict"),
  checkResponse: callable("`klear.checkResponse` of @unofficial/kalshi/schemas"),
};
