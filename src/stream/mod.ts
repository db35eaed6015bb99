/**
 * Kalshi's WebSocket: one socket, every channel, and order books that say when they cannot be trusted.
 *
 * @module
 */

export type * from "../contract/event/channels.ts";
export type {
  ChannelParams,
  CommunicationsParams,
  IndexParams,
  MarketParams,
  NoParams,
  OrderbookParams,
  TickerParams,
  UnderlyingParams,
} from "./channel_params.ts";
export type {
  ChannelItem,
  GapMarker,
  OtherFrame,
  ReconnectedMarker,
  RecoveryReport,
  StreamItem,
  StreamMarker,
} from "./items.ts";
export type { StreamStatus } from "./status.ts";
export { KalshiStaleBookError } from "../books/errors.ts";
export { KalshiStreamOverflowError } from "../base/overflow_error.ts";
export { KalshiMarketClosedError, KalshiStreamClosedError, KalshiStreamError } from "./errors.ts";
export type { LiveOrderBook } from "../books/live_order_book.ts";
export type {
  BookChange,
  BookDeltaChange,
  BookSnapshotChange,
  BookStaleChange,
  BookState,
  StaleReason,
} from "../books/changes.ts";
export type { RestOrderBook } from "../books/decoders/event.ts";
export type { BookDepth, BookLevel, OrderBook } from "../books/order_book.ts";
export type { QueueOptions, QueuePolicy } from "../base/queue.ts";
export type { RecoverableOptions, RecoverOptions, SubscribeOptions } from "./call_options.ts";
export type { OrderBooksOptions } from "../books/options.ts";
export type { WaitOptions } from "../base/wait_options.ts";
export type {
  LookupClient,
  ProductLookup,
  ProductStreamOptions,
  StreamLookup,
  StreamOptions,
} from "./options.ts";
export type { ChannelStream, OwnMessages } from "./channel_stream.ts";
export type { Recovered } from "./stream.ts";
export type { RecoveredFill, RecoveredOrder } from "./event_recovery.ts";
export { KalshiStream } from "./stream.ts";
export type { StreamStats } from "./stream_stats.ts";
export type { QueueStats } from "./queue_stats.ts";
export type { Subscription } from "./subscription.ts";
export type { AsyncItems } from "../base/web_types.ts";
