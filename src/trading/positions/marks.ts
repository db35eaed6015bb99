/**
 * What a position is worth at the prices of a live book, or at the last trade.
 *
 * @module
 */

import type { BookToRead } from "../../books/mod.ts";

/**
 * What positions are marked by:
 *
 * - `mid`: half way between the best bid and the best ask;
 * - `close`: the best price of the side that would close the position, which is what it can be sold for now;
 * - `last`: the last trade;
 * - `none`: nothing. What is not closed has no value then.
 */
export type MarkBy = "mid" | "close" | "last" | "none";

/** Why the mark of a position is not known. */
export type NoMark =
  /** It was not asked for: `mark: "none"`. */
  | "none-asked"
  /** No book of the market was given. */
  | "no-book"
  /** Its book is not live: what it would say may be wrong. */
  | "stale-book"
  /** Nobody quotes the side that is needed. */
  | "no-quote"
  /** No trade was told of. */
  | "no-trade";

/** The mark of a position: a known one, or why there is none. A price that may be wrong is never one. */
export type Mark =
  | {
    /** It is known. */
    readonly state: "known";
    /** What it was taken from. */
    readonly by: Exclude<MarkBy, "none">;
    /** What one YES contract is worth, in millionths of a dollar: a mid of $0.5650 is 565000. */
    readonly priceMicros: number;
    /** What the position is worth, in millionths of a dollar. */
    readonly valueMicros: number;
    /** That less what it cost, in millionths of a dollar. */
    readonly unrealizedMicros: number;
  }
  | {
    /** It is not known. */
    readonly state: "unknown";
    /** Why. */
    readonly reason: NoMark;
  }
  | {
    /** Nothing is held, so that there is nothing to mark. */
    readonly state: "flat";
  };

/** A price of ten-thousandths of a dollar in half of them, so that a mid is a whole number. */
const HALVES = 2;

/** What one YES contract is worth to a position, in halves of a ten-thousandth of a dollar. */
function halves(
  by: MarkBy,
  position: number,
  book: BookToRead | undefined,
  last: number | undefined,
): number | NoMark {
  if (by === "none") return "none-asked";
  if (by === "last") return last === undefined ? "no-trade" : last * HALVES;
  if (book === undefined) return "no-book";
  let depth;
  try {
    depth = book.depth(1);
  } catch (error) {
    // Of a live book: it is not live, and what it says may be wrong.
    if ((error as { readonly code?: unknown }).code === "STALE_BOOK") return "stale-book";
    throw error;
  }
  const bid = depth.bids[0]?.price;
  const ask = depth.asks[0]?.price;
  if (by === "mid") return bid === undefined || ask === undefined ? "no-quote" : bid + ask;
  const closing = position >= 0 ? bid : ask;
  return closing === undefined ? "no-quote" : closing * HALVES;
}

/** The mark of a position that cost `costMicros`, of a product whose two sides cost `pair` together. */
export function markOf(
  by: MarkBy,
  position: number,
  costMicros: number,
  book: BookToRead | undefined,
  last: number | undefined,
  pair: number,
): Mark {
  if (position === 0) return { state: "flat" };
  const found = halves(by, position, book, last);
  if (typeof found === "string" || by === "none") {
    return { state: "unknown", reason: typeof found === "string" ? found : "none-asked" };
  }
  // Half a ten-thousandth of a dollar is fifty millionths; times hundredths of a contract it is half a millionth.
  const unit = position >= 0 ? found : HALVES * pair - found;
  const valueMicros = Math.floor(unit * Math.abs(position) / HALVES);
  return {
    state: "known",
    by,
    priceMicros: found * 50,
    valueMicros,
    unrealizedMicros: valueMicros - costMicros,
  };
}
