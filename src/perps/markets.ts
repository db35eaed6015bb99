/**
 * Perpetual futures, their order books and candlesticks: Kalshi's tag `market`.
 *
 * @module
 */

import {
  GetMarginMarket,
  GetMarginMarketCandlesticks,
  type GetMarginMarketCandlesticksParams,
  GetMarginMarketOrderbook,
  type GetMarginMarketOrderbookParams,
  GetMarginMarkets,
  type GetMarginMarketsParams,
} from "../contract/perps/operations.ts";
import type {
  GetMarginMarketCandlesticksResponse,
  MarginMarket,
  MarginOrderbookCount,
} from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor, callForList } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { rememberGrids } from "../http/known_grids.ts";
import { Namespace } from "../http/namespace.ts";
import { PerpsTrades } from "./trades.ts";

/** `client.markets` */
export class PerpsMarkets extends Namespace {
  /** Public trades. */
  readonly trades: PerpsTrades = new PerpsTrades(this.http);

  /**
   * All markets, or those of one `status`; there are no pages. Public.
   *
   * Prices are dollars as strings, multiples of the market's `tick_size`; sizes are contracts as strings. A contract is
   * `contract_size` times `underlying_multiplier` of the underlying. `schedule` is null for a market that trades around
   * the clock.
   *
   * @see https://docs.kalshi.com/margin-rest/market/get-markets
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = new PerpsClient({ demo: true });
   * for (const { ticker, tick_size, bid, ask, schedule } of await client.markets.list({ status: "active" })) {
   *   console.log(ticker, tick_size, bid, ask, schedule?.is_open ?? "around the clock");
   * }
   * ```
   */
  async list(params: GetMarginMarketsParams = {}, options?: CallOptions): Promise<MarginMarket[]> {
    const markets = await callForList(this.http, GetMarginMarkets, "markets", params, options);
    rememberGrids(this.http, markets);
    return markets;
  }

  /**
   * One market. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/margin-rest/market/get-market
   */
  async get(ticker: string, options?: CallOptions): Promise<MarginMarket> {
    const market = await callFor(this.http, GetMarginMarket, "market", { ticker }, options);
    rememberGrids(this.http, [market]);
    return market;
  }

  /**
   * Bids and asks as `[price, count]` pairs of strings. Public.
   *
   * @param params `depth`: levels a side, 0 for all. `aggregation_tick_size`: dollars above 0 as a string; levels are
   * put together to steps of that width.
   * @throws {KalshiConfigError} when `aggregation_tick_size` is no decimal string above 0; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/market/get-market-orderbook
   */
  async orderBook(
    ticker: string,
    params: Omit<GetMarginMarketOrderbookParams, "ticker"> = {},
    options?: CallOptions,
  ): Promise<MarginOrderbookCount> {
    return await callFor(
      this.http,
      GetMarginMarketOrderbook,
      "orderbook",
      withIds(GetMarginMarketOrderbook, params, { ticker }),
      options,
    );
  }

  /**
   * Candlesticks of one market, oldest first. Public.
   *
   * @param params `start_ts` and `end_ts` in Unix seconds, `period_interval` in minutes: 1, 60 or 1440.
   * @see https://docs.kalshi.com/margin-rest/market/get-market-candlesticks
   */
  async candlesticks(
    ticker: string,
    params: Omit<GetMarginMarketCandlesticksParams, "ticker">,
    options?: CallOptions,
  ): Promise<GetMarginMarketCandlesticksResponse> {
    return await call(
      this.http,
      GetMarginMarketCandlesticks,
      withIds(GetMarginMarketCandlesticks, params, { ticker }),
      options,
    );
  }
}
