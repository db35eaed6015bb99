/**
 * What longs and shorts pay each other every few hours: Kalshi's tag `funding`.
 *
 * @module
 */

import {
  GetMarginFundingHistory,
  type GetMarginFundingHistoryParams,
  GetMarginFundingRateEstimate,
  type GetMarginFundingRateEstimateParams,
  GetMarginHistoricalFundingRates,
  type GetMarginHistoricalFundingRatesParams,
  GetMarginPremiumIndex,
  type GetMarginPremiumIndexParams,
} from "../contract/perps/operations.ts";
import type {
  GetMarginFundingRateEstimateResponse,
  MarginFundingHistoryEntry,
  MarginFundingRate,
  MarginPremiumIndexPoint,
} from "../contract/perps/types.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callForList } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import { readSpan } from "./checks.ts";

/** `client.funding` */
export class PerpsFunding extends Namespace {
  /**
   * The funding rate of the period that runs, as far as it has come: a fraction (0.0001 is 0.01 %), final only at
   * `next_funding_time`. `premium_index` is left out where this second has none. Public.
   *
   * @see https://docs.kalshi.com/margin-rest/funding/get-funding-rate-estimate
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = new PerpsClient({ demo: true });
   * const [market] = await client.markets.list({ status: "active" });
   * if (market !== undefined) {
   *   const { funding_rate, next_funding_time } = await client.funding.rateEstimate({ ticker: market.ticker });
   *   console.log(market.ticker, funding_rate, next_funding_time);
   * }
   * ```
   */
  rateEstimate(
    params: GetMarginFundingRateEstimateParams,
    options?: CallOptions,
  ): Promise<GetMarginFundingRateEstimateResponse> {
    return call(this.http, GetMarginFundingRateEstimate, params, options);
  }

  /**
   * The rates that were charged, of one market (`ticker`) or of all, as fractions. Public.
   *
   * @param params `start_ts` and `end_ts` in Unix seconds.
   * @throws {KalshiConfigError} when the time ends before it starts; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/funding/get-historical-funding-rates
   */
  async historicalRates(
    params: GetMarginHistoricalFundingRatesParams = {},
    options?: CallOptions,
  ): Promise<MarginFundingRate[]> {
    const own = readSpan(GetMarginHistoricalFundingRates, params, options, ["start_ts", "end_ts"]);
    return await callForList(this.http, GetMarginHistoricalFundingRates, "funding_rates", own, options);
  }

  /**
   * What this account paid and received. A `funding_amount` above 0 was received, one below 0 paid, in dollars as a
   * string; `quantity` is above 0 for a long position.
   *
   * @param params `start_date` and `end_date`: days in UTC as `YYYY-MM-DD`, both included.
   * @throws {KalshiConfigError} when the days end before they start; nothing was sent.
   * @see https://docs.kalshi.com/margin-rest/funding/get-funding-history
   */
  async history(
    params: GetMarginFundingHistoryParams,
    options?: CallOptions,
  ): Promise<MarginFundingHistoryEntry[]> {
    const own = readSpan(GetMarginFundingHistory, params, options, ["start_date", "end_date"]);
    return await callForList(this.http, GetMarginFundingHistory, "funding_history", own, options);
  }

  /**
   * How far a market trades from its index, second by second, as a signed fraction. Seconds may be missing; it is for
   * information, and no list of what funding was made from. Public.
   *
   * @param params `start_ts` (included) to `end_ts` (not included) in Unix seconds, at most an hour.
   * @throws {KalshiConfigError} when that is more than an hour, or ends before it starts; nothing was sent.
   * @see https://docs.kalshi.com/changelog
   */
  async premiumIndex(
    params: GetMarginPremiumIndexParams,
    options?: CallOptions,
  ): Promise<MarginPremiumIndexPoint[]> {
    const own = readSpan(GetMarginPremiumIndex, params, options, ["start_ts", "end_ts"], 3600);
    return await callForList(this.http, GetMarginPremiumIndex, "points", own, options);
  }
}
