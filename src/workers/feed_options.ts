/**
 * What a {@linkcode KalshiFeed} is made from.
 *
 * @module
 */

import { type Clock, systemClock } from "../base/clock.ts";
import { clock, list, type Read, type Rules, whole, withPreset } from "../base/options.ts";
import { LONGEST_MS } from "../base/waits.ts";

/** Limits and times of a feed. */
export interface KalshiFeedOptions {
  /** Markets whose books are kept up also while nobody reads them; none unless told. */
  readonly tickers?: readonly string[] | undefined;
  /** How many readers may be connected, requests that wait for a book among them; 500 unless told. */
  readonly maxReaders?: number | undefined;
  /** How many markets the feed holds for all its readers together; 500 unless told. */
  readonly maxMarkets?: number | undefined;
  /** How many markets one reader may read over a WebSocket, 1 to 150; 100 unless told. */
  readonly maxMarketsPerReader?: number | undefined;
  /**
   * How much may be under way to one reader, in bytes; 131 072 unless told. A reader that is further behind gets
   * whole books instead of changes. All readers together can take this many bytes of the object's memory.
   */
  readonly readerBufferBytes?: number | undefined;
  /** After how many milliseconds without an answer to a heartbeat a reader is closed; 30 000 unless told. */
  readonly readerTimeoutMs?: number | undefined;
  /** Time between heartbeats in milliseconds, 1 000 or more; 5 000 unless told. Each is an alarm of the object. */
  readonly heartbeatMs?: number | undefined;
  /** How long a market stays without readers, in milliseconds; 60 000 unless told. */
  readonly idleMs?: number | undefined;
  /** How long `GET /book/{ticker}` waits for a book to be live, in milliseconds; 5 000 unless told. */
  readonly bookTimeoutMs?: number | undefined;
  /** Source of time; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

/** What the options of a feed may be. */
export const feedRules = {
  tickers: withPreset(
    list<string>("a list of tickers", (item) => typeof item === "string" && item !== ""),
    [],
  ),
  maxReaders: withPreset(whole(1, 32_768), 500),
  maxMarkets: withPreset(whole(1, 500_000), 500),
  maxMarketsPerReader: withPreset(whole(1, 150), 100),
  readerBufferBytes: withPreset(whole(1_024, 2 ** 26), 131_072),
  readerTimeoutMs: withPreset(whole(1_000, LONGEST_MS), 30_000),
  heartbeatMs: withPreset(whole(1_000, LONGEST_MS), 5_000),
  idleMs: withPreset(whole(0, LONGEST_MS), 60_000),
  bookTimeoutMs: withPreset(whole(0, LONGEST_MS), 5_000),
  clock: withPreset(clock(), systemClock),
} satisfies Rules<KalshiFeedOptions>;

/** The options of a feed, with what is unless told. */
export type FeedSettings = Read<KalshiFeedOptions, typeof feedRules>;
