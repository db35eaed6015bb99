/**
 * Follows a stream that is live: books that are known to be right, trades, and what becomes of markets. It asks for
 * nothing but subscriptions.
 *
 * @module
 */
import type { StaleReason } from "../../books/changes.ts";
import type { LiveOrderBook } from "../../books/live_order_book.ts";
import type { StreamMarker } from "../../stream/items.ts";
import type { StreamStatus } from "../../stream/status.ts";
import type { KalshiStream } from "../../stream/stream.ts";
import type { Side } from "../engine/model.ts";

/** A stream that can be mirrored: a `KalshiStream`, or a `NatsFeed`. */
export type MirrorableStream = Pick<KalshiStream, "orderBooks" | "subscribe" | "status">;

/** A price and what is there, in ten-thousandths of a dollar and hundredths of contracts. */
export type LiveLevel = readonly [price: number, count: number];

/** What is told of a live feed. Prices and counts are those of YES, in the engine's units. */
export interface LiveFeedSink {
  /** A market's book is right, and is this. */
  snapshot(ticker: string, bids: readonly LiveLevel[], asks: readonly LiveLevel[]): void;
  /** A level of a book that is right changed; `isOwn`: through an order of who has the stream. */
  delta(ticker: string, side: Side, price: number, delta: number, isOwn: boolean): void;
  /** A trade, or what became of a market or of an event's fees: as it came. */
  frame(channel: LiveChannel, frame: LiveFrame): void;
  /** A market's book is no longer known. */
  stale(ticker: string, reason: StaleReason): void;
  /** Frames of a channel are missing, or may be. */
  marker(channel: LiveChannel, marker: StreamMarker): void;
  /** The connection's state. */
  connection(status: StreamStatus): void;
  /** A market's book is no longer kept, or a channel no longer read, and why. */
  ended(what: string, error: unknown): void;
}

/** A frame of another channel than that of the books. */
export interface LiveFrame {
  readonly type: string;
  readonly msg?: unknown;
}

/** The channels beside that of the books. */
export type LiveChannel = "trade" | "market_lifecycle_v2";

/** A book that is followed. */
interface Followed {
  readonly book: LiveOrderBook;
  /** Changes up to this number have been told with a snapshot; undefined while none count before the next one. */
  upTo: number | undefined;
}

/** A live feed that is being followed. */
export class LiveFeed implements AsyncDisposable {
  readonly #sink: LiveFeedSink;
  readonly #closers: (() => Promise<void>)[] = [];
  readonly #books = new Map<string, Followed>();
  #isClosed = false;

  private constructor(sink: LiveFeedSink) {
    this.#sink = sink;
  }

  /**
   * Subscribes; resolves when the first snapshots have been told. Markets that have no book are missing in what it
   * resolves to.
   */
  static async open(
    stream: MirrorableStream,
    tickers: readonly string[],
    sink: LiveFeedSink,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<{ readonly feed: LiveFeed; readonly found: ReadonlySet<string> }> {
    const feed = new LiveFeed(sink);
    try {
      await feed.#follow(stream, "trade", { market_tickers: tickers }, options);
      await feed.#follow(stream, "market_lifecycle_v2", {}, options);
      const books = await stream.orderBooks(tickers, options);
      for (const book of books.values()) feed.#followBook(book);
      feed.#followConnection(stream);
      return { feed, found: new Set(books.keys()) };
    } catch (error) {
      await feed.close();
      throw error;
    }
  }

  /** Tells every book that is right once more. */
  tellBooks(): void {
    for (const followed of this.#books.values()) this.#look(followed, undefined);
  }

  /** Unsubscribes; the stream stays open. A second call is harmless. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#closers.splice(0).map((close) => close()));
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #follow(
    stream: MirrorableStream,
    channel: LiveChannel,
    params: Readonly<Record<string, unknown>>,
    options: object,
  ): Promise<void> {
    const items = await stream.subscribe(channel, params, {
      ...options,
      // What a full queue would lose would be fills.
      queue: { policy: "unbounded" },
    });
    this.#closers.push(() => items.unsubscribe());
    this.#pump(channel, items, (item) => {
      if (item.type === "gap" || item.type === "reconnected") this.#sink.marker(channel, item);
      else this.#sink.frame(channel, item);
    });
  }

  #followBook(book: LiveOrderBook): void {
    const { ticker } = book;
    const changes = book.changes({ policy: "unbounded" });
    this.#closers.push(async () => {
      await changes.return?.();
      await book.close();
    });
    const followed: Followed = { book, upTo: undefined };
    this.#books.set(ticker, followed);
    this.#look(followed, undefined);
    this.#pump(`the book of ${ticker}`, changes, (change) => {
      if (change.type === "stale") this.#sink.stale(ticker, change.reason);
      else if (change.type === "snapshot") this.#look(followed, change.seq);
      else if (followed.upTo !== undefined && (change.seq ?? Infinity) > followed.upTo) {
        const { side, price, delta, client_order_id } = change;
        this.#sink.delta(ticker, side, price, delta, client_order_id !== undefined);
      }
    });
  }

  /** Tells a book as it is now. It may be further than the change that is being read, whose number is `told`. */
  #look(followed: Followed, told: number | undefined): void {
    const { book } = followed;
    followed.upTo = undefined;
    // What made it stale again comes as a change, and a snapshot after that.
    if (book.state !== "live") return;
    const { seq = -Infinity } = book;
    const { bids, asks } = book.depth();
    const level = ({ price, size }: { price: number; size: number }): LiveLevel => [price, size];
    this.#sink.snapshot(book.ticker, bids.map(level), asks.map(level));
    // Else the numbers have begun anew since: changes by the old ones are in the queue, and then another snapshot.
    if (told === undefined || told <= seq) followed.upTo = seq;
  }

  #followConnection(stream: MirrorableStream): void {
    const statuses = stream.status();
    this.#closers.push(async () => void await statuses.return?.());
    this.#pump("the connection", statuses, (status) => this.#sink.connection(status));
  }

  /** Hands on what comes, until it ends. */
  #pump<Item>(what: string, items: AsyncIterable<Item>, take: (item: Item) => void): void {
    const run = async () => {
      for await (const item of items) if (!this.#isClosed) take(item);
    };
    run().then(
      () => this.#isClosed || this.#sink.ended(what, undefined),
      (error) => this.#isClosed || this.#sink.ended(what, error),
    );
  }
}
