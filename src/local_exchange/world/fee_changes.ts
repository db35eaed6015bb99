/** Scheduled changes of fees, for series and for single events. */
import type { EventFeeChange, SeriesFeeChange } from "../../contract/event/types.ts";
import { feeSchedule, type FeeType } from "../engine/fees.ts";
import type { Engine } from "../engine/engine.ts";
import type { Random } from "../random.ts";
import type { EventInfo, SeriesInfo } from "./catalog.ts";

/** An event has other fees of its own, or none any longer. */
export interface EventFeesEvent {
  readonly type: "event_fees";
  readonly event: EventInfo;
}

/** The fee changes of one exchange, past and to come. */
export class FeeChanges {
  readonly series: SeriesFeeChange[] = [];
  readonly events: EventFeeChange[] = [];
  readonly #engine: Engine;
  readonly #random: Random;
  readonly #listeners = new Set<(event: EventFeesEvent) => void>();

  constructor(engine: Engine, random: Random) {
    this.#engine = engine;
    this.#random = random;
  }

  /** Calls `listener` when an event's override changes; returns how to stop. */
  listen(listener: (event: EventFeesEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Changes the fees of a series at a time. */
  changeSeries(series: SeriesInfo, type: FeeType, multiplier: number, at: number): void {
    this.series.push({
      id: this.#random.uuid(),
      series_ticker: series.ticker,
      fee_type: type,
      fee_multiplier: multiplier,
      scheduled_ts: new Date(at).toISOString(),
    });
    this.#engine.schedule.add(at, () => {
      series.feeType = type;
      series.feeMultiplier = multiplier;
      series.updatedAt = this.#engine.now;
      for (const event of series.events) this.#apply(event);
    });
  }

  /** Sets an event's own fees at a time, or clears them with undefined. */
  changeEvent(event: EventInfo, type: FeeType | undefined, multiplier: number | undefined, at: number): void {
    this.events.push({
      id: this.#random.uuid(),
      event_ticker: event.ticker,
      series_ticker: event.series.ticker,
      fee_type_override: type ?? null,
      fee_multiplier_override: multiplier ?? null,
      scheduled_ts: new Date(at).toISOString(),
    });
    this.#engine.schedule.add(at, () => {
      event.feeTypeOverride = type;
      event.feeMultiplierOverride = multiplier;
      event.updatedAt = this.#engine.now;
      this.#apply(event);
      for (const listener of this.#listeners) listener({ type: "event_fees", event });
    });
  }

  #apply(event: EventInfo): void {
    const { series } = event;
    const fees = feeSchedule(
      event.feeTypeOverride ?? series.feeType,
      event.feeMultiplierOverride ?? series.feeMultiplier,
    );
    for (const { market } of event.markets) this.#engine.setFees(market, fees);
  }
}
