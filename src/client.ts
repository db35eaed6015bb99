/**
 * The client with every namespace.
 *
 * @module
 */

import { detectRestRuntime } from "#runtime";
import { type EnvSettings, type KalshiEnv, readAuthEnv } from "./auth/env.ts";
import { KalshiAuth } from "./auth/kalshi_auth.ts";
import { keyPath, lookAtKeyFile } from "./auth/key_file.ts";
import { assertPrivateKeyPem } from "./auth/open_pem.ts";
import { pemText } from "./auth/pem.ts";
import { checkKeyId } from "./auth/signer.ts";
import { assertNoOptions } from "./auth/variables.ts";
import type { Clock } from "./base/clock.ts";
import {
  givenSettings,
  isKalshiConfig,
  KalshiConfig,
  type KalshiConfigContext,
  readConfigOption,
} from "./config/kalshi_config.ts";
import { remedyOf } from "./base/server_codes.ts";
import type { Operation } from "./contract/operation.ts";
import { GetAccountApiLimits, GetAccountEndpointCosts } from "./contract/event/operations.ts";
import { KalshiCore } from "./core.ts";
import { KalshiAuthRequiredError, KalshiConfigError, KalshiConnectionError } from "./base/errors.ts";
import { lazyLimiter, type Limiter } from "./rate_limits/limiter.ts";
import { request } from "./http/call_operation.ts";
import type { HttpPipeline } from "./http/pipeline.ts";
import { budgetsRules, type RateBudgets } from "./rate_limits/budgets.ts";
import { makeInspect } from "./http/validate.ts";
import { assertObject, assertValue, readOptions, signal as signalRule } from "./base/options.ts";
import { isPlain, readOwn } from "./base/plain.ts";
import { clientRules, type KalshiClientOptions } from "./client_options.ts";
import { placeHint } from "./config/option_places.ts";
import { Account } from "./rest/account.ts";
import { ApiKeys } from "./rest/api_keys.ts";
import { Communications } from "./rest/communications.ts";
import { Events } from "./rest/events.ts";
import { Exchange } from "./rest/exchange.ts";
import { Fcm } from "./rest/fcm.ts";
import { Historical } from "./rest/historical.ts";
import { IncentivePrograms } from "./rest/incentive_programs.ts";
import { LiveDataNamespace } from "./rest/live_data.ts";
import { Markets } from "./rest/markets.ts";
import { Milestones } from "./rest/milestones.ts";
import { MultivariateEventCollections } from "./rest/multivariate_event_collections.ts";
import { OrderGroups } from "./rest/order_groups.ts";
import { Orders } from "./rest/orders.ts";
import { type Fills, Portfolio } from "./rest/portfolio.ts";
import { Search } from "./rest/search.ts";
import type { SeriesNamespace } from "./rest/series.ts";
import { StructuredTargets } from "./rest/structured_targets.ts";
import type { Subaccounts } from "./rest/subaccounts.ts";
import type { Trades } from "./rest/trades.ts";
import type { RestRuntime, Runtime } from "./runtime/types.ts";
import type { FixClient } from "./fix/client.ts";
import type { FixClientOptions } from "./fix/client_options.ts";
import { Openings } from "./openings.ts";
import type { StreamOptions } from "./stream/options.ts";
import type { KalshiStream } from "./stream/stream.ts";
import { homeUrl } from "./config/url_policy.ts";
import { chooseLog, type LogOptions } from "./config/logging.ts";
import { eventVenue } from "./config/venue.ts";
import { logHooks } from "./http/log_hooks.ts";

/** A copy of a client's options, checked. */
function readClientOptions(given: KalshiClientOptions): KalshiClientOptions {
  return readOptions("KalshiClient", given, clientRules, placeHint("KalshiClient", Object.keys(clientRules)));
}

/** The limiter of a client. The code of one that the client makes is loaded by its first request. */
function chooseLimiter(
  { rateLimit = false, auth, keyId, clock }: KalshiClientOptions,
  http: () => HttpPipeline,
): Limiter | undefined {
  if (rateLimit === false) return undefined;
  if (rateLimit === "auto") {
    if (auth === undefined && keyId === undefined) {
      throw new KalshiConfigError(
        '`rateLimit: "auto"` reads the budgets of an account: give the client a key.',
      );
    }
    const read = <R>(operation: Operation<undefined, R>) =>
      request<R>(http(), operation, {}, { unlimited: true });
    return lazyLimiter(async () => {
      const { AutoRateLimiter } = await import("./rate_limits/auto.ts");
      return new AutoRateLimiter({
        readLimits: () => read(GetAccountApiLimits),
        readCosts: () => read(GetAccountEndpointCosts),
        clock,
      });
    });
  }
  if (isPlain(rateLimit) ? Object.hasOwn(rateLimit, "admit") : "admit" in rateLimit) {
    return rateLimit as Limiter;
  }
  const budgets = readOptions("KalshiClient.rateLimit", rateLimit as RateBudgets, budgetsRules);
  return lazyLimiter(async () => {
    const { RateLimiter } = await import("./rate_limits/rate_limiter.ts");
    return new RateLimiter({ ...budgets, clock });
  });
}

function chooseConfig({ config, demo }: KalshiClientOptions, context: KalshiConfigContext): KalshiConfig {
  if (config === undefined) return demo ? KalshiConfig.demo() : new KalshiConfig();
  if (demo) throw new KalshiConfigError("Give either `demo: true` or `config`, not both.");
  return isKalshiConfig(config) ? config : new KalshiConfig(config, context);
}

/** The key of a client, imported at its first use where it came as text or as a file. */
function chooseAuth(
  options: KalshiClientOptions,
  runtime: RestRuntime,
): (() => Promise<KalshiAuth>) | KalshiAuth | undefined {
  const { auth, keyId, privateKey, privateKeyPath, passphrase } = options;
  const given = Object.entries({ keyId, privateKey, privateKeyPath, passphrase })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `\`${name}\``)
    .join(", ");
  if (auth !== undefined) {
    if (given) throw new KalshiConfigError(`Give either \`auth\` or ${given}, not both.`);
    return KalshiAuth.fromSigner(auth);
  }
  if (!given) return undefined;
  if (keyId === undefined || (privateKey === undefined) === (privateKeyPath === undefined)) {
    throw new KalshiConfigError(
      `A key is \`keyId\` and either \`privateKey\` or \`privateKeyPath\`, not both; got ${given}.`,
    );
  }
  checkKeyId(keyId);
  const path = privateKeyPath === undefined ? "" : keyPath(privateKeyPath, runtime);
  // Bytes are read now: their owner may wipe them.
  const pem = privateKey === undefined ? lookAtKeyFile(path, runtime) : pemText(privateKey);
  if (pem !== undefined) assertPrivateKeyPem(pem, { passphrase });
  const load = () =>
    pem === undefined
      ? KalshiAuth.fromKeyPath(keyId, path, { passphrase, runtime })
      : KalshiAuth.fromPem(keyId, pem, { passphrase, runtime });
  let loaded: Promise<KalshiAuth> | undefined;
  // A passphrase that could not be fetched, or a file that could not be read yet, may be there next time.
  return () =>
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
}

/** Says what could not be loaded: the code of a whole feature. */
const notLoaded = (what: string) => (cause: unknown): never => {
  throw new KalshiConnectionError(`The code of ${what} could not be loaded: see \`cause\`.`, { cause });
};

/**
 * A client of Kalshi's REST API.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 *
 * await using client = await KalshiClient.fromEnv();
 * const { trading_active } = await client.exchange.status();
 * console.log(trading_active, await client.portfolio.balance());
 * ```
 */
export class KalshiClient extends KalshiCore {
  /** Its configuration. */
  declare readonly config: KalshiConfig;

  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthKeyError} when `privateKey` cannot be a private key, and when the file of `privateKeyPath` is
   * missing or holds none, where the runtime can look.
   */
  constructor(given: KalshiClientOptions = {}) {
    const options = readClientOptions(given);
    const runtime = options.runtime ?? detectRestRuntime();
    const config = chooseConfig(options, { runtime });
    const limiter = chooseLimiter(options, () => http);
    const hooks = logHooks(chooseLog(options, runtime), options);
    const inspect = makeInspect(options.validate, options.checkResponse, hooks);
    const auth = chooseAuth(options, runtime);
    const { transport, clock, readOnly, logger, logLevel } = options;
    const { onRequest, onResponse, onRetry, onEnd } = hooks;
    super({
      auth,
      config,
      runtime,
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
    const http = this.http;
    this.#shared = {
      auth,
      config,
      runtime: options.runtime,
      clock: options.clock,
      limiter,
      readOnly,
      logging: { logger, logLevel },
    };
  }

  readonly #openings = new Openings();
  #closing: Promise<void> | undefined;

  readonly #shared: {
    readonly auth: ReturnType<typeof chooseAuth>;
    readonly config: KalshiConfig;
    readonly runtime: Runtime | undefined;
    readonly clock: Clock | undefined;
    readonly limiter: Limiter | undefined;
    readonly readOnly: boolean | undefined;
    readonly logging: LogOptions;
  };

  /**
   * Opens a stream with this client's key, configuration, runtime and clock. What a stream missed, and whether a market
   * exists whose book does not come, it looks up through this client. {@linkcode close} closes it as well.
   *
   * The code of streams is loaded by the first one.
   *
   * @throws {KalshiAuthRequiredError} when the client has no key: every stream is signed.
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = await KalshiClient.fromEnv();
   * await using stream = await client.stream();
   * for await (const fill of await stream.fills({}, { recover: true })) console.log(fill);
   * ```
   */
  async stream(
    given: Omit<StreamOptions, "auth" | "runtime" | "clock" | "lookup"> = {},
  ): Promise<KalshiStream> {
    // The stream itself says what is wrong with the others: its code is not loaded yet.
    assertObject("KalshiStream", given);
    const options = readOwn(given);
    if (options.signal !== undefined) assertValue("KalshiStream", "signal", options.signal, signalRule());
    for (const name of ["auth", "runtime", "clock", "lookup"] as const) {
      if ((options as StreamOptions)[name] !== undefined) {
        throw new KalshiConfigError(
          `A stream of a client has the client's own \`${name}\`: leave it out, or use KalshiStream.connect.`,
        );
      }
    }
    const { config, runtime, clock, logging } = this.#shared;
    const key = this.#key("A stream");
    return await this.#openings.open(
      "stream",
      options.signal,
      async (signal) => {
        const auth = await key();
        const { KalshiStream } = await import("./stream/stream.ts").catch(notLoaded("streams"));
        return await KalshiStream.connect({
          config,
          runtime,
          clock,
          ...logging,
          ...options,
          signal,
          auth,
          lookup: this,
        });
      },
      ({ state }) => state === "closed",
    );
  }

  /**
   * Opens a FIX session with this client's key, environment, runtime, clock and rate limiter: FIX and REST draw on the
   * same buckets. `config` says which session: `{ product: "event", session: "order-entry" }`. One key has one FIX
   * connection at a time. {@linkcode close} closes it as well.
   *
   * The code of FIX is loaded by the first one. On this client the session's budget is shared for event contracts; perps
   * have budgets of their own.
   *
   * @throws {KalshiAuthRequiredError} when the client has no key
   * @throws {KalshiConfigError} for a session of the other environment, and one of an exchange that is not Kalshi's
   * without its `host`
   * @throws what `FixClient.connect` throws
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = await KalshiClient.fromEnv();
   * await using session = await client.fix({ config: { product: "event", session: "order-entry" } });
   * const order = await session.newOrderSingle({ Symbol: "KXHIGHNY-26NOV24-T60", Side: "1", OrderQty: "10", Price: "56" });
   * console.log(order.OrderID);
   * ```
   */
  async fix(
    given: Omit<
      FixClientOptions,
      "auth" | "keyId" | "privateKey" | "passphrase" | "runtime" | "clock" | "limiter"
    >,
  ): Promise<FixClient> {
    assertObject("FixClient", given);
    const options = readOwn(given);
    if (options.signal !== undefined) assertValue("FixClient", "signal", options.signal, signalRule());
    for (
      const name of ["auth", "keyId", "privateKey", "passphrase", "runtime", "clock", "limiter"] as const
    ) {
      if ((options as FixClientOptions)[name] !== undefined) {
        throw new KalshiConfigError(
          `A FIX session of a client has the client's own \`${name}\`: leave it out, or use FixClient.connect.`,
        );
      }
    }
    const key = this.#key("A FIX session");
    const { config: { environment }, runtime, clock, limiter, readOnly, logging } = this.#shared;
    return await this.#openings.open(
      "FIX session",
      options.signal,
      async (signal) => {
        const auth = await key();
        const { connectFor } = await import("./fix/of_client.ts").catch(notLoaded("FIX"));
        const owner = { auth, environment, runtime, clock, limiter, readOnly };
        return await connectFor(owner, { ...logging, ...options }, signal);
      },
      ({ state }) => state.name === "closed",
    );
  }

  /** What gives the client's key. */
  #key(what: string): () => Promise<KalshiAuth> {
    const { auth } = this.#shared;
    if (auth === undefined) {
      throw new KalshiAuthRequiredError(
        `${what} needs an API key and this client has none: give it \`keyId\` and \`privateKey\`, or set KALSHI_KEY_ID and ` +
          "its private key for KalshiClient.fromEnv().",
      );
    }
    return typeof auth === "function" ? auth : () => Promise.resolve(auth);
  }

  /** @internal */
  protected override remedyOf(code: string | undefined): string | undefined {
    return remedyOf(code);
  }

  /**
   * Closes the client and every stream and FIX session that it has opened: running calls are ended, loops over streams and books get
   * what is queued and end, sockets are closed. New calls and streams are refused. A second call is harmless.
   */
  override close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    // Each begins to close before the first has ended.
    await Promise.all([this.#openings.close(), super.close()]);
  }

  /** Whether the exchange is open, and when. */
  readonly exchange: Exchange = new Exchange(this.http);
  /** Markets, their order books and candlesticks. */
  readonly markets: Markets = new Markets(this.http);
  /** Public trades; the same as `markets.trades`. */
  readonly trades: Trades = this.markets.trades;
  /** Series, the templates of events; the same as `markets.series`. */
  readonly series: SeriesNamespace = this.markets.series;
  /** Events, which group markets. */
  readonly events: Events = new Events(this.http);
  /** The account's orders. */
  readonly orders: Orders = new Orders(this.http);
  /** Order groups, which stop trading when they fill too fast. */
  readonly orderGroups: OrderGroups = new OrderGroups(this.http);
  /** Balance, positions, fills, settlements, deposits, withdrawals and transfers. */
  readonly portfolio: Portfolio = new Portfolio(this.http);
  /** The account's own fills; the same as `portfolio.fills`. */
  readonly fills: Fills = this.portfolio.fills;
  /** Subaccounts; the same as `portfolio.subaccounts`. */
  readonly subaccounts: Subaccounts = this.portfolio.subaccounts;
  /** Requests for quotes, quotes and block trades. */
  readonly communications: Communications = new Communications(this.http);
  /** Collections from which combo markets are made. */
  readonly multivariateEventCollections: MultivariateEventCollections = new MultivariateEventCollections(
    this.http,
  );
  /** What is older than the live calls reach. */
  readonly historical: Historical = new Historical(this.http);
  /** Scores, prices and temperatures behind the markets. */
  readonly liveData: LiveDataNamespace = new LiveDataNamespace(this.http);
  /** Milestones, such as a game, to which events belong. */
  readonly milestones: Milestones = new Milestones(this.http);
  /** Structured targets, such as a team, that markets are about. */
  readonly structuredTargets: StructuredTargets = new StructuredTargets(this.http);
  /** Rewards for trading and quoting. */
  readonly incentivePrograms: IncentivePrograms = new IncentivePrograms(this.http);
  /** What can be searched for. */
  readonly search: Search = new Search(this.http);
  /** Tier and rate limits of the account. */
  readonly account: Account = new Account(this.http);
  /** Keys to the API. */
  readonly apiKeys: ApiKeys = new ApiKeys(this.http);
  /** For futures commission merchants. */
  readonly fcm: Fcm = new Fcm(this.http);

  /**
   * A client as the environment says: KALSHI_KEY_ID, KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH,
   * KALSHI_PRIVATE_KEY_PASSPHRASE, KALSHI_DEMO, KALSHI_API_BASE_URL (wins over KALSHI_DEMO),
   * KALSHI_ALLOW_UNKNOWN_HOST, KALSHI_SIGN_PUBLIC_CALLS, KALSHI_READONLY and KALSHI_LOG. Without a key there it makes public calls only. Where none of them names an
   * exchange, it is production.
   *
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @param wanted Options, which win over the environment: with a key of your own its key variables are not read, and
   * `demo: true` or a `config` with a URL decides where the client goes; `KalshiConfig.production()` is one. A `config`
   * without a URL leaves that to the environment.
   * @throws {KalshiConfigError} when a variable is malformed, when one that is needed may not be read (Deno without
   * `--allow-env=KALSHI_*`), when the runtime has no variables and `env` is left out, when both key variables are set,
   * and when KALSHI_DEMO is true beside a URL of production's.
   * @throws {KalshiAuthError} when the key is unusable, or the key id or the key is missing.
   */
  static async fromEnv(env?: KalshiEnv, wanted: KalshiClientOptions = {}): Promise<KalshiClient> {
    const own = readClientOptions(wanted);
    const config = readConfigOption(own.config);
    const options: KalshiClientOptions = Object.assign(own, { config });
    const { auth, keyId, privateKey, privateKeyPath, demo, runtime = detectRestRuntime() } = own;
    const ownKey = [auth, keyId, privateKey, privateKeyPath].some((given) => given !== undefined);
    const given = isKalshiConfig(config) ? givenSettings(config) : config;
    const ownExchange = demo === true || given?.baseUrl !== undefined || given?.wsBaseUrl !== undefined;
    assertNoOptions(env, "KalshiClient", Object.keys(clientRules));
    const settings = readAuthEnv(env, runtime, { key: !ownKey, exchange: !ownExchange });
    const reader = env === undefined
      ? runtime
      : { readEnv: () => settings.allowUnknownHost ? "1" : undefined };
    let chosen = ownExchange
      ? chooseConfig(options, { runtime: reader })
      : environmentConfig(config, settings, runtime);
    if (given?.signPublicCalls === undefined && !settings.signPublicCalls) {
      chosen = chosen.with({ signPublicCalls: false });
    }
    return new KalshiClient({
      ...options,
      ...(!ownKey && { auth: await environmentKey(env, settings, runtime) }),
      ...(ownExchange && { demo: undefined }),
      config: chosen,
      readOnly: own.readOnly === true || settings.readOnly,
      logLevel: own.logLevel ?? settings.logLevel,
    });
  }
}

/** The key that the environment names; undefined where it says nothing of a key. */
async function environmentKey(
  env: KalshiEnv | undefined,
  { keyId, privateKey, privateKeyPath, passphrase }: EnvSettings,
  runtime: RestRuntime,
): Promise<KalshiAuth | undefined> {
  if (keyId !== undefined) return await KalshiAuth.fromEnv(env, { runtime });
  // A malformed key is the graver mistake.
  await KalshiAuth.tryFromEnv(env, { runtime });
  if ((privateKey ?? privateKeyPath ?? passphrase) === undefined) return undefined;
  throw new KalshiAuthRequiredError(
    "KALSHI_KEY_ID is missing beside the private key. Set it; or, for public calls alone, set neither.",
  );
}

/** Goes where the environment says, with whatever else `config` says. */
function environmentConfig(
  config: KalshiClientOptions["config"],
  { baseUrl, demo, ...settings }: EnvSettings,
  runtime: RestRuntime,
): KalshiConfig {
  const given = isKalshiConfig(config) ? givenSettings(config) : config;
  const allowUnknownHost = given?.allowUnknownHost ?? settings.allowUnknownHost;
  const exchange = { baseUrl: baseUrl ?? (demo ? homeUrl(eventVenue, "demo") : undefined), allowUnknownHost };
  const chosen = isKalshiConfig(config)
    ? config.with(exchange)
    : new KalshiConfig(config === undefined ? exchange : config && { ...config, ...exchange }, { runtime });
  if (demo && chosen.environment === "production") {
    throw new KalshiConfigError(
      "KALSHI_DEMO is true, and KALSHI_API_BASE_URL leads to production. Remove the one that is wrong.",
    );
  }
  return chosen;
}
