/**
 * Order books that keep themselves right: fed by one lane, resynchronised market by market.
 *
 * @module
 */

import type { Clock, ClockTimer } from "../base/clock.ts";
import { type KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import { type MarketLookup, whyAbsent } from "./market_lookup.ts";
import { readCall, waitFor, type WaitOptions } from "./call_options.ts";
import type { StreamMarker } from "./items.ts";
import type { Frame } from "./frame.ts";
import { KalshiStaleBookError } from "../books/errors.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { BookFeed } from "./book_feed.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { BookChange, BookState, StaleReason } from "../books/changes.ts";
import { type RestOrderBook, restOrderBook } from "../books/decoders/event.ts";
import { MarketBook } from "../books/market_book.ts";
import type { BookDepth, OrderBook } from "../books/order_book.ts";
import { isSnapshot } from "../books/updates.ts";
import { type QueueOptions, StreamQueue } from "../base/queue.ts";
import { type QueueStats, readQueueOptions } from "./queue_options.ts";
import type { AsyncItems } from "../base/web_types.ts";

/** How long a snapshot may take before the next, harder attempt. */
const SNAPSHOT_MS = 5_000;
/** How long a snapshot may take before REST is asked whether there is such a market. */
const DOUBT_MS = 2_000;
/** How many markets are looked up at once. */
const LOOK_UPS = 4;
/** For how long changes may still come of a market that was let go. */
const PARTING_MS = 60_000;
/** A book that was not wrong for this long starts again with an immediate attempt. */
const SETTLED_MS = 5_000;

/** One market. */
interface Entry {
  readonly market: MarketBook;
  readonly readers: Set<Reader>;
  /** How many of them want every delta. */
  listeners: number;
  /** Whether it was ever live. */
  known: boolean;
  isLive: boolean;
  staleAt: number;
  /** True when subscribing brings its snapshot. */
  expected: boolean;
  /** True while its old subscription goes: what still comes of it heals nothing. */
  leaving: boolean;
  /** Since when no snapshot has come though one was asked for, in milliseconds of the monotonic clock. */
  silentSince: number;
  /** Last proof that it was right, in Unix milliseconds. */
  provenAt: number;
  /** Attempts since it was last live for a while. */
  tries: number;
  /** Snapshots in a row that did not come: 0 asks for one, 1 subscribes anew, 2 connects anew. */
  unanswered: number;
  /** Which request it waits for. */
  request: number;
  /** True while it is looked up, and when REST has said that the market is there. */
  isLookedUp: boolean;
}

/** A market to look up, and Kalshi's refusal where it was refused. */
interface Doubt {
  readonly ticker: string;
  readonly entry: Entry;
  readonly refusal?: KalshiError | undefined;
}

/** Who is told of changes. */
interface Reader {
  change(change: BookChange): void;
  /** Whether it wants every delta, not only what becomes of the book. */
  readonly deltas?: boolean;
  /** Whether it tells its caller why the book has ended. */
  readonly hears?: boolean;
  end(error?: KalshiError): void;
}

/** What the books are made from. */
export interface LiveBooksOptions {
  readonly feed: BookFeed;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  readonly timeoutMs: number;
  /** Where to look up markets whose snapshots do not come. */
  readonly lookUp: MarketLookup | undefined;
  readonly onError: (error: unknown) => void;
}

let makeBook: (ticker: string, entry: Entry, books: LiveBooks) => LiveOrderBook;

/** All order books of a stream; one consumer of its channel. */
export class LiveBooks implements ChannelReader {
  readonly param: ChannelReader["param"];
  readonly picks = true;
  readonly keys: Set<string> = new Set();
  readonly options: LiveBooksOptions;
  readonly #entries = new Map<string, Entry>();
  /** The queues of changes that are open. */
  readonly queues: Set<StreamQueue<BookChange>> = new Set();
  /** Markets that were let go, and when, in milliseconds of the monotonic clock. */
  readonly #released = new Map<string, number>();
  readonly #timers = new Set<ClockTimer>();
  #due = new Set<Entry>();
  /** What went stale in this turn and must not be asked for at once. */
  #later: Set<Entry> | undefined;
  /** When the last snapshot of any market came, in milliseconds of the monotonic clock. */
  #answeredAt = -Infinity;
  /** The same of those markets that wait for one. */
  #progressAt = -Infinity;
  #requests = 0;
  readonly #doubts: Doubt[] = [];
  #lookUps = 0;
  #audited = 0;
  #joined = false;
  /** Resynchronisations so far. */
  resyncs = 0;

  constructor(options: LiveBooksOptions) {
    this.options = options;
    this.param = options.feed.param;
  }

  /** Opens books; resolves when Kalshi has acknowledged them. */
  async open(tickers: readonly string[], options: WaitOptions): Promise<LiveOrderBook[]> {
    const { feed, clock, timeoutMs } = this.options;
    const fresh = new Set<string>();
    // Whoever opens them looks at them himself when they are open.
    const opener: Reader = { hears: true, change() {}, end() {} };
    const books = [...new Set(tickers)].map((ticker) => {
      let entry = this.#entries.get(ticker);
      if (entry === undefined) {
        this.#entries.set(ticker, entry = this.#entry(ticker));
        fresh.add(ticker);
      }
      entry.readers.add(opener);
      return makeBook(ticker, entry, this);
    });
    const leave = () => {
      for (const ticker of tickers) this.#entries.get(ticker)?.readers.delete(opener);
    };
    try {
      for (const ticker of fresh) this.keys.add(ticker);
      const joining = this.#joined ? feed.added(this, fresh) : feed.join(this);
      this.#joined = true;
      const limits = { ...options, timeoutMs: options.timeoutMs ?? timeoutMs };
      await waitFor(joining, "Subscribing to order books", limits, clock);
      leave();
      return books;
    } catch (error) {
      leave();
      for (const book of books) void book.close();
      this.#endLost(fresh, error as KalshiError);
      throw error;
    }
  }

  /** Ends the books of markets that Kalshi has refused. */
  #endLost(tickers: Iterable<string>, error: KalshiError): void {
    for (const ticker of tickers) if (!this.keys.has(ticker)) this.#end(ticker, error);
  }

  /** The last reader of a market unsubscribes from it. */
  async release(ticker: string, entry: Entry): Promise<void> {
    if (this.#entries.get(ticker) !== entry || entry.readers.size > 0) return;
    this.#forget(ticker, entry);
    const { feed } = this.options;
    // The keys of books that are subscribed to anew are out for a moment: the entries count.
    if (this.#entries.size > 0) return await feed.removed();
    this.#rest();
    await feed.leave(this);
  }

  /** How the queues of changes fare. */
  get queueStats(): QueueStats[] {
    return [...this.queues].map(({ policy, size, dropped, conflated }) => ({
      channel: this.options.feed.channel,
      policy,
      size,
      dropped,
      conflated,
    }));
  }

  /** How many books are in which state. */
  get states(): Record<BookState, number> {
    const states = { waiting: 0, live: 0, stale: 0, resyncing: 0, closed: 0 };
    for (const { market } of this.#entries.values()) states[market.state]++;
    return states;
  }

  // --- as a consumer of the lane

  deliver(frame: Frame): void {
    const { feed, clock } = this.options;
    const update = feed.decoder.decode(frame);
    if (update === undefined) return;
    const { ticker = "", seq } = update;
    const entry = this.#entries.get(ticker);
    if (isSnapshot(update)) {
      this.#answeredAt = clock.monotonic();
      if (entry?.request) this.#progressAt = this.#answeredAt;
    }
    if (entry === undefined) return this.#foreign(ticker, seq);
    // A late answer must not heal a book to which no change will come.
    const isCut = entry.market.state !== "live" && (entry.leaving || !feed.has(ticker));
    if (!isCut) entry.market.feed(update);
  }

  mark(marker: StreamMarker, needed?: number): void {
    if (marker.type !== "gap") return;
    const reason = marker.reason === "unreadable" ? "unreadable" : "gap";
    for (const { market } of this.#entries.values()) market.lost(reason, needed);
  }

  /** A frame of a market that has no book here: of one that was just let go, or nobody knows of which. */
  #foreign(ticker: string, seq: number | undefined): void {
    const { clock, feed } = this.options;
    const releasedAt = this.#released.get(ticker) ?? -Infinity;
    if (feed.has(ticker) || clock.monotonic() - releasedAt < PARTING_MS) return;
    this.strange("unknown-frame", seq ?? 0);
  }

  strange(reason: "unknown-frame" | "gap", needed: number): void {
    for (const { market } of this.#entries.values()) market.lost(reason, needed);
  }

  interrupted(): void {
    this.#released.clear();
    for (const entry of this.#entries.values()) {
      entry.request = 0;
      entry.expected = true;
      entry.market.restart();
    }
  }

  /** The subscription stands: a snapshot of each market is on its way. */
  synced(): void {
    const expected = [...this.#entries.values()].filter((entry) => entry.expected);
    for (const entry of expected) entry.expected = false;
    this.#expect(expected.filter(({ market }) => market.state !== "live"));
  }

  refused(tickers: readonly string[], error: KalshiError): void {
    const { feed, lookUp } = this.options;
    const isLookedUp = lookUp !== undefined && feed.isAboutMarket(error);
    for (const ticker of tickers) {
      const entry = this.#entries.get(ticker);
      if (entry === undefined) continue;
      entry.request = 0;
      if (isLookedUp) this.#doubts.push({ ticker, entry, refusal: error });
      else this.#absent(ticker, error);
    }
    this.#lookUp();
  }

  /** There is no book of this market. */
  #absent(ticker: string, error: KalshiError): void {
    const readers = [...this.#entries.get(ticker)?.readers ?? []];
    this.#end(ticker, error);
    if (!readers.some(({ hears }) => hears)) this.options.onError(error);
    if (!this.#joined) return;
    const { feed } = this.options;
    if (this.#entries.size > 0) return void feed.removed();
    this.#rest();
    void feed.leave(this);
  }

  end(error?: KalshiError): void {
    this.#rest();
    for (const ticker of this.#entries.keys()) this.#end(ticker, error);
  }

  #end(ticker: string, error: KalshiError | undefined): void {
    const entry = this.#entries.get(ticker);
    if (entry === undefined) return;
    const readers = [...entry.readers];
    this.#forget(ticker, entry);
    for (const reader of readers) reader.end(error);
  }

  /** There is nothing left to do. */
  #rest(): void {
    for (const timer of this.#timers) timer.clear();
    this.#timers.clear();
    this.#doubts.length = 0;
    this.#joined = false;
  }

  /** Has one live book checked against a snapshot, which also shows whether the last frames were lost. */
  audit(): void {
    const live = [...this.#entries].filter(([, { market }]) => market.state === "live");
    const [ticker] = live[this.#audited++ % live.length] ?? [];
    if (ticker !== undefined) this.#ask([ticker]);
  }

  // --- resynchronising

  #entry(ticker: string): Entry {
    const entry: Entry = {
      market: new MarketBook(ticker, { onChange: (change) => this.#changed(entry, change) }),
      readers: new Set(),
      listeners: 0,
      known: false,
      isLive: false,
      expected: true,
      leaving: false,
      silentSince: Infinity,
      staleAt: -Infinity,
      provenAt: -Infinity,
      tries: 0,
      unanswered: 0,
      request: 0,
      isLookedUp: false,
    };
    return entry;
  }

  #forget(ticker: string, entry: Entry): void {
    const now = this.options.clock.monotonic();
    for (const [released, at] of this.#released) {
      if (now - at < PARTING_MS) break; // the oldest come first
      this.#released.delete(released);
    }
    this.#released.delete(ticker);
    this.#released.set(ticker, now);
    this.keys.delete(ticker);
    this.#entries.delete(ticker);
    this.#due.delete(entry);
    entry.request = 0;
    entry.readers.clear();
    entry.market.close();
  }

  #changed(entry: Entry, change: BookChange): void {
    if (change.type === "snapshot") {
      entry.unanswered = entry.request = 0;
      entry.silentSince = Infinity;
      entry.isLookedUp = false;
      entry.known = entry.isLive = true;
      if (change.resynced) this.resyncs++;
    } else if (change.type === "stale") {
      const { heardAtMs, heardBeforeMs } = this.options.feed;
      // The frame that shows a loss proves nothing.
      if (entry.isLive) entry.provenAt = change.reason === "disconnected" ? heardAtMs : heardBeforeMs;
      entry.isLive = false;
      this.#schedule(entry);
    }
    for (const reader of entry.readers) reader.change(change);
  }

  #schedule(entry: Entry): void {
    const { clock, backoff, feed } = this.options;
    entry.request = 0;
    // Without a subscription there is nothing to ask: making one brings snapshots.
    if (!feed.isSubscribed) return;
    const now = clock.monotonic();
    entry.tries = now - entry.staleAt > SETTLED_MS && entry.unanswered === 0 ? 0 : entry.tries + 1;
    entry.staleAt = now;
    if (entry.tries === 0) return this.#enqueue(entry);
    // What goes stale in one go is asked for in one go.
    if (this.#later === undefined) {
      const later = this.#later = new Set<Entry>();
      queueMicrotask(() => {
        this.#later = undefined;
        let tries = 1; // no spread: a stream may hold more books than a call takes arguments
        for (const one of later) tries = Math.max(tries, one.tries);
        this.#after(backoffMs(tries - 1, backoff, undefined, Math.random), () => {
          for (const one of later) this.#enqueue(one);
        });
      });
    }
    this.#later.add(entry);
  }

  #after(delayMs: number, run: () => void): void {
    const timer = this.options.clock.setTimer(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
  }

  /** All that fall due in one go are asked for in one command. */
  #enqueue(entry: Entry): void {
    if (this.#due.size === 0) queueMicrotask(() => this.#flush());
    this.#due.add(entry);
  }

  #flush(): void {
    const due = [...this.#due].filter(({ market }) =>
      market.state === "stale" && this.keys.has(market.ticker)
    );
    this.#due = new Set();
    if (!this.options.feed.isSubscribed || due.length === 0) return;
    const silent = due.filter(({ unanswered, known }) => unanswered === 2 && known);
    // Once only; and not where others are answered, so that the market may simply be gone.
    for (const entry of silent) entry.unanswered++;
    const mute = silent.find(({ silentSince }) => silentSince >= this.#answeredAt);
    if (mute !== undefined) {
      return this.options.feed.reconnect(
        new KalshiTimeoutError(
          `No snapshot of ${mute.market.ticker} came, not even for a new subscription.`,
        ),
      );
    }
    this.#expect(due);
    const again = due.filter(({ unanswered }) => unanswered === 1).map(({ market }) => market.ticker);
    const ask = due.filter(({ unanswered }) => unanswered !== 1).map(({ market }) => market.ticker);
    if (ask.length > 0) this.#ask(ask);
    if (again.length > 0) void this.#resubscribe(again);
  }

  #ask(tickers: readonly string[]): void {
    const { feed, onError } = this.options;
    feed.askSnapshots(tickers, SNAPSHOT_MS).catch(onError);
  }

  async #resubscribe(tickers: readonly string[]): Promise<void> {
    const { feed } = this.options;
    const present = tickers.filter((ticker) => this.keys.delete(ticker));
    const entries = present.map((ticker) => this.#entries.get(ticker));
    for (const entry of entries) if (entry !== undefined) entry.leaving = true;
    try {
      await feed.removed();
    } finally {
      for (const entry of entries) if (entry !== undefined) entry.leaving = false;
      const back = new Set(present.filter((ticker) => this.#entries.has(ticker)));
      for (const ticker of back) this.keys.add(ticker);
      feed.added(this, back).catch((error) => {
        this.options.onError(error);
        this.#endLost(back, error);
      });
    }
  }

  /** From now on these wait for a snapshot, with a deadline. */
  #expect(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const request = ++this.#requests;
    const now = this.options.clock.monotonic();
    for (const entry of entries) {
      entry.request = request;
      entry.silentSince = Math.min(entry.silentSince, now);
      entry.market.asked();
    }
    this.#await(entries, request, SNAPSHOT_MS);
    if (this.options.lookUp !== undefined) this.#doubt(entries, request, DOUBT_MS);
  }

  /** Those whose snapshot does not come are looked up. */
  #doubt(entries: readonly Entry[], request: number, waitMs: number): void {
    this.#after(waitMs, () => {
      const missing = entries.filter((entry) => entry.request === request && !entry.isLookedUp);
      // On a slow line they come one after the other.
      const idleMs = this.options.clock.monotonic() - this.#progressAt;
      if (missing.length > 1 && idleMs < DOUBT_MS) return this.#doubt(missing, request, DOUBT_MS - idleMs);
      for (const entry of missing) {
        entry.isLookedUp = true;
        this.#doubts.push({ ticker: entry.market.ticker, entry });
      }
      this.#lookUp();
    });
  }

  #lookUp(): void {
    while (this.#lookUps < LOOK_UPS) {
      const doubt = this.#doubts.shift();
      if (doubt === undefined) return;
      this.#lookUps++;
      void this.#settle(doubt).finally(() => {
        this.#lookUps--;
        this.#lookUp();
      });
    }
  }

  async #settle({ ticker, entry, refusal }: Doubt): Promise<void> {
    const { lookUp, onError } = this.options;
    const isDoubtful = () => this.#entries.get(ticker) === entry && entry.market.state !== "live";
    if (lookUp === undefined || !isDoubtful()) return;
    let error = refusal;
    try {
      error = await whyAbsent(ticker, lookUp) ?? refusal;
    } catch (cause) {
      entry.isLookedUp = false; // it is looked up again when the next snapshot does not come
      if (isDoubtful()) onError(cause);
    }
    if (error !== undefined && isDoubtful()) this.#absent(ticker, error);
  }

  #await(entries: readonly Entry[], request: number, waitMs: number): void {
    this.#after(waitMs, () => {
      const missing = entries.filter((entry) => entry.request === request);
      // On a slow line they come one after the other: as long as they do, there is reason to wait.
      const idleMs = this.options.clock.monotonic() - this.#progressAt;
      if (missing.length > 1 && idleMs < waitMs) return this.#await(missing, request, SNAPSHOT_MS - idleMs);
      for (const entry of missing) {
        entry.unanswered++;
        entry.market.unanswered();
      }
    });
  }
}

/**
 * One market's book, kept live. Reading a book that is not live throws {@linkcode KalshiStaleBookError}, so that
 * no decision is made on prices that may be wrong; {@linkcode state} tells without throwing.
 *
 * Prices are YES prices in ten-thousandths of a dollar, sizes hundredths of a contract: `formatPrice` and `formatCount`
 * turn them into Kalshi's decimal text.
 *
 * @example
 * ```ts
 * import { KalshiAuth } from "@unofficial/kalshi";
 * import { formatPrice } from "@unofficial/kalshi/fixed-point";
 * import { KalshiStream } from "@unofficial/kalshi/stream";
 *
 * await using stream = await KalshiStream.connect({ auth: await KalshiAuth.fromEnv() });
 * const book = await stream.orderBook("KXHIGHNY-26NOV24-T60");
 * for await (const change of book.changes({ policy: "latest" })) {
 *   if (book.state !== "live") console.log("wait:", book.reason);
 *   else if (book.bestBid !== undefined) console.log(formatPrice(book.bestBid), change.type);
 * }
 * ```
 */
export class LiveOrderBook implements AsyncDisposable {
  /** Market ticker. */
  readonly ticker: string;
  readonly #entry: Entry;
  readonly #books: LiveBooks;
  readonly #readers = new Set<Reader>();
  #cause: KalshiError | undefined;

  static {
    makeBook = (ticker, entry, books) => new LiveOrderBook(ticker, entry, books);
  }

  private constructor(ticker: string, entry: Entry, books: LiveBooks) {
    this.ticker = ticker;
    this.#entry = entry;
    this.#books = books;
    this.#join({ change() {}, end: (error) => this.#cause ??= error });
  }

  #join(reader: Reader): void {
    this.#readers.add(reader);
    this.#entry.readers.add(reader);
    if (reader.deltas) this.#listen(1);
  }

  #drop(reader: Reader): void {
    const isThere = this.#readers.delete(reader);
    this.#entry.readers.delete(reader);
    if (isThere && reader.deltas) this.#listen(-1);
  }

  /** Has the book tell its deltas while somebody listens. */
  #listen(more: 1 | -1): void {
    const entry = this.#entry;
    entry.listeners += more;
    entry.market.tellsDeltas = entry.listeners > 0;
  }

  #read(): OrderBook {
    if (this.#readers.size === 0) throw new KalshiStaleBookError(this.ticker, "closed", undefined);
    return this.#entry.market.read();
  }

  /** Whether it can be trusted. */
  get state(): BookState {
    return this.#readers.size > 0 ? this.#entry.market.state : "closed";
  }

  /** Why it is not live; undefined while it is, and while it waits for its first snapshot. */
  get reason(): StaleReason | undefined {
    return this.#entry.market.reason;
  }

  /**
   * How old the last proof is that the book was right, in milliseconds: of a live book, how long ago the
   * connection last gave a sign of life. Infinity before the first snapshot.
   */
  get ageMs(): number {
    const { clock, feed } = this.#books.options;
    const { provenAt } = this.#entry;
    return Math.max(0, clock.now() - (this.state === "live" ? feed.heardAtMs : provenAt));
  }

  /** Sequence number of the subscription that it stands at. */
  get seq(): number | undefined {
    return this.#entry.market.seq;
  }

  /** The book as it was last known, whatever its state: its prices may be wrong. */
  get lastKnown(): OrderBook {
    return this.#entry.market.lastKnown;
  }

  /** Highest bid in ten-thousandths of a dollar; undefined when nobody bids. Throws unless live. */
  get bestBid(): number | undefined {
    return this.#read().bestBid;
  }

  /** Contracts at the highest bid, in hundredths; 0 when nobody bids. Throws unless live. */
  get bestBidSize(): number {
    return this.#read().bestBidSize;
  }

  /** Lowest ask in ten-thousandths of a dollar; undefined when nobody asks. Throws unless live. */
  get bestAsk(): number | undefined {
    return this.#read().bestAsk;
  }

  /** Contracts at the lowest ask, in hundredths; 0 when nobody asks. Throws unless live. */
  get bestAskSize(): number {
    return this.#read().bestAskSize;
  }

  /** Half way between the best prices, in ten-thousandths of a dollar; undefined when a side is empty. Throws unless live. */
  get mid(): number | undefined {
    return this.#read().mid;
  }

  /** The best prices weighted by the size of the other side: an estimate. Throws unless live. */
  get microPrice(): number | undefined {
    return this.#read().microPrice;
  }

  /** Lowest ask minus highest bid, in ten-thousandths of a dollar; undefined when a side is empty. Throws unless live. */
  get spread(): number | undefined {
    return this.#read().spread;
  }

  /** Contracts resting at a price, in hundredths; 0 when there is no such level. Throws unless live. */
  sizeAt(side: "bid" | "ask", price: number): number {
    return this.#read().sizeAt(side, price);
  }

  /** The best `count` levels of each side, as copies; all of them when left out. Throws unless live. */
  depth(count?: number): BookDepth {
    return this.#read().depth(count);
  }

  /** The book in the shape of Kalshi's REST answer. Throws unless live. */
  toRest(): RestOrderBook {
    return restOrderBook(this.#read());
  }

  /**
   * What happens to the book from now on, in order: `delta`, `stale`, and `snapshot`, which also says whether it
   * was resynchronised and why. The queue's policy is `error` unless told; `latest` keeps one change, as a signal
   * to look. Leaving the loop leaves the book open.
   */
  changes(queue?: QueueOptions): AsyncItems<BookChange> {
    const { queues } = this.#books;
    const leave = () => {
      queues.delete(made);
      this.#drop(reader);
    };
    const made: StreamQueue<BookChange> = new StreamQueue({
      name: `the book of ${this.ticker}`,
      ...readQueueOptions(queue, "error", 1_024),
      keyOf: () => 0,
      onEnd: leave,
    });
    const reader: Reader = {
      deltas: true,
      hears: true,
      change: (change) => made.push(change),
      end: (error) => {
        leave();
        made.end(error);
      },
    };
    if (this.state === "closed") made.end(this.#cause);
    else {
      queues.add(made);
      this.#join(reader);
    }
    return made;
  }

  /**
   * Resolves when the book is live: at once, or after its next snapshot.
   *
   * @throws {KalshiNotFoundError} when there is no such market; found out by streams that have a client
   * @throws {KalshiMarketClosedError} when the market has closed; the same
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiStreamClosedError} when the book or its stream is closed
   */
  async live(given: WaitOptions = {}): Promise<void> {
    const options = readCall("live", given);
    if (this.state === "live") return;
    const { clock } = this.#books.options;
    let reader: Reader | undefined;
    const work = new Promise<void>((resolve, reject) => {
      const closed = (cause = this.#cause) => {
        const isOwn = cause !== undefined && !(cause instanceof KalshiStreamClosedError);
        reject(
          isOwn ? cause : new KalshiStreamClosedError(`The book of ${this.ticker} is closed.`, { cause }),
        );
      };
      if (this.state === "closed") return closed();
      reader = { hears: true, change: ({ type }) => type === "snapshot" && resolve(), end: closed };
      this.#join(reader);
    });
    try {
      await waitFor(work, `Waiting for a snapshot of ${this.ticker}`, options, clock);
    } finally {
      if (reader !== undefined) this.#drop(reader);
    }
  }

  /** Stops keeping it up; its loops get what is queued, then end. A second call is harmless. */
  async close(): Promise<void> {
    for (const reader of [...this.#readers]) {
      this.#drop(reader);
      reader.end();
    }
    await this.#books.release(this.ticker, this.#entry);
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
