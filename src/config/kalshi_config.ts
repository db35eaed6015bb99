/**
 * The configuration of a client: where it connects, how long it waits, how often it tries.
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
import { DEFAULTS } from "./settings.ts";
import { eventVenue } from "./venue.ts";

/** Options of {@linkcode KalshiConfig}; what is left out or `undefined` has its default. */
export interface KalshiConfigOptions extends ClientConfigOptions {
  /**
   * REST base URL, ending in `/trade-api/v2`; slashes at its end are stripped. By default the one that belongs
   * to `wsBaseUrl`, or `https://api.elections.kalshi.com/trade-api/v2`.
   */
  readonly baseUrl?: string | undefined;
  /**
   * WebSocket base URL, ending in `/trade-api/ws/v2`; slashes at its end are stripped. By default the one that
   * belongs to `baseUrl`, or `wss://api.elections.kalshi.com/trade-api/ws/v2`.
   */
  readonly wsBaseUrl?: string | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, the environment variable
   * `KALSHI_ALLOW_UNKNOWN_HOST=1` decides, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set both URLs. */
export type KalshiPresetOptions = Omit<KalshiConfigOptions, "baseUrl" | "wsBaseUrl">;

const product = /* @__PURE__ */ clientProduct("KalshiConfig", eventVenue, DEFAULTS.baseUrl);

/** Whether this is a configuration that was checked, and not only something of its shape. */
export function isKalshiConfig(value: unknown): value is KalshiConfig {
  return isConfigOf(product, value);
}

/**
 * Settings of a client, checked at construction and deeply frozen.
 *
 * Unknown options, wrong types and URLs outside the policy throw here, before anything reaches the network: only
 * Kalshi's hosts and this machine, encrypted or local, with nothing in the URL but host, port and API root. A
 * host that only `allowUnknownHost` let through is reported once with `console.warn`, by the config that
 * introduced it. Environments: https://docs.kalshi.com/getting_started/api_environments.
 *
 * @example
 * ```ts
 * import { KalshiClient, KalshiConfig } from "@unofficial/kalshi";
 *
 * const config = KalshiConfig.demo({ timeoutMs: 10_000, totalTimeoutMs: 25_000 });
 * await using client = new KalshiClient({ config: config.with({ maxRetries: 8 }) });
 * console.log(client.config.environment); // "demo"
 * ```
 */
export class KalshiConfig extends ClientConfig {
  /**
   * Checks the options and fills in the defaults.
   *
   * @param options What is left out has its default.
   * @param context Where it is made; a client hands its own runtime on to the configuration that it makes.
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  constructor(options: KalshiConfigOptions = {}, context: KalshiConfigContext = {}) {
    super(product, options, context);
  }

  /**
   * Kalshi's demo environment: mock funds, keys of its own.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static demo(options: KalshiPresetOptions = {}): KalshiConfig {
    return new KalshiConfig(presetOptions(product, "demo", options));
  }

  /**
   * Kalshi's production environment: real money.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static production(options: KalshiPresetOptions = {}): KalshiConfig {
    return new KalshiConfig(presetOptions(product, "production", options));
  }

  /**
   * A copy with some options changed; one that is given as `undefined` goes back to its default. A URL that was
   * never given follows the other one, so that `with({ baseUrl })` moves both.
   *
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  override with(options: KalshiConfigOptions): KalshiConfig {
    return new KalshiConfig(...changed(this, options));
  }

  /** The exchange of event contracts. */
  override get product(): "event" {
    return "event";
  }
}
