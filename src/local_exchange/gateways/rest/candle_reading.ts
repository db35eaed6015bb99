/** Reading the candlesticks that a call asks for, whichever product they are of. */
import type { Market } from "../../engine/model.ts";
import { type Candle, endOfPeriod, type Range, startOfPeriod } from "../../world/candles.ts";
import type { Call } from "./route.ts";
import { flag, integer, invalid } from "./read.ts";

/** The most candlesticks of a market. */
export const MOST = 5_000;
/** The last time that a date can show, in Unix seconds. */
const LAST_S = 8_640_000_000_000 - 2 * 86_400;

/** Which candlesticks a call asks for: times in Unix seconds. */
export interface Asked {
  readonly start: number;
  readonly end: number;
  readonly minutes: number;
}

/** Reads which. */
export function askedFor(call: Call): Asked {
  const start = integer(call, "start_ts", { min: 0, max: LAST_S });
  const end = integer(call, "end_ts", { min: 0, max: LAST_S });
  const minutes = integer(call, "period_interval", { min: 1 });
  if (start === undefined || end === undefined || minutes === undefined) {
    throw invalid("start_ts, end_ts and period_interval are required");
  }
  if (minutes !== 1 && minutes !== 60 && minutes !== 1_440) {
    throw invalid("period_interval must be 1, 60 or 1440");
  }
  if (end < start) throw invalid("end_ts is before start_ts");
  return { start, end, minutes };
}

/** A candle, and the last price before it. */
export interface Shown {
  readonly candle: Candle;
  readonly previous: number | undefined;
}

/** The candles asked for, none of the future; each knows the last trade before it. */
export function candlesOf(call: Call, market: Market, { start, end, minutes }: Asked, most: number): Shown[] {
  const { candles, engine } = call.side;
  const now = endOfPeriod(Math.ceil(engine.now / 1_000), minutes);
  const until = Math.min(end, now);
  if ((until - start) / 60 / minutes > most) throw invalid(`more than ${most} candlesticks`);
  const found = candles.read(market, start, until, minutes);
  const first = found[0];
  let previous = first === undefined
    ? undefined
    : candles.priceBefore(market, startOfPeriod(first.end, minutes));
  return found.map((candle) => {
    const shown = { candle, previous };
    previous = candle.price?.close ?? previous;
    return shown;
  });
}

/** The last candle before the start, carried to it without trades of its own. */
function latestBefore(
  { side: { candles } }: Call,
  market: Market,
  { start, minutes }: Asked,
): Shown | undefined {
  const end = endOfPeriod(start, minutes);
  const before = startOfPeriod(end, minutes);
  const latest = candles.latest(market, before);
  if (latest === undefined) return undefined;
  const flat = ({ close }: Range) => ({ open: close, low: close, high: close, close });
  const candle = {
    ...latest,
    end,
    bid: flat(latest.bid),
    ask: flat(latest.ask),
    price: undefined,
    volume: 0,
    turnover: 0,
  };
  return { candle, previous: candles.priceBefore(market, before) };
}

/** What was found, with the state at the start in front where the call asks for it. */
export function withLatest(call: Call, market: Market, asked: Asked, found: Shown[]): Shown[] {
  if (!flag(call, "include_latest_before_start")) return found;
  const latest = latestBefore(call, market, asked);
  if (latest === undefined || found[0]?.candle.end === latest.candle.end) return found;
  return [latest, ...found];
}

/** The mean price of a candle in which something traded. */
export function meanOf({ turnover, volume }: Candle): number {
  return Math.round(turnover / volume);
}
