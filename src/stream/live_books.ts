/**
 * All order books of a stream: opened, fed by the one channel that they share, and let go.
 *
 * @module
 */

import type { BackoffOptions } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import type { KalshiError } from "../base/errors.ts";
import type { StreamQueue } from "../base/queue.ts";
import type { BookChange, BookState } from "../books/changes.ts";
import type { OrderBook } from "../books/order_book.ts";
import { type BookUpdate, isSnapshot } from "../books/updates.ts";
import { BookDoubts } from "./book_doubts.ts";
import type { BookReader } from "../books/kept_book.ts";
import { BookEntry } from "./book_entry.ts";
import type { BookFeed } from "./book_feed.ts";
import { BookUpkeep } from "./book_upkeep.ts";
import { waitFor, type WaitOptions } from "../base/wait_options.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { Frame } from "./frame.ts";
import type { StreamMarker } from "./items.ts";
import { type BookHost, type LiveOrderBook, makeBook } from "../books/live_order_book.ts";
import type { MarketLookup } from "./market_lookup.ts";
import type { QueueStats } from "./queue_stats.ts";

/** For how long changes may still come of a market that was let go. */
const PARTING_MS = 60_000;
/** What the books are made from. */
export interface LiveBooksOptions<Rest> {
  readonly toRest: (book: OrderBook) => Rest;
  readonly feed: BookFeed;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  readonly timeoutMs: number;
  /** Where to look up markets whose snapshots do not come. */
  readonly lookUp: MarketLookup | undefined;
  readonly onError: (error: unknown) => void;
}

/** All order books of a stream; the one reader of their channel. */
export class LiveBooks<Rest> implements ChannelReader, BookHost<Rest> {
  readonly toRest: LiveBooksOptions<Rest>["toRest"];
  readonly param: ChannelReader["param"];
  readonly picks = true;
  readonly keys: Set<string> = new Set();
  readonly queues: Set<StreamQueue<BookChange>> = new Set();
  readonly #options: LiveBooksOptions<Rest>;
  readonly #upkeep: BookUpkeep;
  readonly #doubts: BookDoubts | undefined;
  readonly #entries = new Map<string, BookEntry>();
  /** Markets that were let go, and when, in milliseconds of the monotonic clock. */
  readonly #released = new Map<string, number>();
  #audited = 0;
  /** Whether the channel is being read. */
  #joined = false;
  /** Resynchronisations so far. */
  resyncs = 0;

  constructor(options: LiveBooksOptions<Rest>) {
    const { feed, clock, backoff, lookUp, onError } = options;
    this.#options = options;
    this.toRest = options.toRest;
    this.param = feed.param;
    const doubts = this.#doubts = lookUp && new BookDoubts({
      lookUp,
      onAbsent: (entry, why) => this.#absent(entry, why),
      onError,
    });
    this.#upkeep = new BookUpkeep({
      feed,
      clock,
      backoff,
      subscribeAnew: (entries) => this.#subscribeAnew(entries),
      onMissing: doubts && ((entries) => entries.forEach((entry) => doubts.add(entry))),
      onError,
    });
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  get heardAtMs(): number {
    return this.#options.feed.heardAtMs;
  }

  closedError(ticker: string, cause: KalshiError | undefined): KalshiError {
    const isOwn = cause !== undefined && !(cause instanceof KalshiStreamClosedError);
    return isOwn ? cause : new KalshiStreamClosedError(`The book of ${ticker} is closed.`, { cause });
  }

  /**
   * Opens books, and hands them to `opened` when Kalshi has acknowledged them: at once, so that somebody hears of each
   * that is not there, and nobody twice. Resolves to what that makes of them.
   */
  async open<Opened>(
    tickers: readonly string[],
    options: WaitOptions,
    opened: (books: LiveOrderBook<Rest>[]) => Opened | Promise<Opened>,
  ): Promise<Opened> {
    const { feed, clock, timeoutMs } = this.#options;
    const fresh = new Set<string>();
    // Whoever opens them looks at them himself when they are open.
    const opener: BookReader = { hears: true, change() {}, end() {} };
    const books = [...new Set(tickers)].map((ticker) => {
      let entry = this.#entries.get(ticker);
      if (entry === undefined) {
        this.#entries.set(ticker, entry = new BookEntry(ticker, (one, change) => this.#changed(one, change)));
        fresh.add(ticker);
      }
      entry.readers.add(opener);
      return makeBook(entry, this);
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
      const result = opened(books);
      leave();
      return result;
    } catch (error) {
      leave();
      for (const book of books) void book.close();
      this.#endLost(fresh, error as KalshiError);
      throw error;
    }
  }

  /** The last reader of a market unsubscribes from it. */
  async release(entry: BookEntry): Promise<void> {
    if (entry.upkeep.is === "closed" || entry.readers.size > 0) return;
    this.#forget(entry);
    await this.#unsubscribe();
  }

  /** How the queues of changes fare. */
  get queueStats(): QueueStats[] {
    const { channel } = this.#options.feed;
    return [...this.queues].map(({ policy, size, dropped, conflated }) => ({
      channel,
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

  /** Has one live book checked against a snapshot, in turns. */
  audit(): void {
    const live = [...this.#entries.values()].filter(({ market }) => market.state === "live");
    const entry = live[this.#audited++ % live.length];
    if (entry !== undefined) this.#upkeep.ask([entry.ticker]);
  }

  // --- as a reader of its channel

  deliver(frame: Frame): void {
    const update = this.#options.feed.decoder.decode(frame);
    if (update !== undefined) this.update(update);
  }

  update(update: BookUpdate): void {
    const { feed } = this.#options;
    const { ticker = "", seq } = update;
    const entry = this.#entries.get(ticker);
    if (isSnapshot(update)) this.#upkeep.heard(entry);
    if (entry === undefined) return this.#foreign(ticker, seq);
    // A late answer must not heal a book to which no change will come.
    const { is } = entry.upkeep;
    if (is === "live" || is !== "leaving" && feed.has(ticker)) entry.market.feed(update);
  }

  mark(marker: StreamMarker, needed?: number): void {
    if (marker.type !== "gap") return;
    const reason = marker.reason === "unreadable" ? "unreadable" : "gap";
    for (const { market } of this.#entries.values()) market.lost(reason, needed);
  }

  strange(reason: "unknown-frame" | "gap", needed: number): void {
    for (const { market } of this.#entries.values()) market.lost(reason, needed);
  }

  interrupted(): void {
    this.#released.clear();
    for (const entry of this.#entries.values()) {
      entry.market.restart();
      this.#upkeep.interrupted(entry);
    }
  }

  synced(): void {
    this.#upkeep.subscribed(this.#entries.values());
  }

  refused(tickers: readonly string[], error: KalshiError): void {
    const doubts = this.#options.feed.isAboutMarket(error) ? this.#doubts : undefined;
    for (const ticker of tickers) {
      const entry = this.#entries.get(ticker);
      if (entry === undefined) continue;
      if (doubts === undefined) {
        this.#absent(entry, error);
        continue;
      }
      entry.become({ is: "refused" });
      doubts.add(entry, error);
    }
  }

  end(error?: KalshiError): void {
    this.#rest();
    for (const entry of [...this.#entries.values()]) this.#end(entry, error);
  }

  // --- inside

  /** A frame of a market that has no book here: of one that was just let go, or nobody knows of which. */
  #foreign(ticker: string, seq: number | undefined): void {
    const { clock, feed } = this.#options;
    const releasedAt = this.#released.get(ticker) ?? -Infinity;
    if (feed.has(ticker) || clock.monotonic() - releasedAt < PARTING_MS) return;
    this.strange("unknown-frame", seq ?? 0);
  }

  #changed(entry: BookEntry, change: BookChange): void {
    if (change.type === "snapshot") {
      this.#upkeep.healed(entry);
      if (change.resynced) this.resyncs++;
    } else if (change.type === "stale") {
      const { heardAtMs, heardBeforeMs } = this.#options.feed;
      // The frame that shows a loss proves nothing.
      const provenAtMs = change.reason === "disconnected" ? heardAtMs : heardBeforeMs;
      if (entry.upkeep.is === "live") entry.provenAtMs = provenAtMs;
      this.#upkeep.stale(entry);
    }
    for (const reader of entry.readers) reader.change(change);
  }

  async #subscribeAnew(entries: readonly BookEntry[]): Promise<void> {
    const { feed, onError } = this.#options;
    const present = entries.filter(({ ticker }) => this.keys.delete(ticker));
    try {
      await feed.removed();
    } finally {
      const back = new Set(
        present.filter(({ upkeep }) => upkeep.is !== "closed").map(({ ticker }) => ticker),
      );
      for (const ticker of back) this.keys.add(ticker);
      feed.added(this, back).catch((error) => {
        onError(error);
        this.#endLost(back, error);
      });
    }
  }

  /** There is no book of this market. */
  #absent(entry: BookEntry, error: KalshiError): void {
    const isHeard = [...entry.readers].some(({ hears }) => hears);
    this.#end(entry, error);
    if (!isHeard) this.#options.onError(error);
    if (this.#joined) void this.#unsubscribe();
  }

  /** Ends the books of markets that Kalshi has refused. */
  #endLost(tickers: Iterable<string>, error: KalshiError): void {
    for (const ticker of tickers) {
      const entry = this.keys.has(ticker) ? undefined : this.#entries.get(ticker);
      if (entry !== undefined) this.#end(entry, error);
    }
  }

  #end(entry: BookEntry, error: KalshiError | undefined): void {
    const readers = [...entry.readers];
    this.#forget(entry);
    for (const reader of readers) reader.end(error);
  }

  #forget(entry: BookEntry): void {
    const { ticker } = entry;
    const now = this.#options.clock.monotonic();
    for (const [released, at] of this.#released) {
      if (now - at < PARTING_MS) break; // the oldest come first
      this.#released.delete(released);
    }
    this.#released.delete(ticker);
    this.#released.set(ticker, now);
    this.keys.delete(ticker);
    this.#entries.delete(ticker);
    entry.become({ is: "closed" });
    entry.readers.clear();
    entry.market.close();
  }

  /** Some markets are no longer wanted. */
  async #unsubscribe(): Promise<void> {
    const { feed } = this.#options;
    // The keys of books that are subscribed to anew are out for a moment: the entries count.
    if (this.#entries.size > 0) return await feed.removed();
    this.#rest();
    await feed.leave(this);
  }

  /** There is nothing left to do. */
  #rest(): void {
    this.#doubts?.clear();
    this.#joined = false;
  }
}
