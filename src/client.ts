/**
 * The client with every namespace.
 *
 * @module
 */

import type { KalshiEnv } from "./auth/env.ts";
import { optionsFromEnv } from "./client_env.ts";
import { clientRules, type KalshiClientOptions } from "./client_options.ts";
import type { ClientTraits } from "./client_traits.ts";
import { isKalshiConfig, KalshiConfig } from "./config/kalshi_config.ts";
import { eventVenue } from "./config/venue.ts";
import { GetAccountApiLimits, GetAccountEndpointCosts } from "./contract/event/operations.ts";
import type { FixClient } from "./fix/client.ts";
import { type ClientFixOptions, notLoaded, type OfClient, ProductClient } from "./product_client.ts";
import { Account } from "./rest/account.ts";
import { eventAdvice } from "./rest/error_advice.ts";
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
import type { StreamOptions } from "./stream/options.ts";
import type { KalshiStream } from "./stream/stream.ts";

const traits: ClientTraits<KalshiConfig> = {
  owner: "KalshiClient",
  venue: eventVenue,
  rules: clientRules,
  makeConfig: (options, context) => new KalshiConfig(options, context),
  isConfig: isKalshiConfig,
  limits: { product: "event", budgets: GetAccountApiLimits, costs: GetAccountEndpointCosts },
  advice: eventAdvice,
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
export class KalshiClient extends ProductClient<KalshiConfig> {
  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthKeyError} when `privateKey` cannot be a private key, and when the file of `privateKeyPath` is
   * missing or holds none, where the runtime can look.
   */
  constructor(given: KalshiClientOptions = {}) {
    super(traits, given);
  }

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
    return new KalshiClient(await optionsFromEnv(traits, env, wanted));
  }

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
  async stream(given: Omit<StreamOptions, OfClient> = {}): Promise<KalshiStream> {
    return await this.openStream<StreamOptions, KalshiStream>("KalshiStream", given, async (options) => {
      const { KalshiStream } = await import("./stream/stream.ts").catch(notLoaded("streams"));
      return await KalshiStream.connect(options);
    });
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
  async fix(given: ClientFixOptions): Promise<FixClient> {
    return await this.openFix(given);
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
}
