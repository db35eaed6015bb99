/** The order books of a session, kept live: full refreshes, changes, and what makes them right again. */
import { backoffMs } from "../../base/backoff.ts";
import type { Clock, ClockTimer } from "../../base/clock.ts";
import { KalshiClosedError, type KalshiError } from "../../base/errors.ts";
import type { StreamQueue } from "../../base/queue.ts";
import type { BookChange, StaleReason } from "../../books/changes.ts";
import { type FixBookUpdates, readFixBooks } from "../../books/decoders/fix.ts";
import { KeptBook } from "../../books/kept_book.ts";
import { type RestOrderBook, restOrderBook } from "../../books/decoders/event.ts";
import { type BookHost, type LiveOrderBook, makeBook } from "../../books/live_order_book.ts";
import type { OrderBooksOptions } from "../../books/options.ts";
import type {
  MarketDataIncrementalRefresh,
  MarketDataIncrementalRefreshMDEntry,
  MarketDataSnapshotFullRefresh,
} from "../../contract/fix/messages.ts";
import type { ClientSide } from "../client_side.ts";
import type { FixSessionEvent, Received } from "../session_types.ts";
import { MOST_SYMBOLS } from "./asks.ts";
import type { Holder, Subscriptions } from "./subscriptions.ts";

/** A book that was not wrong for this long begins again with an immediate attempt. */
const SETTLED_MS = 5_000;

/** A message that books are read from. */
export type BookMessage =
  | Received<MarketDataSnapshotFullRefresh>
  | Received<MarketDataIncrementalRefresh>;

class Entry extends KeptBook {
  /** When it last went wrong, in milliseconds of the monotonic clock, and how often in a row without settling. */
  wrongAtMs = -Infinity;
  tries = 0;
  timer: ClockTimer | undefined;
  /** Whether its user was told that there is nothing in it. */
  isToldEmpty = false;
  /** Whether it was live before what happens now. */
  wasLive = false;
}

/** All order books of a session. */
export class MarketBooks implements BookHost<RestOrderBook>, Holder {
  readonly toRest = restOrderBook;
  readonly queues: Set<StreamQueue<BookChange>> = new Set();
  readonly #side: ClientSide;
  readonly #subscriptions: Subscriptions;
  readonly #entries = new Map<string, Entry>();
  /** Messages have been lost: nothing that still comes of this connection heals a book. */
  #isBroken = false;

  constructor(side: ClientSide, subscriptions: Subscriptions) {
    this.#side = side;
    this.#subscriptions = subscriptions;
  }

  get clock(): Clock {
    return this.#side.clock;
  }

  get heardAtMs(): number {
    return this.#side.heardAtMs;
  }

  closedError(ticker: string, cause: KalshiError | undefined): KalshiError {
    return cause ?? new KalshiClosedError(`The book of ${ticker} is closed.`);
  }

  /** Opens books; waits until all of them are live unless told otherwise. */
  async open(symbols: readonly string[], options: OrderBooksOptions): Promise<LiveOrderBook[]> {
    const { awaitLive = true, signal } = options;
    const unique = [...new Set(symbols)];
    const requests = Math.ceil(unique.length / MOST_SYMBOLS);
    const { timeoutMs = this.#side.config.requestTimeoutMs * requests } = options;
    const fresh = unique.filter((symbol) => !this.#entries.has(symbol));
    this.#subscriptions.hold(fresh, this, true);
    const books = unique.map((symbol) => makeBook(this.#entry(symbol), this));
    if (!awaitLive) return books;
    try {
      await Promise.all(books.map((book) => book.live({ signal, timeoutMs })));
      return books;
    } catch (error) {
      await Promise.all(books.map((book) => book.close()));
      throw error;
    }
  }

  #entry(symbol: string): Entry {
    let entry = this.#entries.get(symbol);
    if (entry === undefined) {
      const made: Entry = new Entry(symbol, (change) => this.#changed(made, change));
      this.#entries.set(symbol, entry = made);
    }
    return entry;
  }

  release(entry: KeptBook): Promise<void> {
    if (entry.readers.size === 0 && this.#entries.get(entry.ticker) === entry) {
      this.#forget(entry as Entry);
      this.#subscriptions.release([entry.ticker], this);
    }
    return Promise.resolve();
  }

  /** A full refresh or changes; returns the trades among them. */
  message(message: BookMessage): FixBookUpdates<MarketDataIncrementalRefreshMDEntry>["trades"] {
    const { updates, trades } = readFixBooks(
      message as Parameters<typeof readFixBooks<MarketDataIncrementalRefreshMDEntry>>[0],
      this.#side.config.product,
    );
    if (this.#isBroken) return trades;
    for (const update of updates) {
      const { ticker } = update;
      if (ticker === undefined || ticker === "") this.#lost("unreadable");
      else {
        const entry = this.#entries.get(ticker);
        // What comes before the first full refresh is in it.
        if (entry === undefined || update.type === "levels" && entry.market.state === "waiting") continue;
        entry.market.feed(update);
      }
    }
    return trades;
  }

  event(event: FixSessionEvent): void {
    switch (event.type) {
      case "gap":
        this.#lost("gap");
        this.#isBroken = true;
        return;
      case "garbled":
        // Whatever it was, it may have been a change.
        return this.#lost("unreadable");
      case "ended":
        this.#isBroken = true;
        for (const entry of this.#entries.values()) {
          this.#rest(entry);
          entry.market.restart();
        }
        return;
      case "logged-on":
        this.#isBroken = false;
        for (const { market } of this.#entries.values()) market.asked();
    }
  }

  /** No full refresh of these came in time. */
  missing(symbols: readonly string[]): void {
    for (const symbol of symbols) this.#entries.get(symbol)?.market.unanswered();
  }

  refused(symbols: readonly string[], error: KalshiError): void {
    for (const symbol of symbols) this.#end(symbol, error);
  }

  closed(cause: KalshiError | undefined): void {
    for (const symbol of [...this.#entries.keys()]) this.#end(symbol, cause);
  }

  #lost(reason: StaleReason): void {
    for (const { market } of this.#entries.values()) market.lost(reason);
  }

  #changed(entry: Entry, change: BookChange): void {
    if (change.type === "snapshot") {
      this.#rest(entry);
      entry.wasLive = true;
      this.#tellEmpty(entry);
    } else if (change.type === "stale") {
      const isGone = change.reason === "disconnected";
      // The message that shows a loss proves nothing.
      if (entry.wasLive) entry.provenAtMs = isGone ? this.#side.heardAtMs : this.#side.heardBeforeMs;
      entry.wasLive = false;
      if (!isGone) this.#wrong(entry);
    }
    for (const reader of entry.readers) reader.change(change);
  }

  /** Kalshi answers a ticker that it does not know with an empty book. */
  #tellEmpty(entry: Entry): void {
    if (entry.isToldEmpty || entry.market.lastKnown.levels > 0) return;
    entry.isToldEmpty = true;
    this.#side.tell({ type: "empty-book", Symbol: entry.ticker });
  }

  /** It is subscribed to anew: at once, and if that does not help, after a while. */
  #wrong(entry: Entry): void {
    const nowMs = this.clock.monotonic();
    if (nowMs - entry.wrongAtMs > SETTLED_MS + this.#side.config.requestTimeoutMs) entry.tries = 0;
    entry.wrongAtMs = nowMs;
    const delayMs = entry.tries === 0 ? 0 : backoffMs(entry.tries, this.#side.config, undefined, Math.random);
    const isAnew = entry.tries > 0;
    entry.tries++;
    this.#rest(entry);
    entry.timer = this.clock.setTimer(() => {
      if (!this.#side.active || this.#isBroken || entry.market.state === "live") return;
      entry.market.asked();
      this.#subscriptions.refresh(entry.ticker, this, isAnew);
    }, delayMs);
  }

  #rest(entry: Entry): void {
    entry.timer?.clear();
    entry.timer = undefined;
  }

  #end(symbol: string, error: KalshiError | undefined): void {
    const entry = this.#entries.get(symbol);
    if (entry === undefined) return;
    const readers = [...entry.readers];
    this.#forget(entry);
    for (const reader of readers) reader.end(error);
  }

  #forget(entry: Entry): void {
    this.#rest(entry);
    this.#entries.delete(entry.ticker);
    entry.readers.clear();
    entry.market.close();
  }
}
