/**
 * The markets of a feed: what is subscribed to upstream, and what of it the readers have been told.
 *
 * @module
 */

import { type BookSide, errorCodes } from "../contract/event/channels.ts";
import { systemClock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import { KalshiNotFoundError } from "../base/errors.ts";
import { KalshiStreamOverflowError } from "../base/overflow_error.ts";
import { CLOSED_STATUSES } from "../stream/market_lookup.ts";
import { KalshiMarketClosedError, KalshiStreamError } from "../stream/errors.ts";
import type { LiveOrderBook } from "../stream/live_books.ts";
import type { BookChange, StaleReason } from "../books/changes.ts";
import { type RestOrderBook, restOrderBook } from "../books/decoders/event.ts";
import { OrderBook } from "../books/order_book.ts";
import type { KalshiStream } from "../stream/stream.ts";
import type { Subscription } from "../stream/subscription.ts";
import {
  CHANNELS,
  deltaFrame,
  errorFrame,
  type FeedChannel,
  publicFrame,
  Refusal,
  snapshotFrame,
} from "./frames.ts";
import { Names } from "./names.ts";
import type { Reader } from "./reader.ts";

/** Kalshi's errors that are about the market that was named. */
const ABOUT_THE_MARKET = new Set<number>([
  errorCodes.invalidParameter,
  errorCodes.marketTickerRequired,
  errorCodes.marketNotFound,
]);
/** Why a market is not to be had: Kalshi's number for it, and what to tell whoever asks. */
export interface Refused {
  readonly code: number;
  readonly text: string;
}

/** What an error that ended a book says of its market; undefined when it says nothing of it. */
function readRefusal(error: unknown): Refused | undefined {
  if (error instanceof KalshiNotFoundError || error instanceof KalshiMarketClosedError) {
    return { code: errorCodes.marketNotFound, text: error.message };
  }
  const isRefused = error instanceof KalshiStreamError && ABOUT_THE_MARKET.has(error.errorCode);
  return isRefused ? { code: error.errorCode, text: error.message } : undefined;
}

/** How long a market that was refused is refused without asking. */
const REFUSED_MS = 60_000;
const REFUSED_MOST = 10_000;
/** How long a book may take to be live for the first time. */
const FIRST_SNAPSHOT_MS = 10_000;

/** What a market reads of its book upstream. */
export type BookSource = Pick<LiveOrderBook, "state" | "ageMs" | "sizeAt" | "depth" | "close">;

/** One market. */
export class Market {
  readonly ticker: string;
  readonly readers: Readonly<Record<FeedChannel, Set<Reader<Market>>>> = {
    orderbook_delta: new Set(),
    ticker: new Set(),
    trade: new Set(),
  };
  /** It stays without readers. */
  readonly isPinned: boolean;
  /** When it was last wanted, in Unix milliseconds. */
  usedAt: number;
  /** When its book was last wanted; undefined when it is not. */
  bookUsedAt: number | undefined;
  /** Since when it waits for its first snapshot, in Unix milliseconds. */
  askedAt: number | undefined;
  /** The stream on which its book is being subscribed to. */
  openingOn: KalshiStream | undefined;
  book: BookSource | undefined;
  state: "waiting" | "live" | "stale" = "waiting";
  reason: StaleReason | undefined;
  /** True once it was live. */
  isKnown = false;
  /** Whether Kalshi's WebSocket may hear of it: there is such a market, or nobody could say that there is none. */
  isAdmitted = false;
  /** Set when it was refused. */
  refused: Refused | undefined;
  /** Counts the changes that readers were told of. */
  seq = 0;
  ticked: string | undefined;
  /** The book as readers have it, level by level, as long as it is live. */
  #told = new OrderBook();
  #snapshot: string | undefined;
  /** Ends the waits for its next state. */
  #changing: AbortController | undefined;

  constructor(ticker: string, now: number, isPinned: boolean) {
    this.ticker = ticker;
    this.usedAt = now;
    this.isPinned = isPinned;
    if (isPinned) this.bookUsedAt = now;
  }

  /** The book as a frame; undefined while it is not live. */
  get snapshot(): string | undefined {
    if (this.state !== "live") return undefined;
    return this.#snapshot ??= snapshotFrame(this.ticker, this.seq, this.#told.depth());
  }

  /** Whether anybody reads it. */
  get isRead(): boolean {
    return Object.values(this.readers).some(({ size }) => size > 0);
  }

  /** The book in the shape of Kalshi's REST answer. */
  toRest(): RestOrderBook {
    return restOrderBook(this.#told);
  }

  /** Resolves when its state has changed, or after `timeoutMs`. */
  changed(timeoutMs: number): Promise<void> {
    this.#changing ??= new AbortController();
    return delay(systemClock, timeoutMs, this.#changing.signal);
  }

  /** Takes what happened to the book upstream. */
  apply(change: BookChange): void {
    if (change.type === "stale") return this.lost(change.reason);
    // A change that waited while more happened: what made the book stale comes next.
    if (this.book?.state !== "live") return;
    if (change.type === "snapshot") return this.renew();
    if (this.state === "live") this.#level(change.side, change.price, change.ts_ms);
  }

  /**
   * Tells the readers how a level is now. Not what the change says counts, but what the book says: then it is right
   * also when a snapshot has overtaken the change.
   */
  #level(side: BookSide, price: number, ts_ms: number | undefined): void {
    const delta = (this.book?.sizeAt(side, price) ?? 0) - this.#told.sizeAt(side, price);
    if (delta === 0) return;
    this.#told.add(side, price, delta);
    this.#snapshot = undefined;
    const frame = deltaFrame(this.ticker, ++this.seq, side, price, delta, ts_ms);
    for (const reader of this.readers.orderbook_delta) reader.change(this, frame);
  }

  /** The book is live, and other than what the readers have. */
  renew(): void {
    const { book } = this;
    if (book?.state !== "live") return;
    const told = new OrderBook();
    const { bids, asks } = book.depth();
    for (const { price, size } of bids) told.add("bid", price, size);
    for (const { price, size } of asks) told.add("ask", price, size);
    this.#told = told;
    this.#snapshot = undefined;
    this.seq++;
    this.isKnown = true;
    this.reason = undefined;
    this.#become("live");
    for (const reader of this.readers.orderbook_delta) {
      reader.owe(this);
      reader.pump();
    }
  }

  /** The book cannot be trusted. */
  lost(reason: StaleReason): void {
    this.reason = reason;
    this.#snapshot = undefined;
    this.#become("stale");
    for (const reader of this.readers.orderbook_delta) reader.stale(this, reason);
  }

  /** Its book is no longer wanted. */
  closeBook(): void {
    void this.book?.close();
    this.book =
      this.bookUsedAt =
      this.askedAt =
      this.reason =
        undefined;
    this.isKnown = false;
    this.#become("waiting");
  }

  /** It is not to be had. */
  refuse(refused: Refused): void {
    this.refused = refused;
    this.closeBook();
  }

  #become(state: Market["state"]): void {
    this.state = state;
    this.#changing?.abort();
    this.#changing = undefined;
  }
}

/** What {@linkcode Markets} are made from. */
export interface MarketsOptions {
  readonly most: number;
  readonly idleMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
  /** The statuses of those markets that there are. Without it Kalshi's WebSocket hears of every name. */
  readonly lookUp?: ((tickers: readonly string[]) => Promise<ReadonlyMap<string, string>>) | undefined;
  /** A market was refused on these channels: its readers have heard of it and have to let go of it. */
  readonly onRefused: (market: Market, channels: readonly FeedChannel[]) => void;
}

type MessageChannel = "ticker" | "trade";

/** All markets of a feed. */
export class Markets {
  readonly #options: MarketsOptions;
  readonly #markets = new Map<string, Market>();
  readonly #refused = new Map<string, Refused & { readonly at: number }>();
  readonly #subscriptions = new Map<MessageChannel, Subscription<{ readonly type: string }>>();
  readonly #syncing = new Set<MessageChannel>();
  readonly #names: Names | undefined;
  #stream: KalshiStream | undefined;

  constructor(options: MarketsOptions) {
    this.#options = options;
    const { lookUp } = options;
    this.#names = lookUp && new Names({
      lookUp,
      onAnswer: (ticker, status, error) => this.#answered(ticker, status, error),
      onAnswered: () => this.sync(),
      onError: (error) => options.onError(error),
    });
  }

  get size(): number {
    return this.#markets.size;
  }

  /** How many books are in which state. */
  get states(): Record<Market["state"], number> {
    const states = { waiting: 0, live: 0, stale: 0 };
    for (const { bookUsedAt, state } of this.#markets.values()) if (bookUsedAt !== undefined) states[state]++;
    return states;
  }

  /**
   * A market, from now on. `owner`: who brings its name.
   *
   * @throws {Refusal} when there is no such market, or no room for one more
   */
  open(ticker: string, isPinned = false, owner?: unknown): Market {
    const now = this.#options.now();
    let market = this.#markets.get(ticker);
    if (market === undefined) {
      const refused = this.#refused.get(ticker);
      if (refused !== undefined && now - refused.at < REFUSED_MS) {
        throw new Refusal(refused.code, 404, refused.text);
      }
      if (this.#markets.size >= this.#options.most && !this.#makeRoom()) {
        throw new Refusal(
          errorCodes.subscriptionMarketLimitExceeded,
          503,
          `This feed holds ${this.#options.most} markets at once.`,
        );
      }
      const isKnown = isPinned || this.#names === undefined || this.#names.isKnown(ticker);
      if (!isKnown && !this.#names?.add(ticker, owner)) {
        const text = "Too many names wait to be looked up: try again.";
        throw new Refusal(errorCodes.tooManyRequests, 429, text);
      }
      this.#markets.set(ticker, market = new Market(ticker, now, isPinned));
      market.isAdmitted = isKnown;
    }
    market.usedAt = now;
    return market;
  }

  /** The same with its book. */
  openBook(ticker: string, owner?: unknown): Market {
    const market = this.open(ticker, false, owner);
    market.bookUsedAt = market.usedAt;
    return market;
  }

  /** Whether a market has a live book. */
  isLive(ticker: string): boolean {
    return this.#markets.get(ticker)?.state === "live";
  }

  /** Whether these could be opened. */
  hasRoomFor(tickers: readonly string[]): boolean {
    const fresh = new Set(tickers.filter((ticker) => !this.#markets.has(ticker)));
    const free = this.#options.most - this.#markets.size;
    if (fresh.size <= free) return true;
    return fresh.size <= free + [...this.#markets.values()].filter(isIdle).length;
  }

  /** Lets go a market that nobody reads and that may not even be one; false when there is none. */
  #makeRoom(): boolean {
    for (const market of this.#markets.values()) {
      if (!isIdle(market)) continue;
      market.closeBook();
      return this.#markets.delete(market.ticker);
    }
    return false;
  }

  /** There is a stream: everything is subscribed to on it. */
  attach(stream: KalshiStream): void {
    this.#stream = stream;
    this.sync();
  }

  /** The stream is connected, for the first time or again. */
  connected(): void {
    for (const market of this.#markets.values()) {
      if (!market.isKnown && market.askedAt !== undefined) market.askedAt = this.#options.now();
    }
  }

  /** The stream is gone. */
  detach(): void {
    this.#stream = undefined;
    for (const channel of this.#subscriptions.keys()) this.#gap(channel);
    this.#subscriptions.clear();
    for (const market of this.#markets.values()) {
      market.book = market.askedAt = market.openingOn = undefined;
      if (market.bookUsedAt !== undefined) market.lost("disconnected");
    }
  }

  /** Makes upstream equal to what is wanted. What fails is tried again by the next call. */
  sync(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#names?.ask();
    const missing = [...this.#markets.values()].filter(({ isAdmitted, bookUsedAt, book, openingOn }) =>
      isAdmitted && bookUsedAt !== undefined && book === undefined && openingOn === undefined
    );
    if (missing.length > 0) void this.#openBooks(stream, missing);
    void this.#syncChannel(stream, "ticker");
    void this.#syncChannel(stream, "trade");
  }

  /** Lets go what nobody wants, and gives up on what does not come. */
  sweep(): void {
    const { now: clock, idleMs } = this.#options;
    const now = clock();
    for (const [ticker, { at }] of this.#refused) if (now - at >= REFUSED_MS) this.#refused.delete(ticker);
    for (const market of [...this.#markets.values()]) {
      const { readers, isPinned, askedAt, isKnown } = market;
      if (isPinned || market.isRead) market.usedAt = now;
      if (isPinned || readers.orderbook_delta.size > 0) market.bookUsedAt = now;
      if (now - market.usedAt >= idleMs) {
        market.closeBook();
        this.#markets.delete(market.ticker);
      } else if (market.bookUsedAt !== undefined && now - market.bookUsedAt >= idleMs) market.closeBook();
      else if (
        !isKnown && askedAt !== undefined && now - askedAt >= FIRST_SNAPSHOT_MS &&
        this.#stream?.state === "open"
      ) {
        this.#refuse(market, {
          code: errorCodes.marketNotFound,
          text: `Kalshi gives no market ${market.ticker}.`,
        });
      }
    }
  }

  /** REST has said what it knows of a name. */
  #answered(ticker: string, status: string | undefined, error: unknown): void {
    const market = this.#markets.get(ticker);
    const isGone = error === undefined && (status === undefined || CLOSED_STATUSES.has(status));
    if (!isGone) {
      if (error === undefined) this.#names?.know(ticker);
      if (market !== undefined) market.isAdmitted = true; // where REST failed, Kalshi's WebSocket has to say it
    } else if (market !== undefined && !market.isAdmitted) {
      const text = status === undefined
        ? `There is no market ${ticker}.`
        : new KalshiMarketClosedError(ticker, status).message;
      this.#refuse(market, { code: errorCodes.marketNotFound, text });
    }
  }

  // --- books

  async #openBooks(stream: KalshiStream, markets: readonly Market[]): Promise<void> {
    for (const market of markets) market.openingOn = stream;
    try {
      await this.#each(markets, CHANNELS, async (some) => {
        const books = await stream.orderBooks(some.map(({ ticker }) => ticker), { awaitLive: false });
        for (const market of some) {
          const book = books.get(market.ticker);
          if (market.openingOn !== stream || market.bookUsedAt === undefined) void book?.close();
          else if (book !== undefined) void this.#follow(market, book);
        }
      });
    } catch (error) {
      if (this.#stream === stream) this.#options.onError(error);
    } finally {
      for (const market of markets) if (market.openingOn === stream) market.openingOn = undefined;
    }
  }

  async #follow(market: Market, book: LiveOrderBook): Promise<void> {
    market.book = book;
    market.askedAt = this.#options.now();
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
        if (refused !== undefined) return this.#refuse(market, refused);
        market.lost("gap");
        // Either the queue ran over, or the stream is closed, which is told elsewhere.
        isOpen = error instanceof KalshiStreamOverflowError;
        if (isOpen) this.#options.onError(error);
      }
    }
    if (market.book !== book) return;
    market.book = undefined;
    market.lost("disconnected");
  }

  // --- tickers and trades

  async #syncChannel(stream: KalshiStream, channel: MessageChannel): Promise<void> {
    if (this.#syncing.has(channel)) return;
    this.#syncing.add(channel);
    try {
      while (this.#stream === stream) {
        const wanted = [...this.#markets.values()].filter(({ isAdmitted, readers }) =>
          isAdmitted && readers[channel].size > 0
        );
        const subscription = this.#subscriptions.get(channel);
        const surplus = new Set(subscription?.keys);
        const missing = wanted.filter(({ ticker }) => !surplus.delete(ticker));
        if (surplus.size > 0) {
          await subscription?.remove([...surplus]);
          // No longer the newest, from now on.
          for (const ticker of surplus) this.#forget(channel, this.#markets.get(ticker));
        } else if (missing.length === 0) return;
        else await this.#each(missing, [channel], (some) => this.#add(stream, channel, some));
      }
    } catch (error) {
      if (this.#stream === stream) this.#options.onError(error);
    } finally {
      this.#syncing.delete(channel);
    }
  }

  async #add(stream: KalshiStream, channel: MessageChannel, markets: readonly Market[]): Promise<void> {
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

  #take(
    channel: MessageChannel,
    item: {
      readonly type: string;
      readonly msg?: { readonly market_ticker: string };
      readonly missed?: unknown;
    },
  ): void {
    const { type, msg, missed } = item;
    if (type !== channel || msg === undefined) {
      return this.#gap(channel, typeof missed === "number" ? missed : undefined);
    }
    const market = this.#markets.get(msg.market_ticker);
    if (market === undefined) return;
    const frame = publicFrame(channel, msg);
    if (channel === "ticker") {
      market.ticked = frame;
      for (const reader of market.readers.ticker) reader.tick(market);
    } else for (const reader of market.readers.trade) reader.trade(frame);
  }

  #forget(channel: MessageChannel, market: Market | undefined): void {
    if (channel === "ticker" && market !== undefined) market.ticked = undefined;
  }

  #gap(channel: MessageChannel, missed?: number): void {
    for (const market of this.#markets.values()) this.#forget(channel, market);
    const readers = [...this.#markets.values()].flatMap((market) => [...market.readers[channel]]);
    for (const reader of new Set(readers)) reader.gap(channel, missed);
  }

  // --- refusals

  /**
   * Kalshi refuses a command as a whole: which market is wrong is found by asking for one at a time. What is not about
   * a market is thrown.
   */
  async #each(
    markets: readonly Market[],
    channels: readonly FeedChannel[],
    ask: (some: readonly Market[]) => Promise<void>,
  ): Promise<void> {
    try {
      await ask(markets);
    } catch (error) {
      if (!(error instanceof KalshiStreamError) || !ABOUT_THE_MARKET.has(error.errorCode)) throw error;
      const [only] = markets;
      if (markets.length > 1) { for (const market of markets) await this.#each([market], channels, ask); }
      else if (only !== undefined) {
        this.#refuse(
          only,
          { code: error.errorCode, text: `Kalshi gives no market ${only.ticker}.` },
          channels,
        );
      }
    }
  }

  /** Without a book there is no market; without tickers or trades there is still its book. */
  #refuse(market: Market, why: Refused, channels: readonly FeedChannel[] = CHANNELS): void {
    const { ticker, readers } = market;
    const isAll = channels === CHANNELS;
    if (isAll) {
      this.#markets.delete(ticker);
      this.#names?.doubt(ticker);
      const [oldest] = this.#refused.keys();
      if (this.#refused.size >= REFUSED_MOST && oldest !== undefined) this.#refused.delete(oldest);
      this.#refused.delete(ticker);
      this.#refused.set(ticker, { ...why, at: this.#options.now() });
      for (const reader of readers.orderbook_delta) reader.stale(market, "disconnected");
      market.refuse(why);
    }
    const [first] = channels;
    const told = new Set(channels.flatMap((channel) => [...readers[channel]]));
    const what = { market_ticker: ticker, ...(!isAll && first && { channel: first }) };
    for (const reader of told) reader.write(errorFrame(why.code, isAll ? why.text : undefined, what));
    this.#options.onRefused(market, channels);
  }
}

/** Nobody reads it, and it has no book either. */
function isIdle(market: Market): boolean {
  return !market.isPinned && !market.isRead && market.state !== "live";
}
