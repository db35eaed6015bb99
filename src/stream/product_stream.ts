/**
 * The stream of any product: one connection, its shared subscriptions, their readers and the order books.
 *
 * @module
 */

import { KalshiAuth } from "../auth/mod.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Log } from "../base/logger.ts";
import { StreamQueue } from "../base/queue.ts";
import { guard } from "../base/tell.ts";
import type { AsyncItems } from "../base/web_types.ts";
import type { ClientConfig } from "../config/client_config.ts";
import { chooseLog } from "../config/logging.ts";
import type { Runtime } from "../runtime/types.ts";
import { bookFeed } from "./book_feed.ts";
import { waitFor } from "../base/wait_options.ts";
import type { OrderBooksOptions } from "../books/options.ts";
import type { SubscribeOptions } from "./call_options.ts";
import type { ChannelReader } from "./channel_reader.ts";
import { Connection } from "./connection.ts";
import { ErrorLog } from "./error_log.ts";
import { logStatus } from "./log_status.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { OtherFrame } from "./items.ts";
import { SharedSubscriptions } from "./shared_subscriptions.ts";
import { LiveBooks } from "./live_books.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import { marketLookup, type MarketSource } from "./market_lookup.ts";
import type { StreamProduct } from "./product.ts";
import type { ProductStreamOptions } from "./options.ts";
import type { QueueStats } from "./queue_stats.ts";
import type { StreamStatus } from "./status.ts";
import type { StreamStats } from "./stream_stats.ts";
import { readParams } from "./subscribe_params.ts";
import { makeSubscription, type Subscription } from "./subscription.ts";

/** Options of a stream, once they were checked. */
export interface CheckedStreamOptions extends ProductStreamOptions<ClientConfig, MarketSource> {
  readonly config: ClientConfig;
  readonly runtime: Runtime;
  /** Whether books are checked against snapshots, where there is an action that asks for one. */
  readonly verifyBooks?: boolean | undefined;
}

/** What stands between a channel and a reader, such as the recovery of what was missed. */
export interface Interposed {
  /** What the channel delivers to. */
  readonly reader: ChannelReader;
  /** Before anything is subscribed to. */
  start(): Promise<void>;
  /** Nobody reads any longer. */
  stop(): void;
}

/** How a subscription is read, beside its options. */
export interface ReadOptions extends SubscribeOptions {
  /** In place of the queue: called for every item. */
  readonly handler?: ((item: object) => void) | undefined;
  /** Makes what stands between. */
  readonly interpose?: ((reader: ChannelReader) => Interposed) | undefined;
}

/** One product's stream. */
export class ProductStream<Rest = unknown> {
  readonly #product: StreamProduct<Rest>;
  readonly #connection: Connection;
  readonly #shared: SharedSubscriptions;
  readonly #books: LiveBooks<Rest>;
  readonly #config: ClientConfig;
  readonly #clock: Clock;
  readonly #errors: ErrorLog;
  readonly #log: Log | undefined;
  readonly #subscriptions = new Set<{ readonly stats: QueueStats }>();
  readonly #watchers = new Set<StreamQueue<StreamStatus>>();
  readonly #taps = new Set<(text: string, atMs: number) => void>();
  /** Told of errors that no call waits for. */
  readonly onError: (error: unknown) => void;
  #closing: Promise<void> | undefined;
  #unreadable = 0;
  #dropped = 0;
  #lag: { last: number; max: number } | undefined;

  constructor(product: StreamProduct<Rest>, options: CheckedStreamOptions) {
    const { config, runtime, clock = systemClock, verifyBooks = false, onUnknown, onUnreadable } = options;
    this.#product = product;
    this.#config = config;
    this.#clock = clock;
    this.#log = chooseLog(options, runtime);
    this.#errors = new ErrorLog(clock, this.#log?.error);
    const { onError } = options;
    this.onError = onError === undefined
      ? (error) => this.#errors.write(`${product.owner}:`, error)
      : (error) => this.#tell(onError, error);
    const auth = KalshiAuth.fromSigner(options.auth);
    this.#connection = new Connection({ product, auth, config, runtime, clock }, {
      scan: (bytes) => this.#shared.scan(bytes),
      onScanned: (scanned, bytes) => {
        this.#measureLag(scanned.sentAtMs);
        this.#shared.receiveScanned(scanned, bytes);
      },
      onFrame: (frame) => {
        this.#measureLag(frame.sending_ts_ms);
        this.#shared.receive(frame);
      },
      onUnreadable: (text, fromMs) => {
        this.#unreadable++;
        this.#shared.unreadable(fromMs);
        this.#tell(onUnreadable, text);
      },
      onStatus: (status) => this.#changed(status),
      onError: this.onError,
      // Where a snapshot costs a new subscription, none is asked for as a check.
      onInterval: () => verifyBooks && product.books.snapshotAction !== undefined && this.#books.audit(),
      onList: (sids) => this.#shared.listed(sids),
      onDone: (message) => {
        if (this.#taps.size === 0) return;
        const text = typeof message === "string" ? message : new TextDecoder().decode(message);
        for (const tap of this.#taps) guard(() => tap(text, this.#connection.heardAt), this.onError);
      },
    });
    const shared = { clock, backoff: config, onError: this.onError };
    this.#shared = new SharedSubscriptions({
      ...shared,
      product,
      connection: this.#connection,
      onUnknown: (frame) => this.#tell<OtherFrame>(onUnknown, frame),
    });
    this.#books = new LiveBooks({
      ...shared,
      toRest: product.books.toRest,
      feed: bookFeed(product, this.#connection, this.#shared),
      timeoutMs: config.timeoutMs,
      lookUp: marketLookup(options.lookup),
    });
  }

  /** Connects, in one attempt. */
  connect(signal: AbortSignal | undefined): Promise<void> {
    return this.#connection.connect(signal);
  }

  get state(): StreamStatus["state"] {
    return this.#connection.status.state;
  }

  status(): AsyncItems<StreamStatus> {
    const queue: StreamQueue<StreamStatus> = new StreamQueue({
      name: "the stream's status",
      policy: "drop-oldest",
      limit: 1_024,
      onEnd: () => this.#watchers.delete(queue),
    });
    queue.push(this.#connection.status);
    if (this.state === "closed") queue.end();
    else this.#watchers.add(queue);
    return queue;
  }

  /** Calls `tap` with the text of each message, until what it returns is called. */
  tap(tap: (text: string, atMs: number) => void): () => void {
    const own: typeof tap = (text, atMs) => tap(text, atMs);
    this.#taps.add(own);
    return () => void this.#taps.delete(own);
  }

  stats(): StreamStats {
    const { frames, bytes, reconnects } = this.#connection;
    const queues = [...[...this.#subscriptions].map(({ stats }) => stats), ...this.#books.queueStats];
    return {
      frames,
      bytes,
      reconnects,
      unreadable: this.#unreadable,
      ...this.#shared.stats,
      resyncs: this.#books.resyncs,
      books: this.#books.states,
      dropped: queues.reduce((sum, { dropped }) => sum + dropped, this.#dropped),
      queues,
      lagMs: this.#lag && { ...this.#lag },
    };
  }

  /** Subscribes to a channel; resolves when Kalshi has acknowledged it. */
  async subscribe<Message>(
    channel: string,
    params: object | undefined,
    { queue, handler, interpose, ...wait }: ReadOptions,
  ): Promise<Subscription<Message>> {
    const wish = readParams(this.#product, channel, params);
    this.#assertOpen();
    let between: Interposed | undefined;
    const entry = makeSubscription<Message>({
      product: this.#product,
      channel,
      wish,
      shared: this.#shared,
      clock: this.#clock,
      timeoutMs: this.#config.timeoutMs,
      queue,
      handler,
      wrap: interpose && ((reader) => (between = interpose(reader)).reader),
      onError: this.onError,
      onEnd: () => {
        between?.stop();
        this.#dropped += entry.subscription.stats.dropped;
        this.#subscriptions.delete(entry.subscription);
      },
    });
    const { subscription, start } = entry;
    this.#subscriptions.add(subscription);
    try {
      if (between !== undefined) {
        await waitFor(between.start(), "Looking up what was before", this.#limits(wait), this.#clock);
      }
      await start(wait);
      return subscription;
    } catch (error) {
      void subscription.unsubscribe();
      throw error;
    }
  }

  /** Opens order books; resolves when they are live. */
  async openBooks(tickers: readonly string[], options: OrderBooksOptions): Promise<LiveOrderBook<Rest>[]> {
    this.#assertOpen();
    readParams(this.#product, this.#product.books.decoder.channel, { market_tickers: tickers });
    return await this.#books.open(tickers, options, (books) => this.#opened(books, options));
  }

  /** What is given of books that are subscribed to. */
  async #opened(
    books: LiveOrderBook<Rest>[],
    options: OrderBooksOptions,
  ): Promise<LiveOrderBook<Rest>[]> {
    if (options.awaitLive === false) {
      for (const book of books) if (book.state === "closed") book.live().catch(this.onError);
      return books;
    }
    try {
      return await this.#live(books, options);
    } catch (error) {
      for (const book of books) void book.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#closing ??= this.#connection.close();
  }

  /** Waits for the books' first snapshots; resolves to those whose markets are there. */
  async #live(
    books: readonly LiveOrderBook<Rest>[],
    options: OrderBooksOptions,
  ): Promise<LiveOrderBook<Rest>[]> {
    const absent = new Map<LiveOrderBook<Rest>, unknown>();
    await Promise.all(books.map(async (book) => {
      try {
        await book.live(this.#limits(options));
      } catch (error) {
        if (book.state !== "closed" || error instanceof KalshiStreamClosedError) throw error;
        absent.set(book, error);
      }
    }));
    const errors = [...absent.values()];
    // Those that are there are not lost for one that is not.
    if (books.length > 0 && absent.size === books.length) throw errors[0];
    for (const error of errors) this.onError(error);
    return books.filter((book) => !absent.has(book));
  }

  /** How long a call waits. */
  #limits({ signal, timeoutMs = this.#config.timeoutMs }: OrderBooksOptions): OrderBooksOptions {
    return { signal, timeoutMs };
  }

  #tell<Event>(hook: ((event: Event) => void) | undefined, event: Event): void {
    if (hook !== undefined) guard(() => hook(event), (error) => this.#errors.write("A hook threw:", error));
  }

  #measureLag(sentAtMs: unknown): void {
    if (typeof sentAtMs !== "number") return;
    const last = this.#connection.heardAt - sentAtMs;
    if (this.#lag === undefined) this.#lag = { last, max: last };
    else {
      this.#lag.last = last;
      if (last > this.#lag.max) this.#lag.max = last;
    }
  }

  #changed(status: StreamStatus): void {
    if (this.#log !== undefined) logStatus(this.#log, status);
    if (status.state === "open") this.#shared.up();
    else if (status.state === "reconnecting") this.#shared.down();
    for (const watcher of this.#watchers) watcher.push(status);
    if (status.state !== "closed") return;
    const { cause } = status;
    const error = cause === undefined || cause instanceof KalshiStreamClosedError
      ? cause
      : new KalshiStreamClosedError(`The stream is closed: ${cause.message}`, { cause });
    this.#shared.close(error, closedError(status));
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
    this.#errors.end();
  }

  #assertOpen(): void {
    const { status } = this.#connection;
    if (status.state === "closed") throw closedError(status);
  }
}

function closedError({ cause }: Extract<StreamStatus, { state: "closed" }>): KalshiStreamClosedError {
  const why = cause instanceof KalshiStreamClosedError
    ? cause.message
    : `The stream is closed${cause === undefined ? "." : `: ${cause.message}`}`;
  return new KalshiStreamClosedError(why, { cause });
}
