/**
 * A feed without a platform: one stream for an account, and its readers over sockets that somebody else accepts.
 * `KalshiFeed` runs it in a Durable Object, the page of a local exchange in a server of its own.
 *
 * @module
 */

import { closeCodes } from "../base/close_codes.ts";
import type { KalshiClient } from "../client.ts";
import { errorCodes } from "../contract/event/channels.ts";
import { type FeedSettings, type KalshiFeedOptions, readFeedOptions } from "./feed_options.ts";
import { productOf } from "./event_feed.ts";
import type { FeedClient, StreamOf } from "./feed_product.ts";
import { type FeedChannel, readChannels, readTickers, RefusedError, statusFrame } from "./frames.ts";
import type { Market } from "./market.ts";
import { Markets } from "./markets.ts";
import type { FeedSocket } from "./platform.ts";
import type { Reader } from "./reader.ts";
import { type Identity, Readers } from "./readers.ts";
import { Upstream } from "./upstream.ts";

/** What a feed needs of whoever runs it. */
export interface FeedHost<Client extends FeedClient = KalshiClient> {
  /** Makes the client whose stream is served; asked again when that fails, and when its key is refused. */
  createClient(): Promise<Client>;
  /** Called with each new stream, and again at each heartbeat as long as it throws. */
  onStream(stream: StreamOf<Client>): void | Promise<void>;
  /** Told of what goes wrong. */
  onError(error: unknown): void;
  /** Whether a market may be read. */
  mayRead(ticker: string, label: string | undefined): boolean;
  /** Calls {@linkcode Feed.alarm} at a time in Unix milliseconds. */
  setAlarm(atMs: number): void | Promise<void>;
}

/** One feed. */
export class Feed<Client extends FeedClient = KalshiClient> {
  readonly #host: FeedHost<Client>;
  readonly #settings: FeedSettings;
  readonly #upstream: Upstream<Client>;
  readonly #markets: Markets;
  readonly #readers: Readers;
  /** How many requests for a book wait for it. */
  #waiting = 0;
  #alarmAtMs = 0;
  #isClosed = false;

  /**
   * Takes the options of a `KalshiFeed`.
   *
   * @throws {KalshiConfigError} for an option that is unknown or out of range
   */
  constructor(host: FeedHost<Client>, options: KalshiFeedOptions<Client> = {}) {
    this.#host = host;
    const settings = this.#settings = readFeedOptions(options);
    const { clock, heartbeatMs, idleMs, maxMarkets, maxReaders } = settings;
    const product = productOf(options);
    const onError = (error: unknown) => this.report(error);
    this.#upstream = new Upstream({
      product,
      clock,
      heartbeatMs,
      markets: () => this.#markets,
      isWanted: () => this.#isWanted,
      createClient: () => host.createClient(),
      onStream: (stream) => host.onStream(stream),
      onError,
      onState: (state) => this.#readers.tell(statusFrame(state, heartbeatMs)),
      schedule: (atMs) => void this.#schedule(atMs),
    });
    this.#markets = new Markets({
      spelling: product.spelling,
      most: maxMarkets,
      // So many that each reader may bring at least two, whatever the others bring.
      mostNames: 2 * maxReaders + 1_000,
      idleMs,
      clock,
      onError,
      lookUp: (tickers) => this.#upstream.lookUp(tickers),
      onRefused: (market, channels) => this.#readers.forget(market, channels),
    });
    this.#readers = new Readers({
      settings,
      markets: this.#markets,
      mayRead: (ticker, label) => host.mayRead(ticker, label),
      wake: () => this.#wake(),
    });
  }

  /** Begins, with the readers from before whoever runs it was out of memory. */
  start(sockets: Iterable<FeedSocket>): void {
    for (const socket of sockets) this.#readers.restore(socket);
    if (this.#settings.tickers.length === 0 && this.#readers.size === 0) return;
    this.#wake();
    void this.#schedule();
  }

  /** The readers there are now. */
  get readers(): Iterable<Reader<Market>> {
    return this.#readers;
  }

  /** Sends what must not be lost; false when the reader had to be closed instead. */
  deliver(reader: Reader<Market>, frame: string): boolean {
    return this.#readers.deliver(reader, frame);
  }

  /**
   * Takes in a reader who asks for `?tickers=…&channels=…`. `accept` makes its socket, once nothing speaks against it.
   *
   * @throws {RefusedError} when it may not read that, or there is no room
   */
  async connect(query: URLSearchParams, identity: Identity, accept: () => FeedSocket): Promise<void> {
    const list = (name: string) => query.getAll(name).flatMap((value) => value.split(",")).filter(Boolean);
    const tickers = readTickers(list("tickers"));
    const channels = query.has("channels")
      ? readChannels(list("channels"))
      : ["orderbook_delta"] satisfies FeedChannel[];
    this.#assertRoom();
    this.#readers.check(tickers, new Set(tickers).size, identity.label);
    const state = this.#upstream.stream?.state ?? "connecting";
    this.#readers.welcome(accept(), identity, state, channels, tickers);
    await this.#schedule();
  }

  /** Takes a reader's message. */
  async take(socket: FeedSocket, message: string | ArrayBuffer): Promise<void> {
    try {
      if (this.#readers.take(socket, message)) await this.#schedule();
    } catch (error) {
      this.report(error);
      this.#readers.end(socket, closeCodes.internalError, "the feed failed");
    }
  }

  /** A reader has left. */
  end(socket: FeedSocket): void {
    this.#readers.end(socket);
  }

  /** Looks after readers, markets and the stream. */
  async alarm(): Promise<void> {
    this.#alarmAtMs = 0;
    this.#markets.sweep();
    this.#readers.beat();
    if (!this.#isWanted) return await this.#upstream.sleep();
    this.#wake();
    void this.#upstream.hand();
    await this.#schedule();
  }

  /** Ends the stream and every connection, for good. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const reader of this.#readers) {
      this.#readers.close(reader, closeCodes.goingAway, "the feed is closed");
    }
    await this.#upstream.sleep();
  }

  /** A book in the shape of Kalshi's REST answer, and the status to answer with. */
  async readBook(name: string, { label, place }: Identity): Promise<[number, object]> {
    const [ticker = ""] = readTickers([name]);
    if (!this.#host.mayRead(ticker, label)) {
      throw new RefusedError(errorCodes.authenticationRequired, 403, `${ticker} is not open to you.`);
    }
    if (!this.#markets.isLive(ticker)) this.#assertRoom();
    const market = this.#markets.openBook(ticker, {
      reader: `${place ?? ""} ${label ?? ""}`,
      place: place ?? label,
    });
    await this.#settled(market);
    const { state, reason, refused, seq, book } = market;
    if (refused !== undefined) throw new RefusedError(refused.code, refused.status, refused.text);
    const known = { market_ticker: ticker, state, reason };
    return state === "live"
      ? [200, { ...known, seq, age_ms: Math.round(book?.ageMs ?? 0), ...market.toRest() }]
      : [503, { code: "stale_book", message: "The book is not live: try again.", ...known }];
  }

  /** How it fares. */
  status(): object {
    const { frames, reconnects, gaps, resyncs, lagMs } = this.#upstream.stream?.stats() ?? {};
    return {
      state: this.#upstream.state,
      readers: this.#readers.size,
      waiting: this.#waiting,
      markets: this.#markets.size,
      books: this.#markets.states,
      upstream: { frames, reconnects, gaps, resyncs, lag_ms: lagMs?.last },
    };
  }

  /** Requests that wait for a book count as readers. */
  #assertRoom(): void {
    const { maxReaders } = this.#settings;
    if (this.#readers.size + this.#waiting < maxReaders) return;
    throw new RefusedError(
      errorCodes.subscriptionMarketLimitExceeded,
      503,
      `This feed has ${maxReaders} readers, and room for no more.`,
    );
  }

  /** Resolves when a book is live or refused, or after `bookTimeoutMs`. */
  async #settled(market: Market): Promise<void> {
    const { clock, bookTimeoutMs } = this.#settings;
    const untilMs = clock.now() + bookTimeoutMs;
    this.#waiting++;
    market.waiting++;
    try {
      this.#wake();
      await this.#schedule();
      for (;;) {
        const leftMs = untilMs - clock.now();
        if (market.state === "live" || market.refused !== undefined || leftMs <= 0) return;
        await market.changed(clock, leftMs);
      }
    } finally {
      this.#waiting--;
      market.waiting--;
    }
  }

  get #isWanted(): boolean {
    if (this.#isClosed) return false;
    return this.#readers.size > 0 || this.#markets.size > 0 || this.#settings.tickers.length > 0;
  }

  /** Sets the next alarm, unless one comes sooner: timers are lost when the object is evicted, alarms are not. */
  async #schedule(atMs: number = this.#settings.clock.now() + this.#settings.heartbeatMs): Promise<void> {
    // One that is overdue for this long will not come.
    const isSet = this.#alarmAtMs > this.#settings.clock.now() - this.#settings.heartbeatMs;
    if (!this.#isWanted || isSet && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    await this.#host.setAlarm(this.#alarmAtMs);
  }

  /** Has everything upstream that is wanted. */
  #wake(): void {
    for (const ticker of this.#settings.tickers) {
      try {
        this.#markets.open(ticker, true);
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
      }
    }
    this.#upstream.wake();
  }

  /** Tells of what went wrong. */
  report(error: unknown): void {
    try {
      this.#host.onError(error);
    } catch {
      // a hook's own failure must not end the feed
    }
  }
}
