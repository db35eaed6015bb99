/**
 * Tickers and trades of a feed's markets, upstream: one subscription for each of the two.
 *
 * @module
 */

import type { Subscription } from "../stream/subscription.ts";
import type { FeedItem, FeedSpelling, FeedStream } from "./feed_product.ts";
import { publicFrame } from "./frames.ts";
import type { Market } from "./market.ts";
import { askForEach, type Refused } from "./refusals.ts";

type MessageChannel = "ticker" | "trade";

/** What {@linkcode MarketMessages} need. */
export interface MarketMessagesOptions {
  readonly markets: ReadonlyMap<string, Market>;
  readonly spelling: FeedSpelling;
  readonly onError: (error: unknown) => void;
  /** Kalshi does not give this channel of that market. */
  readonly onRefused: (market: Market, why: Refused, channel: MessageChannel) => void;
}

/** Keeps tickers and trades subscribed to as they are wanted, and hands them on. */
export class MarketMessages {
  readonly #options: MarketMessagesOptions;
  readonly #subscriptions = new Map<MessageChannel, Subscription<FeedItem>>();
  readonly #syncing = new Set<MessageChannel>();
  #stream: FeedStream | undefined;

  constructor(options: MarketMessagesOptions) {
    this.#options = options;
  }

  /** Makes upstream equal to what is wanted. What fails is tried again by the next call. */
  sync(stream: FeedStream): void {
    this.#stream = stream;
    void this.#sync(stream, "ticker");
    void this.#sync(stream, "trade");
  }

  /** The stream is gone. */
  detach(): void {
    this.#stream = undefined;
    for (const channel of this.#subscriptions.keys()) this.#gap(channel);
    this.#subscriptions.clear();
  }

  async #sync(stream: FeedStream, channel: MessageChannel): Promise<void> {
    const { markets, onError, onRefused } = this.#options;
    if (this.#syncing.has(channel)) return;
    this.#syncing.add(channel);
    try {
      while (this.#stream === stream) {
        const wanted = [...markets.values()].filter(({ standing, readers }) =>
          standing.kind === "admitted" && readers[channel].size > 0
        );
        const subscription = this.#subscriptions.get(channel);
        const surplus = new Set(subscription?.keys);
        const missing = wanted.filter(({ ticker }) => !surplus.delete(ticker));
        if (surplus.size > 0) {
          await subscription?.remove([...surplus]);
          // No longer the newest, from now on.
          for (const ticker of surplus) forget(channel, markets.get(ticker));
        } else if (missing.length === 0) return;
        else {
          await askForEach(
            missing,
            (some) => this.#add(stream, channel, some),
            (market, why) => onRefused(market, why, channel),
          );
        }
      }
    } catch (error) {
      if (this.#stream === stream) onError(error);
    } finally {
      this.#syncing.delete(channel);
    }
  }

  async #add(stream: FeedStream, channel: MessageChannel, markets: readonly Market[]): Promise<void> {
    const market_tickers = markets.map(({ ticker }) => ticker);
    const subscription = this.#subscriptions.get(channel);
    if (subscription !== undefined) return await subscription.add(market_tickers);
    const made = channel === "ticker"
      ? await stream.on(channel, (item) => this.#take(channel, item), {
        market_tickers,
        send_initial_snapshot: true,
      })
      : await stream.on(channel, (item) => this.#take(channel, item), { market_tickers });
    if (this.#stream === stream) this.#subscriptions.set(channel, made);
  }

  #take(channel: MessageChannel, { type, msg, missed }: FeedItem): void {
    if (type !== channel || msg === undefined) {
      return this.#gap(channel, typeof missed === "number" ? missed : undefined);
    }
    const market = this.#options.markets.get(msg.market_ticker);
    if (market === undefined) return;
    const frame = publicFrame(channel, msg, this.#options.spelling);
    if (channel === "ticker") {
      market.ticked = frame;
      for (const reader of market.readers.ticker) reader.tick(market);
    } else for (const reader of market.readers.trade) reader.trade(frame);
  }

  #gap(channel: MessageChannel, missed?: number): void {
    const markets = [...this.#options.markets.values()];
    for (const market of markets) forget(channel, market);
    const readers = new Set(markets.flatMap((market) => [...market.readers[channel]]));
    for (const reader of readers) reader.gap(channel, missed);
  }
}

function forget(channel: MessageChannel, market: Market | undefined): void {
  if (channel === "ticker" && market !== undefined) market.ticked = undefined;
}
