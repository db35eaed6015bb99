/**
 * The configuration of a client of Klear.
 *
 * @module
 */
import {
  changed,
  isConfigOf,
  type KalshiConfigContext,
  presetOptions,
  RestConfig,
  type RestConfigOptions,
  type RestProduct,
} from "../config/rest_config.ts";
import { restEntries } from "../config/rest_entries.ts";
import { LIMIT_OPTIONS } from "../config/option_places.ts";
import { homeUrl } from "../config/url_policy.ts";
import { klearHint } from "./option_places.ts";
import { klearVenue } from "./venue.ts";

/** Options of {@linkcode KlearConfig}; what is left out or `undefined` has its default. */
export interface KlearConfigOptions extends RestConfigOptions {
  /**
   * REST base URL, ending in `/klear-api/v1`; slashes at its end are stripped. By default
   * `https://api.klear.kalshi.com/klear-api/v1`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, the environment variable
   * `KALSHI_KLEAR_ALLOW_UNKNOWN_HOST=1` decides, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set the URL. */
export type KlearPresetOptions = Omit<KlearConfigOptions, "baseUrl">;

const product: RestProduct = {
  owner: "KlearConfig",
  venue: klearVenue,
  entries: () => restEntries("KlearConfig"),
  nested: { limits: LIMIT_OPTIONS },
  hint: klearHint,
  baseUrl: homeUrl(klearVenue, "production"),
};

/** Whether this is a configuration that was checked, and not only something of its shape. */
export function isKlearConfig(value: unknown): value is KlearConfig {
  return isConfigOf(product, value);
}

/**
 * Settings of a {@linkcode KlearClient}, checked at construction and deeply frozen: as those of a `KalshiConfig`, without
 * what is for streams and orders. One of another API of Kalshi's is refused.
 *
 * @example
 * ```ts
 * import { KlearClient, KlearConfig } from "@unofficial/kalshi/klear";
 *
 * const config = KlearConfig.demo({ timeoutMs: 10_000, totalTimeoutMs: 25_000 });
 * await using client = new KlearClient({ config: config.with({ maxRetries: 8 }) });
 * console.log(client.config.environment); // "demo"
 * ```
 */
export class KlearConfig extends RestConfig {
  /**
   * Checks the options and fills in the defaults.
   *
   * @param options What is left out has its default.
   * @param context Where it is made; a client hands its own runtime on to the configuration that it makes.
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  constructor(options: KlearConfigOptions = {}, context: KalshiConfigContext = {}) {
    super(product, options, context);
  }

  /**
   * Kalshi's demo environment: mock funds, tokens of its own.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for a URL, which it sets itself
   */
  static demo(options: KlearPresetOptions = {}): KlearConfig {
    return new KlearConfig(presetOptions(product, "demo", options));
  }

  /**
   * Kalshi's production environment: real money.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for a URL, which it sets itself
   */
  static production(options: KlearPresetOptions = {}): KlearConfig {
    return new KlearConfig(presetOptions(product, "production", options));
  }

  /**
   * A copy with some options changed; one that is given as `undefined` goes back to its default.
   *
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  override with(options: KlearConfigOptions): KlearConfig {
    return new KlearConfig(...changed(this, options));
  }
}
