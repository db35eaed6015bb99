/** Kalshi's tag `events`. */
import { GetEvent, GetEventMetadata, GetEvents } from "../../contract/operations.ts";
import { ApiError } from "../api_error.ts";
import { type Call, route } from "../route.ts";
import type { EventInfo } from "../world/catalog.ts";
import { pageOf } from "./page.ts";
import { choice, flag, integer, list, text } from "./read.ts";
import { eventPayload, marketPayload } from "./shapes.ts";

/** The event that a call names. */
export function eventOf({ venue }: Call, ticker: string | undefined): EventInfo {
  const found = ticker === undefined ? undefined : venue.catalog.events.get(ticker);
  if (found === undefined) throw new ApiError(404, "not_found");
  return found;
}

/** Where an event is in its life: as far as the first of its markets. */
function statusOf({ markets }: EventInfo): "unopened" | "open" | "closed" | "settled" {
  const has = (...statuses: string[]) => markets.some(({ market }) => statuses.includes(market.status));
  if (has("active", "inactive")) return "open";
  if (has("initialized")) return "unopened";
  return has("closed", "determined") ? "closed" : "settled";
}

export const eventRoutes = [
  route(GetEvents, (call) => {
    const status = choice(call, "status", ["unopened", "open", "closed", "settled"]);
    const series = text(call, "series_ticker");
    const tickers = list(call, "tickers");
    const minClose = integer(call, "min_close_ts", { min: 0 });
    const minUpdated = integer(call, "min_updated_ts", { min: 0 });
    const { items, cursor } = pageOf(call, [...call.venue.catalog.events.values()], {
      most: 200,
      usual: 200,
      keep: (event) =>
        (status === undefined || statusOf(event) === status) &&
        (series === undefined || event.series.ticker === series) &&
        (tickers === undefined || tickers.includes(event.ticker)) &&
        (minClose === undefined || event.plan.closeAt >= minClose * 1_000) &&
        (minUpdated === undefined || event.updatedAt >= minUpdated * 1_000),
    });
    const nested = flag(call, "with_nested_markets") ?? false;
    return {
      events: items.map((event) => eventPayload(event, nested)),
      ...(flag(call, "with_milestones") ? { milestones: [] } : {}),
      cursor,
    };
  }),
  route(GetEvent, (call) => {
    const event = eventOf(call, call.path.event_ticker);
    const nested = flag(call, "with_nested_markets") ?? false;
    return { event: eventPayload(event, nested), markets: nested ? [] : event.markets.map(marketPayload) };
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
      settlement_sources: [event.series.plan.source],
    };
  }),
];
