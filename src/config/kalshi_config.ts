/**
 * The configuration of a client: where it connects, how long it waits, how often it tries.
 *
 * @module
 */
import * as v from "valibot";
import { detectRestRuntime } from "#runtime";
import { DEFAULTS } from "./settings.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { readHeaders } from "./headers.ts";
import type { KalshiEnvironment } from "./hosts.ts";
import { refusal, unknownOption } from "../base/options.ts";
import { placeHint } from "./option_places.ts";
import { isPlain, readOwn, shown } from "../base/plain.ts";
import type { ConnectionLimits, RestRuntime } from "../runtime/types.ts";
import { type CheckedUrl, checkUrl, counterpart, homeUrl, type UrlKind } from "./url_policy.ts";

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

/** Options of {@linkcode KalshiConfig}; what is left out or `undefined` has its default. */
export interface KalshiConfigOptions {
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
  /** One attempt in milliseconds: connect, send, receive the whole body. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Wall clock in milliseconds over all attempts of a call, waits included. No limit by default. */
  readonly totalTimeoutMs?: number | undefined;
  /** Retries after the first attempt, on retryable methods. Default 3; 0 for none. */
  readonly maxRetries?: number | undefined;
  /** First step of the exponential backoff in milliseconds. Default 500. */
  readonly retryBaseDelayMs?: number | undefined;
  /** The longest single wait in milliseconds, also of a server's Retry-After. Default 30 000. */
  readonly retryMaxDelayMs?: number | undefined;
  /**
   * The most bytes that the body of an answer may have, unpacked where it comes compressed. Default 67 108 864 (64
   * MiB). A longer one is not read on, and ends in a `KalshiDecodeError`, or in the error of its status.
   */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Headers added to every request. KALSHI-ACCESS-*, Host, Content-Length, Connection and Transfer-Encoding
   * are refused.
   */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
  /**
   * Whether writes with an unknown outcome are sent again: `"never"` (the default), or `"idempotent"`, where client
   * ids and the order's state make sure that they take effect once.
   */
  readonly orderRetries?: OrderRetries | undefined;
  /** Reconnects in a row before a stream gives up. Default 10. */
  readonly wsMaxRetries?: number | undefined;
  /** Time between liveness probes of a stream in milliseconds. Default 20 000. */
  readonly wsPingIntervalMs?: number | undefined;
  /** How long a stream waits for a clean close in milliseconds. Default 5 000. */
  readonly wsCloseTimeoutMs?: number | undefined;
  /** Speak HTTP/2 where the server does. Default false; refused on runtimes that cannot. */
  readonly http2?: boolean | undefined;
  /** Limits of the connection pool, all the runtime's own by default; refused on runtimes that cannot. */
  readonly limits?: ConnectionLimits | undefined;
  /**
   * Signs public calls too, where there is a key: they count as the account's, not as a stranger's. Default true;
   * `false` signs only what needs a key.
   */
  readonly signPublicCalls?: boolean | undefined;
  /** Parses REST bodies in place of `JSON.parse`. */
  readonly restJsonParse?: RestJsonParse | undefined;
  /** Parses WebSocket frames in place of `JSON.parse`. */
  readonly wsJsonParse?: WsJsonParse | undefined;
  /** Writes WebSocket commands in place of `JSON.stringify`. */
  readonly wsJsonStringify?: WsJsonStringify | undefined;
  /**
   * Lets hosts through that are neither Kalshi's nor this machine. When left out, the environment variable
   * `KALSHI_ALLOW_UNKNOWN_HOST=1` decides, where it may be read; an explicit `false` overrules it.
   */
  readonly allowUnknownHost?: boolean | undefined;
}

/** Options of the presets, which set both URLs. */
export type KalshiPresetOptions = Omit<KalshiConfigOptions, "baseUrl" | "wsBaseUrl">;

// Timers of every runtime hold 31 bits; a longer one would fire at once.
const maxTimerMs = 2 ** 31 - 1;
/** No runtime makes a text of more. */
const MOST_BODY_BYTES = 2 ** 29 - 1;

const must = (be: string, test: (value: unknown) => boolean) => v.optional(v.custom(test, be));
const number = (what: string, least: number, most: number, whole: boolean) =>
  must(
    `${what} from ${least} to ${most}`,
    (value) =>
      typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value)),
  );
const milliseconds = (least: number) => number("milliseconds", least, maxTimerMs, false);
const count = (least: number) => number("a whole number", least, Number.MAX_SAFE_INTEGER, true);
const text = () => must("a string", (value) => typeof value === "string");
const flag = () => must("true or false", (value) => typeof value === "boolean");
const hook = () => must("a function", (value) => typeof value === "function");

// Built where they are used, so that importing the package costs nothing.
const entries = (): Record<keyof KalshiConfigOptions, v.GenericSchema> => ({
  baseUrl: text(),
  wsBaseUrl: text(),
  timeoutMs: milliseconds(1),
  totalTimeoutMs: milliseconds(1),
  maxRetries: count(0),
  retryBaseDelayMs: milliseconds(0),
  retryMaxDelayMs: milliseconds(0),
  maxBodyBytes: number("a whole number of bytes", 1, MOST_BODY_BYTES, true),
  // Checked apart, as the headers of a call are.
  extraHeaders: must("", () => true),
  orderRetries: must('"never" or "idempotent"', (value) => value === "never" || value === "idempotent"),
  wsMaxRetries: count(0),
  wsPingIntervalMs: milliseconds(1),
  wsCloseTimeoutMs: milliseconds(0),
  http2: flag(),
  limits: must("an object", (value) => typeof value === "object" && value !== null),
  signPublicCalls: flag(),
  restJsonParse: hook(),
  wsJsonParse: hook(),
  wsJsonStringify: hook(),
  allowUnknownHost: flag(),
});
const limitEntries = (): Record<keyof ConnectionLimits, v.GenericSchema> => ({
  maxConnections: count(1),
  maxKeepaliveConnections: count(0),
  keepaliveExpiryMs: number("whole milliseconds", 0, maxTimerMs, true),
});

/** The options that are given, `undefined` being the same as left out, when all of them are as they must be. */
function validate<T extends object>(
  options: T,
  entries: Readonly<Record<keyof T, v.GenericSchema>>,
  path: readonly string[] = [],
): Partial<T> {
  if (!isPlain(options) && !isConfig(options)) {
    const owner = ["KalshiConfig", ...path].join(".");
    throw new KalshiConfigError(`${owner} takes an object of options; got ${shown(options)}.`);
  }
  const schema = v.strictObject(entries, "takes an object of options");
  const result = v.safeParse(schema, readOwn(options), { abortEarly: true });
  if (result.success) {
    const given = readOwn(result.output) as Partial<T>;
    for (const [name, value] of Object.entries(given)) if (value === undefined) delete given[name as keyof T];
    return given;
  }
  const [{ path: [at] = [], expected, input, message }] = result.issues;
  const name = at === undefined ? [] : [String(at.key)];
  if (expected === "never") {
    const owner = ["KalshiConfig", ...path].join(".");
    throw unknownOption(owner, name.join(), Object.keys(entries), placeHint(owner, Object.keys(entries)));
  }
  throw new KalshiConfigError(refusal(["KalshiConfig", ...path].join("."), name.join(), message, input));
}

/** What an environment can say as well, as it was given here; undefined is what was left to it, or to the defaults. */
export type GivenSettings = Pick<
  KalshiConfigOptions,
  "baseUrl" | "wsBaseUrl" | "allowUnknownHost" | "signPublicCalls"
>;

let read: (config: KalshiConfig) => GivenSettings;
let isConfig: (value: unknown) => value is KalshiConfig;

/** What a configuration was given of what an environment can say as well. */
export function givenSettings(config: KalshiConfig): GivenSettings {
  return read(config);
}

/** A client's `config`: a configuration as it is, options as a copy of what they hold. */
export function readConfigOption<T>(config: T): T {
  return isPlain(config) ? readOwn(config) : config;
}

/** Whether this is a configuration that was checked, and not only something of its shape. */
export function isKalshiConfig(value: unknown): value is KalshiConfig {
  return isConfig(value);
}

/** Where a configuration is made. */
export interface KalshiConfigContext {
  /**
   * The runtime whose variable `KALSHI_ALLOW_UNKNOWN_HOST` decides, where `allowUnknownHost` is left out. Detected by
   * default.
   */
  readonly runtime?: Pick<RestRuntime, "readEnv"> | undefined;
}

// How `with` tells the constructor whose child it makes; nothing of that name can be given from outside.
const parent = Symbol("parent");

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
export class KalshiConfig {
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

  readonly #environment: KalshiEnvironment | "loopback" | "unknown";
  readonly #given: GivenSettings;
  readonly #runtime: KalshiConfigContext["runtime"];

  static {
    read = (config) => config.#given;
    isConfig = (value): value is KalshiConfig =>
      typeof value === "object" && value !== null && #given in value;
  }

  /**
   * Checks the options and fills in the defaults.
   *
   * @param options What is left out has its default.
   * @param context Where it is made; a client hands its own runtime on to the configuration that it makes.
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  constructor(options: KalshiConfigOptions = {}, context: KalshiConfigContext = {}) {
    const given = validate(options, entries());
    const { baseUrl, wsBaseUrl, allowUnknownHost, signPublicCalls, extraHeaders = {}, limits } = given;
    this.#given = { baseUrl, wsBaseUrl, allowUnknownHost, signPublicCalls };
    this.#runtime = Object.hasOwn(context, "runtime") ? context.runtime : undefined;

    let allowed = allowUnknownHost;
    const allow = () =>
      allowed ??= (this.#runtime ?? detectRestRuntime()).readEnv("KALSHI_ALLOW_UNKNOWN_HOST")?.trim() === "1";
    const check = (url: string, kind: UrlKind) => checkUrl(url, kind, { allowUnknownHost: allow });
    let rest: CheckedUrl;
    let ws: CheckedUrl;
    if (baseUrl === undefined && wsBaseUrl !== undefined) {
      ws = check(wsBaseUrl, "ws");
      rest = check(counterpart(ws, "ws"), "rest");
    } else {
      rest = check(baseUrl ?? DEFAULTS.baseUrl, "rest");
      ws = check(wsBaseUrl ?? counterpart(rest, "rest"), "ws");
    }
    if (/^(demo production|production demo)$/.test(`${rest.environment} ${ws.environment}`)) {
      throw new KalshiConfigError(
        `baseUrl is ${rest.environment}, wsBaseUrl is ${ws.environment}. Leave one out: it follows the other.`,
      );
    }
    this.#environment = rest.environment;

    const before = (context as { [parent]?: KalshiConfig })[parent];
    const unknown = [rest, ws].filter(({ environment }) => environment === "unknown").map(({ host }) => host);
    if (unknown.length > 0 && (before?.baseUrl !== rest.url || before.wsBaseUrl !== ws.url)) {
      console.warn(
        `${[...new Set(unknown)].join(" and ")} is no host of Kalshi, but allowed.`,
      );
    }

    const { environment: _, ...defaults } = DEFAULTS;
    Object.assign(this, defaults, given, {
      baseUrl: rest.url,
      wsBaseUrl: ws.url,
      extraHeaders: Object.freeze(readHeaders("KalshiConfig", "extraHeaders", extraHeaders)),
      limits: limits && Object.freeze(validate(limits, limitEntries(), ["limits"])),
      allowUnknownHost: allowed ?? DEFAULTS.allowUnknownHost,
    });
    Object.freeze(this);
  }

  /**
   * Kalshi's demo environment: mock funds, keys of its own.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static demo(options: KalshiPresetOptions = {}): KalshiConfig {
    return preset("demo", options);
  }

  /**
   * Kalshi's production environment: real money.
   *
   * @throws {KalshiConfigError} for an option that is unknown or wrong, and for URLs, which it sets itself
   */
  static production(options: KalshiPresetOptions = {}): KalshiConfig {
    return preset("production", options);
  }

  /**
   * A copy with some options changed; one that is given as `undefined` goes back to its default. A URL that was
   * never given follows the other one, so that `with({ baseUrl })` moves both.
   *
   * @throws {KalshiConfigError} for the first option that is unknown or wrong
   */
  with(options: KalshiConfigOptions): KalshiConfig {
    const inherited = { ...this, ...this.#given };
    const context = { runtime: this.#runtime, [parent]: this };
    return new KalshiConfig(options && { ...inherited, ...options }, context);
  }

  /** Whose REST host it is: Kalshi's production or demo, this machine, or one that was let through. */
  get environment(): KalshiEnvironment | "loopback" | "unknown" {
    return this.#environment;
  }
}

function preset(environment: KalshiEnvironment, given: KalshiConfigOptions): KalshiConfig {
  const options = readConfigOption(given);
  for (const name of ["baseUrl", "wsBaseUrl"] as const) {
    if (options?.[name] !== undefined) {
      throw new KalshiConfigError(
        `KalshiConfig.${environment} sets ${name} itself: for another, use new KalshiConfig.`,
      );
    }
  }
  return new KalshiConfig(options && { ...options, baseUrl: homeUrl(environment) });
}

/** The values of a {@linkcode KalshiConfig}, however they came to be. */
export type KalshiSettings = Omit<KalshiConfig, "with">;
