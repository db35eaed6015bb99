/**
 * What the configurations of all clients share that trade: beside what every configuration has, the options of streams
 * and writes. That of a product is a class of a few lines.
 *
 * @module
 */
import * as v from "valibot";
import { LIMIT_OPTIONS, placeHint } from "./option_places.ts";
import type { Product } from "./product_config.ts";
import {
  type KalshiConfigContext,
  RestConfig,
  type RestConfigOptions,
  type RestSettings,
} from "./rest_config.ts";
import { restEntries } from "./rest_entries.ts";
import { callable, flag, milliseconds, oneOf, text, whole } from "./schemas.ts";
import { DEFAULTS } from "./settings.ts";
import { homeUrl } from "./url_policy.ts";
import type { KalshiVenue } from "./venue.ts";

export {
  changed,
  givenSettings,
  isConfigOf,
  type KalshiConfigContext,
  presetOptions,
  readConfigOption,
  type RestJsonParse,
} from "./rest_config.ts";

/**
 * Whether writes are sent again after an unknown outcome: `never`, or `idempotent`, where their client ids and
 * the order's state tell what has happened.
 */
export type OrderRetries = "never" | "idempotent";

/** Reads a WebSocket frame: text in, the parsed value out. */
export type WsJsonParse = (frame: string) => unknown;

/** Writes a WebSocket command: the value in, its JSON out, as text or as UTF-8 bytes. */
export type WsJsonStringify = (command: unknown) => string | Uint8Array;

/** Options of a client's configuration; what is left out or `undefined` has its default. */
export interface ClientConfigOptions extends RestConfigOptions {
  /** REST base URL; slashes at its end are stripped. By default the one that belongs to `wsBaseUrl`, or production's. */
  readonly baseUrl?: string | undefined;
  /** WebSocket base URL; slashes at its end are stripped. By default the one that belongs to `baseUrl`. */
  readonly wsBaseUrl?: string | undefined;
  /**
   * Whether writes with an unknown outcome are sent again: `"never"`, or `"idempotent"`, where client ids and the
   * order's state make sure that they take effect once.
   *
   * @default "never"
   */
  readonly orderRetries?: OrderRetries | undefined;
  /**
   * Reconnects in a row before a stream gives up.
   *
   * @default 10
   */
  readonly wsMaxRetries?: number | undefined;
  /**
   * Time between liveness probes of a stream in milliseconds.
   *
   * @default 20000
   */
  readonly wsPingIntervalMs?: number | undefined;
  /**
   * How long a stream waits for a clean close in milliseconds.
   *
   * @default 5000
   */
  readonly wsCloseTimeoutMs?: number | undefined;
  /**
   * Signs public calls too, where there is a key: they count as the account's, not as a stranger's. `false` signs only
   * what needs a key.
   *
   * @default true
   */
  readonly signPublicCalls?: boolean | undefined;
  /** Parses WebSocket frames in place of `JSON.parse`. */
  readonly wsJsonParse?: WsJsonParse | undefined;
  /** Writes WebSocket commands in place of `JSON.stringify`. */
  readonly wsJsonStringify?: WsJsonStringify | undefined;
}

/** Options of the presets, which set both URLs. */
export type ClientPresetOptions = Omit<ClientConfigOptions, "baseUrl" | "wsBaseUrl">;

// Built where they are used, so that importing the package costs nothing.
const entries = (owner: string) => {
  const { baseUrl, ...others } = restEntries(owner);
  return {
    // Side by side where options are named.
    baseUrl,
    wsBaseUrl: v.optional(text()),
    ...others,
    orderRetries: v.optional(oneOf("never", "idempotent"), DEFAULTS.orderRetries),
    wsMaxRetries: v.optional(whole(0), DEFAULTS.wsMaxRetries),
    wsPingIntervalMs: v.optional(milliseconds(1), DEFAULTS.wsPingIntervalMs),
    wsCloseTimeoutMs: v.optional(milliseconds(0), DEFAULTS.wsCloseTimeoutMs),
    signPublicCalls: v.optional(flag(), DEFAULTS.signPublicCalls),
    wsJsonParse: v.optional(callable<WsJsonParse>()),
    wsJsonStringify: v.optional(callable<WsJsonStringify>()),
  };
};

/** The options as their schemas take them, and what they make of them. */
export type ConfigInput = v.InferInput<v.StrictObjectSchema<ReturnType<typeof entries>, string>>;
/** What the schemas make of the options. */
export type ConfigOutput = v.InferOutput<v.StrictObjectSchema<ReturnType<typeof entries>, string>>;

/** A product whose client has such a configuration. */
export type ClientProduct = Product<v.ObjectEntries>;

/**
 * A product of these.
 *
 * @param owner the class of its configuration
 * @param baseUrl where it connects unless told; production's when left out
 */
export function clientProduct(
  owner: string,
  venue: KalshiVenue,
  baseUrl: string = homeUrl(venue, "production"),
): ClientProduct {
  return {
    owner,
    venue,
    entries: () => entries(owner),
    nested: { limits: LIMIT_OPTIONS },
    hint: placeHint,
    baseUrl,
  };
}

/** What the configurations of all clients are that trade: settings that were checked, and are deeply frozen. */
export abstract class ClientConfig extends RestConfig {
  /** WebSocket base URL in its normal form, without a slash at its end. */
  declare readonly wsBaseUrl: string;
  /** Whether writes with an unknown outcome are sent again. */
  declare readonly orderRetries: OrderRetries;
  /** Reconnects in a row before a stream gives up. */
  declare readonly wsMaxRetries: number;
  /** Time between liveness probes of a stream in milliseconds. */
  declare readonly wsPingIntervalMs: number;
  /** How long a stream waits for a clean close in milliseconds. */
  declare readonly wsCloseTimeoutMs: number;
  /** Whether public calls are signed too, where there is a key. */
  declare readonly signPublicCalls: boolean;
  /** Parses WebSocket frames; undefined for `JSON.parse`. */
  declare readonly wsJsonParse: WsJsonParse | undefined;
  /** Writes WebSocket commands; undefined for `JSON.stringify`. */
  declare readonly wsJsonStringify: WsJsonStringify | undefined;

  /** Made by the class of a product. */
  protected constructor(product: ClientProduct, options: ClientConfigOptions, context: KalshiConfigContext) {
    super(product, options, context);
  }

  /** A copy with some options changed. */
  abstract override with(options: ClientConfigOptions): ClientConfig;

  /** Which of Kalshi's exchanges it leads to, in the words of FIX. */
  abstract get product(): "event" | "margin";
}

/** The values of a configuration, however they came to be. */
export type KalshiSettings = Omit<ClientConfig, "with" | "product">;

/** What requests go by: those of streams do not matter, and some are for what trades. */
export type HttpSettings =
  & RestSettings
  & Partial<Pick<KalshiSettings, "wsBaseUrl" | "orderRetries" | "signPublicCalls">>;
