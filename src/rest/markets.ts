/**
 * Markets, their order books and trades: Kalshi's tag `market`.
 *
 * @module
 */

import {
  GetMarket,
  GetMarketOrderbook,
  type GetMarketOrderbookParams,
  GetMarkets,
  type GetMarketsParams,
  GetTrades,
  type GetTradesParams,
} from "../contract/operations.ts";
import type {
  GetMarketsResponse,
  GetTradesResponse,
  Market,
  OrderbookCountFp,
  Trade,
} from "../contract/types.ts";
import type { ListAllOptions, Page } from "../http/page.ts";
import type { CallOptions } from "../http/pipeline.ts";
import { call, listAll, listPage, Namespace } from "./namespace.ts";

/** `client.markets` */
export class Markets extends Namespace {
  /** Public trades; also at `client.trades`. */
  readonly trades: Trades = new Trades(this.http);

  /**
   * One page of markets. Public.
   *
   * @param params Filters; `status` is one of `unopened`, `open`, `paused`, `closed`, `settled`, `limit` at most 1000.
   * @see https://docs.kalshi.com/api-reference/market/get-markets
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = new KalshiClient({ demo: true });
   * const page = await client.markets.list({ status: "open", limit: 20 });
   * for (const { ticker, yes_bid_dollars, yes_ask_dollars } of page) {
   *   console.log(ticker, yes_bid_dollars, yes_ask_dollars);
   * }
   * ```
   */
  list(params: GetMarketsParams = {}, options?: CallOptions): Promise<Page<Market, GetMarketsResponse>> {
    return listPage(this.http, GetMarkets, params, options);
  }

  /** Every market that the filters let through, over all pages. See {@linkcode Markets.list}. */
  listAll(params: GetMarketsParams = {}, options?: ListAllOptions): AsyncGenerator<Market, void, undefined> {
    return listAll(this.http, GetMarkets, params, options);
  }

  /**
   * One market. Public.
   *
   * @throws {KalshiNotFoundError} when there is none; right after a market's creation also for a moment.
   * @see https://docs.kalshi.com/api-reference/market/get-market
   */
  async get(ticker: string, options?: CallOptions): Promise<Market> {
    return (await call(this.http, GetMarket, { ticker }, options)).market;
  }

  /**
   * The bids of both sides as `[price, count]` pairs of strings, best last. The best YES ask is 1 minus the
   * best NO bid. Signed when the client has a key.
   *
   * @param params `depth`: levels a side, 0 for all.
   * @see https://docs.kalshi.com/api-reference/market/get-market-orderbook
   */
  async orderBook(
    ticker: string,
    params: Omit<GetMarketOrderbookParams, "ticker"> = {},
    options?: CallOptions,
  ): Promise<OrderbookCountFp> {
    return (await call(this.http, GetMarketOrderbook, { ...params, ticker }, options)).orderbook_fp;
  }
}

/** `client.trades` */
export class Trades extends Namespace {
  /**
   * One page of public trades, newest first, of one market (`ticker`) or of all. Public.
   *
   * @see https://docs.kalshi.com/api-reference/market/get-trades
   */
  list(params: GetTradesParams = {}, options?: CallOptions): Promise<Page<Trade, GetTradesResponse>> {
    return listPage(this.http, GetTrades, params, options);
  }

  /** Every trade that the filters let through, over all pages. See {@linkcode Trades.list}. */
  listAll(params: GetTradesParams = {}, options?: ListAllOptions): AsyncGenerator<Trade, void, undefined> {
    return listAll(this.http, GetTrades, params, options);
  }
}
