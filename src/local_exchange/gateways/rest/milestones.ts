/** Kalshi's tags `milestone` and `structured-targets`: the games of the sports events and their teams. */
import {
  GetMilestone,
  GetMilestones,
  GetStructuredTarget,
  GetStructuredTargets,
} from "../../../contract/event/operations.ts";
import type { Milestone, StructuredTarget } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import { route } from "./route.ts";
import type { EventInfo } from "../../world/catalog.ts";
import type { Exchange } from "../../exchange.ts";
import { pageOf } from "./page.ts";
import { integer, invalid, text } from "./read.ts";
import { isoTime } from "../../wire/format.ts";

/** A UUID that always belongs to the same text. */
function idOf(text: string): string {
  let digits = "";
  for (let part = 0; digits.length < 32; part++) {
    let hash = 0x811c9dc5 ^ part;
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    digits += (hash >>> 0).toString(16).padStart(8, "0");
  }
  const version = `4${digits.slice(13, 16)}-8${digits.slice(17, 20)}`;
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${version}-${digits.slice(20, 32)}`;
}

function games(exchange: Exchange): EventInfo[] {
  return [...exchange.catalog.events.values()].filter(({ series, legs }) =>
    series.listing.category === "Sports" && legs === undefined
  );
}

/** The milestones of an exchange: a game for each sports event. */
export function milestonesOf(exchange: Exchange): Milestone[] {
  return games(exchange).map((event): Milestone => ({
    id: idOf(event.ticker),
    category: "Sports",
    type: "football_game",
    start_date: isoTime(event.listing.closeAt - 2 * 86_400_000),
    related_event_tickers: [event.ticker],
    primary_event_tickers: [event.ticker],
    title: event.listing.title,
    notification_message: event.listing.subTitle,
    source_id: event.ticker.toLowerCase(),
    source_ids: { local: event.ticker.toLowerCase() },
    details: { league: "NFL" },
    last_updated_ts: isoTime(event.updatedAt),
  }));
}

function targetsOf(exchange: Exchange): StructuredTarget[] {
  return games(exchange).flatMap((event) =>
    event.markets.map(({ market, listing }): StructuredTarget => ({
      id: idOf(market.ticker),
      name: listing.yesSubTitle,
      type: "football_team",
      details: { league: "NFL" },
      source_id: market.ticker.toLowerCase(),
      source_ids: { local: market.ticker.toLowerCase() },
      last_updated_ts: isoTime(event.updatedAt),
    }))
  );
}

export const milestoneRoutes = [
  route(GetMilestones, (call) => {
    if (text(call, "limit") === undefined) throw invalid("limit is required");
    const category = text(call, "category");
    const competition = text(call, "competition");
    const source = text(call, "source_id");
    const type = text(call, "type");
    const event = text(call, "related_event_ticker");
    const from = text(call, "minimum_start_date");
    const updated = integer(call, "min_updated_ts", { min: 0 });
    if (from !== undefined && Number.isNaN(Date.parse(from))) throw invalid("minimum_start_date is no date");
    const { items, cursor } = pageOf(call, milestonesOf(call.exchange), {
      most: 500,
      keep: (milestone) =>
        (category === undefined || milestone.category === category) &&
        (competition === undefined || milestone.details.league === competition) &&
        (source === undefined || milestone.source_id === source) &&
        (type === undefined || milestone.type === type) &&
        (event === undefined || milestone.related_event_tickers.includes(event)) &&
        (from === undefined || Date.parse(milestone.start_date) >= Date.parse(from)) &&
        (updated === undefined || Date.parse(milestone.last_updated_ts) >= updated * 1_000),
    });
    return { milestones: items, cursor };
  }),
  route(GetMilestone, (call) => {
    const milestone = milestonesOf(call.exchange).find(({ id }) => id === call.path.milestone_id);
    if (milestone === undefined) throw new ApiError("not_found");
    return { milestone };
  }),
  route(GetStructuredTargets, (call) => {
    const ids = call.query.getAll("ids");
    const type = text(call, "type");
    const competition = text(call, "competition");
    const size = integer(call, "page_size", { min: 1, max: 2_000 }) ?? 100;
    const { items, cursor } = pageOf(call, targetsOf(call.exchange), {
      usual: size,
      keep: (target) =>
        (ids.length === 0 || ids.includes(target.id ?? "")) &&
        (type === undefined || target.type === type) &&
        (competition === undefined || target.details?.league === competition),
    });
    return { structured_targets: items, cursor };
  }),
  route(GetStructuredTarget, (call) => {
    const found = targetsOf(call.exchange).find(({ id }) => id === call.path.structured_target_id);
    if (found === undefined) throw new ApiError("not_found");
    return { structured_target: found };
  }),
];
