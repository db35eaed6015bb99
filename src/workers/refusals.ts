/**
 * Markets that are not to be had, and why.
 *
 * @module
 */

import { KalshiNotFoundError } from "../base/errors.ts";
import { errorCodes } from "../contract/event/channels.ts";
import { KalshiMarketClosedError, KalshiStreamError } from "../stream/errors.ts";

/** Why a market is not to be had: Kalshi's number for it, the HTTP status, and what to tell whoever asks. */
export interface Refused {
  readonly code: number;
  readonly status: number;
  readonly text: string;
}

/** Kalshi's errors that are about the market that was named. */
const ABOUT_THE_MARKET = new Set<number>([
  errorCodes.invalidParameter,
  errorCodes.marketTickerRequired,
  errorCodes.marketNotFound,
]);

/** There is no such market. */
export function notFound(text: string, code: number = errorCodes.marketNotFound): Refused {
  return { code, status: 404, text };
}

/** What an error that ended a book says of its market; undefined when it says nothing of it. */
export function readRefusal(error: unknown): Refused | undefined {
  if (error instanceof KalshiNotFoundError || error instanceof KalshiMarketClosedError) {
    return notFound(error.message);
  }
  const isRefused = error instanceof KalshiStreamError && ABOUT_THE_MARKET.has(error.errorCode);
  return isRefused ? notFound(error.message, error.errorCode) : undefined;
}

/**
 * Asks Kalshi for markets. It refuses a command as a whole: which market is wrong is found by asking for one at a
 * time. What is not about a market is thrown.
 */
export async function askForEach<M extends { readonly ticker: string }>(
  markets: readonly M[],
  ask: (some: readonly M[]) => Promise<void>,
  onRefused: (market: M, why: Refused) => void,
): Promise<void> {
  try {
    await ask(markets);
  } catch (error) {
    if (!(error instanceof KalshiStreamError) || !ABOUT_THE_MARKET.has(error.errorCode)) throw error;
    const [only] = markets;
    if (markets.length > 1) {
      for (const market of markets) await askForEach([market], ask, onRefused);
    } else if (only !== undefined) {
      onRefused(only, notFound(`Kalshi gives no market ${only.ticker}.`, error.errorCode));
    }
  }
}

/** How long a market that was refused is refused without asking. */
const REFUSED_MS = 60_000;
const REFUSED_MOST = 10_000;

/** What was refused, for a while. */
export class Refusals {
  readonly #now: () => number;
  readonly #known = new Map<string, Refused & { readonly atMs: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Why a market is refused without asking. */
  of(ticker: string): Refused | undefined {
    const known = this.#known.get(ticker);
    return known !== undefined && this.#now() - known.atMs < REFUSED_MS ? known : undefined;
  }

  /** Remembers one; of too many the oldest is forgotten. */
  add(ticker: string, why: Refused): void {
    this.#known.delete(ticker);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= REFUSED_MOST && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(ticker, { ...why, atMs: this.#now() });
  }

  /** Forgets those whose time is over. */
  sweep(): void {
    for (const ticker of this.#known.keys()) if (this.of(ticker) === undefined) this.#known.delete(ticker);
  }
}
