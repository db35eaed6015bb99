/**
 * The channel that order books are kept by, as they see it.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import type { BookDecoder } from "../books/updates.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { Connection } from "./connection.ts";
import { KalshiStreamError } from "./errors.ts";
import type { SharedSubscriptions } from "./shared_subscriptions.ts";
import type { StreamProduct } from "./product.ts";

/** One channel of a stream, for the one reader that keeps all its books. */
export interface BookFeed {
  /** Name of the channel. */
  readonly channel: string;
  /** How its markets are named. */
  readonly param: string;
  /** What reads its frames. */
  readonly decoder: BookDecoder;
  /** When the connection last gave a sign of life, in Unix milliseconds. */
  readonly heardAtMs: number;
  /** The same, before the frame that is being delivered. */
  readonly heardBeforeMs: number;
  /** Whether there is a subscription: without one no snapshot can be asked for, and making one brings them. */
  readonly isSubscribed: boolean;
  /** Whether Kalshi has acknowledged this market, and was not told to drop it since. */
  has(ticker: string): boolean;
  /** Begins to read what the reader's `keys` name; resolves when Kalshi has them. */
  join(reader: ChannelReader): Promise<void>;
  /** Resolves when Kalshi has these markets, which `keys` were given before. */
  added(reader: ChannelReader, tickers: ReadonlySet<string>): Promise<void>;
  /** Resolves when Kalshi no longer sends what `keys` no longer have. */
  removed(): Promise<void>;
  /** Ends reading; resolves when Kalshi knows. */
  leave(reader: ChannelReader): Promise<void>;
  /**
   * Asks for snapshots of markets that Kalshi has. They come as frames; whether the command is acknowledged as well is
   * not documented, so that an answer that does not come is no error here.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   */
  askSnapshots(tickers: readonly string[], timeoutMs: number): Promise<void>;
  /** Gives the connection up and makes another. */
  reconnect(cause: KalshiError): void;
  /** Whether a refusal may be about one of the markets that were named. */
  isAboutMarket(error: KalshiError): boolean;
}

/** The books' channel of a stream. */
export function bookFeed(
  { books: { decoder, param, params }, errors }: StreamProduct,
  connection: Connection,
  shared: SharedSubscriptions,
): BookFeed {
  const { channel } = decoder;
  return {
    channel,
    param,
    decoder,
    get heardAtMs() {
      return connection.heardAt;
    },
    get heardBeforeMs() {
      return connection.heardBefore;
    },
    get isSubscribed() {
      return shared.sid(channel) !== undefined;
    },
    has: (ticker) => shared.has(channel, ticker),
    join: (reader) => shared.join(channel, reader, params),
    added: (reader, tickers) => shared.added(channel, reader, tickers),
    removed: () => shared.removed(channel),
    leave: (reader) => shared.leave(channel, reader),
    async askSnapshots(tickers, timeoutMs) {
      try {
        await shared.askSnapshots(channel, param, tickers, timeoutMs);
      } catch (error) {
        if (error instanceof KalshiStreamError) throw error;
      }
    },
    reconnect: (cause) => connection.restart(cause),
    isAboutMarket: (error) => error instanceof KalshiStreamError && errors.aboutName.has(error.errorCode),
  };
}
