/**
 * What Kalshi has moved out of the live calls: Kalshi's tag `historical`. The `listAll` of markets, trades,
 * orders and fills goes on into it with `history: true`.
 *
 * @module
 */

import {
  GetFillsHistorical,
  type GetFillsHistoricalParams,
  GetHistoricalCutoff,
  GetHistoricalMarket,
  GetHistoricalMarkets,
  type GetHistoricalMarketsParams,
  GetHistoricalOrders,
  type GetHistoricalOrdersParams,
  GetHistoricalPositions,
  type GetHistoricalPositionsParams,
  GetMarketCandlesticksHistorical,
  type GetMarketCandlesticksHistoricalParams,
  GetTradesHistorical,
  type GetTradesHistoricalParams,
} from "../contract/event/operations.ts";
import type {
  Fill,
  GetFillsResponse,
  GetHistoricalCutoffResponse,
  GetMarketCandlesticksHistoricalResponse,
  GetMarketsResponse,
  GetOrdersResponse,
  GetPositionsResponse,
  GetTradesResponse,
  Market,
  MarketPosition,
  Order,
  Trade,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.historical` */
export class Historical extends Namespace {
  /** Markets that settled before the cutoff. */
  readonly markets: HistoricalMarkets = new HistoricalMarkets(this.http);
  /** Public trades before the cutoff. */
  readonly trades: HistoricalTrades = new HistoricalTrades(this.http);
  /** The account's orders that ended before the cutoff. */
  readonly orders: HistoricalOrders = new HistoricalOrders(this.http);
  /** The account's fills before the cutoff. */
  readonly fills: HistoricalFills = new HistoricalFills(this.http);
  /** The account's settled positions that were archived. */
  readonly positions: HistoricalPositions = new HistoricalPositions(this.http);

  /**
   * The times, as RFC 3339, before which rows are historical. They move forward on their own. Public.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-cutoff-timestamps
   */
  cutoff(options?: CallOptions): Promise<GetHistoricalCutoffResponse> {
    return call(this.http, GetHistoricalCutoff, undefined, options);
  }
}

/** `client.historical.markets` */
export class HistoricalMarkets extends Namespace {
  /**
   * One page of historical markets. Its filters exclude each other. Public.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-markets
   */
  list(
    params: GetHistoricalMarketsParams = {},
    options?: CallOptions,
  ): PageCall<Market, GetMarketsResponse> {
    return listPage(this.http, GetHistoricalMarkets, params, options);
  }

  /** Every historical market, over all pages. See {@linkcode HistoricalMarkets.list}. */
  listAll(
    params: GetHistoricalMarketsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Market, void, undefined> {
    return listAll(this.http, GetHistoricalMarkets, params, options);
  }

  /**
   * One historical market. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-market
   */
  get(ticker: string, options?: CallOptions): Promise<Market> {
    return callFor(this.http, GetHistoricalMarket, "market", { ticker }, options);
  }

  /**
   * Candlesticks of a historical market. Their fields have other names than those of live ones. Public.
   *
   * @param params `start_ts` and `end_ts` in Unix seconds, `period_interval` in minutes: 1, 60 or 1440.
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-market-candlesticks
   */
  async candlesticks(
    ticker: string,
    params: Omit<GetMarketCandlesticksHistoricalParams, "ticker">,
    options?: CallOptions,
  ): Promise<GetMarketCandlesticksHistoricalResponse> {
    return await call(
      this.http,
      GetMarketCandlesticksHistorical,
      withIds(GetMarketCandlesticksHistorical, params, { ticker }),
      options,
    );
  }
}

/** `client.historical.trades` */
export class HistoricalTrades extends Namespace {
  /**
   * One page of historical trades, of one market (`ticker`) or of all. Public.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-trades
   */
  list(
    params: GetTradesHistoricalParams = {},
    options?: CallOptions,
  ): PageCall<Trade, GetTradesResponse> {
    return listPage(this.http, GetTradesHistorical, params, options);
  }

  /** Every historical trade, over all pages. See {@linkcode HistoricalTrades.list}. */
  listAll(
    params: GetTradesHistoricalParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Trade, void, undefined> {
    return listAll(this.http, GetTradesHistorical, params, options);
  }
}

/** `client.historical.orders` */
export class HistoricalOrders extends Namespace {
  /**
   * One page of the account's historical orders: cancelled or executed.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-orders
   */
  list(
    params: GetHistoricalOrdersParams = {},
    options?: CallOptions,
  ): PageCall<Order, GetOrdersResponse> {
    return listPage(this.http, GetHistoricalOrders, params, options);
  }

  /** Every historical order, over all pages. See {@linkcode HistoricalOrders.list}. */
  listAll(
    params: GetHistoricalOrdersParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Order, void, undefined> {
    return listAll(this.http, GetHistoricalOrders, params, options);
  }
}

/** `client.historical.fills` */
export class HistoricalFills extends Namespace {
  /**
   * One page of the account's historical fills.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-fills
   */
  list(params: GetFillsHistoricalParams = {}, options?: CallOptions): PageCall<Fill, GetFillsResponse> {
    return listPage(this.http, GetFillsHistorical, params, options);
  }

  /** Every historical fill, over all pages. See {@linkcode HistoricalFills.list}. */
  listAll(
    params: GetFillsHistoricalParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<Fill, void, undefined> {
    return listAll(this.http, GetFillsHistorical, params, options);
  }
}

/** `client.historical.positions` */
export class HistoricalPositions extends Namespace {
  /**
   * One page of the account's archived positions, all settled; those of one event move together. Of the primary
   * account unless `subaccount` says otherwise.
   *
   * @see https://docs.kalshi.com/api-reference/historical/get-historical-positions
   */
  list(
    params: GetHistoricalPositionsParams = {},
    options?: CallOptions,
  ): PageCall<MarketPosition, GetPositionsResponse> {
    return listPage(this.http, GetHistoricalPositions, params, options);
  }

  /** Every archived position, over all pages. See {@linkcode HistoricalPositions.list}. */
  listAll(
    params: GetHistoricalPositionsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MarketPosition, void, undefined> {
    return listAll(this.http, GetHistoricalPositions, params, options);
  }
}
