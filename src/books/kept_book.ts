/**
 * A book that somebody keeps up, and who reads it.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import type { BookChange } from "./changes.ts";
import { MarketBook } from "./market_book.ts";

/** Who is told of changes. */
export interface BookReader {
  change(change: BookChange): void;
  /** Whether it wants every delta, not only what becomes of the book. */
  readonly deltas?: boolean;
  /** Whether it tells its caller why the book has ended. */
  readonly hears?: boolean;
  end(error?: KalshiError): void;
}

/** One market. */
export class KeptBook {
  readonly market: MarketBook;
  readonly readers: Set<BookReader> = new Set();
  /** Last proof that it was right, in Unix milliseconds. */
  provenAtMs = -Infinity;

  constructor(ticker: string, onChange: (change: BookChange) => void) {
    this.market = new MarketBook(ticker, { onChange });
    this.market.tellsDeltas = false;
  }

  get ticker(): string {
    return this.market.ticker;
  }

  /** Adds a reader. The book tells its deltas while somebody wants them. */
  join(reader: BookReader): void {
    this.readers.add(reader);
    if (reader.deltas) this.market.tellsDeltas = true;
  }

  drop(reader: BookReader): void {
    if (!this.readers.delete(reader) || !reader.deltas) return;
    this.market.tellsDeltas = [...this.readers].some(({ deltas }) => deltas);
  }
}
