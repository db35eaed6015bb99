/**
 * The client with every namespace.
 *
 * @module
 */

import { readAuthEnv } from "./auth/mod.ts";
import { type KalshiClientOptions, KalshiCore } from "./core.ts";
import { Exchange } from "./rest/exchange.ts";
import { Markets, type Trades } from "./rest/markets.ts";
import { Orders } from "./rest/orders.ts";
import { type Fills, Portfolio } from "./rest/portfolio.ts";

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
}
