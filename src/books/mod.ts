/**
 * Order books without a socket: `@unofficial/kalshi/order-books`. Feed them recorded frames, or deltas of your own.
 *
 * @module
 */

export { BookReplay, type BookReplayOptions } from "./book_replay.ts";
export { KalshiStaleBookError } from "./errors.ts";
export {
  type BookChange,
  type BookDeltaChange,
  type BookFrame,
  type BookSnapshotChange,
  type BookStaleChange,
  type BookState,
  MarketBook,
  type MarketBookOptions,
  type StaleReason,
} from "./market_book.ts";
export { type BookDepth, type BookLevel, OrderBook, type RestOrderBook } from "./order_book.ts";
