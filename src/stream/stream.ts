/**
 * The stream: one socket, every channel.
 *
 * @module
 */

import { detectRuntime } from "#runtime";
import { KalshiAuth } from "../auth/mod.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { isKalshiConfig, KalshiConfig } from "../config/kalshi_config.ts";
import type { Channel, ChannelMessages, FillMessage, UserOrderMessage } from "../contract/event/channels.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { guard } from "../base/tell.ts";
import { assertValue, callable, type Read, readOptions } from "../base/options.ts";
import type { Runtime } from "../runtime/types.ts";
import { bookFeed } from "./book_feed.ts";
import { marketLookup } from "./market_lookup.ts";
import {
  type OrderBooksOptions,
  readCall,
  type RecoverableOptions,
  type SubscribeOptions,
  waitFor,
  type WaitOptions,
} from "./call_options.ts";
import { type ChannelParams, type MarketParams, readParams } from "./channels.ts";
import type { OtherFrame, StreamItem } from "./items.ts";
import { Connection, type StreamStatus } from "./connection.ts";
import type { Frame } from "./frame.ts";
import {
  type LookupClient,
  streamHint,
  type StreamLookup,
  type StreamOptions,
  streamRules,
} from "./options.ts";
import { ErrorLog } from "./error_log.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import { Lanes } from "./lanes.ts";
import { LiveBooks, type LiveOrderBook } from "./live_books.ts";
import type { BookState } from "../books/changes.ts";
import { StreamQueue } from "../base/queue.ts";
import { readRecover, type RecoveredFill, type RecoveredOrder, Recovery } from "./recover.ts";
import { makeSubscription, type Subscription } from "./subscription.ts";
import type { QueueStats } from "./queue_options.ts";
import type { AsyncItems } from "../base/web_types.ts";

const handlerRule = callable();

/** How a stream fares. Counters run from its start. */
export interface StreamStats {
  /** Frames received. */
  readonly frames: number;
  /** Their length in bytes; on Workers in characters, which is the same as long as they are ASCII. */
  readonly bytes: number;
  /** Times the connection came back. */
  readonly reconnects: number;
  /** Texts received that are no frames. */
  readonly unreadable: number;
  /** Frames whose type is not known. */
  readonly unknown: number;
  /** Repeated frames, dropped. */
  readonly duplicates: number;
  /** Losses noticed: missing numbers, unreadable frames, subscriptions that Kalshi ended. */
  readonly gaps: number;
  /** Order books replaced by a fresh snapshot. */
  readonly resyncs: number;
  /** How many order books are in which state. */
  readonly books: Readonly<Record<BookState, number>>;
  /** Items that full queues dropped, those of ended subscriptions among them. */
  readonly dropped: number;
  /** The queues between the socket and its readers. */
  readonly queues: readonly QueueStats[];
  /** How long frames were under way by their `sending_ts_ms`, in milliseconds; it includes the clocks' difference. */
  readonly lagMs: { readonly last: number; readonly max: number } | undefined;
}

/**
 * One signed WebSocket that comes back, with every channel and live order books:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * Subscriptions are restored after a reconnect; what may have been missed is told by a marker item. When the
 * stream gives up, every iterator throws {@linkcode KalshiStreamClosedError}; after {@linkcode close} they end.
 *
 * @example
 * ```ts
 * import { KalshiAuth, KalshiConfig } from "@unofficial/kalshi";
 * import { KalshiStream } from "@unofficial/kalshi/stream";
 *
 * const auth = await KalshiAuth.fromEnv();
 * await using stream = await KalshiStream.connect({ auth, config: KalshiConfig.demo() });
 * const tickers = await stream.subscribe("ticker", { market_tickers: ["KXHIGHNY-26NOV24-T60"] });
 * for await (const item of tickers) {
 *   if (item.type === "ticker") console.log(item.msg.yes_bid_dollars, item.msg.yes_ask_dollars);
 * }
 * ```
 */
export class KalshiStream implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #lanes: Lanes;
  readonly #books: LiveBooks;
  readonly #config: KalshiConfig;
  readonly #clock: Clock;
  readonly #lookup: StreamLookup | LookupClient | undefined;
  readonly #log: ErrorLog;
  readonly #onError: (error: unknown) => void;
  readonly #subscriptions = new Set<{ readonly stats: QueueStats }>();
  readonly #watchers = new Set<StreamQueue<StreamStatus>>();
  #closing: Promise<void> | undefined;
  #unreadable = 0;
  #dropped = 0;
  #lag: { last: number; max: number } | undefined;

  private constructor(
    options: Read<StreamOptions, typeof streamRules>,
    config: KalshiConfig,
    runtime: Runtime,
  ) {
    const { auth, clock = systemClock, verifyBooks, onUnknown, onUnreadable, onError } = options;
    this.#config = config;
    this.#clock = clock;
    this.#lookup = options.lookup;
    const tell = <Event>(hook: ((event: Event) => void) | undefined, event: Event) => {
      if (hook !== undefined) {
        guard(() => hook(event), (error) => this.#log.write("A hook threw:", error));
      }
    };
    this.#log = new ErrorLog(clock);
    this.#onError = onError === undefined
      ? (error) => this.#log.write("KalshiStream:", error)
      : (error) => tell(onError, error);
    this.#connection = new Connection({
      auth: KalshiAuth.fromSigner(auth),
      config,
      runtime,
      clock,
    }, {
      onFrame: (frame) => this.#receive(frame),
      onUnreadable: (text, fromMs) => {
        this.#unreadable++;
        this.#lanes.unreadable(fromMs);
        tell(onUnreadable, text);
      },
      onStatus: (status) => this.#changed(status),
      onError: this.#onError,
      onInterval: () => verifyBooks && this.#books.audit(),
      onList: (sids) => this.#lanes.listed(sids),
    });
    const shared = { clock, backoff: config, onError: this.#onError };
    this.#lanes = new Lanes({
      ...shared,
      connection: this.#connection,
      onUnknown: (frame) => tell<OtherFrame>(onUnknown, frame),
    });
    this.#books = new LiveBooks({
      ...shared,
      feed: bookFeed(this.#connection, this.#lanes),
      timeoutMs: config.timeoutMs,
      lookUp: marketLookup(options.lookup),
    });
  }

  /**
   * Connects, in one attempt; later losses are repaired by `wsMaxRetries` attempts in a row.
   *
   * @throws {KalshiConfigError} for unknown options, and where the runtime cannot sign a WebSocket handshake
   * @throws {KalshiAuthRejectedError} when Kalshi refuses the key
   * @throws {KalshiConnectionError} when no connection can be made
   */
  static async connect(given: StreamOptions): Promise<KalshiStream> {
    const options = readOptions("KalshiStream", given, streamRules, streamHint);
    const runtime = options.runtime ?? detectRuntime();
    if (!runtime.capabilities.handshakeHeaders) {
      throw new KalshiConfigError(
        `The "${runtime.name}" runtime cannot send headers with a WebSocket handshake, which Kalshi's signature needs. ` +
          "Open the stream on a server, in Deno, Bun, Node or a Cloudflare Worker, and pass on from there.",
      );
    }
    const { config } = options;
    const checked = isKalshiConfig(config) ? config : new KalshiConfig(config, { runtime });
    const stream = new KalshiStream(options, checked, runtime);
    await stream.#connection.connect(options.signal);
    return stream;
  }

  /** Its state right now. */
  get state(): StreamStatus["state"] {
    return this.#connection.status.state;
  }

  /** Its present state, then one item for each change; ends when the stream is closed. */
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

  /** How it fares. */
  stats(): StreamStats {
    const { frames, bytes, reconnects } = this.#connection;
    const queues = [...[...this.#subscriptions].map(({ stats }) => stats), ...this.#books.queueStats];
    return {
      frames,
      bytes,
      reconnects,
      unreadable: this.#unreadable,
      ...this.#lanes.stats,
      resyncs: this.#books.resyncs,
      books: this.#books.states,
      dropped: queues.reduce((sum, { dropped }) => sum + dropped, this.#dropped),
      queues,
      lagMs: this.#lag && { ...this.#lag },
    };
  }

  /**
   * Subscribes to a channel; resolves when Kalshi has acknowledged it. The item's `type` tells frames from
   * markers, and one kind of message from another. A channel that is not known here takes any parameters.
   *
   * @throws {KalshiConfigError} for a parameter that the channel does not have
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiTimeoutError} after `timeoutMs` (by default `config.timeoutMs`), also while reconnecting
   */
  subscribe<C extends Channel>(
    channel: C,
    params?: ChannelParams[C],
    options?: SubscribeOptions,
  ): Promise<Subscription<ChannelMessages[C]>>;
  /** Subscribes to a channel that this version does not know, with any parameters. */
  subscribe<C extends string>(
    channel: C extends Channel ? never : C,
    params?: Readonly<Record<string, unknown>>,
    options?: SubscribeOptions,
  ): Promise<Subscription<OtherFrame>>;
  async subscribe(
    channel: string,
    params?: Readonly<Record<string, unknown>>,
    given: SubscribeOptions = {},
  ): Promise<Subscription<OtherFrame>> {
    const options = readCall("subscribe", given);
    return await this.#subscribe(channel, params, options);
  }

  /**
   * Calls `handler` for every item of a channel, in the moment it arrives and without a queue. What it throws or
   * rejects with goes to `onError`, and so does the error that ends the channel, after which no item comes.
   *
   * @throws what {@linkcode subscribe} throws
   */
  on<C extends Channel>(
    channel: C,
    handler: (item: StreamItem<ChannelMessages[C]>) => void,
    params?: ChannelParams[C],
    options?: WaitOptions,
  ): Promise<Subscription<ChannelMessages[C]>>;
  /** The same for a channel that this version does not know. */
  on<C extends string>(
    channel: C extends Channel ? never : C,
    handler: (item: StreamItem<OtherFrame>) => void,
    params?: Readonly<Record<string, unknown>>,
    options?: WaitOptions,
  ): Promise<Subscription<OtherFrame>>;
  async on(
    channel: string,
    handler: (item: never) => void,
    params?: Readonly<Record<string, unknown>>,
    given: WaitOptions = {},
  ): Promise<Subscription<OtherFrame>> {
    const options = readCall("on", given);
    assertValue("on", "handler", handler, handlerRule);
    return await this.#subscribe(channel, params, options, handler as (item: object) => void);
  }

  /** Your fills; `recover: true` fills up what a reconnect missed, each fill once. */
  fills(
    params?: MarketParams,
    options: RecoverableOptions = {},
  ): Promise<Subscription<FillMessage | RecoveredFill>> {
    return this.#recoverable("fill", params, options);
  }

  /** Your orders; `recover: true` fills up the states that a reconnect missed. */
  userOrders(
    params?: MarketParams,
    options: RecoverableOptions = {},
  ): Promise<Subscription<UserOrderMessage | RecoveredOrder>> {
    return this.#recoverable("user_orders", params, options);
  }

  /**
   * One market's order book, kept live; resolves when its first snapshot is in. When none has come after two seconds,
   * a stream of a client asks REST whether there is such a market.
   *
   * @throws {KalshiNotFoundError} when there is none
   * @throws {KalshiMarketClosedError} when it has closed, and has no book any longer
   * @throws {KalshiStreamError} when Kalshi refuses it
   * @throws {KalshiTimeoutError} when none comes within `timeoutMs` (by default `config.timeoutMs`)
   */
  async orderBook(ticker: string, options: WaitOptions = {}): Promise<LiveOrderBook> {
    const [book] = await this.#open([ticker], readCall("orderBook", options));
    return book as LiveOrderBook;
  }

  /**
   * Order books of many markets, by ticker; one command for all of them. Markets that are not there, or have closed,
   * are missing in the map, and `onError` is told of each; when none is there, the call throws as for one.
   *
   * @throws {KalshiTimeoutError} when a first snapshot is missing after `timeoutMs` (by default `config.timeoutMs`)
   */
  async orderBooks(
    tickers: readonly string[],
    options: OrderBooksOptions = {},
  ): Promise<ReadonlyMap<string, LiveOrderBook>> {
    const books = await this.#open(tickers, readCall("orderBooks", options));
    return new Map(books.map((book) => [book.ticker, book]));
  }

  /**
   * Closes it: loops get what is queued and end, and the socket is closed cleanly, for which it has
   * `wsCloseTimeoutMs`. A second call is harmless.
   */
  close(): Promise<void> {
    return this.#closing ??= this.#connection.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // --- inside

  #receive(frame: Frame): void {
    const sentAt = frame.sending_ts_ms;
    if (typeof sentAt === "number") {
      const last = this.#connection.heardAt - sentAt;
      if (this.#lag === undefined) this.#lag = { last, max: last };
      else {
        this.#lag.last = last;
        if (last > this.#lag.max) this.#lag.max = last;
      }
    }
    this.#lanes.receive(frame);
  }

  #changed(status: StreamStatus): void {
    if (status.state === "open") this.#lanes.up();
    else if (status.state === "reconnecting") {
      this.#lanes.down();
    }
    for (const watcher of this.#watchers) watcher.push(status);
    if (status.state !== "closed") return;
    const { cause } = status;
    const error = cause === undefined || cause instanceof KalshiStreamClosedError
      ? cause
      : new KalshiStreamClosedError(`The stream is closed: ${cause.message}`, { cause });
    this.#lanes.close(error, this.#closedError());
    for (const watcher of this.#watchers) watcher.end();
    this.#watchers.clear();
    this.#log.end();
  }

  #closedError(): KalshiStreamClosedError {
    const { status } = this.#connection;
    return new KalshiStreamClosedError("The stream is closed.", {
      cause: status.state === "closed" ? status.cause : undefined,
    });
  }

  async #subscribe<Message>(
    channel: string,
    params: Readonly<Record<string, unknown>> | undefined,
    options: SubscribeOptions,
    handler?: (item: object) => void,
    recovery?: (consumer: Parameters<Lanes["join"]>[1]) => Recovery,
    everyMs?: number,
  ): Promise<Subscription<Message>> {
    const wish = readParams(channel, params);
    if (this.state === "closed") throw this.#closedError();
    let recovering: Recovery | undefined;
    const entry = makeSubscription<Message>({
      channel,
      wish,
      lanes: this.#lanes,
      clock: this.#clock,
      timeoutMs: this.#config.timeoutMs,
      queue: options.queue,
      handler,
      wrap: recovery && ((consumer) => recovering = recovery(consumer)),
      onError: this.#onError,
      onEnd: () => {
        recovering?.stop();
        this.#dropped += entry.subscription.stats.dropped;
        this.#subscriptions.delete(entry.subscription);
      },
    });
    const { subscription, start } = entry;
    this.#subscriptions.add(subscription);
    try {
      if (recovering !== undefined) {
        const limits = { ...options, timeoutMs: options.timeoutMs ?? this.#config.timeoutMs };
        await waitFor(recovering.start(everyMs), "Looking up what was before", limits, this.#clock);
      }
      await start(options);
      return subscription;
    } catch (error) {
      void subscription.unsubscribe();
      throw error;
    }
  }

  async #recoverable<Message>(
    channel: "fill" | "user_orders",
    params: MarketParams | undefined,
    given: RecoverableOptions,
  ): Promise<Subscription<Message>> {
    const record = params as Readonly<Record<string, unknown>> | undefined;
    const options = readCall(channel === "fill" ? "fills" : "userOrders", given);
    if (options.recover === undefined || options.recover === false) {
      return await this.#subscribe(channel, record, options);
    }
    const { lookup, everyMs } = readRecover(options.recover, this.#lookup);
    return await this.#subscribe<Message>(
      channel,
      record,
      options,
      undefined,
      (consumer) => new Recovery(channel, consumer, lookup, this.#clock, this.#onError, this.#config),
      everyMs,
    );
  }

  async #open(tickers: readonly string[], options: OrderBooksOptions): Promise<LiveOrderBook[]> {
    if (this.state === "closed") throw this.#closedError();
    readParams("orderbook_delta", { market_tickers: tickers });
    const books = await this.#books.open(tickers, options);
    if (options.awaitLive === false) {
      for (const book of books) if (book.state === "closed") book.live().catch(this.#onError);
      return books;
    }
    try {
      const limits = { ...options, timeoutMs: options.timeoutMs ?? this.#config.timeoutMs };
      const absent = new Map<LiveOrderBook, unknown>();
      await Promise.all(books.map(async (book) => {
        try {
          await book.live(limits);
        } catch (error) {
          if (book.state !== "closed" || error instanceof KalshiStreamClosedError) throw error;
          absent.set(book, error);
        }
      }));
      const errors = [...absent.values()];
      // Those that are there are not lost for one that is not.
      if (books.length > 0 && absent.size === books.length) throw errors[0];
      for (const error of errors) this.#onError(error);
      return books.filter((book) => !absent.has(book));
    } catch (error) {
      for (const book of books) void book.close();
      throw error;
    }
  }
}
