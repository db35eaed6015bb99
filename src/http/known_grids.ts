/**
 * The price grids of the markets that a client was shown, so that the refusal of a price can name the nearest ones
 * without a request of its own.
 *
 * @module
 */

import {
  formatPrice,
  nextTick,
  parsePrice,
  previousTick,
  priceGrid,
  snapDown,
  snapUp,
} from "../base/fixed_point.ts";
import type { HttpPipeline } from "./pipeline.ts";

/** As many markets as are kept: those shown last. */
const MOST_MARKETS = 5_000;

/** A dollar, in the units of a parsed price. */
const ONE = 10_000;

type Ranges = Parameters<typeof priceGrid>[0];

interface Shown {
  readonly ticker: string;
  readonly price_ranges?: Ranges | null;
}

/** By client, and gone with it. */
const grids = new WeakMap<HttpPipeline, Map<string, Ranges>>();

/** Keeps the grids of these markets. */
export function rememberGrids(http: HttpPipeline, markets: readonly Shown[]): void {
  let known = grids.get(http);
  if (known === undefined) grids.set(http, known = new Map());
  for (const market of markets) {
    // What an answer holds is looked at no further than this.
    const { ticker, price_ranges }: Partial<Shown> = Object(market);
    if (ticker === undefined || !price_ranges) continue;
    known.delete(ticker);
    known.set(ticker, price_ranges);
  }
  for (const ticker of known.keys()) {
    if (known.size <= MOST_MARKETS) break;
    known.delete(ticker);
  }
}

/** What to do about a price that was refused, where the request's market was shown before. */
export function priceAdvice(http: HttpPipeline, body: unknown): string | undefined {
  const { ticker, market_ticker = ticker, price } = Object(body);
  const ranges = grids.get(http)?.get(market_ticker);
  if (ranges === undefined) return undefined;
  try {
    const grid = priceGrid(ranges);
    const units = parsePrice(price);
    const said = `The grid of ${market_ticker} is ${
      ranges.map(({ start, end, step }) => `${start} to ${end} in steps of ${step}`).join(", ")
    }`;
    const down = snapDown(grid, units);
    if (down === units && units > 0 && units < ONE) {
      return `${said}, as this client was shown it, and ${price} is on it: the grid may have changed, get the market again.`;
    }
    const up = snapUp(grid, units);
    // Nothing trades at 0 and at 1.
    const lower = down !== undefined && down >= ONE ? previousTick(grid, ONE) : down || undefined;
    const upper = up === 0 ? nextTick(grid, 0) : up !== undefined && up >= ONE ? undefined : up;
    const nearest = [lower, upper].filter((price) => price !== undefined).map(formatPrice);
    return `${said}; the prices nearest to ${price} are ${nearest.join(" and ")}.`;
  } catch {
    return undefined; // A grid or a price that cannot be read.
  }
}
