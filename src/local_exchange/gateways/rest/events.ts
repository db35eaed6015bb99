/** Kalshi's tag `events`. */
import {
  GetEvent,
  GetEventFeeChanges,
  GetEventForecastPercentilesHistory,
  GetEventMetadata,
  GetEvents,
} from "../../../contract/event/operations.ts";
import { ApiError } from "../../api_error.ts";
import { type Call, route } from "./route.ts";
import type { EventInfo, MarketInfo } from "../../world/catalog.ts";
import { statusFilter } from "./market.ts";
import { milestonesOf } from "./milestones.ts";
import { pageOf } from "./page.ts";
import { choice, flag, integer, invalid, list, text } from "./read.ts";
import { eventPayload, marketPayload } from "../../wire/markets.ts";

/** The event that a call names. */
export function eventOf({ exchange }: Call, ticker: string | undefined): EventInfo {
  const found = ticker === undefined ? undefined : exchange.catalog.events.get(ticker);
  if (found === undefined) throw new ApiError("not_found");
  return found;
}

/** Whether one of an event's markets has a status that a `status` filter means. */
function hasStatus({ markets }: EventInfo, word: keyof typeof statusFilter): boolean {
  const statuses: readonly string[] = statusFilter[word];
  return markets.some(({ market }) => statuses.includes(market.status));
}

/** Whether a market has not moved to the historical data. */
export function isLive({ exchange }: Call): (info: MarketInfo) => boolean {
  return (info) => !exchange.archive.hasMarket(info);
}

export const eventRoutes = [
  route(GetEvents, (call) => {
    const status = choice(call, "status", ["unopened", "open", "closed", "settled"]);
    const series = text(call, "series_ticker");
    const tickers = list(call, "tickers");
    const minClose = integer(call, "min_close_ts", { min: 0 });
    const minUpdated = integer(call, "min_updated_ts", { min: 0 });
    const { items, cursor } = pageOf(call, [...call.exchange.catalog.events.values()], {
      most: 200,
      usual: 200,
      keep: (event) =>
        event.legs === undefined &&
        (status === undefined || hasStatus(event, status)) &&
        (series === undefined || event.series.ticker === series) &&
        (tickers === undefined || tickers.includes(event.ticker)) &&
        (minClose === undefined || event.listing.closeAt >= minClose * 1_000) &&
        (minUpdated === undefined || event.updatedAt >= minUpdated * 1_000),
    });
    const nested = flag(call, "with_nested_markets") ?? false;
    return {
      events: items.map((event) => eventPayload(call.exchange, event, nested, isLive(call))),
      ...(flag(call, "with_milestones")
        ? {
          milestones: milestonesOf(call.exchange).filter(({ related_event_tickers: related }) =>
            items.some(({ ticker }) => related.includes(ticker))
          ),
        }
        : {}),
      cursor,
    };
  }),
  route(GetEvent, (call) => {
    const event = eventOf(call, call.path.event_ticker);
    const nested = flag(call, "with_nested_markets") ?? false;
    const live = event.markets.filter(isLive(call));
    return {
      event: eventPayload(call.exchange, event, nested, isLive(call)),
      markets: nested ? [] : live.map((info) => marketPayload(call.exchange, info)),
    };
  }),
  route(GetEventMetadata, (call) => {
    const event = eventOf(call, call.path.event_ticker);
    return {
      image_url: `https://example.com/images/${event.ticker}.png`,
      market_details: event.markets.map(({ market }) => ({
        market_ticker: market.ticker,
        image_url: `https://example.com/images/${market.ticker}.png`,
        color_code: "#0AC285",
      })),
      settlement_sources: [event.series.listing.source],
    };
  }),
  route(GetEventFeeChanges, (call) => {
    const event = text(call, "event_ticker");
    const { items, cursor } = pageOf(call, call.exchange.feeChanges.events, {
      keep: (change) => event === undefined || change.event_ticker === event,
    });
    return { event_fee_changes: items, cursor };
  }),
  route(GetEventForecastPercentilesHistory, (call) => {
    const event = eventOf(call, call.path.ticker);
    const percentiles = call.query.getAll("percentiles").map(Number);
    if (percentiles.length === 0 || percentiles.length > 10) {
      throw invalid("percentiles takes 1 to 10 values");
    }
    if (percentiles.some((value) => !Number.isInteger(value) || value < 0 || value > 9_999)) {
      throw invalid("percentiles are whole numbers from 0 to 9999");
    }
    const end = integer(call, "end_ts", { min: 0 });
    const start = integer(call, "start_ts", { min: 0 });
    const minutes = integer(call, "period_interval", { min: 0 });
    if (start === undefined || end === undefined || minutes === undefined) {
      throw invalid("start_ts, end_ts and period_interval are required");
    }
    const strikes = event.markets.map(({ listing }) => listing.floorStrike ?? listing.capStrike ?? 0).sort((
      a,
      b,
    ) => a - b);
    return {
      forecast_history: [{
        event_ticker: event.ticker,
        end_period_ts: end,
        period_interval: minutes,
        percentile_points: percentiles.map((percentile) => {
          const value =
            strikes[Math.min(strikes.length - 1, Math.floor(strikes.length * percentile / 10_000))] ?? 0;
          return {
            percentile,
            raw_numerical_forecast: value,
            numerical_forecast: value,
            formatted_forecast: String(value),
          };
        }),
      }],
    };
  }),
];
