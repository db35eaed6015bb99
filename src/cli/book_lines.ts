/**
 * What happens to a book, as lines for a program: from a `snapshot` and the deltas behind it the book can be rebuilt
 * exactly, and every line has the best prices as they are after it.
 *
 * @module
 */
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import type { BookChange, BookState, StaleReason } from "../books/changes.ts";
import { type BookLevel, OrderBook } from "../books/order_book.ts";

/** A level as text: price and contracts. */
export type LevelPair = readonly [price: string, count: string];

/** One line. */
export interface BookLine {
  /** `snapshot`: the whole book follows; `delta`: one level changed; `stale`: the book cannot be trusted. */
  readonly type: BookChange["type"];
  readonly ticker: string;
  /** Whether the book can be trusted now. */
  readonly state: BookState;
  /** Why it cannot, or why the snapshot had to be. */
  readonly reason: StaleReason | null;
  /** Number of the change in its subscription. */
  readonly seq: number | null;
  /** When the exchange recorded it, in Unix milliseconds. */
  readonly ts_ms: number | null;
  readonly side: "bid" | "ask" | null;
  readonly price: string | null;
  /** Contracts at this price now. */
  readonly size: string | null;
  /** By how much they changed. */
  readonly delta: string | null;
  /** That of an own order, where one made the change. */
  readonly client_order_id: string | null;
  readonly best_bid: string | null;
  readonly best_bid_size: string | null;
  readonly best_ask: string | null;
  readonly best_ask_size: string | null;
  /** Changes that were not written since the reader was too slow; this snapshot has them. */
  readonly dropped: number;
  /** Of a snapshot: every level, best first. */
  readonly bids?: readonly LevelPair[];
  readonly asks?: readonly LevelPair[];
}

/** The book that is followed, as far as it is read. */
export interface FollowedBook {
  readonly ticker: string;
  readonly state: BookState;
  readonly reason: StaleReason | undefined;
  readonly seq: number | undefined;
  readonly lastKnown: OrderBook;
}

/** Turns a book's changes into lines. */
export class BookLines {
  readonly #book: FollowedBook;
  /** The book as the lines so far have told it; what is read from the live one may be ahead of its changes. */
  #told = new OrderBook();
  #seq = -1;

  constructor(book: FollowedBook) {
    this.#book = book;
  }

  /** The whole book as it is. */
  snapshot(reason: StaleReason | undefined, dropped = 0): BookLine {
    const { bids, asks } = this.#book.lastKnown.depth();
    this.#told = new OrderBook();
    for (const { price, size } of bids) this.#told.add("bid", price, size);
    for (const { price, size } of asks) this.#told.add("ask", price, size);
    this.#seq = this.#book.seq ?? -1;
    return {
      ...this.#line("snapshot", this.#book.seq, reason),
      dropped,
      bids: bids.map(pairOf),
      asks: asks.map(pairOf),
    };
  }

  /** The line of a change; undefined where a snapshot before it has told it already. */
  change(change: BookChange): BookLine | undefined {
    const { dropped = 0 } = change;
    if (change.type === "stale") {
      return { ...this.#line("stale", undefined, change.reason), dropped };
    }
    if (change.type === "snapshot") return this.snapshot(change.reason, dropped);
    if (dropped > 0) return this.snapshot(undefined, dropped);
    const { side, price, size, delta, seq, ts_ms, client_order_id } = change;
    // Those of one frame have one number: a snapshot has all of them or none.
    if (seq !== undefined && seq <= this.#seq) return undefined;
    this.#told.add(side, price, delta);
    return {
      ...this.#line("delta", seq, undefined),
      ts_ms: ts_ms ?? null,
      side,
      price: formatPrice(price),
      size: formatCount(size),
      delta: formatCount(delta),
      client_order_id: client_order_id ?? null,
      dropped,
    };
  }

  #line(type: BookLine["type"], seq: number | undefined, reason: StaleReason | undefined): BookLine {
    const { bestBid, bestBidSize, bestAsk, bestAskSize } = this.#told;
    return {
      type,
      ticker: this.#book.ticker,
      state: type === "stale" && this.#book.state === "live" ? "stale" : this.#book.state,
      reason: reason ?? this.#book.reason ?? null,
      seq: seq ?? null,
      ts_ms: null,
      side: null,
      price: null,
      size: null,
      delta: null,
      client_order_id: null,
      best_bid: bestBid === undefined ? null : formatPrice(bestBid),
      best_bid_size: bestBid === undefined ? null : formatCount(bestBidSize),
      best_ask: bestAsk === undefined ? null : formatPrice(bestAsk),
      best_ask_size: bestAsk === undefined ? null : formatCount(bestAskSize),
      dropped: 0,
    };
  }
}

function pairOf({ price, size }: BookLevel): LevelPair {
  return [formatPrice(price), formatCount(size)];
}
