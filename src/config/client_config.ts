/**
 * What the configurations of all clients share: their options, and how they are made, copied and frozen. That of a
 * product is a class of a few lines.
 *
 * @module
 */
import * as v from "valibot";
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import { type ConnectionLimits, LEAST_LIMITS } from "./limits.ts";
import { placeHint } from "./option_places.ts";
import { type ConfigEnvironment, makeConfig, type Product } from "./product_config.ts";
import { callable, connectionLimits, flag, headers, milliseconds, oneOf, text, whole } from "./schemas.ts";
import { DEFAULTS } from "./settings.ts";
import { homeUrl } from "./url_policy.ts";
import type { KalshiEnvironment, KalshiVenue } from "./venue.ts";

/**
 * Whether writes are sent again after an unknown outcome: `never`, or `idempotent`, where their client ids and
 * the order's state tell what has happened.
 */
export type OrderRetries = "never" | "idempotent";

/** Reads the body of a REST answer: UTF-8 bytes in, the parsed value out. */
export type RestJsonParse = (body: Uint8Array) => unknown;

/** Reads a WebSocket frame: text in, the parsed value out. */
export type WsJsonParse = (frame: string) => unknown;

/** Writes a WebSocket command: the value in, its JSON out, as text or as UTF-8 bytes. */
export type WsJsonStringify = (command: unknown) => string | Uint8Array;

/** Options of a client's configuration; what is left out or `undefined` has its default. */
export interface ClientConfigOptions {
  /** REST base URL; slashes at its end are stripped. By default the one that belongs to `wsBaseUrl`, or production's. */
  readonly baseUrl?: string | undefined;
  /** WebSocket base URL; slashes at its end are stripped. By default the one that belongs to `baseUrl`. */
  readonly wsBaseUrl?: string | undefined;
  /**
   * One attempt in milliseconds: connect, send, receive the whole body.
   *
   * @default 30000
   */
  readonly timeoutMs?: number | undefined;
  /** Wall clock in milliseconds over all attempts of a call, waits included. No limit by default. */
  readonly totalTimeoutMs?: number | undefined;
  /**
   * Retries after the first attempt, on retryable methods; 0 for none.
   *
   * @default 3
   */
  readonly maxRetries?: number | undefined;
  /**
   * First step of the exponential backoff in milliseconds.
   *
   * @default 500
   */
  readonly retryBaseDelayMs?: number | undefined;
  /**
   * The longest single wait in milliseconds, also of a server's Retry-After.
   *
   * @default 30000
   */
  readonly retryMaxDelayMs?: number | undefined;
  /**
   * The most bytes that the body of an answer may have, unpacked where it comes compressed. A longer one is not read
   * on, and ends in a `KalshiDecodeError`, or in the error of its status.
   *
   * @default 67108864
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Headers added to every request. KALSHI-ACCESS-*, Host, Content-Length, Connection and Transfer-Encoding
   * are refused.
   *
   * @default {}
   */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
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
   * Speak HTTP/2 where the server does; refused on runtimes that cannot.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
  /** Limits of the connection pool, all the runtime's own by default; refused on runtimes that cannot. */
  readonly limits?: ConnectionLimits | undefined;
  /**
   * Signs public calls too, where there is a key: they count as the account's, not as a stranger's. `false` signs only
   * what needs a key.
   *
   * @default true
   */
  readonly signPublicCalls?: boolean | undefined;
  /** Parses REST bodies in place of `JSON.parse`. */
  readonly restJsonParse?: RestJsonParse | undefined;
  /** Parses WebSocket frames in place of `JSON.parse`. */
  readonly wsJsonParse?: WsJsonParse | undefined;
  /** Writes WebSocket commands in place of `JSON.stringify`. */
  readonly wsJsonStringify?: WsJsonStringify | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, an environment variable of the
   * product decides by `1`, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set both URLs. */
export type ClientPresetOptions = Omit<ClientConfigOptions, "baseUrl" | "wsBaseUrl">;

// Built where they are used, so that importing the package costs nothing.
const entries = (owner: string) => ({
  baseUrl: v.optional(text()),
  wsBaseUrl: v.optional(text()),
  timeoutMs: v.optional(milliseconds(1), DEFAULTS.timeoutMs),
  totalTimeoutMs: v.optional(milliseconds(1), DEFAULTS.totalTimeoutMs),
  maxRetries: v.optional(whole(0), DEFAULTS.maxRetries),
  retryBaseDelayMs: v.optional(milliseconds(0), DEFAULTS.retryBaseDelayMs),
  retryMaxDelayMs: v.optional(milliseconds(0), DEFAULTS.retryMaxDelayMs),
  // No runtime makes a text of more.
  maxBodyBytes: v.optional(whole(1, 2 ** 29 - 1, "a whole number of bytes"), DEFAULTS.maxBodyBytes),
  extraHeaders: v.optional(headers(owner, "extraHeaders"), DEFAULTS.extraHeaders),
  orderRetries: v.optional(oneOf("never", "idempotent"), DEFAULTS.orderRetries),
  wsMaxRetries: v.optional(whole(0), DEFAULTS.wsMaxRetries),
  wsPingIntervalMs: v.optional(milliseconds(1), DEFAULTS.wsPingIntervalMs),
  wsCloseTimeoutMs: v.optional(milliseconds(0), DEFAULTS.wsCloseTimeoutMs),
  http2: v.optional(flag(), DEFAULTS.http2),
  limits: v.optional(connectionLimits(), DEFAULTS.limits),
  signPublicCalls: v.optional(flag(), DEFAULTS.signPublicCalls),
  restJsonParse: v.optional(callable<RestJsonParse>()),
  wsJsonParse: v.optional(callable<WsJsonParse>()),
  wsJsonStringify: v.optional(callable<WsJsonStringify>()),
  allowUnknownHost: v.optional(flag()),
});

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
    nested: { limits: Object.keys(LEAST_LIMITS) },
    hint: placeHint,
    baseUrl,
  };
}

/** What an environment can say as well, as it was given here; undefined is what was left to it, or to the defaults. */
export type GivenSettings = Pick<
  ClientConfigOptions,
  "baseUrl" | "wsBaseUrl" | "allowUnknownHost" | "signPublicCalls"
>;

let read: (config: ClientConfig) => GivenSettings;
let productOf: (value: unknown) => ClientProduct | undefined;
let runtimeOf: (config: ClientConfig) => EnvReader | undefined;

/** What a configuration was given of what an environment can say as well. */
export function givenSettings(config: ClientConfig): GivenSettings {
  return read(config);
}

/** A client's `config`: a configuration as it is, options as a copy of what they hold. */
export function readConfigOption<T>(config: T): T {
  return isPlain(config) ? readOwn(config) : config;
}

/** Whether this is a configuration of this product that was checked, and not only something of its shape. */
export function isConfigOf(product: ClientProduct, value: unknown): boolean {
  return productOf(value) === product;
}

/** Where a configuration is made. */
export interface KalshiConfigContext {
  /**
   * Whose variable decides, where `allowUnknownHost` is left out: a runtime, or what reads variables as it does. Those of
   * this process when left out.
   */
  readonly runtime?: EnvReader | undefined;
}

// How `with` tells the constructor whose child it makes; nothing of that name can be given from outside.
const parent = Symbol("parent");

/** What a configuration is made from, read: options, or another one of its product. */
function optionsOf(product: ClientProduct, given: ClientConfigOptions): ClientConfigOptions {
  const other = productOf(given);
  if (other === undefined) return given;
  if (other === product) return allOf(given as ClientConfig);
  throw new KalshiConfigError(
    `This is a ${other.owner}, which leads to another exchange of Kalshi: give a ${product.owner}, or its options.`,
  );
}

/** The options that make a configuration anew. */
const allOf = (config: ClientConfig): ClientConfigOptions => ({ ...config, ...read(config) });

/** What a changed copy of a configuration is made from. */
export function changed<Options extends ClientConfigOptions>(
  config: ClientConfig,
  options: Options,
): [Options, KalshiConfigContext] {
  const context = { runtime: runtimeOf(config), [parent]: config };
  return [options && { ...allOf(config), ...options }, context];
}

/** What a preset is made from. */
export function presetOptions<Options extends ClientPresetOptions>(
  { owner, venue }: ClientProduct,
  environment: KalshiEnvironment,
  given: Options,
): Options & { readonly baseUrl: string } {
  const options = readConfigOption(given);
  for (const name of ["baseUrl", "wsBaseUrl"] as const) {
    if ((options as ClientConfigOptions)?.[name] !== undefined) {
      throw new KalshiConfigError(
        `${owner}.${environment} sets ${name} itself: for another, use new ${owner}.`,
      );
    }
  }
  return options && { ...options, baseUrl: homeUrl(venue, environment) };
}

/** What the configurations of all clients are: settings that were checked, and are deeply frozen. */
export abstract class ClientConfig {
  /** REST base URL in its normal form, without a slash at its end. */
  declare readonly baseUrl: string;
  /** WebSocket base URL in its normal form, without a slash at its end. */
  declare readonly wsBaseUrl: string;
  /** One attempt in milliseconds: connect, send, receive the whole body. */
  declare readonly timeoutMs: number;
  /** Wall clock in milliseconds over all attempts of a call; undefined for no limit. */
  declare readonly totalTimeoutMs: number | undefined;
  /** Retries after the first attempt, on retryable methods. */
  declare readonly maxRetries: number;
  /** First step of the exponential backoff in milliseconds. */
  declare readonly retryBaseDelayMs: number;
  /** The longest single wait in milliseconds. */
  declare readonly retryMaxDelayMs: number;
  /** The most bytes that the body of an answer may have, unpacked. */
  declare readonly maxBodyBytes: number;
  /** Headers added to every request. */
  declare readonly extraHeaders: Readonly<Record<string, string>>;
  /** Whether writes with an unknown outcome are sent again. */
  declare readonly orderRetries: OrderRetries;
  /** Reconnects in a row before a stream gives up. */
  declare readonly wsMaxRetries: number;
  /** Time between liveness probes of a stream in milliseconds. */
  declare readonly wsPingIntervalMs: number;
  /** How long a stream waits for a clean close in milliseconds. */
  declare readonly wsCloseTimeoutMs: number;
  /** Whether HTTP/2 is asked for. */
  declare readonly http2: boolean;
  /** Limits of the connection pool; undefined for the runtime's own. */
  declare readonly limits: ConnectionLimits | undefined;
  /** Whether public calls are signed too, where there is a key. */
  declare readonly signPublicCalls: boolean;
  /** Parses REST bodies; undefined for `JSON.parse`. */
  declare readonly restJsonParse: RestJsonParse | undefined;
  /** Parses WebSocket frames; undefined for `JSON.parse`. */
  declare readonly wsJsonParse: WsJsonParse | undefined;
  /** Writes WebSocket commands; undefined for `JSON.stringify`. */
  declare readonly wsJsonStringify: WsJsonStringify | undefined;
  /** Whether hosts are let through that are neither Kalshi's nor this machine. */
  declare readonly allowUnknownHost: boolean;

  readonly #environment: ConfigEnvironment;
  readonly #given: GivenSettings;
  readonly #runtime: KalshiConfigContext["runtime"];
  readonly #product: ClientProduct;

  static {
    read = (config) => config.#given;
    runtimeOf = (config) => config.#runtime;
    productOf = (value) =>
      typeof value === "object" && value !== null && #product in value ? value.#product : undefined;
  }

  /** Made by the class of a product. */
  protected constructor(product: ClientProduct, options: ClientConfigOptions, context: KalshiConfigContext) {
    const env = Object.hasOwn(context, "runtime") ? context.runtime : undefined;
    const before = (context as { [parent]?: ClientConfig })[parent];
    const parts = makeConfig(product, optionsOf(product, options), env, before);
    const { baseUrl, wsBaseUrl, allowUnknownHost, signPublicCalls } = parts.given as GivenSettings;
    this.#given = { baseUrl, wsBaseUrl, allowUnknownHost, signPublicCalls };
    this.#runtime = env;
    this.#environment = parts.environment;
    this.#product = product;
    Object.assign(this, parts.values);
    Object.freeze(this);
  }

  /** A copy with some options changed. */
  abstract with(options: ClientConfigOptions): ClientConfig;

  /** Which of Kalshi's exchanges it leads to, in the words of FIX. */
  abstract get product(): "event" | "margin";

  /** Whose REST host it is: Kalshi's production or demo, this machine, or one that was let through. */
  get environment(): KalshiEnvironment | "loopback" | "unknown" {
    return this.#environment;
  }
}

/** The values of a configuration, however they came to be. */
export type KalshiSettings = Omit<ClientConfig, "with" | "product">;
