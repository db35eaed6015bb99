/** Candlesticks from what happened: a minute at a time, summed up when somebody asks. */
import type { Engine } from "../engine/engine.ts";
import { noQuote } from "../engine/event_contract.ts";
import type { Market, Side } from "../engine/model.ts";
import { midnight } from "./new_york.ts";

/** Open, low, high and close. */
export interface Range {
  open: number;
  low: number;
  high: number;
  close: number;
}

/** One period of one market. Prices are in ticks, counts in hundredths. */
export interface Candle {
  /** Inclusive end of the period, Unix seconds. */
  readonly end: number;
  readonly bid: Range;
  readonly ask: Range;
  /** Trades; undefined when there were none. */
  price: Range | undefined;
  /** Sum of price times count, for the mean. */
  turnover: number;
  volume: number;
  openInterest: number;
}

const MINUTE = 60_000;
/** The minutes of a day. */
export const DAY_MINUTES = 1_440;

/**
 * The end of the period that a time belongs to, in Unix seconds; a time that is an end is its own. Minutes and hours
 * are those of UTC, days those of New York, which have 23 or 25 hours when the clock changes.
 */
export function endOfPeriod(atS: number, minutes: number): number {
  const length = minutes * 60;
  if (minutes !== DAY_MINUTES) return Math.ceil(atS / length) * length;
  const begins = midnight(atS * 1_000) / 1_000;
  return begins === atS ? atS : midnight(atS * 1_000, 1) / 1_000;
}

/** The end of the period before the one that ends at `endS`. */
export function startOfPeriod(endS: number, minutes: number): number {
  return minutes === DAY_MINUTES ? midnight(endS * 1_000, -1) / 1_000 : endS - minutes * 60;
}

/** The end of the period after the one that ends at `endS`. */
function nextPeriod(endS: number, minutes: number): number {
  return minutes === DAY_MINUTES ? midnight(endS * 1_000, 1) / 1_000 : endS + minutes * 60;
}

function range(value: number): Range {
  return { open: value, low: value, high: value, close: value };
}

function stretch(range: Range, value: number): void {
  range.low = Math.min(range.low, value);
  range.high = Math.max(range.high, value);
  range.close = value;
}

function merge(into: Range, next: Range): void {
  into.low = Math.min(into.low, next.low);
  into.high = Math.max(into.high, next.high);
  into.close = next.close;
}

/** How many of a market's minutes, oldest first, ended by a time in Unix seconds. */
function endedBy(minutes: readonly Candle[], atS: number): number {
  let low = 0;
  let high = minutes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((minutes[middle]?.end ?? Infinity) <= atS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Watches an engine and keeps a candle for each minute in which a market moved. */
export class Candles {
  readonly #minutes = new Map<Market, Candle[]>();

  readonly #emptyQuote: Readonly<Record<Side, number>>;
  readonly #most: number;

  /**
   * `emptyQuote`: what an empty side of a book counts as. `most`: how many minutes of a market are kept, a quarter more
   * at times; all of them unless told.
   */
  constructor(engine: Engine, emptyQuote: Readonly<Record<Side, number>> = noQuote, most = Infinity) {
    this.#emptyQuote = emptyQuote;
    this.#most = most;
    engine.listen((event) => {
      if (event.type === "book") {
        const { market, side, price } = event;
        // A minute without a change repeats the last, and most changes are behind the best price.
        const minutes = this.#minutes.get(market);
        const last = minutes?.[minutes.length - 1];
        if (last !== undefined && (side === "bid" ? price < last.bid.close : price > last.ask.close)) return;
        const value = market.book.best(side) ?? emptyQuote[side];
        if (last !== undefined && (side === "bid" ? last.bid : last.ask).close === value) return;
        const minute = this.#minute(market, event.at);
        const quote = side === "bid" ? minute.bid : minute.ask;
        if (quote.close !== value) stretch(quote, value);
      } else if (event.type === "trade") {
        const { market, price, count, at } = event.trade;
        const minute = this.#minute(market, at);
        if (minute.price === undefined) minute.price = range(price);
        else stretch(minute.price, price);
        minute.turnover += price * count;
        minute.volume += count;
        minute.openInterest = market.openInterest;
      }
    });
  }

  /**
   * The candles of `intervalMinutes` (1, 60 or 1440) that end from `startS` to `endS` (Unix seconds), from the first
   * time that the market had a quote; periods without any change repeat the last quotes.
   */
  read(market: Market, startS: number, endS: number, intervalMinutes: number): Candle[] {
    const minutes = this.#minutes.get(market) ?? [];
    const first = minutes[0];
    if (first === undefined) return [];
    const from = endOfPeriod(Math.max(startS, first.end), intervalMinutes);
    const begins = startOfPeriod(from, intervalMinutes);
    const candles: Candle[] = [];
    let at = endedBy(minutes, begins);
    let last = minutes[at - 1];
    for (let end = from; end <= endS; end = nextPeriod(end, intervalMinutes)) {
      const candle: Candle = {
        end,
        bid: range(last?.bid.close ?? minutes[at]?.bid.open ?? this.#emptyQuote.bid),
        ask: range(last?.ask.close ?? minutes[at]?.ask.open ?? this.#emptyQuote.ask),
        price: undefined,
        turnover: 0,
        volume: 0,
        openInterest: last?.openInterest ?? 0,
      };
      for (; at < minutes.length; at++) {
        const minute = minutes[at];
        if (minute === undefined || minute.end > end) break;
        merge(candle.bid, minute.bid);
        merge(candle.ask, minute.ask);
        if (minute.price !== undefined) {
          if (candle.price === undefined) candle.price = { ...minute.price };
          else merge(candle.price, minute.price);
        }
        candle.turnover += minute.turnover;
        candle.volume += minute.volume;
        candle.openInterest = minute.openInterest;
        last = minute;
      }
      candles.push(candle);
    }
    return candles;
  }

  /** The last minute with a change that ended by a time, in Unix seconds. */
  latest(market: Market, atS: number): Candle | undefined {
    const minutes = this.#minutes.get(market) ?? [];
    return minutes[endedBy(minutes, atS) - 1];
  }

  /** The last trade before a time, in Unix seconds. */
  priceBefore(market: Market, atS: number): number | undefined {
    const minutes = this.#minutes.get(market) ?? [];
    for (let index = endedBy(minutes, atS) - 1; index >= 0; index--) {
      const price = minutes[index]?.price;
      if (price !== undefined) return price.close;
    }
    return undefined;
  }

  #minute(market: Market, at: number): Candle {
    const end = (Math.floor(at / MINUTE) + 1) * 60;
    let minutes = this.#minutes.get(market);
    if (minutes === undefined) this.#minutes.set(market, minutes = []);
    const last = minutes.at(-1);
    if (last?.end === end) return last;
    const candle: Candle = {
      end,
      bid: range(last?.bid.close ?? this.#emptyQuote.bid),
      ask: range(last?.ask.close ?? this.#emptyQuote.ask),
      price: undefined,
      turnover: 0,
      volume: 0,
      openInterest: last?.openInterest ?? 0,
    };
    minutes.push(candle);
    if (minutes.length > 1.25 * this.#most) minutes.splice(0, minutes.length - this.#most);
    return candle;
  }
}
