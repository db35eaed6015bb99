/**
 * What a {@linkcode KalshiFeed} is made from.
 *
 * @module
 */

import { type Clock, systemClock } from "../base/clock.ts";
import {
  clock,
  having,
  list,
  type Read,
  readOptions,
  type Rules,
  whole,
  withPreset,
} from "../base/options.ts";
import { LONGEST_MS } from "../base/waits.ts";
import type { KalshiClient } from "../client.ts";
import type { FeedClient, FeedProduct } from "./feed_product.ts";

/** Limits and times of a feed. */
export interface KalshiFeedOptions<Client extends FeedClient = KalshiClient> {
  /** What it serves: `perpsFeed` for perpetual futures. Event contracts when left out. */
  readonly product?: FeedProduct<Client> | undefined;
  /**
   * Markets whose books are kept up also while nobody reads them.
   *
   * @default []
   */
  readonly tickers?: readonly string[] | undefined;
  /**
   * How many readers may be connected, requests that wait for a book among them.
   *
   * @default 500
   */
  readonly maxReaders?: number | undefined;
  /**
   * How many markets the feed holds for all its readers together.
   *
   * @default 500
   */
  readonly maxMarkets?: number | undefined;
  /**
   * How many markets one reader may read over a WebSocket, 1 to 150.
   *
   * @default 100
   */
  readonly maxMarketsPerReader?: number | undefined;
  /**
   * How much may be under way to one reader, in bytes. A reader that is further behind gets whole books instead of
   * changes. All readers together can take this many bytes of the object's memory.
   *
   * @default 131072
   */
  readonly readerBufferBytes?: number | undefined;
  /**
   * After how many milliseconds without an answer to a heartbeat a reader is closed.
   *
   * @default 30000
   */
  readonly readerTimeoutMs?: number | undefined;
  /**
   * Time between heartbeats in milliseconds, 1 000 or more. Each is an alarm of the object.
   *
   * @default 5000
   */
  readonly heartbeatMs?: number | undefined;
  /**
   * How long a market stays without readers, in milliseconds.
   *
   * @default 60000
   */
  readonly idleMs?: number | undefined;
  /**
   * How long `GET /book/{ticker}` waits for a book to be live, in milliseconds.
   *
   * @default 5000
   */
  readonly bookTimeoutMs?: number | undefined;
  /** Source of time; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

/** What the options of a feed may be. */
export const feedRules = {
  product: having<FeedProduct>(
    "the product that it serves, such as `perpsFeed`",
    "createClient",
    "statuses",
  ),
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
export type FeedSettings = Read<Omit<KalshiFeedOptions, "product">, typeof feedRules>;

/** Reads the options of a feed. */
export function readFeedOptions<Client extends FeedClient>(options: KalshiFeedOptions<Client>): FeedSettings {
  return readOptions("KalshiFeed", options, feedRules as Rules<KalshiFeedOptions<Client>> & typeof feedRules);
}
