/**
 * Events, which group markets: Kalshi's tag `events`.
 *
 * @module
 */

import {
  GetEvent,
  GetEventFeeChanges,
  type GetEventFeeChangesParams,
  GetEventForecastPercentilesHistory,
  type GetEventForecastPercentilesHistoryParams,
  GetEventMetadata,
  type GetEventParams,
  GetEvents,
  type GetEventsParams,
  GetMarketCandlesticksByEvent,
  type GetMarketCandlesticksByEventParams,
  GetMultivariateEvents,
  type GetMultivariateEventsParams,
} from "../contract/event/operations.ts";
import type {
  EventData,
  EventFeeChange,
  ForecastPercentilesPoint,
  GetEventCandlesticksResponse,
  GetEventFeeChangesResponse,
  GetEventMetadataResponse,
  GetEventsResponse,
  GetMultivariateEventsResponse,
} from "../contract/event/types.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { PageCall } from "../http/page.ts";
import { withIds } from "../http/check_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import { call, callFor, callForList, listAll, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";

/** `client.events` */
export class Events extends Namespace {
  /** Combo events. */
  readonly multivariate: MultivariateEvents = new MultivariateEvents(this.http);
  /** Changes of fees that set an event apart from its series. */
  readonly feeChanges: EventFeeChanges = new EventFeeChanges(this.http);

  /**
   * One page of events, combos aside. Public. With `with_nested_markets` each holds its `markets`, historical
   * ones aside; with `with_milestones` the page's `response.milestones` is filled.
   *
   * @see https://docs.kalshi.com/api-reference/events/get-events
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = new KalshiClient({ demo: true });
   * const events = client.events.listAll({ status: "open", with_nested_markets: true }, { maxItems: 20 });
   * for await (const event of events) console.log(event.title, event.markets?.length);
   * ```
   */
  list(params: GetEventsParams = {}, options?: CallOptions): PageCall<EventData, GetEventsResponse> {
    return listPage(this.http, GetEvents, params, options);
  }

  /** Every event that the filters let through, over all pages. See {@linkcode Events.list}. */
  listAll(
    params: GetEventsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<EventData, void, undefined> {
    return listAll(this.http, GetEvents, params, options);
  }

  /**
   * One event; with `with_nested_markets: true` its `markets` are in it. Public.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/api-reference/events/get-event
   */
  async get(
    eventTicker: string,
    params: Omit<GetEventParams, "event_ticker"> = {},
    options?: CallOptions,
  ): Promise<EventData> {
    // What the answer holds besides is the deprecated double of `event.markets`.
    return await callFor(
      this.http,
      GetEvent,
      "event",
      withIds(GetEvent, params, { event_ticker: eventTicker }),
      options,
    );
  }

  /**
   * Images, colours and settlement sources of an event. Public.
   *
   * @see https://docs.kalshi.com/api-reference/events/get-event-metadata
   */
  metadata(eventTicker: string, options?: CallOptions): Promise<GetEventMetadataResponse> {
    return call(this.http, GetEventMetadata, { event_ticker: eventTicker }, options);
  }

  /**
   * Candlesticks of all markets of an event: `market_candlesticks[i]` belongs to `market_tickers[i]`. Public.
   *
   * @param params `start_ts` and `end_ts` in Unix seconds, `period_interval` in minutes: 1, 60 or 1440.
   * @see https://docs.kalshi.com/api-reference/events/get-event-candlesticks
   */
  async candlesticks(
    seriesTicker: string,
    eventTicker: string,
    params: Omit<GetMarketCandlesticksByEventParams, "series_ticker" | "ticker">,
    options?: CallOptions,
  ): Promise<GetEventCandlesticksResponse> {
    return await call(
      this.http,
      GetMarketCandlesticksByEvent,
      withIds(GetMarketCandlesticksByEvent, params, { series_ticker: seriesTicker, ticker: eventTicker }),
      options,
    );
  }

  /**
   * How the forecast that an event's prices imply moved, at up to 10 percentiles. Needs a key.
   *
   * @param params `percentiles` from 0 to 9999, `start_ts` and `end_ts` in Unix seconds, `period_interval` in
   * minutes: 0 (5 seconds), 1, 60 or 1440.
   * @see https://docs.kalshi.com/api-reference/events/get-event-forecast-percentile-history
   */
  async forecastPercentilesHistory(
    seriesTicker: string,
    eventTicker: string,
    params: Omit<GetEventForecastPercentilesHistoryParams, "series_ticker" | "ticker">,
    options?: CallOptions,
  ): Promise<ForecastPercentilesPoint[]> {
    return await callForList(
      this.http,
      GetEventForecastPercentilesHistory,
      "forecast_history",
      withIds(GetEventForecastPercentilesHistory, params, {
        series_ticker: seriesTicker,
        ticker: eventTicker,
      }),
      options,
    );
  }
}

/** `client.events.multivariate` */
export class MultivariateEvents extends Namespace {
  /**
   * One page of combo events, which are made on demand. Public.
   *
   * @param params `series_ticker` or `collection_ticker`, not both.
   * @see https://docs.kalshi.com/api-reference/events/get-multivariate-events
   */
  list(
    params: GetMultivariateEventsParams = {},
    options?: CallOptions,
  ): PageCall<EventData, GetMultivariateEventsResponse> {
    return listPage(this.http, GetMultivariateEvents, params, options);
  }

  /** Every combo event, over all pages. See {@linkcode MultivariateEvents.list}. */
  listAll(
    params: GetMultivariateEventsParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<EventData, void, undefined> {
    return listAll(this.http, GetMultivariateEvents, params, options);
  }
}

/** `client.events.feeChanges` */
export class EventFeeChanges extends Namespace {
  /**
   * One page of changes of fees. An event's fee overrides that of its series; null in both fields ends the
   * override. Public.
   *
   * @see https://docs.kalshi.com/api-reference/events/get-event-fee-changes
   */
  list(
    params: GetEventFeeChangesParams = {},
    options?: CallOptions,
  ): PageCall<EventFeeChange, GetEventFeeChangesResponse> {
    return listPage(this.http, GetEventFeeChanges, params, options);
  }

  /** Every change of fees, over all pages. See {@linkcode EventFeeChanges.list}. */
  listAll(
    params: GetEventFeeChangesParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<EventFeeChange, void, undefined> {
    return listAll(this.http, GetEventFeeChanges, params, options);
  }
}
