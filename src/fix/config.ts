/** The configuration of a FIX session: where it connects, with what, how long it waits, how often it tries. */
import { type EnvReader, processEnv } from "../base/environment.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { assertObject, type Hint, inWords } from "../base/options.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import { readBySchema } from "../config/schemas.ts";
import { unknownHosts, warnOfHost } from "../config/unknown_hosts.ts";
import type { KalshiEnvironment } from "../config/venue.ts";
import { type FixProduct, type FixSessionKind, fixSessions } from "../contract/fix/sessions.ts";
import type { FixConfigOptions, FixPresetOptions, OnSequenceMismatch } from "./config_options.ts";
import { assertTogether } from "./config_rules.ts";
import { type FixEnv, type FixEnvOptions, readFixEnv } from "./env.ts";
import { fixEntries, logonNames } from "./config_schemas.ts";
import { ALLOW_UNKNOWN_HOST, checkPlace, type FixEnvironment } from "./host_policy.ts";
import type { LogonOptions } from "./logon.ts";

/** Where a configuration is made. */
export interface FixConfigContext {
  /**
   * Whose variable `KALSHI_FIX_ALLOW_UNKNOWN_HOST` decides, where `allowUnknownHost` is left out: a runtime, or what
   * reads variables as it does. Those of this process when left out.
   */
  readonly runtime?: EnvReader | undefined;
}

/** Options of a client, which are given beside its configuration. */
const CLIENT_NAMES = [
  "auth",
  "keyId",
  "privateKey",
  "privateKeyPath",
  "passphrase",
  "store",
  "log",
  "runtime",
];

/** Where a name belongs that a configuration does not have. */
const placeHint = (owner: string, known: readonly string[]): Hint => (name, near) => {
  const logon = logonNames();
  const nested = owner !== "FixConfig";
  if (!nested && logon.includes(name)) return `It belongs into \`logon\`: { logon: { ${name}: … } }.`;
  if (nested && Object.keys(fixEntries()).includes(name)) return "It belongs beside `logon`, not into it.";
  if (CLIENT_NAMES.includes(name)) {
    return `It belongs to the client: FixClient.connect({ config, ${name}: … }).`;
  }
  if (name === "demo") return "Use FixConfig.demo({ … }).";
  if (/^senderCompI[dD]$/.test(name)) return "It is the id of the key that the client is given.";
  return near === undefined || known.includes(near) ? undefined : `Did you mean ${inWords(near)}?`;
};

let givenOf: (config: FixConfig) => FixConfigOptions;
let isConfig: (value: unknown) => value is FixConfig;

/** Whether this is a configuration that was checked, and not only something of its shape. */
export function isFixConfig(value: unknown): value is FixConfig {
  return isConfig(value);
}

// How `with` tells the constructor whose child it makes; nothing of that name can be given from outside.
const parent = Symbol("parent");

/**
 * Settings of one FIX session, checked at construction and deeply frozen.
 *
 * Host, port and TargetCompID follow from product, session and environment. Unknown options, wrong types, hosts outside
 * the policy and options that do not go together throw here, before anything reaches the network: TLS to Kalshi's hosts,
 * plain TCP to this machine alone. A place that only `allowUnknownHost` let through is reported once with `console.warn`,
 * by the configuration that introduced it. See https://docs.kalshi.com/fix/authentication.
 *
 * @example
 * ```ts
 * import { FixConfig } from "@unofficial/kalshi/fix";
 *
 * const config = FixConfig.demo({
 *   product: "event",
 *   session: "order-entry",
 *   logon: { CancelOrdersOnDisconnect: true, UseDollars: true },
 * });
 * console.log(config.host, config.port, config.targetCompId); // "fix.demo.kalshi.co" 8228 "KalshiNR"
 * ```
 */
export class FixConfig {
  /** Whose gateway: that of event contracts, or that of perps (`"margin"`). */
  declare readonly product: FixProduct;
  /** What the session is for. */
  declare readonly session: FixSessionKind;
  /** Host name in lower case, or address; IPv6 in brackets. */
  declare readonly host: string;
  /** Port. */
  declare readonly port: number;
  /** TargetCompID(56). */
  declare readonly targetCompId: string;
  /** Whether it speaks TLS. */
  declare readonly tls: boolean;
  /** Certificate authorities, each a PEM text; undefined for those of the runtime alone. */
  declare readonly ca: readonly string[] | undefined;
  /** Public keys of which the server's certificate must have one; undefined for any. */
  declare readonly pins: readonly string[] | undefined;
  /** HeartBtInt(108), in seconds. */
  declare readonly heartbeatSeconds: number;
  /** How long a connection may take to come up, in milliseconds. */
  declare readonly connectTimeoutMs: number;
  /** How long the Logon may wait for its answer, in milliseconds. */
  declare readonly logonTimeoutMs: number;
  /** How long the Logout may wait for its answer, in milliseconds. */
  declare readonly logoutTimeoutMs: number;
  /** How long a request may wait for its report, in milliseconds. */
  declare readonly requestTimeoutMs: number;
  /** Connections in a row that may fail before the client gives up. */
  declare readonly maxRetries: number;
  /** First step of the exponential backoff, in milliseconds. */
  declare readonly retryBaseDelayMs: number;
  /** The longest wait between connections, in milliseconds. */
  declare readonly retryMaxDelayMs: number;
  /** How long a Logon that is refused with `already exists` is tried again, in milliseconds. */
  declare readonly alreadyOnlineMs: number;
  /** What to do when the numbers do not fit. */
  declare readonly onSequenceMismatch: OnSequenceMismatch;
  /** Whether orders are sent again when Kalshi asks for them. */
  declare readonly resendOrders: boolean;
  /** How many missed messages one ResendRequest asks for; 0 for all. */
  declare readonly resendChunk: number;
  /** The longest message that is read, in bytes. */
  declare readonly maxFrameBytes: number;
  /** What the Logon asks for; only what was given. */
  declare readonly logon: LogonOptions;
  /** Whether hosts are let through that are neither Kalshi's nor this machine. */
  declare readonly allowUnknownHost: boolean;

  readonly #environment: FixEnvironment;
  readonly #given: FixConfigOptions;
  readonly #runtime: FixConfigContext["runtime"];

  static {
    givenOf = (config) => config.#given;
    isConfig = (value): value is FixConfig => typeof value === "object" && value !== null && #given in value;
  }

  /**
   * Checks the options and fills in the defaults.
   *
   * @param options `product` and `session` must be given; what else is left out has its default. A configuration is
   * taken as what it was given.
   * @param context Where it is made; a client hands its own runtime on to the configuration that it makes.
   * @throws {KalshiConfigError} for the first option that is unknown or wrong, and for options that do not go together
   */
  constructor(options: FixConfigOptions | FixConfig, context: FixConfigContext = {}) {
    const env = Object.hasOwn(context, "runtime") ? context.runtime : undefined;
    const { given, values } = readBySchema({
      owner: "FixConfig",
      entries: fixEntries(),
      nested: { logon: logonNames() },
      hint: placeHint,
    }, isConfig(options) ? givenOf(options) : options);
    const { environment, ...settings } = values;
    const hosts = unknownHosts(values.allowUnknownHost, env ?? processEnv, ALLOW_UNKNOWN_HOST);
    const place = checkPlace({ ...values, environment, allowUnknownHost: hosts.allow });
    const { host, port } = place;
    const targetCompId = values.targetCompId ?? fixSessions[values.session].targetCompId;
    const made = { ...settings, host, port, targetCompId, allowUnknownHost: hosts.allowed() };
    assertTogether(made, given);
    const before = (context as { [parent]?: FixConfig })[parent];
    if (place.strange !== undefined && (before?.host !== host || before.port !== port)) {
      warnOfHost(place.strange);
    }
    const { ca, pins, logon } = values;
    // Not the caller's own lists, which may change.
    this.#given = Object.freeze({ ...given, ca, pins, logon } as unknown as FixConfigOptions);
    this.#runtime = env;
    this.#environment = place.environment;
    Object.assign(this, made);
    Object.freeze(this);
  }

  /**
   * Kalshi's demo environment: mock funds, keys of its own.
   *
   * @throws {KalshiConfigError} as the constructor, and for a host of production's
   */
  static demo(options: FixPresetOptions): FixConfig {
    return preset("demo", options);
  }

  /**
   * Kalshi's production environment: real money.
   *
   * @throws {KalshiConfigError} as the constructor, and for a host of the demo environment
   */
  static production(options: FixPresetOptions): FixConfig {
    return preset("production", options);
  }

  /**
   * As the environment says: KALSHI_FIX_PRODUCT, KALSHI_FIX_SESSION, KALSHI_FIX_DEMO (or KALSHI_DEMO, where that is
   * unset), KALSHI_FIX_HOST, KALSHI_FIX_PORT, KALSHI_FIX_TLS and KALSHI_FIX_ALLOW_UNKNOWN_HOST. Where none of them names
   * an environment, it is production.
   *
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @param options They win over the environment; with a `host` or an `environment` of your own, no variable says where
   * it connects.
   * @throws {KalshiConfigError} as the constructor, for a variable that is malformed, for one that may not be read (Deno
   * without `--allow-env=KALSHI_*`), when the runtime has no variables and `env` is left out, and when the environment
   * that is told is not that of KALSHI_FIX_HOST
   *
   * @example
   * ```ts
   * import { FixConfig } from "@unofficial/kalshi/fix";
   *
   * const env = { KALSHI_FIX_PRODUCT: "event", KALSHI_FIX_SESSION: "drop-copy", KALSHI_DEMO: "true" };
   * console.log(FixConfig.fromEnv(env).host); // "fix.demo.kalshi.co"
   * ```
   */
  static fromEnv(
    env?: FixEnv,
    options: Partial<FixConfigOptions> = {},
    context: FixEnvOptions = {},
  ): FixConfig {
    assertObject("FixConfig", options);
    const { runtime } = readOwn(context);
    const read = readFixEnv(env, options, { runtime }, Object.keys(fixEntries()));
    const made = (given: FixConfigOptions) => new FixConfig(given, runtime === undefined ? {} : { runtime });
    const { told } = read;
    if (told === undefined) return made(read.options);
    const { environment } = told;
    if (read.options.host === undefined) return made({ ...read.options, environment });
    const config = made(read.options);
    if (config.environment === (environment === "demo" ? "production" : "demo")) {
      throw new KalshiConfigError(
        `${told.variable} is ${
          environment === "demo"
        }, and KALSHI_FIX_HOST leads to ${config.environment}. Remove ` +
          "the one that is wrong.",
      );
    }
    return config.with({ environment });
  }

  /**
   * A copy with some options changed; one that is given as `undefined` goes back to its default. Host, port and
   * TargetCompID that were never given follow product, session and environment. `logon` is replaced as a whole.
   *
   * @throws {KalshiConfigError} as the constructor
   */
  with(options: Partial<FixConfigOptions>): FixConfig {
    const context = { runtime: this.#runtime, [parent]: this };
    return new FixConfig(
      isPlain(options) ? { ...this.#given, ...readOwn(options) } : options as never,
      context,
    );
  }

  /**
   * Which environment: the one that was told, or whose host it is: Kalshi's production or demo, this machine, or one that
   * was let through.
   */
  get environment(): FixEnvironment {
    return this.#environment;
  }
}

function preset(environment: KalshiEnvironment, options: FixPresetOptions): FixConfig {
  if (!isPlain(options)) return new FixConfig(options);
  const own = readOwn(options) as FixConfigOptions;
  if (own.environment !== undefined) {
    throw new KalshiConfigError(
      `FixConfig.${environment} sets \`environment\` itself: for another, use new FixConfig.`,
    );
  }
  return new FixConfig({ ...own, environment });
}
