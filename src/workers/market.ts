/**
 * One market of a feed: where its book comes from, and what of it the readers have been told.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";
import type { BookChange, StaleReason } from "../books/changes.ts";
import { OrderBook } from "../books/order_book.ts";
import type { BookSide } from "../contract/event/channels.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import type { FeedSpelling, FeedStream } from "./feed_product.ts";
import { deltaFrame, type FeedChannel, snapshotFrame } from "./frames.ts";
import type { Reader } from "./reader.ts";
import type { Refused } from "./refusals.ts";

/** What a market reads of its book upstream. */
export type BookSource = Pick<LiveOrderBook<unknown>, "state" | "ageMs" | "sizeAt" | "depth" | "close">;

/**
 * Whether Kalshi's WebSocket may hear of a market's name.
 *
 * - `unproven`: nobody has said yet that there is such a market;
 * - `admitted`: there is, or nobody could say that there is none;
 * - `refused`: it is not to be had.
 */
export type Standing =
  | { readonly kind: "unproven" | "admitted" }
  | { readonly kind: "refused"; readonly why: Refused };

/**
 * Where a market's book comes from.
 *
 * - `none`: from nowhere;
 * - `opening`: it is being subscribed to on a stream;
 * - `open`: it is followed, and its first snapshot is waited for since `sinceMs` (Unix milliseconds).
 */
export type Source =
  | { readonly kind: "none" }
  | { readonly kind: "opening"; readonly on: FeedStream }
  | { readonly kind: "open"; readonly book: BookSource; readonly sinceMs: number };

/** What readers know of its book. */
type Told =
  | { readonly state: "waiting" | "live" }
  | { readonly state: "stale"; readonly reason: StaleReason };

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
  standing: Standing = { kind: "admitted" };
  source: Source = { kind: "none" };
  /** When it was last wanted, in Unix milliseconds. */
  usedAt: number;
  /** When its book was last wanted; undefined when it is not. */
  bookUsedAt: number | undefined;
  /** How many requests wait for its book. */
  waiting = 0;
  /** True once its book was live, until it is closed. */
  wasLive = false;
  /** Counts the changes that readers were told of. */
  seq = 0;
  /** Its newest ticker as a frame. */
  ticked: string | undefined;
  #told: Told = { state: "waiting" };
  /** The book as readers have it, level by level, as long as it is live. */
  #book = new OrderBook();
  #snapshot: string | undefined;
  /** Ends the waits for its next state. */
  #changing: AbortController | undefined;

  readonly #spelling: FeedSpelling;

  constructor(ticker: string, nowMs: number, isPinned: boolean, spelling: FeedSpelling) {
    this.#spelling = spelling;
    this.ticker = ticker;
    this.usedAt = nowMs;
    this.isPinned = isPinned;
    if (isPinned) this.bookUsedAt = nowMs;
  }

  /** What readers know of its book. */
  get state(): Told["state"] {
    return this.#told.state;
  }

  /** Why its book is stale. */
  get reason(): StaleReason | undefined {
    return this.#told.state === "stale" ? this.#told.reason : undefined;
  }

  /** Its book upstream, as long as there is one. */
  get book(): BookSource | undefined {
    return this.source.kind === "open" ? this.source.book : undefined;
  }

  /** Why it is not to be had. */
  get refused(): Refused | undefined {
    return this.standing.kind === "refused" ? this.standing.why : undefined;
  }

  /** The book as a frame; undefined while it is not live. */
  get snapshot(): string | undefined {
    if (this.state !== "live") return undefined;
    return this.#snapshot ??= snapshotFrame(this.ticker, this.seq, this.#book.depth(), this.#spelling);
  }

  /** Whether anybody reads it, or waits for its book. */
  get isRead(): boolean {
    return this.waiting > 0 || Object.values(this.readers).some(({ size }) => size > 0);
  }

  /** The book in the shape of Kalshi's REST answer. */
  toRest(): object {
    return this.#spelling.toRest(this.#book);
  }

  /** Resolves when its state has changed, or after `timeoutMs`. */
  changed(clock: Clock, timeoutMs: number): Promise<void> {
    this.#changing ??= new AbortController();
    return delay(clock, timeoutMs, this.#changing.signal);
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
    const delta = (this.book?.sizeAt(side, price) ?? 0) - this.#book.sizeAt(side, price);
    if (delta === 0) return;
    this.#book.add(side, price, delta);
    this.#snapshot = undefined;
    const frame = deltaFrame(this.ticker, ++this.seq, this.#spelling.delta(side, price, delta), ts_ms);
    for (const reader of this.readers.orderbook_delta) reader.change(this, frame);
  }

  /** The book is live, and other than what the readers have. */
  renew(): void {
    const { book } = this;
    if (book?.state !== "live") return;
    const whole = new OrderBook();
    const { bids, asks } = book.depth();
    for (const { price, size } of bids) whole.add("bid", price, size);
    for (const { price, size } of asks) whole.add("ask", price, size);
    this.#book = whole;
    this.seq++;
    this.wasLive = true;
    this.#tell({ state: "live" });
    for (const reader of this.readers.orderbook_delta) {
      reader.owe(this);
      reader.pump();
    }
  }

  /** The book cannot be trusted. */
  lost(reason: StaleReason): void {
    this.#tell({ state: "stale", reason });
    for (const reader of this.readers.orderbook_delta) reader.stale(this, reason);
  }

  /** Its book is no longer wanted. One that is being opened is closed when it is there. */
  closeBook(): void {
    if (this.source.kind === "open") {
      void this.source.book.close();
      this.source = { kind: "none" };
    }
    this.bookUsedAt = undefined;
    this.wasLive = false;
    this.#tell({ state: "waiting" });
  }

  /** It is not to be had. */
  refuse(why: Refused): void {
    this.standing = { kind: "refused", why };
    this.closeBook();
  }

  #tell(told: Told): void {
    this.#told = told;
    this.#snapshot = undefined;
    this.#changing?.abort();
    this.#changing = undefined;
  }
}
