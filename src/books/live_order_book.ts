/**
 * One live order book, as its reader holds it.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { KalshiError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { type QueueOptions, readQueueOptions, StreamQueue } from "../base/queue.ts";
import { waitFor, type WaitOptions, waitRules } from "../base/wait_options.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { BookChange, BookState, StaleReason } from "./changes.ts";
import type { RestOrderBook } from "./decoders/event.ts";
import { KalshiStaleBookError } from "./errors.ts";
import type { BookReader, KeptBook } from "./kept_book.ts";
import type { BookDepth, OrderBook } from "./order_book.ts";
import type { OwnLevel, OwnOrder, OwnPerpsOrder } from "./own_orders.ts";
import { type BookWithoutOwn, withoutOwn } from "./without_own.ts";

/** What keeps the book up. */
export interface BookHost<Rest = unknown> {
  readonly clock: Clock;
  /** Writes a book as REST of its product does. */
  readonly toRest: (book: OrderBook) => Rest;
  /** When the connection last gave a sign of life, in Unix milliseconds. */
  readonly heardAtMs: number;
  /** The queues of changes that are open. */
  readonly queues: Set<StreamQueue<BookChange>>;
  /** What to tell those who wait for a book that is closed; `cause` is why, where it was not its owner. */
  closedError(ticker: string, cause: KalshiError | undefined): KalshiError;
  /** A reader has gone. */
  release(entry: KeptBook): Promise<void>;
}

/** Makes one. */
export let makeBook: <Rest>(entry: KeptBook, host: BookHost<Rest>) => LiveOrderBook<Rest>;

/**
 * One market's book, kept live. Reading a book that is not live throws {@linkcode KalshiStaleBookError}, so that
 * no decision is made on prices that may be wrong; {@linkcode state} tells without throwing.
 *
 * Prices are in ten-thousandths of a dollar (of an event market YES prices), sizes hundredths of a contract: `formatPrice` and `formatCount`
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
export class LiveOrderBook<Rest = RestOrderBook> implements AsyncDisposable {
  /** Market ticker. */
  readonly ticker: string;
  readonly #entry: KeptBook;
  readonly #host: BookHost<Rest>;
  /** Its own among the readers of the market; none when it is closed. */
  #readers: BookReader[] = [];
  #cause: KalshiError | undefined;

  static {
    makeBook = (entry, host) => new LiveOrderBook(entry, host);
  }

  private constructor(entry: KeptBook, host: BookHost<Rest>) {
    this.ticker = entry.ticker;
    this.#entry = entry;
    this.#host = host;
    this.#join({ change() {}, end: (error) => this.#cause ??= error });
  }

  #join(reader: BookReader): void {
    this.#readers.push(reader);
    this.#entry.join(reader);
  }

  #drop(reader: BookReader): void {
    this.#readers = this.#readers.filter((one) => one !== reader);
    this.#entry.drop(reader);
  }

  #read(): OrderBook {
    if (this.#readers.length === 0) throw new KalshiStaleBookError(this.ticker, "closed", undefined);
    return this.#entry.market.read();
  }

  /** Whether it can be trusted. */
  get state(): BookState {
    return this.#readers.length > 0 ? this.#entry.market.state : "closed";
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
    const { clock, heardAtMs } = this.#host;
    return Math.max(0, clock.now() - (this.state === "live" ? heardAtMs : this.#entry.provenAtMs));
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

  /**
   * The book as it is now, less your own orders: what others want. Orders of other markets are left out of account,
   * so that all of your resting orders may be given. See {@linkcode withoutOwn}. Throws unless live.
   */
  without(own: Iterable<OwnOrder | OwnPerpsOrder | OwnLevel>): BookWithoutOwn {
    return withoutOwn(this, own);
  }

  /** The book in the shape of Kalshi's REST answer. Throws unless live. */
  toRest(): Rest {
    return this.#host.toRest(this.#read());
  }

  /**
   * What happens to the book from now on, in order: `delta`, `stale`, and `snapshot`, which also says whether it
   * was resynchronised and why. The queue's policy is `error` unless told; `latest` keeps one change, as a signal
   * to look. Leaving the loop leaves the book open.
   */
  changes(queue?: QueueOptions): AsyncItems<BookChange> {
    const { queues } = this.#host;
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
    const reader: BookReader = {
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
   * @throws {KalshiStreamClosedError} when the book or its stream is closed; of a FIX client a `KalshiClosedError`
   */
  async live(given: WaitOptions = {}): Promise<void> {
    const options = readOptions("live", given, waitRules);
    if (this.state === "live") return;
    const { clock } = this.#host;
    let reader: BookReader | undefined;
    const work = new Promise<void>((resolve, reject) => {
      const closed = (cause = this.#cause) => {
        reject(this.#host.closedError(this.ticker, cause));
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
    for (const reader of this.#readers) {
      this.#drop(reader);
      reader.end();
    }
    await this.#host.release(this.#entry);
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
