/** When markets are open that do not trade around the clock. */
import type { Engine } from "../engine/engine.ts";
import type { MarketChange } from "../engine/events.ts";
import { midnight, newYorkTime } from "../world/new_york.ts";
import type { MarginMarketInfo, MarketSchedule } from "./model.ts";

const HOUR = 3_600_000;
const SUNDAY = 0;
const FRIDAY = 5;

/** When the weekend of New York begins or ends next after a time, Friday at 17:00 or Sunday at 18:00, and which it is. */
export function nextWeekendChange(at: number): { readonly at: number; readonly opens: boolean } {
  for (let days = 0;; days++) {
    const ends = midnight(at, days + 1);
    // An hour before midnight is of that day, and no clock is changed so late.
    const weekday = newYorkTime(ends - HOUR).getUTCDay();
    const opens = weekday === SUNDAY;
    const change = ends - (opens ? 6 : 7) * HOUR;
    if ((opens || weekday === FRIDAY) && change > at) return { at: change, opens };
  }
}

/** The schedules of one exchange. */
export class Schedules {
  readonly #engine: Engine;
  readonly #onChange: (info: MarginMarketInfo) => void;

  /** `onChange` is told when a market has opened or closed, or is to at another time. */
  constructor(engine: Engine, onChange: (info: MarginMarketInfo) => void) {
    this.#engine = engine;
    this.#onChange = onChange;
  }

  /** A market is closed on the weekends of New York from now on. */
  followWeek(info: MarginMarketInfo): void {
    const next = nextWeekendChange(this.#engine.now);
    const schedule = { isOpen: !next.opens, nextAt: next.at };
    this.#become(info, schedule);
    this.#engine.schedule.add(next.at, () => {
      if (info.schedule === schedule) this.followWeek(info);
    });
  }

  /** A market is open or closed, until a time where one is given; undefined lets it trade around the clock. */
  set(info: MarginMarketInfo, schedule: MarketSchedule | undefined): void {
    this.#become(info, schedule);
    const { nextAt, isOpen } = schedule ?? {};
    if (nextAt === undefined) return;
    this.#engine.schedule.add(nextAt, () => {
      if (info.schedule === schedule) this.set(info, { isOpen: !isOpen, nextAt: undefined });
    });
  }

  /** Pauses a market, or ends its pause; one that its schedule has closed stays so. */
  setPaused(info: MarginMarketInfo, isPaused: boolean): void {
    info.isPaused = isPaused;
    this.#follow(info, isPaused ? "deactivated" : "activated");
  }

  #become(info: MarginMarketInfo, schedule: MarketSchedule | undefined): void {
    info.schedule = schedule;
    this.#follow(info, schedule?.isOpen ?? true ? "opened" : "closed");
    this.#onChange(info);
  }

  /** A pause that ends cancels what rests. While a schedule has it closed that stays on the book, and can be canceled. */
  #follow({ market, schedule, isPaused }: MarginMarketInfo, change: MarketChange): void {
    const status = !isPaused && (schedule?.isOpen ?? true) ? "active" : "inactive";
    if (market.status !== status) this.#engine.setStatus(market, status, change);
  }
}
