/**
 * Price levels, and what no level can be.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";

/** One price level. */
export interface BookLevel {
  /** Price in ten-thousandths of a dollar: $0.56 is 5600. Of an event market it is the YES price. */
  readonly price: number;
  /** Contracts resting there, in hundredths: 12.50 contracts are 1250. */
  readonly size: number;
}

/** The best levels of both sides, best first. */
export interface BookDepth {
  /** Highest price first. */
  readonly bids: readonly BookLevel[];
  /** Lowest price first. */
  readonly asks: readonly BookLevel[];
}

/** Refuses a side and a price that no level can have, which would all read as an empty one. */
export function assertLevel(method: string, side: unknown, price: unknown): void {
  if (side !== "bid" && side !== "ask") {
    throw new KalshiConfigError(
      `${method} takes a side first, "bid" or "ask"; got ${shown(side)}. The book is in YES terms: ` +
        "bids for NO stand among the asks, at one dollar less their price (`complementPrice`).",
    );
  }
  if (Number.isSafeInteger(price) && (price as number) >= 0) return;
  throw new KalshiConfigError(
    `${method} takes a price second, in whole ten-thousandths of a dollar; got ${
      shown(price)
    }. For $0.56 write 5600, or parsePrice("0.5600") of @unofficial/kalshi/fixed-point.`,
  );
}

/** Refuses what is no number of levels. */
export function assertLevels(count: unknown): void {
  if (count === Infinity || Number.isSafeInteger(count) && (count as number) >= 1) return;
  throw new KalshiConfigError(
    `depth takes a whole number of levels from 1, or nothing for all of them; got ${shown(count)}.`,
  );
}
