/**
 * What all configurations share that lead to a REST API of Kalshi's: their options, and how they are made, copied and
 * frozen. That of a product is a class of a few lines.
 *
 * @module
 */
import type * as v from "valibot";
import type { EnvReader } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import type { ConnectionLimits } from "./limits.ts";
import { type ConfigEnvironment, makeConfig, type Product } from "./product_config.ts";
import { homeUrl } from "./url_policy.ts";
import type { KalshiEnvironment } from "./venue.ts";

/** Reads the body of a REST answer: UTF-8 bytes in, the parsed value out. */
export type RestJsonParse = (body: Uint8Array) => unknown;

/** Options of a configuration; what is left out or `undefined` has its default. */
export interface RestConfigOptions {
  /** REST base URL; slashes at its end are stripped. Production's by default. */
  readonly baseUrl?: string | undefined;
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
   * Speak HTTP/2 where the server does; refused on runtimes that cannot.
   *
   * @default false
   */
  readonly http2?: boolean | undefined;
  /** Limits of the connection pool, all the runtime's own by default; refused on runtimes that cannot. */
  readonly limits?: ConnectionLimits | undefined;
  /** Parses REST bodies in place of `JSON.parse`. */
  readonly restJsonParse?: RestJsonParse | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, an environment variable of the
   * product decides by `1`, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** A product that has such a configuration, and maybe more options. */
export type RestProduct = Product<v.ObjectEntries>;

/** What an environment can say as well. */
const TOLD = ["baseUrl", "wsBaseUrl", "allowUnknownHost", "signPublicCalls"] as const;

/** What an environment can say as well, as it was given here; undefined is what was left to it, or to the defaults. */
export interface GivenSettings {
  /** REST base URL. */
  readonly baseUrl?: string | undefined;
  /** WebSocket base URL, where there is one. */
  readonly wsBaseUrl?: string | undefined;
  /** Whether other hosts are let through. */
  readonly allowUnknownHost?: boolean | undefined;
  /** Whether public calls are signed, where there are any. */
  readonly signPublicCalls?: boolean | undefined;
}

let read: (config: RestConfig) => GivenSettings;
let productOf: (value: unknown) => RestProduct | undefined;
let runtimeOf: (config: RestConfig) => EnvReader | undefined;

/** What a configuration was given of what an environment can say as well. */
export function givenSettings(config: RestConfig): GivenSettings {
  return read(config);
}

/** A client's `config`: a configuration as it is, options as a copy of what they hold. */
export function readConfigOption<T>(config: T): T {
  return isPlain(config) ? readOwn(config) : config;
}

/** Whether this is a configuration of this product that was checked, and not only something of its shape. */
export function isConfigOf(product: RestProduct, value: unknown): boolean {
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
function optionsOf(product: RestProduct, given: RestConfigOptions): RestConfigOptions {
  const other = productOf(given);
  if (other === undefined) return given;
  if (other === product) return allOf(given as RestConfig);
  throw new KalshiConfigError(
    `This is a ${other.owner}, which leads to another exchange of Kalshi: give a ${product.owner}, or its options.`,
  );
}

/** The options that make a configuration anew. */
const allOf = (config: RestConfig): RestConfigOptions => ({ ...config, ...read(config) });

/** What a changed copy of a configuration is made from. */
export function changed<Options extends RestConfigOptions>(
  config: RestConfig,
  options: Options,
): [Options, KalshiConfigContext] {
  const context = { runtime: runtimeOf(config), [parent]: config };
  return [options && { ...allOf(config), ...options }, context];
}

/** What a preset is made from. */
export function presetOptions<Options extends Omit<RestConfigOptions, "baseUrl">>(
  { owner, venue }: RestProduct,
  environment: KalshiEnvironment,
  given: Options,
): Options & { readonly baseUrl: string } {
  const options = readConfigOption(given);
  for (const name of ["baseUrl", "wsBaseUrl"] as const) {
    if ((options as GivenSettings)?.[name] !== undefined) {
      throw new KalshiConfigError(
        `${owner}.${environment} sets ${name} itself: for another, use new ${owner}.`,
      );
    }
  }
  return options && { ...options, baseUrl: homeUrl(venue, environment) };
}

/** What all configurations are: settings that were checked, and are deeply frozen. */
export abstract class RestConfig {
  /** REST base URL in its normal form, without a slash at its end. */
  declare readonly baseUrl: string;
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
  /** Whether HTTP/2 is asked for. */
  declare readonly http2: boolean;
  /** Limits of the connection pool; undefined for the runtime's own. */
  declare readonly limits: ConnectionLimits | undefined;
  /** Parses REST bodies; undefined for `JSON.parse`. */
  declare readonly restJsonParse: RestJsonParse | undefined;
  /** Whether hosts are let through that are neither Kalshi's nor this machine. */
  declare readonly allowUnknownHost: boolean;

  readonly #environment: ConfigEnvironment;
  readonly #given: GivenSettings;
  readonly #runtime: KalshiConfigContext["runtime"];
  readonly #product: RestProduct;

  static {
    read = (config) => config.#given;
    runtimeOf = (config) => config.#runtime;
    productOf = (value) =>
      typeof value === "object" && value !== null && #product in value ? value.#product : undefined;
  }

  /** Made by the class of a product. */
  protected constructor(product: RestProduct, options: RestConfigOptions, context: KalshiConfigContext) {
    const env = Object.hasOwn(context, "runtime") ? context.runtime : undefined;
    const before = (context as { [parent]?: RestConfig })[parent];
    const { given, values, environment } = makeConfig(product, optionsOf(product, options), env, before);
    const own = TOLD.filter((name) => Object.hasOwn(values, name));
    this.#given = Object.fromEntries(own.map((name) => [name, given[name]]));
    this.#runtime = env;
    this.#environment = environment;
    this.#product = product;
    Object.assign(this, values);
    Object.freeze(this);
  }

  /** A copy with some options changed. */
  abstract with(options: RestConfigOptions): RestConfig;

  /** Whose REST host it is: Kalshi's production or demo, this machine, or one that was let through. */
  get environment(): KalshiEnvironment | "loopback" | "unknown" {
    return this.#environment;
  }
}

/** The values of a configuration, however they came to be. */
export type RestSettings = Omit<RestConfig, "with">;
