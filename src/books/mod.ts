/**
 * Order books without a socket: `@unofficial/kalshi/order-books`. Replay recorded frames, feed a book with updates, or
 * keep levels of your own.
 *
 * @module
 */

export { BookReplay, type BookReplayOptions } from "./book_replay.ts";
export type {
  BookChange,
  BookDeltaChange,
  BookSnapshotChange,
  BookStaleChange,
  BookState,
  StaleReason,
} from "./changes.ts";
export { KalshiStaleBookError } from "./errors.ts";
export {
  eventBookDecoder,
  type EventBookDecoderOptions,
  type RestOrderBook,
  restOrderBook,
} from "./decoders/event.ts";
export {
  type FixBookEntry,
  type FixBookMessage,
  type FixBookProduct,
  type FixBookUpdates,
  readFixBooks,
} from "./decoders/fix.ts";
export { perpsBookDecoder, type RestPerpsOrderBook, restPerpsOrderBook } from "./decoders/perps.ts";
export type { LiveOrderBook } from "./live_order_book.ts";
export { MarketBook, type MarketBookOptions } from "./market_book.ts";
export { type BookDepth, type BookLevel, OrderBook } from "./order_book.ts";
export type { OwnLevel, OwnOrder, OwnPerpsOrder } from "./own_orders.ts";
export { type BookToRead, type BookWithoutOwn, type OwnExcess, withoutOwn } from "./without_own.ts";
export type {
  BookDecoder,
  BookDelta,
  BookFrame,
  BookLevels,
  BookSnapshot,
  BookUpdate,
  DeltaScanner,
  LevelSize,
  ScannedDelta,
  UnreadableUpdate,
} from "./updates.ts";
