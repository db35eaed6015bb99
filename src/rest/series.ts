/**
 * Series, the templates of events: part of Kalshi's tags `market` and `exchange`.
 *
 * @module
 */

import {
  GetSeries,
  GetSeriesFeeChanges,
  type GetSeriesFeeChangesParams,
  GetSeriesList,
  type GetSeriesListParams,
  type GetSeriesParams,
} from "../contract/event/operations.ts";
import type { Series, SeriesFeeChange } from "../contract/event/types.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { callFor, callForList } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.series`, also `client.markets.series` */
export class SeriesNamespace extends Namespace {
  /** Changes of fees that are planned or were made. */
  readonly feeChanges: SeriesFeeChanges = new SeriesFeeChanges(this.http);

  /**
   * All series that the filters let through, in one answer. Public.
   *
   * @see https://docs.kalshi.com/api-reference/market/get-series-list
   */
  list(params: GetSeriesListParams = {}, options?: CallOptions): Promise<Series[]> {
    return callForList(this.http, GetSeriesList, "series", params, options);
  }

  /**
   * One series. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/market/get-series
   */
  async get(
    seriesTicker: string,
    params: Omit<GetSeriesParams, "series_ticker"> = {},
    options?: CallOptions,
  ): Promise<Series> {
    return await callFor(
      this.http,
      GetSeries,
      "series",
      withIds(GetSeries, params, { series_ticker: seriesTicker }),
      options,
    );
  }
}

/** `client.series.feeChanges` */
export class SeriesFeeChanges extends Namespace {
  /**
   * Planned changes of fees, of one series or of all; past ones too with `show_historical`. Public.
   *
   * @see https://docs.kalshi.com/api-reference/exchange/get-series-fee-changes
   */
  list(params: GetSeriesFeeChangesParams = {}, options?: CallOptions): Promise<SeriesFeeChange[]> {
    return callForList(this.http, GetSeriesFeeChanges, "series_fee_change_arr", params, options);
  }
}
