/**
 * A Durable Object that holds one stream for an account and serves it to many readers.
 *
 * @module
 */

import { errorCodes } from "../contract/event/channels.ts";
import type { KalshiEnv } from "../auth/env.ts";
import { KalshiClient } from "../client.ts";
import { KalshiAuthError, KalshiConfigError, type KalshiError } from "../base/errors.ts";
import { backoffMs } from "../base/backoff.ts";
import { list, type Read, readOptions, type Rules, whole, withPreset } from "../base/options.ts";
import { LONGEST_MS } from "../base/waits.ts";
import { workersRuntime } from "../runtime/workers.ts";
import type { KalshiStream } from "../stream/stream.ts";
import {
  CHANNELS,
  type Command,
  errorFrame,
  type FeedChannel,
  okFrame,
  readChannels,
  readCommand,
  readTickers,
  Refusal,
  statusFrame,
} from "./frames.ts";
import { type Market, Markets } from "./markets.ts";
import type { FeedContext, FeedSocket } from "./platform.ts";
import { Reader } from "./reader.ts";

/** Limits and times of a feed. */
export interface KalshiFeedOptions {
  /** Markets whose books are kept up also while nobody reads them; none unless told. */
  readonly tickers?: readonly string[] | undefined;
  /** How many readers may be connected, requests that wait for a book among them; 500 unless told. */
  readonly maxReaders?: number | undefined;
  /** How many markets the feed holds for all its readers together; 500 unless told. */
  readonly maxMarkets?: number | undefined;
  /** How many markets one reader may read over a WebSocket, 1 to 150; 100 unless told. */
  readonly maxMarketsPerReader?: number | undefined;
  /**
   * How much may be under way to one reader, in bytes; 131 072 unless told. A reader that is further behind gets
   * whole books instead of changes. All readers together can take this many bytes of the object's memory.
   */
  readonly readerBufferBytes?: number | undefined;
  /** After how many milliseconds without an answer to a heartbeat a reader is closed; 30 000 unless told. */
  readonly readerTimeoutMs?: number | undefined;
  /** Time between heartbeats in milliseconds, 1 000 or more; 5 000 unless told. Each is an alarm of the object. */
  readonly heartbeatMs?: number | undefined;
  /** How long a market stays without readers, in milliseconds; 60 000 unless told. */
  readonly idleMs?: number | undefined;
  /** How long `GET /book/{ticker}` waits for a book to be live, in milliseconds; 5 000 unless told. */
  readonly bookTimeoutMs?: number | undefined;
}

/**
 * What {@linkcode KalshiFeed.authorize} answers: `true`, or a label that stays with the reader (up to 256
 * characters), lets it in; `false` refuses with 403; a `Response` refuses with that.
 */
export type FeedAccess = boolean | string | Response;

/** A reader, as {@linkcode KalshiFeed.broadcast} shows it. */
export interface FeedReader {
  /** What `authorize` called it. */
  readonly label: string | undefined;
  /** The tickers it reads. */
  readonly tickers: readonly string[];
}

/** What the options of a feed may be. */
export const feedRules = {
  tickers: withPreset(
    list<string>("a list of tickers", (item) => typeof item === "string" && item !== ""),
    [],
  ),
  maxReaders: withPreset(whole(1, 32_768), 500),
  maxMarkets: withPreset(whole(1, 500_000), 500),
  maxMarketsPerReader: withPreset(whole(1, 150), 100),
  readerBufferBytes: withPreset(whole(1_024, 2 ** 26), 131_072),
  readerTimeoutMs: withPreset(whole(1_000, LONGEST_MS), 30_000),
  heartbeatMs: withPreset(whole(1_000, LONGEST_MS), 5_000),
  idleMs: withPreset(whole(0, LONGEST_MS), 60_000),
  bookTimeoutMs: withPreset(whole(0, LONGEST_MS), 5_000),
} satisfies Rules<KalshiFeedOptions>;

/** What is kept with a reader's socket while the object is out of memory. */
interface Attachment {
  readonly label: string | undefined;
  /** `TICKER/1,TICKER/3`: the number has a bit for each channel. */
  readonly wishes: string;
}

const RETRY = { retryBaseDelayMs: 1_000, retryMaxDelayMs: 60_000 };
/** How long REST may take to say which markets there are. */
const LOOK_UP_MS = 3_000;
const LONGEST_MESSAGE = 65_536;
const LONGEST_LABEL = 256;
const TRY_AGAIN_LATER = 1013;

type FeedState = "idle" | KalshiStream["state"];

interface WorkersGlobals {
  readonly WebSocketPair: new () => { readonly 0: FeedSocket; readonly 1: FeedSocket };
}

/**
 * A Durable Object for Cloudflare Workers that holds one WebSocket to Kalshi for an account and serves what comes
 * to any number of readers, over WebSocket and fetch. Readers need no key, so that a web page can be one.
 *
 * - WebSocket to any path with `?tickers=A,B` and, if you like, `&channels=orderbook_delta,ticker,trade` (order books
 *   unless told): Kalshi's own frames, books in YES prices, each beginning with a snapshot. A frame
 *   `stale` says that a book cannot be trusted until its next snapshot. Answer each `heartbeat` with
 *   `{ "cmd": "heartbeat", "id": … }`: that is how the feed sees that you keep up.
 * - `GET …/book/{ticker}`: the live book in the shape of Kalshi's REST answer; 503 when it is not live.
 * - `GET …/status`: how the feed fares.
 *
 * Only public market data is handed on, field by field: not that an order in a book is yours, no fills, no
 * positions. Browsers may read from pages of the same host; {@linkcode authorize} says who else.
 *
 * The key comes from the Worker's `env`: `KALSHI_KEY_ID`, the secret `KALSHI_PRIVATE_KEY`, and `KALSHI_DEMO` or
 * `KALSHI_API_BASE_URL`, as for `KalshiClient.fromEnv`. The upstream socket is there as long as somebody reads and
 * `idleMs` longer. When the object is evicted, its readers stay connected, are told that their books are stale, and get
 * new snapshots as soon as the next alarm has brought it back.
 *
 * @example
 * ```ts
 * import { type FeedNamespace, KalshiFeed } from "@unofficial/kalshi/workers";
 *
 * export { KalshiFeed };
 *
 * export default {
 *   fetch(request: Request, env: { readonly KALSHI_FEED: FeedNamespace }): Promise<Response> {
 *     return env.KALSHI_FEED.get(env.KALSHI_FEED.idFromName("main")).fetch(request);
 *   },
 * };
 * ```
 *
 * @example A feed of your own
 * ```ts
 * import { type FeedAccess, type FeedContext, KalshiFeed } from "@unofficial/kalshi/workers";
 *
 * interface Env {
 *   readonly KALSHI_KEY_ID: string;
 *   readonly KALSHI_PRIVATE_KEY: string;
 *   readonly READERS_TOKEN: string;
 * }
 *
 * export class WeatherFeed extends KalshiFeed<Env> {
 *   constructor(ctx: FeedContext, env: Env) {
 *     super(ctx, env, { tickers: ["KXHIGHNY-26NOV24-T60"], maxReaders: 100 });
 *   }
 *   protected override authorize(request: Request): FeedAccess {
 *     return new URL(request.url).searchParams.get("token") === this.env.READERS_TOKEN;
 *   }
 *   protected override mayRead(ticker: string): boolean {
 *     return ticker.startsWith("KXHIGH");
 *   }
 * }
 * ```
 */
export class KalshiFeed<Env extends KalshiEnv = KalshiEnv> {
  /** The state of the Durable Object. */
  protected readonly ctx: FeedContext;
  /** The Worker's `env`. */
  protected readonly env: Env;
  readonly #settings: Read<KalshiFeedOptions, typeof feedRules>;
  readonly #readers = new Map<FeedSocket, Reader<Market>>();
  readonly #markets: Markets;
  /** How many requests for a book wait for it. */
  #waiting = 0;
  #client: KalshiClient | undefined;
  #stream: KalshiStream | undefined;
  #connecting: Promise<void> | undefined;
  /** As readers were told. */
  #state: FeedState = "idle";
  #isHanded = false;
  #attempts = 0;
  #retryAtMs = 0;
  #alarmAtMs = 0;

  /**
   * Called by the platform with the object's state and the Worker's `env`.
   *
   * @throws {KalshiConfigError} for an option that is unknown or out of range
   */
  constructor(ctx: FeedContext, env: Env, options: KalshiFeedOptions = {}) {
    this.ctx = ctx;
    this.env = env;
    this.#settings = readOptions("KalshiFeed", options, feedRules);
    this.#markets = new Markets({
      most: this.#settings.maxMarkets,
      idleMs: this.#settings.idleMs,
      now: Date.now,
      onError: (error) => this.#report(error),
      lookUp: (tickers) => this.#lookUp(tickers),
      onRefused: (market, channels) => this.#refused(market, channels),
    });
    for (const socket of ctx.getWebSockets()) this.#restore(socket);
    if (this.#settings.tickers.length === 0 && this.#readers.size === 0) return;
    this.#wake();
    void this.#schedule();
  }

  /**
   * Who may read. Unless overridden: every client that is no browser, and pages of the same host. What is handed on is
   * public, but your Worker pays for it: ask for a token or a login here where that matters.
   *
   * @param request The reader's request; its WebSocket handshake, where it connects by one.
   */
  protected authorize(request: Request): FeedAccess | Promise<FeedAccess> {
    const origin = request.headers.get("origin");
    if (origin === null) return true;
    try {
      return new URL(origin).host === new URL(request.url).host;
    } catch {
      return false;
    }
  }

  /** Whether a market may be read; every market unless overridden. */
  protected mayRead(_ticker: string, _label: string | undefined): boolean {
    return true;
  }

  /**
   * Makes the client whose stream is served: from `env`, unless overridden. Asked again when it fails, when its key is
   * refused, and after a time without readers.
   */
  protected createClient(): Promise<KalshiClient> {
    return KalshiClient.fromEnv(this.env, { runtime: workersRuntime() });
  }

  /**
   * Called with each new upstream stream, and again at each heartbeat as long as it throws; does nothing unless
   * overridden. Subscribe here to what the object itself
   * wants to follow, also to private channels: nothing of it reaches a reader but through {@linkcode broadcast}.
   */
  protected onStream(_stream: KalshiStream): void | Promise<void> {}

  /** Told of what goes wrong; writes it to the log unless overridden. Readers are never told the message. */
  protected onError(error: unknown): void {
    console.error(error);
  }

  /**
   * Sends a frame of your own to the readers that `to` picks, such as a fill to those with your own label. A reader that is too
   * far behind to take it is closed with 1013: what is sent here is never lost silently.
   *
   * @returns how many readers it was sent to
   */
  protected broadcast(frame: object, to: (reader: FeedReader) => boolean): number {
    const text = JSON.stringify(frame);
    let count = 0;
    for (const reader of [...this.#readers.values()]) {
      const { label } = reader;
      if (!to({ label, tickers: [...reader.markets].map(({ ticker }) => ticker) })) continue;
      if (reader.offer(text)) count++;
      else this.#close(reader, TRY_AGAIN_LATER, "too slow: a message would have been lost");
    }
    return count;
  }

  /** Answers a reader's request; called by the platform. */
  async fetch(request: Request): Promise<Response> {
    const origin = request.headers.get("origin");
    const answer = (status: number, body: object) =>
      new Response(JSON.stringify(body), {
        status,
        headers: {
          "content-type": "application/json",
          "cache-control": "no-store",
          // Whoever was let in may read the answer.
          ...(origin !== null && status !== 403 && { "access-control-allow-origin": origin, vary: "Origin" }),
        },
      });
    if (request.method === "OPTIONS" && origin !== null) {
      // A browser asks whether it may ask: `authorize` looks at what it then asks.
      return new Response(null, {
        status: 204,
        headers: {
          "access-control-allow-origin": origin,
          "access-control-allow-methods": "GET",
          "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "",
          "access-control-max-age": "86400",
          vary: "Origin",
        },
      });
    }
    try {
      const access = await this.authorize(request);
      if (access instanceof Response) return access;
      if (access !== true && (typeof access !== "string" || access === "")) {
        return answer(403, { code: "forbidden", message: "This feed is not open to you." });
      }
      const label = typeof access === "string" ? access : undefined;
      if (label !== undefined && label.length > LONGEST_LABEL) {
        throw new KalshiConfigError(`KalshiFeed: a label has at most ${LONGEST_LABEL} characters.`);
      }
      if (request.method !== "GET") {
        return answer(405, { code: "method_not_allowed", message: "A feed is read with GET." });
      }
      const { pathname, searchParams } = new URL(request.url);
      if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return await this.#connectReader(searchParams, label);
      }
      const [, ticker] = /\/book\/([^/]+)$/.exec(pathname) ?? [];
      if (ticker !== undefined) return answer(...await this.#readBook(ticker, label));
      if (pathname.endsWith("/status")) return answer(200, this.#status());
      return answer(404, {
        code: "not_found",
        message: "There is /book/{ticker}, /status, and a WebSocket with ?tickers=A,B.",
      });
    } catch (error) {
      if (error instanceof Refusal) {
        return answer(error.status, {
          code: "refused",
          message: error.message,
          details: { code: error.code },
        });
      }
      this.#report(error);
      return answer(500, { code: "internal_error", message: "The feed failed; its log says why." });
    }
  }

  /** Looks after readers, markets and the stream; called by the platform. */
  async alarm(): Promise<void> {
    this.#alarmAtMs = 0;
    this.#markets.sweep();
    for (const reader of [...this.#readers.values()]) {
      if (reader.beat(this.#settings.readerTimeoutMs)) continue;
      this.#close(reader, TRY_AGAIN_LATER, "too slow: heartbeats were not answered");
    }
    if (this.#isWanted) {
      this.#wake();
      if (this.#stream !== undefined) void this.#hand(this.#stream);
      await this.#schedule();
    } else await this.#sleep();
  }

  /** Takes a reader's message; called by the platform. */
  async webSocketMessage(socket: FeedSocket, message: string | ArrayBuffer): Promise<void> {
    const reader = this.#readers.get(socket) ?? this.#restore(socket);
    if (reader === undefined) return;
    if (typeof message !== "string") return this.#close(reader, 1003, "commands are text");
    if (message.length > LONGEST_MESSAGE) return this.#close(reader, 1009, "too long");
    try {
      const reply = this.#reply(reader, message);
      if (reply !== undefined && !reader.mayCommand()) {
        return this.#close(reader, 1008, "too many commands");
      }
      if (reply) reader.write(reply);
      if (reader.behind > 2 * this.#settings.readerBufferBytes) {
        return this.#close(reader, TRY_AGAIN_LATER, "too slow: read before you ask for more");
      }
      await this.#schedule();
    } catch (error) {
      this.#report(error);
      this.#close(reader, 1011, "the feed failed");
    }
  }

  /** A reader has left; called by the platform. */
  webSocketClose(socket: FeedSocket): void {
    const reader = this.#readers.get(socket);
    if (reader !== undefined) this.#close(reader);
    else closeSocket(socket);
  }

  /** A reader's connection broke; called by the platform. */
  webSocketError(socket: FeedSocket): void {
    this.webSocketClose(socket);
  }

  // --- readers

  async #connectReader(query: URLSearchParams, label: string | undefined): Promise<Response> {
    const list = (name: string) => query.getAll(name).flatMap((value) => value.split(",")).filter(Boolean);
    const tickers = readTickers(list("tickers"));
    const channels = query.has("channels")
      ? readChannels(list("channels"))
      : ["orderbook_delta"] satisfies FeedChannel[];
    const { heartbeatMs } = this.#settings;
    this.#assertRoom();
    this.#check(tickers, new Set(tickers).size, label);
    const { WebSocketPair } = globalThis as unknown as WorkersGlobals;
    const { 0: theirs, 1: socket } = new WebSocketPair();
    this.ctx.acceptWebSocket(socket);
    const reader = this.#reader(socket, label);
    reader.write(statusFrame(this.#stream?.state ?? "connecting", heartbeatMs));
    this.#subscribe(reader, channels, tickers);
    await this.#schedule();
    return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
  }

  /** Requests that wait for a book count as readers. */
  #assertRoom(): void {
    const { maxReaders } = this.#settings;
    if (this.#readers.size + this.#waiting < maxReaders) return;
    throw new Refusal(
      errorCodes.subscriptionMarketLimitExceeded,
      503,
      `This feed has ${maxReaders} readers, and room for no more.`,
    );
  }

  #reader(socket: FeedSocket, label: string | undefined): Reader<Market> {
    const reader = new Reader<Market>({
      socket,
      label,
      bufferBytes: this.#settings.readerBufferBytes,
      now: Date.now,
    });
    this.#readers.set(socket, reader);
    return reader;
  }

  /** A reader from before the object was out of memory: what it has is old. None for one that was closed. */
  #restore(socket: FeedSocket): Reader<Market> | undefined {
    const attachment = socket.deserializeAttachment() as Attachment | null;
    if (attachment === null) return undefined;
    const { label, wishes } = attachment;
    const reader = this.#reader(socket, label);
    reader.write(statusFrame("connecting", this.#settings.heartbeatMs));
    for (const wish of wishes.split(",").filter(Boolean)) {
      const [ticker = "", bits] = wish.split("/");
      for (const channel of CHANNELS.filter((_, index) => Number(bits) & 1 << index)) {
        try {
          this.#join(reader, channel, ticker, true);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          reader.write(errorFrame(error.code, error.message, { market_ticker: ticker }));
        }
      }
    }
    for (const channel of ["ticker", "trade"] as const) {
      if (reader.wishes[channel].size > 0) reader.gap(channel);
    }
    return reader;
  }

  /** What to say to a message: undefined to the answer to a heartbeat, null to one that comes too late. */
  #reply(reader: Reader<Market>, message: string): string | null | undefined {
    let id: unknown;
    try {
      const command = readCommand(message);
      id = command.id;
      if (command.cmd === "heartbeat") return reader.answer(id) ? undefined : null;
      return okFrame(id, this.#obey(reader, command));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return errorFrame(error.code, error.message, { id });
    }
  }

  #obey(reader: Reader<Market>, { cmd, params }: Command): object[] {
    const channels = readChannels(params.channels);
    const tickers = readTickers(params.market_tickers);
    switch (cmd) {
      case "subscribe":
        if (channels.length === 0) throw new Refusal(errorCodes.channelsRequired, 400, "Give `channels`.");
        if (tickers.length === 0) {
          throw new Refusal(errorCodes.marketTickerRequired, 400, "Give `market_tickers`.");
        }
        this.#check(
          tickers,
          new Set([...[...reader.markets].map(({ ticker }) => ticker), ...tickers]).size,
          reader.label,
        );
        this.#subscribe(reader, channels, tickers);
        break;
      case "unsubscribe":
        for (const channel of channels) {
          for (const market of reader.wishes[channel]) {
            if (tickers.length === 0 || tickers.includes(market.ticker)) leave(reader, channel, market);
          }
        }
        this.#keep(reader);
        break;
      case "list_subscriptions":
        break;
      default:
        throw new Refusal(
          errorCodes.unknownCommand,
          400,
          "There are the commands subscribe, unsubscribe, list_subscriptions and heartbeat.",
        );
    }
    return CHANNELS.map((channel) => ({
      channel,
      market_tickers: [...reader.wishes[channel]].map(({ ticker }) => ticker),
    })).filter(({ market_tickers }) => market_tickers.length > 0);
  }

  /** Refuses before anything is changed. */
  #check(tickers: readonly string[], count: number, label: string | undefined): void {
    const { maxMarketsPerReader, maxMarkets } = this.#settings;
    const closed = tickers.find((ticker) => !this.mayRead(ticker, label));
    if (closed !== undefined) {
      throw new Refusal(errorCodes.authenticationRequired, 403, `${closed} is not open to you.`);
    }
    if (count > maxMarketsPerReader) {
      throw new Refusal(
        errorCodes.subscriptionMarketLimitExceeded,
        400,
        `A reader reads at most ${maxMarketsPerReader} markets.`,
      );
    }
    if (!this.#markets.hasRoomFor(tickers)) {
      throw new Refusal(
        errorCodes.subscriptionMarketLimitExceeded,
        503,
        `This feed holds ${maxMarkets} markets, and has room for no more.`,
      );
    }
  }

  #subscribe(reader: Reader<Market>, channels: readonly FeedChannel[], tickers: readonly string[]): void {
    for (const ticker of tickers) {
      for (const channel of channels) {
        try {
          this.#join(reader, channel, ticker);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          reader.write(errorFrame(error.code, error.message, { market_ticker: ticker }));
          break;
        }
      }
    }
    this.#keep(reader);
    reader.pump();
    this.#wake();
  }

  #join(reader: Reader<Market>, channel: FeedChannel, ticker: string, hasOldBook = false): void {
    const isBook = channel === "orderbook_delta";
    const market = isBook
      ? this.#markets.openBook(ticker, reader)
      : this.#markets.open(ticker, false, reader);
    if (reader.wishes[channel].has(market)) return;
    reader.wishes[channel].add(market);
    market.readers[channel].add(reader);
    if (channel === "ticker" && market.ticked !== undefined) reader.tick(market);
    if (!isBook) return;
    if (hasOldBook || market.state === "stale") reader.stale(market, market.reason ?? "disconnected");
    else reader.owe(market);
  }

  /** Keeps what it reads where it outlives the object's memory. */
  #keep(reader: Reader<Market>): void {
    const wishes = [...reader.markets].map((market) => {
      const bits = CHANNELS.map((channel, index) => reader.wishes[channel].has(market) ? 1 << index : 0);
      return `${market.ticker}/${bits.reduce((sum, bit) => sum + bit, 0)}`;
    });
    reader.socket.serializeAttachment(
      { label: reader.label, wishes: wishes.join() } satisfies Attachment,
    );
  }

  #refused(market: Market, channels: readonly FeedChannel[]): void {
    for (const channel of channels) {
      for (const reader of [...market.readers[channel]]) {
        leave(reader, channel, market);
        this.#keep(reader);
      }
    }
  }

  #close(reader: Reader<Market>, code = 1000, reason = ""): void {
    this.#readers.delete(reader.socket);
    for (const channel of CHANNELS) {
      for (const market of reader.wishes[channel]) leave(reader, channel, market);
    }
    reader.socket.serializeAttachment(null); // what still comes from it is nobody's
    closeSocket(reader.socket, code, reason);
  }

  // --- fetch

  async #readBook(name: string, label: string | undefined): Promise<[number, object]> {
    const [ticker = ""] = readTickers([name]);
    if (!this.mayRead(ticker, label)) {
      throw new Refusal(errorCodes.authenticationRequired, 403, `${ticker} is not open to you.`);
    }
    if (!this.#markets.isLive(ticker)) this.#assertRoom();
    const market = this.#markets.openBook(ticker, label);
    this.#wake();
    await this.#settled(market);
    const { state, reason, refused, seq, book } = market;
    if (refused !== undefined) throw new Refusal(refused.code, 404, refused.text);
    const known = { market_ticker: ticker, state, reason };
    return state === "live"
      ? [200, { ...known, seq, age_ms: Math.round(book?.ageMs ?? 0), ...market.toRest() }]
      : [503, { code: "stale_book", message: "The book is not live: try again.", ...known }];
  }

  /** Resolves when a book is live or refused, or after `bookTimeoutMs`. */
  async #settled(market: Market): Promise<void> {
    const deadline = Date.now() + this.#settings.bookTimeoutMs;
    const isDue = () => market.state !== "live" && market.refused === undefined;
    this.#waiting++;
    try {
      await this.#schedule();
      for (let left = deadline - Date.now(); isDue() && left > 0; left = deadline - Date.now()) {
        await market.changed(left);
      }
    } finally {
      this.#waiting--;
    }
  }

  #status(): object {
    const { frames, reconnects, gaps, resyncs, lagMs } = this.#stream?.stats() ?? {};
    return {
      state: this.#state,
      readers: this.#readers.size,
      waiting: this.#waiting,
      markets: this.#markets.size,
      books: this.#markets.states,
      upstream: { frames, reconnects, gaps, resyncs, lag_ms: lagMs?.last },
    };
  }

  // --- upstream

  get #isWanted(): boolean {
    return this.#readers.size > 0 || this.#markets.size > 0 || this.#settings.tickers.length > 0;
  }

  /** Sets the next alarm, unless one comes sooner: timers are lost when the object is evicted, alarms are not. */
  async #schedule(atMs: number = Date.now() + this.#settings.heartbeatMs): Promise<void> {
    // One that is overdue for this long will not come.
    const isSet = this.#alarmAtMs > Date.now() - this.#settings.heartbeatMs;
    if (!this.#isWanted || isSet && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    // Unconfirmed: frames must not wait for a disk.
    await this.ctx.storage.setAlarm(this.#alarmAtMs, { allowUnconfirmed: true });
  }

  /** Has a stream, with everything on it that is wanted. */
  #wake(): void {
    for (const ticker of this.#settings.tickers) {
      try {
        this.#markets.open(ticker, true);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    if (this.#stream !== undefined) return this.#markets.sync();
    if (this.#connecting !== undefined) return this.#tell("connecting");
    if (Date.now() < this.#retryAtMs) return;
    this.#connecting = this.#connect().finally(() => this.#connecting = undefined);
  }

  /** The statuses of those markets that there are, by REST. */
  async #lookUp(tickers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const client = this.#client ??= await this.createClient();
    const params = { tickers: tickers.join(), limit: tickers.length };
    const { items } = await client.markets.list(params, { timeoutMs: LOOK_UP_MS });
    return new Map(items.map(({ ticker, status }) => [ticker, status]));
  }

  async #connect(): Promise<void> {
    await undefined; // a class that extends this one is not constructed before
    this.#tell("connecting");
    try {
      const client = this.#client ??= await this.createClient();
      const { config } = client;
      const stream = await client.stream({
        // Readers count on a connection that is watched as often as they are.
        config: config.with({
          wsPingIntervalMs: Math.min(config.wsPingIntervalMs, this.#settings.heartbeatMs),
        }),
        onError: (error) => this.#report(error),
      });
      this.#stream = stream;
      this.#isHanded = false;
      if (!this.#isWanted) return await this.#sleep();
      void this.#follow(stream);
      this.#markets.attach(stream);
      void this.#hand(stream);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Gives a stream to the class that extends this one; again with the next alarm when that fails. */
  async #hand(stream: KalshiStream): Promise<void> {
    if (this.#isHanded) return;
    this.#isHanded = true;
    try {
      await this.onStream(stream);
    } catch (error) {
      if (this.#stream === stream) this.#isHanded = false;
      this.#report(error);
    }
  }

  async #follow(stream: KalshiStream): Promise<void> {
    for await (const status of stream.status()) {
      if (this.#stream !== stream) return;
      if (status.state === "open") {
        this.#attempts = 0;
        this.#markets.connected();
      }
      if (status.state !== "closed") {
        this.#tell(status.state);
        continue;
      }
      this.#stream = undefined;
      this.#markets.detach();
      this.#tell("connecting");
      this.#failed(status.cause);
    }
  }

  /** There is no stream: an alarm makes the next attempt. */
  #failed(error: unknown): void {
    this.#report(error);
    const { retryAfterMs } = (error ?? {}) as Partial<KalshiError>;
    if (error instanceof KalshiAuthError) {
      // The key may be another one by now.
      void this.#client?.close();
      this.#client = undefined;
    }
    this.#retryAtMs = Date.now() + backoffMs(this.#attempts++, RETRY, retryAfterMs, Math.random);
    void this.#schedule(this.#retryAtMs);
  }

  /** Nobody reads: the stream goes, and the platform may evict the object. */
  async #sleep(): Promise<void> {
    const stream = this.#stream;
    const client = this.#client;
    this.#stream = this.#client = undefined;
    this.#markets.detach();
    this.#tell("idle");
    await stream?.close();
    await client?.close();
  }

  #tell(state: FeedState): void {
    if (this.#state === state) return;
    this.#state = state;
    const frame = statusFrame(state, this.#settings.heartbeatMs);
    for (const reader of this.#readers.values()) reader.write(frame);
  }

  #report(error: unknown): void {
    try {
      this.onError(error);
    } catch {
      // a hook's own failure must not end the feed
    }
  }
}

function leave(reader: Reader<Market>, channel: FeedChannel, market: Market): void {
  reader.forget(channel, market);
  market.readers[channel].delete(reader);
}

function closeSocket(socket: FeedSocket, code?: number, reason?: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // It is closed already.
  }
}
