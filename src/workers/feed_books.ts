/**
 * The books of a feed's markets, upstream.
 *
 * @module
 */

import { KalshiStreamOverflowError } from "../base/overflow_error.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import type { FeedStream } from "./feed_product.ts";
import type { Market } from "./market.ts";
import { askForEach, readRefusal, type Refused } from "./refusals.ts";

/** What {@linkcode FeedBooks} tell, and of whom they ask the time. */
export interface MarketBooksOptions {
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** Kalshi does not give this market. */
  readonly onRefused: (market: Market, why: Refused) => void;
}

/** Subscribes to books and follows them. */
export class FeedBooks {
  readonly #options: MarketBooksOptions;

  constructor(options: MarketBooksOptions) {
    this.#options = options;
  }

  /** Opens the books of these on a stream. Never rejects. */
  async open(stream: FeedStream, markets: readonly Market[]): Promise<void> {
    const { onError, onRefused } = this.#options;
    const isOpening = ({ source }: Market) => source.kind === "opening" && source.on === stream;
    for (const market of markets) market.source = { kind: "opening", on: stream };
    try {
      await askForEach(markets, async (some) => {
        const books = await stream.orderBooks(some.map(({ ticker }) => ticker), { awaitLive: false });
        for (const market of some) {
          const book = books.get(market.ticker);
          if (!isOpening(market) || market.bookUsedAt === undefined) void book?.close();
          else if (book !== undefined) void this.#follow(market, book);
        }
      }, onRefused);
    } catch (error) {
      // That of a stream which is gone is told by its end.
      if (markets.some(isOpening)) onError(error);
    } finally {
      for (const market of markets) if (isOpening(market)) market.source = { kind: "none" };
    }
  }

  async #follow(market: Market, book: LiveOrderBook<unknown>): Promise<void> {
    const { now, onError, onRefused } = this.#options;
    market.source = { kind: "open", book, sinceMs: now() };
    for (let isOpen = true; isOpen;) {
      try {
        const changes = book.changes();
        market.renew();
        for await (const change of changes) {
          if (market.book !== book) return;
          market.apply(change);
        }
        isOpen = false;
      } catch (error) {
        if (market.book !== book) return;
        const refused = readRefusal(error);
        if (refused !== undefined) return onRefused(market, refused);
        market.lost("gap");
        // Either the queue ran over, or the stream is closed, which is told elsewhere.
        isOpen = error instanceof KalshiStreamOverflowError;
        if (isOpen) onError(error);
      }
    }
    if (market.book !== book) return;
    market.source = { kind: "none" };
    market.lost("disconnected");
  }
}
