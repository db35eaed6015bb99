/**
 * A client as the environment says.
 *
 * @module
 */
import { detectRestRuntime } from "#runtime";
import { type EnvSettings, readAuthEnv } from "./auth/env.ts";
import { authOf, type KalshiAuth } from "./auth/kalshi_auth.ts";
import { assertNoOptions } from "./auth/variables.ts";
import { KalshiAuthRequiredError, KalshiConfigError } from "./base/errors.ts";
import type { ProductClientOptions } from "./client_options.ts";
import type { ClientTraits } from "./client_traits.ts";
import { chooseConfig, readClientOptions } from "./read_client_options.ts";
import {
  type ClientConfig,
  type ClientConfigOptions,
  givenSettings,
  readConfigOption,
} from "./config/client_config.ts";
import { homeUrl } from "./config/url_policy.ts";
import type { RestRuntime } from "./runtime/types.ts";

/** The options of a client, completed by what the environment says. */
export async function optionsFromEnv<Config extends ClientConfig>(
  traits: ClientTraits<Config>,
  env: object | undefined,
  wanted: ProductClientOptions<unknown>,
): Promise<ProductClientOptions<Config>> {
  const { owner, venue, rules, isConfig } = traits;
  const own = readClientOptions(traits, wanted);
  const config = readConfigOption(own.config);
  const options: ProductClientOptions<unknown> = Object.assign(own, { config });
  const { auth, keyId, privateKey, privateKeyPath, demo, runtime = detectRestRuntime() } = own;
  const ownKey = [auth, keyId, privateKey, privateKeyPath].some((given) => given !== undefined);
  const given = isConfig(config) ? givenSettings(config) : config as ClientConfigOptions | undefined;
  const ownExchange = demo === true || given?.baseUrl !== undefined || given?.wsBaseUrl !== undefined;
  assertNoOptions(env, owner, Object.keys(rules));
  const settings = readAuthEnv(env, runtime, { key: !ownKey, exchange: !ownExchange }, venue, owner);
  const reader = env === undefined ? runtime : { readEnv: () => settings.allowUnknownHost ? "1" : undefined };
  let chosen = ownExchange
    ? chooseConfig(traits, options, { runtime: reader })
    : environmentConfig(traits, config, settings, runtime);
  if (given?.signPublicCalls === undefined && !settings.signPublicCalls) {
    chosen = chosen.with({ signPublicCalls: false }) as Config;
  }
  return {
    ...options,
    ...(!ownKey && { auth: await environmentKey(traits, settings, runtime) }),
    ...(ownExchange && { demo: undefined }),
    config: chosen,
    readOnly: own.readOnly === true || settings.readOnly,
    logLevel: own.logLevel ?? settings.logLevel,
  };
}

/** The key that the environment names; undefined where it says nothing of a key. */
async function environmentKey(
  { owner, venue: { variables } }: ClientTraits<ClientConfig>,
  settings: EnvSettings,
  runtime: RestRuntime,
): Promise<KalshiAuth | undefined> {
  const { keyId, privateKey, privateKeyPath, passphrase } = settings;
  // A malformed key is the graver mistake.
  const auth = await authOf(settings, runtime);
  if (auth !== undefined) return auth;
  if (keyId !== undefined) {
    throw new KalshiAuthRequiredError(
      `Set ${variables.privateKey} or ${variables.privateKeyPath} beside ${variables.keyId}. In a Worker, pass its \`env\` to ${owner}.fromEnv(env).`,
    );
  }
  if ((privateKey ?? privateKeyPath ?? passphrase) === undefined) return undefined;
  throw new KalshiAuthRequiredError(
    `${variables.keyId} is missing beside the private key. Set it; or, for public calls alone, set neither.`,
  );
}

/** Goes where the environment says, with whatever else `config` says. */
function environmentConfig<Config extends ClientConfig>(
  { venue, makeConfig, isConfig }: ClientTraits<Config>,
  config: unknown,
  { baseUrl, wsBaseUrl, demo, ...settings }: EnvSettings,
  runtime: RestRuntime,
): Config {
  const options = config as ClientConfigOptions | undefined;
  const given = isConfig(config) ? givenSettings(config) : options;
  const allowUnknownHost = given?.allowUnknownHost ?? settings.allowUnknownHost;
  // A socket of its own decides where it goes; the REST API follows it where nothing else says.
  const home = baseUrl ?? (demo && wsBaseUrl === undefined ? homeUrl(venue, "demo") : undefined);
  const exchange = { baseUrl: home, wsBaseUrl, allowUnknownHost };
  const chosen = isConfig(config)
    ? config.with(exchange) as Config
    : makeConfig(options === undefined ? exchange : options && { ...options, ...exchange }, { runtime });
  if (demo && chosen.environment === "production") {
    const { variables } = venue;
    throw new KalshiConfigError(
      `${variables.demo} is true, and ${
        baseUrl === undefined ? variables.wsBaseUrl : variables.baseUrl
      } leads to production. Remove the one that is wrong.`,
    );
  }
  return chosen;
}
