/**
 * The price grids of the markets that a client was shown, so that the refusal of a price can name the nearest ones
 * without a request of its own.
 *
 * @module
 */

import { formatPrice, nextTick, parsePrice, previousTick, snapDown, snapUp } from "../base/fixed_point.ts";
import type { HttpPipeline } from "./pipeline.ts";

/** As many markets as are kept: those shown last. */
const MOST_MARKETS = 5_000;
/** Of so many answers, whatever they held. */
const MOST_ANSWERS = 500;

/** Markets of one answer: tickers, and at the same places their grids. */
interface Seen {
  readonly tickers: readonly unknown[];
  readonly grids: readonly unknown[];
}

/** By client, and gone with it; the last ones at the end. */
const seenBy = new WeakMap<HttpPipeline, Seen[]>();

/** Keeps the grids of these markets. They are looked for when a price is refused, which is seldom. */
export function rememberGrids(http: HttpPipeline, markets: readonly object[]): void {
  const facts = http.advice?.grids;
  if (facts === undefined) return;
  // As long as they will be: to let them grow takes as long as all the rest.
  const tickers = new Array<unknown>(markets.length);
  const grids = new Array<unknown>(markets.length);
  // What an answer holds is looked at no further than this.
  let last: unknown;
  for (let index = 0; index < markets.length; index++) {
    const market: { readonly ticker?: unknown } | null | undefined = markets[index];
    const grid = market && facts.of(market);
    // Most markets have the grid of the one before: what is not kept costs the garbage collector nothing.
    if (!isSameGrid(grid, last)) last = grid;
    tickers[index] = market?.ticker;
    grids[index] = last;
  }
  const before = seenBy.get(http) ?? [];
  // The same market or page, asked for again.
  const isSame = (seen: Seen) => seen.tickers.length === tickers.length && seen.tickers[0] === tickers[0];
  const seen = [...before.filter((one) => !isSame(one)), { tickers, grids }];
  let count = seen.reduce((sum, { tickers }) => sum + tickers.length, 0);
  while (count > MOST_MARKETS || seen.length > MOST_ANSWERS) count -= seen.shift()?.tickers.length ?? count;
  seenBy.set(http, seen);
}

type Range = { readonly start?: unknown; readonly end?: unknown; readonly step?: unknown } | null | undefined;

/** A loop, since it runs for each market of each page. */
function isSameGrid(grid: unknown, other: unknown): boolean {
  if (grid === other) return true;
  if (!Array.isArray(grid) || !Array.isArray(other) || grid.length !== other.length) return false;
  for (let index = 0; index < grid.length; index++) {
    const range: Range = grid[index];
    const last: Range = other[index];
    if (range?.step !== last?.step || range?.start !== last?.start || range?.end !== last?.end) return false;
  }
  return true;
}

function gridOf(http: HttpPipeline, ticker: unknown): unknown {
  if (typeof ticker !== "string") return undefined;
  for (const { tickers, grids } of [...seenBy.get(http) ?? []].reverse()) {
    const at = tickers.lastIndexOf(ticker);
    if (at !== -1) return grids[at] ?? undefined;
  }
  return undefined;
}

/** What to do about a price that was refused, where the request's market was shown before. */
export function priceAdvice(http: HttpPipeline, body: unknown): string | undefined {
  const { ticker, market_ticker = ticker, price } = Object(body);
  const facts = http.advice?.grids;
  const shown = gridOf(http, market_ticker);
  if (facts === undefined || shown === undefined) return undefined;
  try {
    const { grid, words } = facts.read(shown);
    const units = parsePrice(price);
    const said = `The grid of ${market_ticker} is ${words}`;
    const down = snapDown(grid, units);
    if (down === units && units > 0 && units < facts.end) {
      return `${said}, as this client was shown it, and ${price} is on it: ${facts.onGrid}`;
    }
    const up = snapUp(grid, units);
    // Nothing trades at 0 and at the end.
    const lower = down !== undefined && down >= facts.end ? previousTick(grid, facts.end) : down || undefined;
    const upper = up === 0 ? nextTick(grid, 0) : up !== undefined && up >= facts.end ? undefined : up;
    const nearest = [lower, upper].filter((price) => price !== undefined).map(formatPrice);
    return `${said}; the prices nearest to ${price} are ${nearest.join(" and ")}.`;
  } catch {
    return undefined; // A grid or a price that cannot be read.
  }
}
