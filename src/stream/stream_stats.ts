/**
 * How a stream fares.
 *
 * @module
 */

import type { BookState } from "../books/changes.ts";
import type { QueueStats } from "./queue_stats.ts";

/** How a stream fares. Counters run from its start. */
export interface StreamStats {
  /** Frames received. */
  readonly frames: number;
  /** Their length in bytes; on Workers in characters, which is the same as long as they are ASCII. */
  readonly bytes: number;
  /** Times the connection came back. */
  readonly reconnects: number;
  /** Texts received that are no frames. */
  readonly unreadable: number;
  /** Frames whose type is not known. */
  readonly unknown: number;
  /** Repeated frames, dropped. */
  readonly duplicates: number;
  /** Losses noticed: missing numbers, unreadable frames, subscriptions that Kalshi ended. */
  readonly gaps: number;
  /** Order books replaced by a fresh snapshot. */
  readonly resyncs: number;
  /** How many order books are in which state. */
  readonly books: Readonly<Record<BookState, number>>;
  /** Items that full queues dropped, those of ended subscriptions among them. */
  readonly dropped: number;
  /** The queues between the socket and its readers. */
  readonly queues: readonly QueueStats[];
  /** How long frames were under way by their `sending_ts_ms`, in milliseconds; it includes the clocks' difference. */
  readonly lagMs: { readonly last: number; readonly max: number } | undefined;
}
