/**
 * A client's options and configuration, read.
 *
 * @module
 */
import { KalshiConfigError } from "./base/errors.ts";
import { readOptions } from "./base/options.ts";
import type { ProductClientOptions } from "./client_options.ts";
import type { ClientTraits } from "./client_traits.ts";
import type { ClientConfig, ClientConfigOptions, KalshiConfigContext } from "./config/client_config.ts";
import { placeHint } from "./config/option_places.ts";
import { homeUrl } from "./config/url_policy.ts";

/** A copy of a client's options, checked. */
export function readClientOptions<Config extends ClientConfig>(
  { owner, rules }: ClientTraits<Config>,
  given: ProductClientOptions<unknown>,
): ProductClientOptions<unknown> {
  return readOptions(owner, given, rules, placeHint(owner, Object.keys(rules)));
}

/** The configuration of a client, from its options. */
export function chooseConfig<Config extends ClientConfig>(
  { venue, makeConfig, isConfig }: ClientTraits<Config>,
  { config, demo }: ProductClientOptions<unknown>,
  context: KalshiConfigContext,
): Config {
  if (config === undefined) return demo ? makeConfig({ baseUrl: homeUrl(venue, "demo") }) : makeConfig();
  if (demo) throw new KalshiConfigError("Give either `demo: true` or `config`, not both.");
  return isConfig(config) ? config : makeConfig(config as ClientConfigOptions, context);
}
