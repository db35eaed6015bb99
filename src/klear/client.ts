/**
 * The client of Klear, the clearing house of the margin exchange.
 *
 * @module
 */
import { detectRestRuntime } from "#runtime";
import { assertNoOptions } from "../auth/variables.ts";
import { KalshiAuthRequiredError, KalshiConfigError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { chooseLog } from "../config/logging.ts";
import { givenSettings, type KalshiConfigContext, readConfigOption } from "../config/rest_config.ts";
import { homeUrl } from "../config/url_policy.ts";
import type { Advice } from "../http/error_advice.ts";
import { logHooks } from "../http/log_hooks.ts";
import { makeInspect } from "../http/validate.ts";
import { RestClient } from "../rest_client.ts";
import type { RestRuntime } from "../runtime/types.ts";
import { klearAdvice } from "./error_advice.ts";
import { chooseAuth } from "./auth.ts";
import { type KlearClientOptions, klearClientRules } from "./client_options.ts";
import { isKlearConfig, KlearConfig, type KlearConfigOptions } from "./config.ts";
import { CREDENTIALS, type KlearEnv, type KlearEnvSettings, readKlearEnv } from "./env.ts";
import { KlearFcm } from "./fcm.ts";
import { KlearMargin } from "./margin.ts";
import { klearHint } from "./option_places.ts";
import { klearVenue } from "./venue.ts";

const OWNER = "KlearClient";

function readClientOptions(given: KlearClientOptions): KlearClientOptions {
  return readOptions(OWNER, given, klearClientRules, klearHint(OWNER, Object.keys(klearClientRules)));
}

function chooseConfig({ config, demo }: KlearClientOptions, context: KalshiConfigContext): KlearConfig {
  if (config === undefined) return demo ? KlearConfig.demo() : new KlearConfig();
  if (demo) throw new KalshiConfigError("Give either `demo: true` or `config`, not both.");
  return isKlearConfig(config) ? config : new KlearConfig(config, context);
}

/**
 * A client of Klear: obligations, settlement balance, reports and estimates of a clearing member, and, for one that is an
 * FCM, its subtraders' groups and keys. Its amounts are whole centicents: `dollarsFromCenticents` writes them as dollars.
 * What is due has a sign: below 0 the member pays Klear, above 0 Klear pays.
 *
 * Reads are tried again, as those of every client are. No write is.
 *
 * @example
 * ```ts
 * import { dueOf, KlearClient } from "@unofficial/kalshi/klear";
 *
 * await using client = await KlearClient.fromEnv();
 * for (const obligation of await client.margin.obligations.active()) {
 *   const { payer, dollars } = dueOf(obligation.amount_centicents);
 *   console.log(`${obligation.execution_time}: ${payer} pays ${dollars} dollars`);
 * }
 * ```
 */
export class KlearClient extends RestClient<KlearConfig> {
  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthKeyError} for an admin user id or an access token that cannot be one.
   */
  constructor(given: KlearClientOptions = {}) {
    const options = readClientOptions(given);
    const runtime = options.runtime ?? detectRestRuntime();
    const hooks = logHooks(chooseLog(options, runtime), options);
    const { transport, clock, readOnly } = options;
    const { onRequest, onResponse, onRetry, onEnd } = hooks;
    super({
      venue: klearVenue,
      config: chooseConfig(options, { runtime }),
      auth: chooseAuth(options),
      runtime,
      transport,
      clock,
      readOnly,
      inspect: makeInspect(options.validate, options.checkResponse, hooks),
      onRequest,
      onResponse,
      onRetry,
      onEnd,
    });
  }

  /** Obligations, balances, reports and estimates. */
  readonly margin: KlearMargin = new KlearMargin(this.http);
  /** For clearing members that are FCMs: groups and keys of subtraders. */
  readonly fcm: KlearFcm = new KlearFcm(this.http);

  /** @internal */
  protected override get advice(): Advice {
    return klearAdvice;
  }

  /**
   * A client as the environment says: the variables of {@linkcode KlearEnv}. Where none of them names an environment, it
   * is production.
   *
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @param wanted Options, which win over the environment: with credentials of your own its variables of credentials are
   * not read, and `demo: true` or a `config` with a URL decides where the client goes.
   * @throws {KalshiConfigError} when a variable is malformed, when one that is needed may not be read (Deno without
   * `--allow-env=KALSHI_*`), when the runtime has no variables and `env` is left out, and when KALSHI_KLEAR_DEMO is true
   * beside a URL of production's.
   * @throws {KalshiAuthError} when the admin user id or the access token is missing or malformed.
   */
  // deno-lint-ignore require-await -- what is wrong rejects.
  static async fromEnv(env?: KlearEnv, wanted: KlearClientOptions = {}): Promise<KlearClient> {
    return new KlearClient(optionsFromEnv(env, wanted));
  }
}

/** The options of a client, completed by what the environment says. */
function optionsFromEnv(env: KlearEnv | undefined, wanted: KlearClientOptions): KlearClientOptions {
  const own = readClientOptions(wanted);
  const config = readConfigOption(own.config);
  const { auth, adminUserId, accessToken, demo, runtime = detectRestRuntime() } = own;
  const ownCredentials = (auth ?? adminUserId ?? accessToken) !== undefined;
  const given = isKlearConfig(config) ? givenSettings(config) : config;
  const ownExchange = demo === true || given?.baseUrl !== undefined;
  assertNoOptions(env, OWNER, Object.keys(klearClientRules));
  const settings = readKlearEnv(env, runtime, { credentials: !ownCredentials, exchange: !ownExchange });
  const reader = env === undefined ? runtime : { readEnv: () => settings.allowUnknownHost ? "1" : undefined };
  return {
    ...own,
    ...(!ownCredentials && credentialsOf(settings)),
    demo: undefined,
    config: ownExchange
      ? chooseConfig({ config, demo }, { runtime: reader })
      : environmentConfig(config, settings, runtime),
    readOnly: own.readOnly === true || settings.readOnly,
    logLevel: own.logLevel ?? settings.logLevel,
  };
}

function credentialsOf({ adminUserId, accessToken }: KlearEnvSettings): KlearClientOptions {
  if (adminUserId !== undefined && accessToken !== undefined) return { adminUserId, accessToken };
  const missing = adminUserId === undefined ? CREDENTIALS.adminUserId : CREDENTIALS.accessToken;
  throw new KalshiAuthRequiredError(
    `Set ${
      adminUserId === accessToken ? Object.values(CREDENTIALS).join(" and ") : missing
    }: both are on the page ` +
      "Security of https://klearing.kalshi.com. In a Worker, pass its `env` to KlearClient.fromEnv(env).",
  );
}

/** Goes where the environment says, with whatever else `config` says. */
function environmentConfig(
  config: KlearConfig | KlearConfigOptions | undefined,
  { baseUrl, demo, ...settings }: KlearEnvSettings,
  runtime: RestRuntime,
): KlearConfig {
  const given = isKlearConfig(config) ? givenSettings(config) : config;
  const exchange = {
    baseUrl: baseUrl ?? (demo ? homeUrl(klearVenue, "demo") : undefined),
    allowUnknownHost: given?.allowUnknownHost ?? settings.allowUnknownHost,
  };
  const chosen = isKlearConfig(config)
    ? config.with(exchange)
    : new KlearConfig(config === undefined ? exchange : config && { ...config, ...exchange }, { runtime });
  if (demo && chosen.environment === "production") {
    const { variables } = klearVenue;
    throw new KalshiConfigError(
      `${variables.demo} is true, and ${variables.baseUrl} leads to production. Remove the one that is wrong.`,
    );
  }
  return chosen;
}
