/**
 * A client without namespaces: key, connection pool and the request pipeline.
 *
 * @module
 */

import { detectRestRuntime } from "#runtime";
import { signing } from "./auth/authenticator.ts";
import type { KalshiSettings } from "./config/client_config.ts";
import { hideValues, isHidden, readHeaders } from "./config/headers.ts";
import { DEFAULTS } from "./config/settings.ts";
import { eventVenue, type KalshiVenue } from "./config/venue.ts";
import { KalshiConfigError } from "./base/errors.ts";
import { readOptions, refusal } from "./base/options.ts";
import { CONFIG_OPTIONS, placeHint } from "./config/option_places.ts";
import { coreRules, type KalshiCoreOptions } from "./core_options.ts";
import { readOwn } from "./base/plain.ts";
import { RestClient } from "./rest_client.ts";

/**
 * The client without namespaces, for bundles that count every byte: {@linkcode KalshiCore.request} reaches
 * every path of the API. Its errors say what Kalshi says, and of a refused key what to do; the advice on every other
 * code is the client's.
 *
 * @example
 * ```ts
 * import { KalshiCore } from "@unofficial/kalshi";
 *
 * await using core = new KalshiCore();
 * console.log(await core.request("GET", "/exchange/status"));
 * ```
 */
export class KalshiCore extends RestClient<KalshiSettings> {
  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} for an unknown option, and when the config asks for what this runtime cannot do.
   */
  constructor(given: KalshiCoreOptions = {}) {
    // An option such as `demo`, which is the client's, must not be taken for granted and trade for real.
    const options = readOptions(
      "KalshiCore",
      given,
      coreRules,
      placeHint("KalshiCore", Object.keys(coreRules)),
    );
    const {
      auth,
      config = DEFAULTS,
      venue = eventVenue,
      runtime,
      transport,
      limiter,
      inspect,
      clock,
    } = options;
    const { onRequest, onResponse, onRetry, onEnd, readOnly } = options;
    super({
      venue,
      config: settled(config, venue),
      auth: auth && signing(auth),
      runtime: runtime ?? detectRestRuntime(),
      transport,
      limiter,
      inspect,
      clock,
      readOnly,
      onRequest,
      onResponse,
      onRetry,
      onEnd,
    });
  }
}

/** A configuration that nothing can change any more: itself where it is one, else a frozen copy of what it says now. */
function settled(config: KalshiSettings, { wsPath }: KalshiVenue): KalshiSettings {
  const given = Object(config) as KalshiSettings;
  if (given.environment === undefined || !CONFIG_OPTIONS.every((name) => Object.hasOwn(given, name))) {
    throw new KalshiConfigError(refusal("KalshiCore", "config", coreRules.config.takes, config));
  }
  if (!String(given.wsBaseUrl).endsWith(wsPath)) {
    throw new KalshiConfigError(
      `The config leads to another exchange of Kalshi: this one's WebSocket ends in ${wsPath}. Give both \`venue\` and ` +
        "`config` of one exchange.",
    );
  }
  const isFixed = Object.isFrozen(given) &&
    CONFIG_OPTIONS.every((name) => "value" in (Object.getOwnPropertyDescriptor(given, name) ?? {}));
  if (isFixed && isHidden(Object(given.extraHeaders))) return given;
  const extraHeaders = hideValues(readHeaders("KalshiCore.config", "extraHeaders", given.extraHeaders));
  return Object.freeze({ ...readOwn(given), environment: given.environment, extraHeaders });
}
