/**
 * The markets of a feed: which there are, and which of them are had upstream.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { errorCodes } from "../contract/event/channels.ts";
import { KalshiMarketClosedError } from "../stream/errors.ts";
import { CLOSED_STATUSES } from "../stream/market_lookup.ts";
import type { FeedSpelling, FeedStream } from "./feed_product.ts";
import { CHANNELS, errorFrame, type FeedChannel, RefusedError } from "./frames.ts";
import { Market } from "./market.ts";
import { FeedBooks } from "./feed_books.ts";
import { MarketMessages } from "./market_messages.ts";
import { Names, type Origin } from "./names.ts";
import { notFound, Refusals, type Refused } from "./refusals.ts";

/** Names of nobody in particular. */
const NOBODY: Origin = { reader: undefined, place: undefined };
/** How long a book may take to be live for the first time. */
const FIRST_SNAPSHOT_MS = 10_000;

const TOO_MANY_NAMES: Refused = {
  code: errorCodes.tooManyRequests,
  status: 429,
  text: "Too many names wait to be looked up: try again.",
};

/** What {@linkcode Markets} are made from. */
export interface MarketsOptions {
  readonly spelling: FeedSpelling;
  /** How many markets may be had upstream. */
  readonly most: number;
  /** How many names may wait for REST to say whether there are such markets. */
  readonly mostNames: number;
  readonly idleMs: number;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** The statuses of those markets that there are. Without it Kalshi's WebSocket hears of every name. */
  readonly lookUp?: ((tickers: readonly string[]) => Promise<ReadonlyMap<string, string>>) | undefined;
  /** A market was refused on these channels: its readers have heard of it and have to let go of it. */
  readonly onRefused: (market: Market, channels: readonly FeedChannel[]) => void;
}

/** All markets of a feed. */
export class Markets {
  readonly #options: MarketsOptions;
  readonly #markets = new Map<string, Market>();
  /** Those of them whose names nobody knows yet. They take no room from the others. */
  readonly #unproven = new Set<Market>();
  readonly #refusals: Refusals;
  readonly #books: FeedBooks;
  readonly #messages: MarketMessages;
  readonly #names: Names | undefined;
  #stream: FeedStream | undefined;

  constructor(options: MarketsOptions) {
    this.#options = options;
    const { clock, lookUp, mostNames: most, onError } = options;
    const now = () => clock.now();
    this.#refusals = new Refusals(now);
    this.#books = new FeedBooks({ now, onError, onRefused: (market, why) => this.#refuse(market, why) });
    this.#messages = new MarketMessages({
      markets: this.#markets,
      spelling: options.spelling,
      onError,
      onRefused: (market, why, channel) => this.#tellRefused(market, why.code, undefined, [channel]),
    });
    this.#names = lookUp && new Names({
      clock,
      most,
      lookUp,
      isWanted: (ticker) => this.#isUnproven(ticker)?.isRead === true,
      onAnswer: (ticker, status, error) => this.#answered(ticker, status, error),
      onAnswered: () => this.sync(),
      onDropped: (ticker) => this.#dropped(ticker),
      onError,
    });
  }

  /** How many there are, whether anybody knows of them or not. */
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
   * A market, from now on. `origin`: who brings its name.
   *
   * @throws {RefusedError} when there is no such market, or no room for one more
   */
  open(ticker: string, isPinned = false, origin: Origin = NOBODY): Market {
    const now = this.#options.clock.now();
    let market = this.#markets.get(ticker);
    if (market === undefined) {
      const refused = this.#refusals.of(ticker);
      if (refused !== undefined) throw new RefusedError(refused.code, refused.status, refused.text);
      if (!this.hasRoomFor([ticker])) throw errorOf(this.#full());
      const isKnown = isPinned || this.#names === undefined || this.#names.isKnown(ticker);
      if (!isKnown && !this.#names?.add(ticker, origin)) throw errorOf(TOO_MANY_NAMES);
      if (isKnown) this.#makeRoom();
      this.#markets.set(ticker, market = new Market(ticker, now, isPinned, this.#options.spelling));
      if (!isKnown) {
        market.standing = { kind: "unproven" };
        this.#unproven.add(market);
      }
    } else if (market.standing.kind === "unproven") this.#names?.add(ticker, origin);
    market.usedAt = now;
    return market;
  }

  /** The same with its book. */
  openBook(ticker: string, origin?: Origin): Market {
    const market = this.open(ticker, false, origin);
    market.bookUsedAt = market.usedAt;
    return market;
  }

  /** Whether a market has a live book. */
  isLive(ticker: string): boolean {
    return this.#markets.get(ticker)?.state === "live";
  }

  /** Whether these could be opened: what nobody reads makes room. */
  hasRoomFor(tickers: readonly string[]): boolean {
    const fresh = new Set(tickers.filter((ticker) => !this.#markets.has(ticker)));
    const free = this.#options.most - this.#proven;
    if (fresh.size <= free) return true;
    return fresh.size <= free + [...this.#markets.values()].filter((market) => this.#isIdle(market)).length;
  }

  /** There is a stream: everything is subscribed to on it. */
  attach(stream: FeedStream): void {
    this.#stream = stream;
    this.sync();
  }

  /** The stream is connected, for the first time or again: books that were never live get their time again. */
  connected(): void {
    const sinceMs = this.#options.clock.now();
    for (const market of this.#markets.values()) {
      const { wasLive, source } = market;
      if (!wasLive && source.kind === "open") market.source = { ...source, sinceMs };
    }
  }

  /** The stream is gone. */
  detach(): void {
    this.#stream = undefined;
    this.#messages.detach();
    for (const market of this.#markets.values()) {
      market.source = { kind: "none" };
      if (market.bookUsedAt !== undefined) market.lost("disconnected");
    }
  }

  /** Makes upstream equal to what is wanted. What fails is tried again by the next call. */
  sync(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#names?.ask();
    const missing = [...this.#markets.values()].filter(({ standing, bookUsedAt, source }) =>
      standing.kind === "admitted" && bookUsedAt !== undefined && source.kind === "none"
    );
    if (missing.length > 0) void this.#books.open(stream, missing);
    this.#messages.sync(stream);
  }

  /** Lets go what nobody wants, and gives up on what does not come. */
  sweep(): void {
    const { clock, idleMs } = this.#options;
    const now = clock.now();
    this.#refusals.sweep();
    for (const market of [...this.#markets.values()]) {
      const { readers, isPinned, source, wasLive, waiting } = market;
      if (isPinned || market.isRead) market.usedAt = now;
      if (isPinned || waiting > 0 || readers.orderbook_delta.size > 0) market.bookUsedAt = now;
      if (now - market.usedAt >= idleMs) this.#drop(market);
      else if (market.bookUsedAt !== undefined && now - market.bookUsedAt >= idleMs) market.closeBook();
      else if (
        !wasLive && source.kind === "open" && now - source.sinceMs >= FIRST_SNAPSHOT_MS &&
        this.#stream?.state === "open"
      ) {
        this.#refuse(market, notFound(`Kalshi gives no market ${market.ticker}.`));
      }
    }
  }

  // --- room

  get #proven(): number {
    return this.#markets.size - this.#unproven.size;
  }

  /** Nobody reads it, and it counts. */
  #isIdle(market: Market): boolean {
    return !market.isPinned && !market.isRead && !this.#unproven.has(market);
  }

  /** Room for one more among those that count; false when all are read. */
  #makeRoom(): boolean {
    if (this.#proven < this.#options.most) return true;
    let victim: Market | undefined;
    for (const market of this.#markets.values()) {
      if (!this.#isIdle(market)) continue;
      // First what is of no use yet, then what nobody has used for the longest time.
      const [isLive, wasLive] = [market.state === "live", victim?.state === "live"];
      if (victim === undefined || wasLive && (!isLive || market.usedAt < victim.usedAt)) victim = market;
    }
    if (victim !== undefined) this.#drop(victim);
    return victim !== undefined;
  }

  #full(): Refused {
    const text = `This feed holds ${this.#options.most} markets at once.`;
    return { code: errorCodes.subscriptionMarketLimitExceeded, status: 503, text };
  }

  #drop(market: Market): void {
    market.closeBook();
    this.#unproven.delete(market);
    this.#markets.delete(market.ticker);
  }

  // --- names

  #isUnproven(ticker: string): Market | undefined {
    const market = this.#markets.get(ticker);
    return market?.standing.kind === "unproven" ? market : undefined;
  }

  /** REST has said what it knows of a name. */
  #answered(ticker: string, status: string | undefined, error: unknown): void {
    const market = this.#isUnproven(ticker);
    const isGone = error === undefined && (status === undefined || CLOSED_STATUSES.has(status));
    if (!isGone && error === undefined) this.#names?.know(ticker);
    if (market === undefined) return;
    if (isGone) {
      const text = status === undefined
        ? `There is no market ${ticker}.`
        : new KalshiMarketClosedError(ticker, status).message;
      this.#refuse(market, notFound(text));
    } else if (!this.#makeRoom()) this.#refuse(market, this.#full());
    else {
      // Where REST failed, Kalshi's WebSocket has to say it.
      this.#unproven.delete(market);
      market.standing = { kind: "admitted" };
    }
  }

  #dropped(ticker: string): void {
    const market = this.#isUnproven(ticker);
    if (market !== undefined) this.#refuse(market, TOO_MANY_NAMES);
  }

  // --- refusals

  /** Without a book there is no market. */
  #refuse(market: Market, why: Refused): void {
    const { ticker, readers } = market;
    this.#drop(market);
    // What there is no room for may be had the next moment.
    if (why.status === 404) {
      this.#names?.doubt(ticker);
      this.#refusals.add(ticker, why);
    }
    for (const reader of readers.orderbook_delta) reader.stale(market, "disconnected");
    market.refuse(why);
    this.#tellRefused(market, why.code, why.text, CHANNELS);
  }

  /** Tells the readers of these channels; where it is one of them alone, there is still the book. */
  #tellRefused(
    market: Market,
    code: number,
    text: string | undefined,
    channels: readonly FeedChannel[],
  ): void {
    const { ticker: market_ticker, readers } = market;
    const [channel] = channels;
    const what = { market_ticker, ...(channels.length === 1 && channel !== undefined && { channel }) };
    const told = new Set(channels.flatMap((channel) => [...readers[channel]]));
    for (const reader of told) reader.write(errorFrame(code, text, what));
    this.#options.onRefused(market, channels);
  }
}

function errorOf({ code, status, text }: Refused): RefusedError {
  return new RefusedError(code, status, text);
}
