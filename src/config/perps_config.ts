/**
 * The configuration of a client of the margin exchange.
 *
 * @module
 */
import {
  changed,
  ClientConfig,
  type ClientConfigOptions,
  clientProduct,
  isConfigOf,
  type KalshiConfigContext,
  presetOptions,
} from "./client_config.ts";
import { perpsVenue } from "./perps_venue.ts";

/** Options of {@linkcode PerpsConfig}; what is left out or `undefined` has its default. */
export interface PerpsConfigOptions extends ClientConfigOptions {
  /**
   * REST base URL, ending in `/trade-api/v2`; slashes at its end are stripped. By default the one that belongs
   * to `wsBaseUrl`, or `https://external-api.kalshi.com/trade-api/v2`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * WebSocket base URL, ending in `/trade-api/ws/v2/margin`; slashes at its end are stripped. By default the one that
   * belongs to `baseUrl`, or `wss://external-api-margin-ws.kalshi.com/trade-api/ws/v2/margin`.
   */
  readonly wsBaseUrl?: string | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, the environment variable
   * `KALSHI_PERPS_ALLOW_UNKNOWN_HOST=1` decides, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set both URLs. */
export type PerpsPresetOptions = Omit<PerpsConfigOptions, "baseUrl" | "wsBaseUrl">;

const product = /* @__PURE__ */ clientProduct("PerpsConfig", perpsVenue);

/** Whether this is a configuration that was checked, and not only something of its shape. */
export function isPerpsConfig(value: unknown): value is PerpsConfig {
  return isConfigOf(product, value);
}

/**
 * Settings of a {@linkcode PerpsClient}: the options, checks and defaults of a `KalshiConfig`, for the hosts of the margin
 * exchange. Checked at construction and deeply frozen. One of the event exchange is refused, as this one is there.
 *
 * Perps are on the external-api hosts alone, and their WebSocket has a host of its own:
 * https://docs.kalshi.com/getting_started/api_environments.
 *
 * @example
 * ```ts
 * import { PerpsClient, PerpsConfig } from "@unofficial/kalshi/perps";
 *
 * const config = PerpsConfig.demo({ timeoutMs: 10_000 });
 * await using client = new PerpsClient({ config: config.with({ maxRetries: 8 }) });
 * console.log(client.config.environment); // "demo"
 * ```
 */
export class PerpsConfig extends ClientConfig {
  /**
   * Checks the options and fills in the defaults.
   *
   * @param options What is left out has its default.
   * @param context Where it is made; a client hands its own runtime on to the configuration that it makes.
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  constructor(options: PerpsConfigOptions = {}, context: KalshiConfigContext = {}) {
    super(product, options, context);
  }

  /**
   * Kalshi's demo environment: mock funds, keys of its own.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static demo(options: PerpsPresetOptions = {}): PerpsConfig {
    return new PerpsConfig(presetOptions(product, "demo", options));
  }

  /**
   * Kalshi's production environment: real money.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static production(options: PerpsPresetOptions = {}): PerpsConfig {
    return new PerpsConfig(presetOptions(product, "production", options));
  }

  /**
   * A copy with some options changed; one that is given as `undefined` goes back to its default. A URL that was
   * never given follows the other one, so that `with({ baseUrl })` moves both.
   *
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  override with(options: PerpsConfigOptions): PerpsConfig {
    return new PerpsConfig(...changed(this, options));
  }

  /** The exchange of perps. */
  override get product(): "margin" {
    return "margin";
  }
}
