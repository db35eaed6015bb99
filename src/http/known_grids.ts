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
/** Of so many answers, whatever they held. */
const MOST_ANSWERS = 500;

/** A dollar, in the units of a parsed price. */
const ONE = 10_000;

type Ranges = Parameters<typeof priceGrid>[0];

interface Shown {
  readonly ticker: string;
  readonly price_ranges?: Ranges | null;
}

/** Markets of one answer: tickers, and at the same places their grids. */
interface Seen {
  readonly tickers: readonly unknown[];
  readonly grids: readonly unknown[];
}

/** By client, and gone with it; the last ones at the end. */
const seenBy = new WeakMap<HttpPipeline, Seen[]>();

/** Keeps the grids of these markets. They are looked for when a price is refused, which is seldom. */
export function rememberGrids(http: HttpPipeline, markets: readonly Shown[]): void {
  const tickers: unknown[] = [];
  const grids: unknown[] = [];
  // What an answer holds is looked at no further than this.
  let last: unknown;
  for (const market of markets as readonly (Partial<Shown> | null | undefined)[]) {
    const grid = market?.price_ranges;
    // Most markets have the grid of the one before: what is not kept costs the garbage collector nothing.
    if (!isSameGrid(grid, last)) last = grid;
    tickers.push(market?.ticker);
    grids.push(last);
  }
  const before = seenBy.get(http) ?? [];
  // The same market or page, asked for again.
  const isSame = (seen: Seen) => seen.tickers.length === tickers.length && seen.tickers[0] === tickers[0];
  const seen = [...before.filter((one) => !isSame(one)), { tickers, grids }];
  let count = seen.reduce((sum, { tickers }) => sum + tickers.length, 0);
  while (count > MOST_MARKETS || seen.length > MOST_ANSWERS) count -= seen.shift()?.tickers.length ?? count;
  seenBy.set(http, seen);
}

type Range = Partial<Ranges[number]> | null | undefined;

/** A loop, since it runs for each market of each page. */
function isSameGrid(grid: unknown, other: unknown): boolean {
  if (!Array.isArray(grid) || !Array.isArray(other) || grid.length !== other.length) return false;
  for (let index = 0; index < grid.length; index++) {
    const range: Range = grid[index];
    const last: Range = other[index];
    if (range?.step !== last?.step || range?.start !== last?.start || range?.end !== last?.end) return false;
  }
  return true;
}

function gridOf(http: HttpPipeline, ticker: unknown): Ranges | undefined {
  if (typeof ticker !== "string") return undefined;
  for (const { tickers, grids } of [...seenBy.get(http) ?? []].reverse()) {
    const at = tickers.lastIndexOf(ticker);
    if (at !== -1) return (grids[at] ?? undefined) as Ranges | undefined;
  }
  return undefined;
}

/** What to do about a price that was refused, where the request's market was shown before. */
export function priceAdvice(http: HttpPipeline, body: unknown): string | undefined {
  const { ticker, market_ticker = ticker, price } = Object(body);
  const ranges = gridOf(http, market_ticker);
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
