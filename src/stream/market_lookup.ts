/**
 * Why the book of a market does not come. What Kalshi's WebSocket says to a ticker that it does not know is not
 * documented: it may refuse it, or say nothing. So REST is asked.
 *
 * @module
 */

import { KalshiError, KalshiNotFoundError } from "../base/errors.ts";
import { KalshiMarketClosedError } from "./errors.ts";

/** Looks a market up. */
export type MarketLookup = (ticker: string) => Promise<{ readonly status: string }>;

/** What may look a market up: a look-up of one's own, or a client. */
export interface MarketSource {
  readonly market?: MarketLookup;
  readonly markets?: { get: MarketLookup };
}

/** How to look a market up; undefined where the stream has nothing to look it up with. */
export function marketLookup(lookup: MarketSource | undefined): MarketLookup | undefined {
  if (lookup === undefined) return undefined;
  const { market, markets } = lookup;
  if (markets !== undefined) return (ticker) => markets.get(ticker);
  return market && ((ticker) => market.call(lookup, ticker));
}

/** What a market is from its close on, until it has paid out and after. */
export const CLOSED_STATUSES: ReadonlySet<string> = new Set([
  "closed",
  "determined",
  "disputed",
  "amended",
  "finalized",
  "settled",
]);

/**
 * What REST says against a market's book: that there is no such market, or that it has closed. Undefined where it
 * should have one.
 *
 * @throws what the look-up throws, but for a 404
 */
export async function whyAbsent(ticker: string, lookUp: MarketLookup): Promise<KalshiError | undefined> {
  try {
    const { status } = await lookUp(ticker);
    return CLOSED_STATUSES.has(status) ? new KalshiMarketClosedError(ticker, status) : undefined;
  } catch (cause) {
    if (!(cause instanceof KalshiError) || cause.code !== "NOT_FOUND") throw cause;
    const upper = ticker.toUpperCase();
    const advice = upper === ticker
      ? "Check the ticker, and that it is one of a market and not of an event or a series."
      : `Tickers are written in capitals: did you mean ${upper}?`;
    const { method, path, status, serverCode, details, outcome, attempts } = cause;
    return new KalshiNotFoundError(`There is no market ${ticker}, and so no order book of it. ${advice}`, {
      method,
      path,
      status,
      serverCode,
      details,
      outcome,
      attempts,
      cause,
    });
  }
}
