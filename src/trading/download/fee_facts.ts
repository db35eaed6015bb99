/**
 * How markets charged their fills: the fees of their event, or else those of its series, which change now and then.
 *
 * @module
 */
import { KalshiNotFoundError } from "../../base/errors.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { KalshiClient } from "../../client.ts";
import type { EventData, Series, SeriesFeeChange } from "../../contract/event/types.ts";

/** What is known of an event's fees. */
export interface EventFees {
  /** Its series. */
  readonly seriesTicker: string | undefined;
  /** How fees were computed. */
  readonly feeType: string | undefined;
  /** The factor of the formula. */
  readonly feeMultiplier: number | undefined;
}

const UNKNOWN: EventFees = { seriesTicker: undefined, feeType: undefined, feeMultiplier: undefined };

type Event = Pick<EventData, "series_ticker" | "fee_type_override" | "fee_multiplier_override">;

/** Events that one call names. */
const ASKED = 100;
/** Events that are remembered. */
const REMEMBERED = 20_000;

/** Looks fees up, many events a call. */
export class FeeFacts {
  readonly #client: KalshiClient;
  readonly #signal: AbortSignal | undefined;
  readonly #nowMs: number;
  readonly #events = new Map<string, Event | undefined>();
  readonly #series = new Map<string, Series | undefined>();
  #changes: Map<string, SeriesFeeChange[]> | undefined;

  constructor(client: KalshiClient, nowMs: number, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#nowMs = nowMs;
    this.#signal = signal;
  }

  /** Looks up what markets of these events need. */
  async prepare(eventTickers: readonly string[]): Promise<void> {
    if (this.#events.size > REMEMBERED) this.#events.clear();
    const unknown = [...new Set(eventTickers)].filter((ticker) => !this.#events.has(ticker));
    for (let at = 0; at < unknown.length; at += ASKED) await this.#ask(unknown.slice(at, at + ASKED));
    for (const ticker of eventTickers) {
      const series = this.#events.get(ticker)?.series_ticker;
      if (series !== undefined && !this.#series.has(series)) await this.#askSeries(series);
    }
    this.#changes ??= await this.#askChanges();
  }

  /** What an event charged at a time. */
  at(eventTicker: string, atMs: number): EventFees {
    const event = this.#events.get(eventTicker);
    if (event === undefined) return UNKNOWN;
    const { series_ticker: seriesTicker, fee_type_override: type, fee_multiplier_override: multiplier } =
      event;
    const series = this.#ofSeries(seriesTicker, atMs);
    return {
      seriesTicker,
      feeType: type ?? series?.fee_type,
      feeMultiplier: multiplier ?? series?.fee_multiplier,
    };
  }

  /** The fees of a series at a time: those of its last change before it; as they are, where they have not changed since. */
  #ofSeries(
    ticker: string,
    atMs: number,
  ): { readonly fee_type: string; readonly fee_multiplier: number } | undefined {
    const changes = this.#changes?.get(ticker) ?? [];
    const before = changes.filter(({ scheduled_ts }) => (timeMs(scheduled_ts) ?? 0) <= atMs).at(-1);
    if (before !== undefined) return before;
    const hasChanged = changes.some(({ scheduled_ts }) => (timeMs(scheduled_ts) ?? 0) <= this.#nowMs);
    return hasChanged ? undefined : this.#series.get(ticker);
  }

  async #ask(tickers: readonly string[]): Promise<void> {
    const signal = this.#signal;
    for (const ticker of tickers) this.#events.set(ticker, undefined);
    const { items } = await this.#client.events.list({ tickers, limit: 200 }, { signal });
    for (const event of items) this.#events.set(event.event_ticker, event);
    // The list has no combos.
    for (const ticker of tickers) {
      if (this.#events.get(ticker) !== undefined) continue;
      const event = await orNone(this.#client.events.get(ticker, {}, { signal }));
      this.#events.set(ticker, event);
    }
  }

  async #askSeries(ticker: string): Promise<void> {
    const signal = this.#signal;
    this.#series.set(ticker, await orNone(this.#client.series.get(ticker, {}, { signal })));
  }

  async #askChanges(): Promise<Map<string, SeriesFeeChange[]>> {
    const signal = this.#signal;
    const all = await this.#client.series.feeChanges.list({ show_historical: true }, { signal });
    const sorted = [...all].sort((a, b) => (timeMs(a.scheduled_ts) ?? 0) - (timeMs(b.scheduled_ts) ?? 0));
    const changes = new Map<string, SeriesFeeChange[]>();
    for (const change of sorted) {
      const own = changes.get(change.series_ticker) ?? [];
      own.push(change);
      changes.set(change.series_ticker, own);
    }
    return changes;
  }
}

/** What is looked up, or none where Kalshi does not have it. */
async function orNone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof KalshiNotFoundError) return undefined;
    throw error;
  }
}
