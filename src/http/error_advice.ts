/**
 * What a product knows of its own errors: its methods have other names, its markets other grids.
 *
 * @module
 */

import type { PriceGrid } from "../base/fixed_point.ts";

/** The prices that a market takes. */
export interface MarketGrid {
  readonly grid: PriceGrid;
  /** The same in words, such as `0.0000 to 1.0000 in steps of 0.0100`. */
  readonly words: string;
}

/** How the markets of a product say which prices they take. */
export interface GridFacts {
  /** What a market says of it. */
  readonly of: (market: object) => unknown;
  /** What that means; throws where it cannot be read. */
  readonly read: (said: unknown) => MarketGrid;
  /** Why a price that is on the grid may be refused, and what to do. */
  readonly onGrid: string;
  /** Nothing trades at this price or above; nor does anything at 0. */
  readonly end: number;
}

/** What to do about the errors of a product. */
export interface Advice {
  /**
   * What to do about a code of Kalshi's, or about a status of a call, such as `GET /markets/{ticker}`; undefined where
   * nothing is known of it.
   */
  readonly remedyOf: (code: string | undefined, status?: number, call?: string) => string | undefined;
  /** Left out where its markets are not listed. */
  readonly grids?: GridFacts | undefined;
}
