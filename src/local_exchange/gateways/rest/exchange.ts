/** Kalshi's tag `exchange`. */
import {
  GetExchangeSchedule,
  GetExchangeStatus,
  GetSeriesFeeChanges,
  GetUserDataTimestamp,
} from "../../../contract/event/operations.ts";
import type { WeeklySchedule } from "../../../contract/event/types.ts";
import { route } from "./route.ts";
import { flag, text } from "./read.ts";
import { isoTime } from "../../wire/format.ts";

const DAY = 86_400_000;
const allDay = [{ open_time: "00:00", close_time: "24:00" }];
const names: Readonly<Record<number, string>> = {
  0: "Default",
  1: "Combos",
  2: "Crypto and commodities",
  3: "Sports",
};

/** Open around the clock but for the weekly maintenance, Thursday from 3 to 5 in New York. */
function week(start: number): WeeklySchedule {
  return {
    start_time: isoTime(start),
    end_time: isoTime(start + 365 * DAY),
    monday: allDay,
    tuesday: allDay,
    wednesday: allDay,
    thursday: [{ open_time: "00:00", close_time: "03:00" }, { open_time: "05:00", close_time: "24:00" }],
    friday: allDay,
    saturday: allDay,
    sunday: allDay,
  };
}

export const exchangeRoutes = [
  route(GetExchangeStatus, ({ exchange: { engine } }) => {
    const state = {
      exchange_active: !engine.exchangePaused,
      trading_active: !engine.tradingPaused,
      intra_exchange_transfers_active: !engine.exchangePaused,
    };
    const shards = new Set([0, ...[...engine.markets.values()].map(({ shard }) => shard)]);
    return {
      ...state,
      exchange_index_statuses: [...shards].sort((a, b) => a - b).map((shard) => ({
        exchange_index: shard,
        description: names[shard] ?? `Shard ${shard}`,
        ...state,
      })),
    };
  }),
  route(GetExchangeSchedule, ({ exchange: { engine: { now } } }) => {
    // Day 0 of Unix time was a Thursday, and New York is five hours behind.
    const thursday = Math.ceil((now - 10 * 3_600_000) / (7 * DAY)) * 7 * DAY;
    return {
      schedule: {
        standard_hours: [week(Math.floor(now / DAY) * DAY - 30 * DAY)],
        maintenance_windows: [{
          start_datetime: isoTime(thursday + 8 * 3_600_000),
          end_datetime: isoTime(thursday + 10 * 3_600_000),
        }],
      },
    };
  }),
  route(GetUserDataTimestamp, ({ exchange }) => ({ as_of_time: isoTime(exchange.engine.now) })),
  route(GetSeriesFeeChanges, (call) => {
    const series = text(call, "series_ticker");
    const historical = flag(call, "show_historical") ?? false;
    return {
      series_fee_change_arr: call.exchange.feeChanges.series.filter(({ series_ticker, scheduled_ts }) =>
        (series === undefined || series_ticker === series) &&
        (historical || Date.parse(scheduled_ts) > call.exchange.engine.now)
      ),
    };
  }),
];
