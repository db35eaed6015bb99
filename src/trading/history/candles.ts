/**
 * Candles of any length of time.
 *
 * @module
 */

import { systemClock } from "../../base/clock.ts";
import { KalshiConfigError, KalshiNotFoundError } from "../../base/errors.ts";
import { timeMs } from "../../base/wire_time.ts";
import type { KalshiClient } from "../../client.ts";
import type { Market, MarketCandlestick, MarketCandlestickHistorical } from "../../contract/event/types.ts";
import { type CandleRow, candleRow, candleSpecs, filledRow } from "./candle_rows.ts";
import { type CandlesOptions, candlesRules, readHistory, type Span } from "./options.ts";
import { type HistoryPage, HistoryRows } from "./rows.ts";
import { minutesOf, Periods } from "./times.ts";

/** The most candles that Kalshi gives in one call. */
const MOST = 5_000;

type Candle = MarketCandlestick | MarketCandlestickHistorical;

/** Where the candles of a market are: with the live ones below its series, or with the historical ones. */
type Source =
  | { readonly kind: "live"; readonly market: Market; readonly seriesTicker: string }
  | { readonly kind: "historical"; readonly market: Market };

/** Where a walk stands. */
interface Stand {
  readonly atMs: number;
  /** The last candle, which fills what has none. */
  readonly before?: CandleRow | undefined;
}

/** Candles of one market, walked over. */
class CandleWalk {
  readonly #client: KalshiClient;
  readonly #ticker: string;
  readonly #options: CandlesOptions;
  readonly #span: Span;
  readonly #periods: Periods;
  #source: Source | undefined;

  constructor(client: KalshiClient, ticker: string, options: CandlesOptions, span: Span) {
    this.#client = client;
    this.#ticker = ticker;
    this.#options = options;
    this.#span = span;
    this.#periods = new Periods(options.interval);
  }

  async *pages(): AsyncGenerator<HistoryPage<CandleRow>, void, undefined> {
    const { resume } = this.#options;
    const source = this.#source = await this.#find();
    const { firstMs, lastMs } = this.#range(source.market);
    let stand: Stand = resume === undefined ? { atMs: firstMs } : readResume(resume);
    while (stand.atMs < lastMs) {
      const endMs = Math.min(lastMs, this.#periods.beginOf(stand.atMs + this.#periods.span(MOST - 1)));
      const rows = this.#rows(await this.#ask(stand, endMs), stand, endMs);
      stand = { atMs: endMs, before: rows.at(-1) ?? stand.before };
      yield {
        rows,
        done: (endMs - firstMs) / (lastMs - firstMs),
        atMs: rows.at(-1)?.endsMs ?? endMs,
        resume: endMs < lastMs ? JSON.stringify(stand) : undefined,
      };
    }
  }

  /** From where to where there can be candles, as whole periods. */
  #range({ created_time, open_time, close_time }: Market): { firstMs: number; lastMs: number } {
    const { fromMs, toMs } = this.#span;
    const nowMs = this.#now();
    const madeMs = timeMs(created_time) ?? timeMs(open_time);
    const closesMs = timeMs(close_time) ?? Infinity;
    if (fromMs === undefined && madeMs === undefined) {
      throw new KalshiConfigError(`Kalshi does not say when ${this.#ticker} was made: say \`from\`.`);
    }
    // A moment belongs to the period that begins with it; the end does not belong to what is asked for.
    const lastOf = (ms: number) => this.#periods.endOf(this.#periods.beginOf(ms - 1));
    const firstMs = this.#periods.beginOf(Math.max(fromMs ?? 0, madeMs ?? 0));
    return { firstMs, lastMs: Math.min(lastOf(Math.min(toMs, closesMs)), lastOf(nowMs + 1)) };
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }

  async #find(): Promise<Source> {
    const { signal } = this.#options;
    try {
      const market = await this.#client.markets.get(this.#ticker, { signal });
      const event = await this.#client.events.get(market.event_ticker, {}, { signal });
      return { kind: "live", market, seriesTicker: event.series_ticker };
    } catch (error) {
      if (!(error instanceof KalshiNotFoundError)) throw error;
    }
    return {
      kind: "historical",
      market: await this.#client.historical.markets.get(this.#ticker, { signal }),
    };
  }

  /** Asks for the candles of the periods between two moments. */
  async #ask({ atMs, before }: Stand, endMs: number): Promise<readonly Candle[]> {
    const { interval, signal, fillGaps } = this.#options;
    const params = {
      start_ts: this.#periods.endOf(atMs) / 1_000,
      end_ts: endMs / 1_000,
      period_interval: minutesOf[interval],
    };
    const source = this.#source ??= await this.#find();
    if (source.kind === "live") {
      const first = fillGaps === true && before === undefined;
      try {
        const { markets } = this.#client;
        const live = first ? { ...params, include_latest_before_start: true } : params;
        return (await markets.candlesticks(source.seriesTicker, this.#ticker, live, { signal })).candlesticks;
      } catch (error) {
        // It was archived meanwhile: candles move with their market.
        if (!(error instanceof KalshiNotFoundError)) throw error;
        this.#source = { kind: "historical", market: source.market };
      }
    }
    const { markets } = this.#client.historical;
    return (await markets.candlesticks(this.#ticker, params, { signal })).candlesticks;
  }

  /** Candles as rows, each period once, with those between them where they are asked for. */
  #rows(candles: readonly Candle[], { atMs, before }: Stand, endMs: number): CandleRow[] {
    const nowMs = this.#now();
    const { fillGaps } = this.#options;
    const rows: CandleRow[] = [];
    let last = before;
    let nextMs = atMs;
    const fill = (untilMs: number) => {
      if (fillGaps !== true || last === undefined) return;
      while (nextMs < untilMs) {
        const endsMs = this.#periods.endOf(nextMs);
        last = filledRow(last, nextMs, endsMs, nowMs);
        rows.push(last);
        nextMs = endsMs;
      }
    };
    const found = candles.map((candle) => candleRow(candle, this.#periods, nowMs))
      .sort((a, b) => a.endsMs - b.endsMs);
    for (const row of found) {
      if (row.beginsMs < nextMs || row.endsMs > endMs) continue;
      fill(row.beginsMs);
      const isState = last === undefined && fillGaps === true && isFlat(row);
      last = isState ? { ...row, isFilled: true } : row;
      rows.push(last);
      nextMs = row.endsMs;
    }
    fill(endMs);
    return rows;
  }
}

/** Whether nothing happened in it: what Kalshi puts in front of the others says only how things stood. */
const isFlat = (row: CandleRow): boolean =>
  row.openCenticents === undefined && row.volumeCenticontracts === 0 &&
  row.bidHighCenticents === row.bidLowCenticents && row.askHighCenticents === row.askLowCenticents;

function readResume(resume: string): Stand {
  try {
    const stand = JSON.parse(resume) as Partial<Stand> | null;
    if (typeof stand?.atMs === "number") return stand as Stand;
  } catch {
    // No JSON: it is said below.
  }
  throw new KalshiConfigError("candles: `resume` takes the `resume` of the progress of another walk.");
}

/**
 * The candles of one market over any length of time, oldest first: as many calls as it takes, live or historical,
 * whichever the market is, inside the client's rate budget. A year of minutes are 106 calls.
 *
 * `from` and `to` say which periods: those that overlap it. `from` is when the market was made and `to` is now unless told;
 * the period that is not over is marked with `isOpen`. What Kalshi has no candle of is left out, or filled in with
 * `fillGaps`.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong
 * @throws {KalshiNotFoundError} when there is no such market, from the loop
 * @see https://docs.kalshi.com/api-reference/market/get-market-candlesticks
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { candles } from "@unofficial/kalshi/trading";
 *
 * await using client = new KalshiClient({ demo: true });
 * const day = candles(client, "KXHIGHNY-26NOV24-T60", { from: "2026-11-23", to: "2026-11-24", interval: "1h" });
 * for await (const { beginsMs, closeCenticents, isOpen } of day) console.log(new Date(beginsMs), closeCenticents, isOpen);
 * ```
 */
export function candles(client: KalshiClient, ticker: string, given: CandlesOptions): HistoryRows<CandleRow> {
  const { options, span } = readHistory<CandlesOptions, typeof candlesRules>(
    "candles",
    client,
    given,
    candlesRules,
  );
  if (typeof ticker !== "string" || ticker === "") {
    throw new KalshiConfigError("candles takes a market ticker second, as text.");
  }
  if (options.resume !== undefined) readResume(options.resume);
  return new HistoryRows(() => candlePages(client, ticker, options, span), candleSpecs, options.onProgress);
}

/** The same a call at a time, by options that were checked. */
export function candlePages(
  client: KalshiClient,
  ticker: string,
  options: CandlesOptions,
  span: Span,
): AsyncGenerator<HistoryPage<CandleRow>, void, undefined> {
  return new CandleWalk(client, ticker, options, span).pages();
}
