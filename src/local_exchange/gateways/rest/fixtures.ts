/**
 * What the exchange does not simulate: incentive programs, live data and weather. These operations answer with
 * the same made-up facts every time, true to their schemas.
 */
import {
  GetEventLiveData,
  GetGameStats,
  GetIncentivePrograms,
  GetLiveData,
  GetLiveDataByMilestone,
  GetLiveDatas,
  GetWeatherIndex,
  GetWeatherIndexCalibrations,
} from "../../../contract/event/operations.ts";
import type { IncentiveProgram, LiveData, WeatherIndexPoint } from "../../../contract/event/types.ts";
import { ApiError } from "../../api_error.ts";
import { type Call, route } from "./route.ts";
import { eventOf } from "./events.ts";
import { milestonesOf } from "./milestones.ts";
import { pageOf } from "./page.ts";
import { choice, flag, integer, invalid } from "./read.ts";
import { isoTime } from "../../wire/format.ts";

const DAY = 86_400_000;
const MINUTE = 60_000;

function incentives({ exchange }: Call): IncentiveProgram[] {
  const { now } = exchange.engine;
  const midnight = Math.floor(now / DAY) * DAY;
  return exchange.catalog.listed.filter(({ market }) => market.status === "active").slice(0, 3).map((
    { market },
    index,
  ) => ({
    id: `program-${index + 1}`,
    market_id: market.ticker,
    market_ticker: market.ticker,
    incentive_type: index === 2 ? "volume" : "liquidity",
    incentive_description: "A made-up program",
    start_date: isoTime(midnight - DAY),
    end_date: isoTime(midnight + 7 * DAY),
    period_reward: 1_000_000,
    paid_out: false,
    discount_factor_bps: index === 2 ? null : 5_000,
    target_size_fp: index === 2 ? null : "100.00",
  }));
}

function liveData(call: Call, id: string | undefined): LiveData {
  const milestone = milestonesOf(call.exchange).find((other) => other.id === id);
  if (milestone === undefined) throw new ApiError("not_found");
  return {
    type: milestone.type,
    details: {
      status: "scheduled",
      home_points: 0,
      away_points: 0,
      ...(flag(call, "include_player_stats") ? { player_stats: {} } : {}),
    },
    milestone_id: milestone.id,
  };
}

/** Cities that have a weather index. */
const cities = ["nyc", "chi", "mia"];

function cityOf({ path }: Call): string {
  const city = path.city?.toLowerCase() ?? "";
  if (!cities.includes(city)) throw invalid(`city must be one of: ${cities.join(", ")}`);
  return city;
}

export const fixtureRoutes = [
  route(GetIncentivePrograms, (call) => {
    const status = choice(call, "status", ["all", "active", "upcoming", "closed", "paid_out"]) ?? "all";
    const type =
      choice(call, "type", ["all", "liquidity", "volume", "margin_maker_volume", "margin_taker_volume"]) ??
        "all";
    const { items, cursor } = pageOf(call, incentives(call), {
      most: 10_000,
      keep: ({ incentive_type }) =>
        (status === "all" || status === "active") && (type === "all" || type === incentive_type),
    });
    return { incentive_programs: items, ...(cursor === "" ? {} : { next_cursor: cursor }) };
  }),
  route(GetLiveDatas, (call) => {
    const ids = call.query.getAll("milestone_ids");
    if (ids.length === 0 || ids.length > 100) throw invalid("milestone_ids takes 1 to 100 ids");
    return { live_datas: ids.map((id) => liveData(call, id)) };
  }),
  route(GetLiveDataByMilestone, (call) => ({ live_data: liveData(call, call.path.milestone_id) })),
  route(GetLiveData, (call) => {
    const found = liveData(call, call.path.milestone_id);
    if (found.type !== call.path.type) throw new ApiError("not_found");
    return { live_data: found };
  }),
  route(GetGameStats, (call) => {
    liveData(call, call.path.milestone_id);
    return { pbp: { periods: [{ events: [] }] } };
  }),
  route(GetEventLiveData, (call) => {
    const event = eventOf(call, call.path.event_ticker);
    return {
      live_data: {
        type: "price_history",
        details: { event_ticker: event.ticker },
        is_historical: false,
        default_range: "1d",
        range_options: ["1d", "1w"],
      },
    };
  }),
  route(GetWeatherIndex, (call) => {
    const city = cityOf(call);
    const { now } = call.exchange.engine;
    const last = (integer(call, "last_sec", { min: 1 }) ?? 600) * 1_000;
    const from = integer(call, "from", { min: 0 }) ?? now - last;
    const to = integer(call, "to", { min: 0 }) ?? now;
    if (to < from) throw invalid("to is before from");
    const detailed = flag(call, "detailed") ?? false;
    const first = Math.ceil(from / MINUTE);
    const count = Math.min(1_440, Math.max(0, Math.floor(to / MINUTE) - first + 1));
    return {
      city,
      config_version: "local-1",
      units: "celsius",
      timeseries: Array.from({ length: count }, (_, index): WeatherIndexPoint => ({
        t: (first + index) * MINUTE,
        v: 12.5,
        status: "ok",
        contributors: 1,
        ...(detailed ? { stations: [{ station_id: "LOCAL1", code: "ok", temp_f: 54.5 }] } : {}),
      })),
    };
  }),
  route(GetWeatherIndexCalibrations, (call) => ({
    city: cityOf(call),
    units: "celsius",
    calibrations: [{
      config_version: "local-1",
      effective_at_ms: Math.floor(call.exchange.engine.now / DAY) * DAY - 30 * DAY,
      city_reference_c: 12.5,
      stations: [{ station_id: "LOCAL1", weight: 1, offset_c: 0 }],
    }],
  })),
];
