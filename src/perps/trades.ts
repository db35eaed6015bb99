/**
 * Public trades of perps: part of Kalshi's tag `market`.
 *
 * @module
 */

import { GetMarginTrades, type GetMarginTradesParams } from "../contract/perps/operations.ts";
import type { GetMarginTradesResponse, MarginTrade } from "../contract/perps/types.ts";
import type { CallOptions, ListAllOptions } from "../http/call_options.ts";
import { listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";

/** `client.markets.trades` */
export class PerpsTrades extends Namespace {
  /**
   * One page of public trades, newest first, of one market (`ticker`) or of all. Public.
   *
   * @param params `min_ts` and `max_ts` in Unix seconds.
   * @see https://docs.kalshi.com/margin-rest/market/get-trades
   */
  list(
    params: GetMarginTradesParams = {},
    options?: CallOptions,
  ): PageCall<MarginTrade, GetMarginTradesResponse> {
    return listPage(this.http, GetMarginTrades, params, options);
  }

  /** Every trade that the filters let through, over all pages. See {@linkcode PerpsTrades.list}. */
  listAll(
    params: GetMarginTradesParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MarginTrade, void, undefined> {
    return listAll(this.http, GetMarginTrades, params, options);
  }
}
