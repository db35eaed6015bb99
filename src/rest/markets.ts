/**
 * Markets, their order books and candlesticks: Kalshi's tag `market`.
 *
 * @module
 */

import {
  BatchGetMarketCandlesticks,
  type BatchGetMarketCandlesticksParams,
  GetHistoricalMarkets,
  GetMarket,
  GetMarketCandlesticks,
  type GetMarketCandlesticksParams,
  GetMarketOrderbook,
  type GetMarketOrderbookParams,
  GetMarketOrderbooks,
  type GetMarketOrderbooksParams,
  GetMarkets,
  type GetMarketsParams,
} from "../contract/event/operations.ts";
import type {
  GetMarketCandlesticksResponse,
  GetMarketsResponse,
  Market,
  MarketCandlesticksResponse,
  MarketOrderbookFp,
  OrderbookCountFp,
} from "../contract/event/types.ts";
import type { PageCall } from "../http/page.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { type HistoryOptions, listTiers } from "./history.ts";
import { call, callFor, callForList, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import { rememberGrids } from "../http/known_grids.ts";
import { SeriesNamespace } from "./series.ts";
import { Trades } from "./trades.ts";

/** `client.markets` */
export class Markets extends Namespace {
  /** Series, the templates of events; also at `client.series`. */
  readonly series: SeriesNamespace = new SeriesNamespace(this.http);
  /** Public trades; also at `client.trades`. */
  readonly trades: Trades = new Trades(this.http);

  /**
   * One page of markets. Public.
   *
   * @param params Filters. The words of `status` differ from those in `Market.status`, and filters by time go
   * with certain ones of them only: see Kalshi's page.
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
  list(params: GetMarketsParams = {}, options?: CallOptions): PageCall<Market, GetMarketsResponse> {
    return listPage(this.http, GetMarkets, params, options);
  }

  /**
   * Every market that the filters let through, over all pages. With `history: true` those before the cutoff
   * too, after the live ones and each once, by `ticker`. See {@linkcode Markets.list}.
   */
  listAll(params: GetMarketsParams = {}, options?: HistoryOptions): AsyncGenerator<Market, void, undefined> {
    return listTiers(
      this.http,
      {
        live: GetMarkets,
        old: GetHistoricalMarkets,
        id: "ticker",
        filters: ["tickers", "event_ticker", "series_ticker", "mve_filter", "limit"],
      },
      params,
      options,
    );
  }

  /**
   * One market. Public.
   *
   * @throws {KalshiNotFoundError} when there is none: it may be historical (`client.historical.markets.get`), or
   * so new that this call does not know it yet.
   * @see https://docs.kalshi.com/api-reference/market/get-market
   */
  async get(ticker: string, options?: CallOptions): Promise<Market> {
    const market = await callFor(this.http, GetMarket, "market", { ticker }, options);
    rememberGrids(this.http, [market]);
    return market;
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
    return await callFor(
      this.http,
      GetMarketOrderbook,
      "orderbook_fp",
      withIds(GetMarketOrderbook, params, { ticker }),
      options,
    );
  }

  /**
   * The order books of up to 100 markets, as {@linkcode Markets.orderBook} gives them, each beside its ticker.
   * Signed when the client has a key.
   *
   * @throws {KalshiConfigError} for no ticker and for more than 100.
   * @see https://docs.kalshi.com/api-reference/market/get-multiple-market-orderbooks
   */
  async bulkOrderBooks(
    params: GetMarketOrderbooksParams,
    options?: CallOptions,
  ): Promise<MarketOrderbookFp[]> {
    return await callForList(this.http, GetMarketOrderbooks, "orderbooks", params, options);
  }

  /**
   * Candlesticks of one market. Public. Those of a historical market are at
   * `client.historical.markets.candlesticks`.
   *
   * @param params `start_ts` and `end_ts` in Unix seconds, `period_interval` in minutes: 1, 60 or 1440.
   * @see https://docs.kalshi.com/api-reference/market/get-market-candlesticks
   */
  async candlesticks(
    seriesTicker: string,
    ticker: string,
    params: Omit<GetMarketCandlesticksParams, "series_ticker" | "ticker">,
    options?: CallOptions,
  ): Promise<GetMarketCandlesticksResponse> {
    return await call(
      this.http,
      GetMarketCandlesticks,
      withIds(GetMarketCandlesticks, params, { series_ticker: seriesTicker, ticker }),
      options,
    );
  }

  /**
   * Candlesticks of up to 100 markets, at most 10,000 in all. Public.
   *
   * @throws {KalshiConfigError} for no ticker and for more than 100.
   * @see https://docs.kalshi.com/api-reference/market/batch-get-market-candlesticks
   */
  async bulkCandlesticks(
    params: BatchGetMarketCandlesticksParams,
    options?: CallOptions,
  ): Promise<MarketCandlesticksResponse[]> {
    return await callForList(this.http, BatchGetMarketCandlesticks, "markets", params, options);
  }
}
