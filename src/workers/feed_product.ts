/**
 * What a feed has to know of a product of Kalshi's, as a value: whose client it makes, and how frames for readers are
 * spelled.
 *
 * @module
 */

import type { KalshiClient } from "../client.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import type { BookDepth, OrderBook } from "../books/order_book.ts";
import type { StreamStats } from "../stream/stream_stats.ts";
import type { StreamStatus } from "../stream/status.ts";
import type { Subscription } from "../stream/subscription.ts";

/** What comes of a public channel: messages, and what is said of losses. */
export interface FeedItem {
  /** Kalshi's name of the message, or the kind of marker. */
  readonly type: string;
  /** The payload of a message. */
  readonly msg?: { readonly market_ticker: string };
  /** How many messages a marker says are missing. */
  readonly missed?: unknown;
}

/** A stream, as far as a feed reads it: a `KalshiStream` or a `PerpsStream`. */
export interface FeedStream {
  /** Its state right now. */
  readonly state: StreamStatus["state"];
  /** Its present state, then each change. */
  status(): AsyncItems<StreamStatus>;
  /** How it fares. */
  stats(): StreamStats;
  /** Order books of many markets, by ticker. */
  orderBooks(
    tickers: readonly string[],
    options: { readonly awaitLive: boolean },
  ): Promise<ReadonlyMap<string, LiveOrderBook<unknown>>>;
  /** Calls `handler` for every item of a channel. */
  on(
    channel: "ticker",
    handler: (item: FeedItem) => void,
    params: { readonly market_tickers: readonly string[]; readonly send_initial_snapshot: boolean },
  ): Promise<Subscription<FeedItem>>;
  /** The same for trades. */
  on(
    channel: "trade",
    handler: (item: FeedItem) => void,
    params: { readonly market_tickers: readonly string[] },
  ): Promise<Subscription<FeedItem>>;
  /** Closes it. */
  close(): Promise<void>;
}

/** A client, as far as a feed uses it: a `KalshiClient` or a `PerpsClient`. */
export interface FeedClient {
  /** Its configuration. */
  readonly config: {
    readonly wsPingIntervalMs: number;
    with(options: { readonly wsPingIntervalMs: number }): unknown;
  };
  /** Opens a stream. */
  stream(options: never): Promise<FeedStream>;
  /** Closes it. */
  close(): Promise<void>;
}

/** The stream of a client. */
export type StreamOf<Client extends FeedClient> = Awaited<ReturnType<Client["stream"]>>;

/** Fields that are handed on; those of an object within are named as well. */
export interface PublicFields {
  /** `true` for a field that is handed on whole. */
  readonly [name: string]: true | PublicFields;
}

/** How a product spells what readers get. */
export interface FeedSpelling {
  // What is handed on is named one by one: a field that Kalshi adds some day may concern the account alone, as
  // `client_order_id` in a change of a book does.
  /** The public fields of the messages of these channels. */
  readonly fields: Readonly<Record<"ticker" | "trade", PublicFields>>;
  /** The payload of a whole book, beside its ticker. */
  readonly snapshot: (book: BookDepth) => object;
  /** The payload of a change of a level, beside its ticker; prices in ten-thousandths of a dollar, sizes in hundredths. */
  readonly delta: (side: "bid" | "ask", price: number, delta: number) => object;
  /** A book as REST tells it. */
  readonly toRest: (book: OrderBook) => object;
}

/** A product that a feed can serve: `eventFeed` or `perpsFeed`. */
export interface FeedProduct<Client extends FeedClient = KalshiClient> {
  /** Makes the client from a Worker's `env`. */
  readonly createClient: (env: object) => Promise<Client>;
  /** The statuses of those markets that there are, by ticker, as REST tells them. */
  readonly statuses: (
    client: Client,
    tickers: readonly string[],
    options: { readonly timeoutMs: number },
  ) => Promise<ReadonlyMap<string, string>>;
  /** How frames are spelled. */
  readonly spelling: FeedSpelling;
}
