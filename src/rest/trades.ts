/**
 * Public trades: part of Kalshi's tag `market`.
 *
 * @module
 */

import { GetTrades, GetTradesHistorical, type GetTradesParams } from "../contract/event/operations.ts";
import type { GetTradesResponse, Trade } from "../contract/event/types.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions } from "../http/call_options.ts";
import { type HistoryOptions, listTiers } from "./history.ts";
import { listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.trades`, also `client.markets.trades` */
export class Trades extends Namespace {
  /**
   * One page of public trades, newest first, of one market (`ticker`) or of all. Block trades are among them
   * unless `is_block_trade` is false. Public.
   *
   * @see https://docs.kalshi.com/api-reference/market/get-trades
   */
  list(params: GetTradesParams = {}, options?: CallOptions): PageCall<Trade, GetTradesResponse> {
    return listPage(this.http, GetTrades, params, options);
  }

  /**
   * Every trade that the filters let through, over all pages. With `history: true` those before the cutoff too,
   * after the live ones and each once, by `trade_id`. See {@linkcode Trades.list}.
   */
  listAll(params: GetTradesParams = {}, options?: HistoryOptions): AsyncGenerator<Trade, void, undefined> {
    return listTiers(
      this.http,
      {
        live: GetTrades,
        old: GetTradesHistorical,
        id: "trade_id",
        filters: ["ticker", "min_ts", "max_ts", "limit", "is_block_trade"],
      },
      params,
      options,
    );
  }
}
