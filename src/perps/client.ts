/**
 * The client of the margin exchange, on which perpetual futures trade.
 *
 * @module
 */
import { optionsFromEnv } from "../client_env.ts";
import type { ClientTraits } from "../client_traits.ts";
import { isPerpsConfig, PerpsConfig } from "../config/perps_config.ts";
import { perpsVenue } from "../config/perps_venue.ts";
import { GetAccountEndpointCosts } from "../contract/event/operations.ts";
import { GetMarginMarkets, GetPerpsAccountApiLimits } from "../contract/perps/operations.ts";
import type { FixClient } from "../fix/client.ts";
import type { FixConfig } from "../fix/config.ts";
import type { FixConfigOptions } from "../fix/config_options.ts";
import { type ClientFixOptions, notLoaded, type OfClient, ProductClient } from "../product_client.ts";
import { PerpsAccount } from "./account.ts";
import { perpsAdvice } from "./error_advice.ts";
import { type PerpsClientOptions, perpsClientRules } from "./client_options.ts";
import type { PerpsEnv } from "./env.ts";
import { PerpsExchange } from "./exchange.ts";
import { PerpsExitTriggers } from "./exit_triggers.ts";
import { PerpsFcm } from "./fcm.ts";
import { PerpsFees } from "./fees.ts";
import { PerpsFunding } from "./funding.ts";
import { PerpsMarkets } from "./markets.ts";
import { PerpsOrderGroups } from "./order_groups.ts";
import { PerpsOrders } from "./orders.ts";
import { PerpsPortfolio } from "./portfolio.ts";
import { PerpsRisk } from "./risk.ts";
import type { PerpsStream, PerpsStreamOptions } from "./stream.ts";

const traits: ClientTraits<PerpsConfig> = {
  owner: "PerpsClient",
  venue: perpsVenue,
  rules: perpsClientRules,
  makeConfig: (options, context) => new PerpsConfig(options, context),
  isConfig: isPerpsConfig,
  limits: {
    product: "margin",
    budgets: GetPerpsAccountApiLimits,
    // One list for both exchanges.
    costs: GetAccountEndpointCosts,
    markets: GetMarginMarkets,
  },
  advice: perpsAdvice,
};

/** The configuration of a FIX session of perps, whose `product` is what it is. */
export interface PerpsFixConfigOptions extends Omit<FixConfigOptions, "product"> {
  /** Whose gateway: that of perps, and no other. */
  readonly product?: "margin" | undefined;
}

/** The options of a FIX session that a client of perps opens: key, runtime, clock and limiter are the client's. */
export interface PerpsFixOptions extends Omit<ClientFixOptions, "config"> {
  /** A FixConfig of perps, or the options of one. */
  readonly config: FixConfig | PerpsFixConfigOptions;
}

/**
 * A client of Kalshi's margin exchange: what `KalshiClient` is for event contracts, with the same pipeline, options and
 * guarantees. Its keys, hosts and rate budgets are its own.
 *
 * @example
 * ```ts
 * import { PerpsClient } from "@unofficial/kalshi/perps";
 *
 * await using client = await PerpsClient.fromEnv();
 * if (await client.exchange.enabled()) console.log(await client.portfolio.balance());
 * ```
 */
export class PerpsClient extends ProductClient<PerpsConfig> {
  /**
   * Opens nothing: connections are made by the first call.
   *
   * @throws {KalshiConfigError} when options are unknown, conflict, or ask for what this runtime cannot do.
   * @throws {KalshiAuthKeyError} when `privateKey` cannot be a private key, and when the file of `privateKeyPath` is
   * missing or holds none, where the runtime can look.
   */
  constructor(given: PerpsClientOptions = {}) {
    super(traits, given);
  }

  /**
   * A client as the environment says: the variables of {@linkcode PerpsEnv}. Without a key there it makes public calls
   * only. Where none of them names an exchange, it is production.
   *
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @param wanted Options, which win over the environment: with a key of your own its key variables are not read, and
   * `demo: true` or a `config` with a URL decides where the client goes.
   * @throws {KalshiConfigError} when a variable is malformed, when one that is needed may not be read (Deno without
   * `--allow-env=KALSHI_*`), when the runtime has no variables and `env` is left out, when both key variables are set,
   * and when KALSHI_PERPS_DEMO is true beside a URL of production's.
   * @throws {KalshiAuthError} when the key is unusable, or the key id or the key is missing.
   */
  static async fromEnv(env?: PerpsEnv, wanted: PerpsClientOptions = {}): Promise<PerpsClient> {
    return new PerpsClient(await optionsFromEnv(traits, env, wanted));
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
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * await using stream = await client.stream();
   * const book = await stream.orderBook("KXBTCPERP");
   * console.log(book.bestBid, book.bestAsk);
   * for await (const fill of await stream.fills({}, { recover: true })) console.log(fill);
   * ```
   */
  async stream(given: Omit<PerpsStreamOptions, OfClient> = {}): Promise<PerpsStream> {
    return await this.openStream<PerpsStreamOptions, PerpsStream>("PerpsStream", given, async (options) => {
      const { PerpsStream } = await import("./stream.ts").catch(notLoaded("streams"));
      return await PerpsStream.connect(options);
    });
  }

  /**
   * Opens a FIX session of perps with this client's key, environment, runtime, clock and rate limiter: its messages draw
   * on the buckets of perps. {@linkcode close} closes it as well. A key has one FIX connection at a time.
   *
   * @throws {KalshiAuthRequiredError} when the client has no key
   * @throws {KalshiConfigError} for a session of event contracts or of the other environment, and for one of an exchange
   * that is not Kalshi's without its `host`
   * @throws what `FixClient.connect` throws
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * await using session = await client.fix({ config: { session: "order-entry" } });
   * const order = await session.newOrderSingle({ Symbol: "KXBTCPERP1", Side: "1", OrderQty: "2", Price: "11.2500" });
   * console.log(order.OrderID, order.report.OrdStatus);
   * ```
   */
  async fix(given: PerpsFixOptions): Promise<FixClient> {
    // A session of perps is what the client opens where nothing is said.
    return await this.openFix(given as ClientFixOptions);
  }

  /** Whether the exchange is open, and to this account. */
  readonly exchange: PerpsExchange = new PerpsExchange(this.http);
  /** Perpetual futures, their order books, candlesticks and trades. */
  readonly markets: PerpsMarkets = new PerpsMarkets(this.http);
  /** The account's orders. */
  readonly orders: PerpsOrders = new PerpsOrders(this.http);
  /** Order groups, which stop trading when they fill too fast. */
  readonly orderGroups: PerpsOrderGroups = new PerpsOrderGroups(this.http);
  /** Balance, positions, fills, subaccounts and transfers. */
  readonly portfolio: PerpsPortfolio = new PerpsPortfolio(this.http);
  /** What longs and shorts pay each other. */
  readonly funding: PerpsFunding = new PerpsFunding(this.http);
  /** Margin, leverage and limits. */
  readonly risk: PerpsRisk = new PerpsRisk(this.http);
  /** What trading costs. */
  readonly fees: PerpsFees = new PerpsFees(this.http);
  /** Stop losses, take profits and trailing stops. */
  readonly exitTriggers: PerpsExitTriggers = new PerpsExitTriggers(this.http);
  /** For futures commission merchants. */
  readonly fcm: PerpsFcm = new PerpsFcm(this.http);
  /** Tier and rate limits of the account. */
  readonly account: PerpsAccount = new PerpsAccount(this.http);
}
