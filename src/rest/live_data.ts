/**
 * Scores, prices and temperatures behind the markets: Kalshi's tag `live-data`.
 *
 * @module
 */

import {
  GetEventLiveData,
  type GetEventLiveDataParams,
  GetGameStats,
  GetLiveData,
  GetLiveDataByMilestone,
  type GetLiveDataByMilestoneParams,
  type GetLiveDataParams,
  GetLiveDatas,
  type GetLiveDatasParams,
  GetWeatherIndex,
  GetWeatherIndexCalibrations,
  type GetWeatherIndexParams,
} from "../contract/event/operations.ts";
import type {
  EventLiveData,
  GetWeatherIndexCalibrationsResponse,
  GetWeatherIndexResponse,
  LiveData,
  PlayByPlay,
} from "../contract/event/types.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor, callForList } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.liveData` */
export class LiveDataNamespace extends Namespace {
  /**
   * Live data of a milestone; `type` names the shape of `details`. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/live-data/get-live-data
   */
  async get(
    milestoneId: string,
    params: Omit<GetLiveDataByMilestoneParams, "milestone_id"> = {},
    options?: CallOptions,
  ): Promise<LiveData> {
    const all = withIds(GetLiveDataByMilestone, params, { milestone_id: milestoneId });
    return await callFor(this.http, GetLiveDataByMilestone, "live_data", all, options);
  }

  /**
   * Live data of up to 100 milestones. Public.
   *
   * @throws {KalshiConfigError} for no milestone and for more than 100.
   * @see https://docs.kalshi.com/api-reference/live-data/get-multiple-live-data
   */
  async bulk(params: GetLiveDatasParams, options?: CallOptions): Promise<LiveData[]> {
    return await callForList(this.http, GetLiveDatas, "live_datas", params, options);
  }

  /**
   * Live data of a milestone whose type is known. Public.
   *
   * Kalshi calls this one the older way: prefer {@linkcode LiveDataNamespace.get}.
   *
   * @see https://docs.kalshi.com/api-reference/live-data/get-live-data-with-type
   */
  async getTyped(
    type: string,
    milestoneId: string,
    params: Omit<GetLiveDataParams, "type" | "milestone_id"> = {},
    options?: CallOptions,
  ): Promise<LiveData> {
    const all = withIds(GetLiveData, params, { type, milestone_id: milestoneId });
    return await callFor(this.http, GetLiveData, "live_data", all, options);
  }

  /**
   * Live data of an event, such as the price of a coin; `type` names the shape of `details`. Public.
   *
   * @param params `range`: span of the series, such as `15min`, `1h`, `1d`.
   * @see https://docs.kalshi.com/api-reference/live-data/get-event-live-data
   */
  async event(
    eventTicker: string,
    params: Omit<GetEventLiveDataParams, "event_ticker"> = {},
    options?: CallOptions,
  ): Promise<EventLiveData> {
    const all = withIds(GetEventLiveData, params, { event_ticker: eventTicker });
    return await callFor(this.http, GetEventLiveData, "live_data", all, options);
  }

  /**
   * Play by play of a game; undefined where Kalshi has none. Public.
   *
   * @see https://docs.kalshi.com/api-reference/live-data/get-game-stats
   */
  async gameStats(milestoneId: string, options?: CallOptions): Promise<PlayByPlay | undefined> {
    return (await call(this.http, GetGameStats, { milestone_id: milestoneId }, options)).pbp ?? undefined;
  }

  /**
   * Kalshi's temperature index of a city, one point a minute, in degrees Fahrenheit. A minute without a value
   * has no point. Public.
   *
   * @param city Such as `miami`.
   * @param params `from` and `to` in Unix milliseconds (24 hours to now when left out), or `last_sec` seconds.
   * @see https://docs.kalshi.com/api-reference/live-data/get-weather-index
   */
  async weather(
    city: string,
    params: Omit<GetWeatherIndexParams, "city"> = {},
    options?: CallOptions,
  ): Promise<GetWeatherIndexResponse> {
    return await call(this.http, GetWeatherIndex, withIds(GetWeatherIndex, params, { city }), options);
  }

  /**
   * How a city's temperature index weighs its stations, now and before. Public.
   *
   * @see https://docs.kalshi.com/changelog
   */
  weatherCalibrations(city: string, options?: CallOptions): Promise<GetWeatherIndexCalibrationsResponse> {
    return call(this.http, GetWeatherIndexCalibrations, { city }, options);
  }
}
