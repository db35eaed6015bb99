/**
 * The client with every namespace.
 *
 * @module
 */

import { detectRuntime } from "#runtime";
import { KalshiAuth, type KalshiEnv, readAuthEnv } from "./auth/mod.ts";
import { KalshiConfig } from "./config.ts";
import { type KalshiClientOptions, KalshiCore } from "./core.ts";
import { Exchange } from "./rest/exchange.ts";
import { Markets, type Trades } from "./rest/markets.ts";
import { Orders } from "./rest/orders.ts";
import { type Fills, Portfolio } from "./rest/portfolio.ts";
import type { Runtime } from "./runtime/types.ts";

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
  /** Whether the exchange is open, and when. */
  readonly exchange: Exchange = new Exchange(this.http);
  /** Markets, their order books and trades. */
  readonly markets: Markets = new Markets(this.http);
  /** Public trades. */
  readonly trades: Trades = this.markets.trades;
  /** Orders. */
  readonly orders: Orders = new Orders(this.http);
  /** Balance, positions and fills. */
  readonly portfolio: Portfolio = new Portfolio(this.http);
  /** The account's own fills. */
  readonly fills: Fills = this.portfolio.fills;

  /**
   * A client as the environment says: KALSHI_KEY_ID, KALSHI_PRIVATE_KEY or KALSHI_PRIVATE_KEY_PATH,
   * KALSHI_PRIVATE_KEY_PASSPHRASE, KALSHI_DEMO, KALSHI_API_BASE_URL (wins over KALSHI_DEMO) and
   * KALSHI_ALLOW_UNKNOWN_HOST. Without KALSHI_KEY_ID it makes public calls only.
   *
   * @param options Win over the environment: with a key of your own its key variables are not read, with a
   * `config` or `demo` of your own its URL is not.
   * @param env Read in place of the runtime's variables, such as a Worker's `env`.
   * @throws {KalshiConfigError} when a variable is malformed, or both key variables are set.
   * @throws {KalshiAuthError} when the key is unusable, or KALSHI_KEY_ID is set without a key.
   */
  static async fromEnv(options: KalshiClientOptions = {}, env?: KalshiEnv): Promise<KalshiClient> {
    const runtime = options.runtime ?? detectRuntime();
    const { auth, keyId, privateKey, privateKeyPath, config, demo } = options;
    const ownKey = [auth, keyId, privateKey, privateKeyPath].some((given) => given !== undefined);
    const settings = readAuthEnv(ownKey ? withoutKey(env, runtime) : env, runtime);
    const { baseUrl, allowUnknownHost } = settings;
    return new KalshiClient({
      ...options,
      ...(ownKey || settings.keyId === undefined ? {} : { auth: await KalshiAuth.fromEnv(env, { runtime }) }),
      ...(config !== undefined || demo !== undefined ? {} : {
        config: baseUrl === undefined && settings.demo
          ? KalshiConfig.demo({ allowUnknownHost })
          : new KalshiConfig({ baseUrl, allowUnknownHost }),
      }),
    });
  }
}

/** The environment less its key, which a caller with a key of their own must not be stopped by. */
function withoutKey(env: KalshiEnv | undefined, runtime: Runtime): KalshiEnv {
  const read = (name: keyof KalshiEnv) => env === undefined ? runtime.readEnv(name) : env[name];
  const names = ["KALSHI_DEMO", "KALSHI_API_BASE_URL", "KALSHI_ALLOW_UNKNOWN_HOST"] as const;
  return Object.fromEntries(names.map((name) => [name, read(name)]));
}
