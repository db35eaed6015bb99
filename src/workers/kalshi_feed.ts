/**
 * A Durable Object that holds one stream for an account and hands it on to many readers.
 *
 * @module
 */

import { KalshiAuth } from "../auth/mod.ts";
import { type KalshiEnv, readAuthEnv } from "../auth/env.ts";
import { KalshiConfig } from "../config.ts";
import { KalshiConfigError } from "../errors.ts";
import { formatCount, formatPrice } from "../fixed_point.ts";
import { workersRuntime } from "../runtime/workers.ts";
import { KalshiStream, type LiveOrderBook, type Subscription } from "../stream/mod.ts";

/** One end of a WebSocket, as Workers have it. */
export interface FeedSocket {
  /** Sends a text message. */
  send(text: string): void;
  /** Closes it. */
  close(code?: number, reason?: string): void;
  /** Keeps a value with the socket, also while the object is evicted. */
  serializeAttachment(value: unknown): void;
  /** The value kept. */
  deserializeAttachment(): unknown;
}

/** What the object needs of its `DurableObjectState`. */
export interface FeedState {
  /** Lets the object be woken for a socket's events. */
  acceptWebSocket(socket: FeedSocket): void;
  /** The sockets that are open, also those accepted before an eviction. */
  getWebSockets(): FeedSocket[];
  /** Where its alarm is set. */
  readonly storage: {
    /** Wakes the object at a time in Unix milliseconds. */
    setAlarm(atMs: number): Promise<void>;
  };
}

/** What a {@linkcode KalshiFeed} can be told by a class that extends it. */
export interface FeedOptions {
  /** Configuration of the stream; from the environment when left out. */
  readonly config?: KalshiConfig | undefined;
  /** How many markets one reader may ask for; 100 unless told. */
  readonly marketsPerReader?: number | undefined;
  /** How many markets the feed holds at once; 5 000 unless told. */
  readonly markets?: number | undefined;
  /** How long a book stays open that nobody reads, in milliseconds; five minutes unless told. */
  readonly idleMs?: number | undefined;
}

/** The channels that are handed on. All of them are public market data. */
type FeedChannel = "orderbook_delta" | "ticker" | "trade";
const CHANNELS: readonly string[] = ["orderbook_delta", "ticker", "trade"] satisfies FeedChannel[];

/** What a reader asked for. */
interface Wish {
  readonly channels: readonly FeedChannel[];
  readonly tickers: readonly string[];
}

interface HeldBook {
  readonly opening: Promise<LiveOrderBook>;
  book: LiveOrderBook | undefined;
  usedAt: number;
}

/** How often it looks after itself while somebody reads. */
const ALARM_MS = 30_000;

declare const WebSocketPair: new () => { 0: FeedSocket; 1: FeedSocket };

/**
 * A Durable Object for Cloudflare Workers: one upstream socket for an account, fanned out to any number of readers
 * over WebSocket and fetch. It hands on public market data only (order books, tickers, trades), so that a web page
 * can read prices without any key of Kalshi's in it.
 *
 * - `GET …/book/TICKER`: the live book as `{ ticker, state, seq, age_ms, orderbook_fp }`; 503 while it is not live.
 * - `GET …/status`: how the stream fares.
 * - A WebSocket to `…?market_tickers=A,B&channels=orderbook_delta,ticker`: Kalshi's own frames, prices in YES
 *   terms. A book begins with a snapshot and gets a new one after every loss; `{ type: "stale" }` says that a book
 *   cannot be trusted until then. Feed the frames of a market to a `MarketBook` to keep it in the page.
 *
 * The key comes from the environment: `KALSHI_KEY_ID` and the secret `KALSHI_PRIVATE_KEY`. Everybody who can reach
 * the object can read it: override {@linkcode authorize} to say who may.
 *
 * @example
 * ```ts
 * import { KalshiFeed } from "@unofficial/kalshi/workers";
 *
 * export { KalshiFeed };
 *
 * interface Env {
 *   readonly FEED: { idFromName(name: string): object; get(id: object): { fetch(request: Request): Promise<Response> } };
 * }
 *
 * export default {
 *   fetch: (request: Request, env: Env) => env.FEED.get(env.FEED.idFromName("main")).fetch(request),
 * };
 * ```
 */
export class KalshiFeed {
  /** The object's state, for classes that extend it. */
  protected readonly state: FeedState;
  readonly #env: KalshiEnv;
  readonly #config: KalshiConfig | undefined;
  readonly #marketsPerReader: number;
  readonly #markets: number;
  readonly #idleMs: number;
  #stream: Promise<KalshiStream> | undefined;
  readonly #books = new Map<string, HeldBook>();
  /** The last ticker of each market, for who joins. */
  readonly #tickers = new Map<string, string>();
  /** What each reader reads. */
  readonly #wanted = new Map<FeedSocket, Wish>();
  readonly #subscriptions = new Map<FeedChannel, Promise<Subscription<unknown>>>();

  /** Made by the runtime, with the object's state and the Worker's environment. */
  constructor(state: FeedState, env: KalshiEnv, options: FeedOptions = {}) {
    this.state = state;
    this.#env = env;
    this.#config = options.config;
    this.#marketsPerReader = options.marketsPerReader ?? 100;
    this.#markets = options.markets ?? 5_000;
    this.#idleMs = options.idleMs ?? 300_000;
    // After an eviction the readers are still there.
    for (const socket of state.getWebSockets()) {
      this.#wanted.set(socket, socket.deserializeAttachment() as Wish);
    }
    this.#serve().catch(() => {}); // the next alarm tries again
  }

  /** Who may read: everybody, unless a class that extends this one says otherwise. A response refuses the request. */
  protected authorize(_request: Request): Promise<Response | undefined> | Response | undefined {
    return undefined;
  }

  /** Answers a request of the Worker. */
  async fetch(request: Request): Promise<Response> {
    const refused = await this.authorize(request);
    if (refused !== undefined) return refused;
    const { pathname, searchParams } = new URL(request.url);
    try {
      if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
        return await this.#accept(searchParams);
      }
      const book = /\/book\/([^/]+)$/.exec(pathname)?.[1];
      if (book !== undefined) return await this.#answerBook(decodeURIComponent(book));
      if (pathname.endsWith("/status")) return await this.#answerStatus();
      return answer(404, { error: "not found: try /book/TICKER, /status, or a WebSocket" });
    } catch (error) {
      if (error instanceof KalshiConfigError) return answer(400, { error: error.message });
      return answer(503, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** Woken from time to time while somebody reads: keeps the stream up and lets go what nobody reads. */
  async alarm(): Promise<void> {
    const now = Date.now();
    const read = new Set(this.#readTickers("orderbook_delta"));
    for (const [ticker, held] of this.#books) {
      if (read.has(ticker)) held.usedAt = now;
      else if (now - held.usedAt > this.#idleMs) {
        this.#books.delete(ticker);
        held.opening.then((book) => book.close(), () => {});
      }
    }
    if (this.#wanted.size === 0 && this.#books.size === 0) {
      const stream = this.#stream;
      this.#reset();
      await stream?.then((open) => open.close(), () => {});
      return;
    }
    await this.state.storage.setAlarm(now + ALARM_MS);
    await this.#serve().catch(() => {}); // the next alarm tries again
  }

  /** A reader's message: there is nothing to say to a feed. */
  webSocketMessage(_socket: FeedSocket, _message: unknown): void {}

  /** A reader has left. */
  webSocketClose(socket: FeedSocket): void {
    try {
      socket.close(1000); // without this the reader's side stays half closed
    } catch {
      // it is closed already
    }
    this.#wanted.delete(socket);
    void this.#trim();
  }

  /** A reader's connection broke. */
  webSocketError(socket: FeedSocket): void {
    this.webSocketClose(socket);
  }

  // --- readers

  async #accept(query: URLSearchParams): Promise<Response> {
    const list = (
      name: string,
    ) => [...new Set(query.getAll(name).flatMap((value) => value.split(",")).filter(Boolean))];
    const tickers = list("market_tickers");
    const channels = query.has("channels") ? list("channels") : ["orderbook_delta"];
    const unknown = channels.find((channel) => !CHANNELS.includes(channel));
    if (unknown !== undefined) {
      throw new KalshiConfigError(
        `channels takes ${CHANNELS.join(", ")}, not ${JSON.stringify(unknown.slice(0, 40))}.`,
      );
    }
    if (tickers.length === 0 || tickers.length > this.#marketsPerReader) {
      throw new KalshiConfigError(`market_tickers takes 1 to ${this.#marketsPerReader} tickers.`);
    }
    const wish: Wish = { channels: channels as FeedChannel[], tickers };
    this.#makeRoom(tickers);
    const { 0: client, 1: server } = new WebSocketPair();
    this.state.acceptWebSocket(server);
    server.serializeAttachment(wish);
    this.#wanted.set(server, wish);
    await this.state.storage.setAlarm(Date.now() + ALARM_MS);
    // Who joins what is open already gets it as it stands; for others the first message is on its way.
    for (const ticker of tickers) {
      const book = this.#books.get(ticker)?.book;
      if (channels.includes("orderbook_delta") && book?.state === "live") server.send(snapshotFrame(book));
      const last = this.#tickers.get(ticker);
      if (channels.includes("ticker") && last !== undefined) server.send(last);
    }
    this.#serve().catch((error) => server.close(1013, String(error?.message ?? error).slice(0, 120)));
    return new Response(null, { status: 101, webSocket: client } as ResponseInit);
  }

  #makeRoom(tickers: readonly string[]): void {
    const all = new Set([...this.#books.keys(), ...this.#readTickers(), ...tickers]);
    if (all.size > this.#markets) {
      throw new KalshiConfigError(`The feed holds at most ${this.#markets} markets.`);
    }
  }

  #readTickers(channel?: FeedChannel): string[] {
    return [...this.#wanted.values()]
      .filter(({ channels }) => channel === undefined || channels.includes(channel))
      .flatMap(({ tickers }) => tickers);
  }

  #send(channel: FeedChannel, ticker: string, text: string): void {
    for (const [socket, { channels, tickers }] of this.#wanted) {
      if (!channels.includes(channel) || !tickers.includes(ticker)) continue;
      try {
        socket.send(text);
      } catch {
        this.webSocketClose(socket);
      }
    }
  }

  async #answerBook(ticker: string): Promise<Response> {
    this.#makeRoom([ticker]);
    await this.state.storage.setAlarm(Date.now() + ALARM_MS);
    const book = await this.#book(await this.#open(), ticker);
    const { state, seq } = book;
    const known = { ticker, state, seq, age_ms: Math.round(book.ageMs) };
    return state === "live"
      ? answer(200, { ...known, ...book.toRest() })
      : answer(503, { ...known, reason: book.reason });
  }

  async #answerStatus(): Promise<Response> {
    const stream = await this.#stream?.catch(() => undefined);
    return answer(200, {
      state: stream?.state ?? "idle",
      readers: this.#wanted.size,
      stats: stream?.stats(),
    });
  }

  // --- upstream

  /** The stream, opened anew when there is none or it has given up. */
  async #open(): Promise<KalshiStream> {
    const open = await this.#stream?.catch(() => undefined);
    if (open !== undefined && open.state !== "closed") return open;
    this.#reset();
    const opening = this.#connect();
    this.#stream = opening;
    opening.catch(() => {
      if (this.#stream === opening) this.#stream = undefined;
    });
    return await opening;
  }

  async #connect(): Promise<KalshiStream> {
    const runtime = workersRuntime();
    const auth = await KalshiAuth.fromEnv(this.#env, { runtime });
    const { baseUrl, demo, allowUnknownHost } = readAuthEnv(this.#env, runtime);
    const config = this.#config ??
      (baseUrl !== undefined || !demo
        ? new KalshiConfig({ baseUrl, allowUnknownHost })
        : KalshiConfig.demo());
    return await KalshiStream.connect({ auth, config, runtime });
  }

  #reset(): void {
    this.#stream = undefined;
    this.#books.clear();
    this.#subscriptions.clear();
    this.#tickers.clear();
  }

  /** Has everything upstream that readers want. */
  async #serve(): Promise<void> {
    if (this.#wanted.size === 0) return;
    const stream = await this.#open();
    const books = this.#readTickers("orderbook_delta").map((ticker) => this.#book(stream, ticker));
    await Promise.all([...books, this.#follow(stream, "ticker"), this.#follow(stream, "trade")]);
  }

  async #follow(stream: KalshiStream, channel: "ticker" | "trade"): Promise<void> {
    const tickers = [...new Set(this.#readTickers(channel))];
    if (tickers.length === 0) return;
    let opening = this.#subscriptions.get(channel);
    if (opening === undefined) {
      const first = { market_tickers: tickers };
      const hand = (item: { readonly type: string; readonly msg?: { readonly market_ticker: string } }) => {
        if (item.msg === undefined) return;
        const { market_ticker } = item.msg;
        const text = JSON.stringify(item);
        if (channel === "ticker") this.#tickers.set(market_ticker, text);
        this.#send(channel, market_ticker, text);
      };
      opening = channel === "ticker"
        ? stream.on("ticker", hand, { ...first, send_initial_snapshot: true })
        : stream.on("trade", hand, first);
      this.#subscriptions.set(channel, opening);
    }
    await (await opening).add(tickers);
  }

  /** Lets go what the last reader of it has left. */
  async #trim(): Promise<void> {
    for (const [channel, opening] of this.#subscriptions) {
      const read = new Set(this.#readTickers(channel));
      const subscription = await opening.catch(() => undefined);
      const surplus = subscription?.keys?.filter((ticker) => !read.has(ticker)) ?? [];
      if (channel === "ticker") { for (const ticker of surplus) this.#tickers.delete(ticker); }
      if (surplus.length > 0) await subscription?.remove(surplus).catch(() => {});
    }
  }

  #book(stream: KalshiStream, ticker: string): Promise<LiveOrderBook> {
    let held = this.#books.get(ticker);
    if (held === undefined) {
      const made: HeldBook = {
        opening: this.#openBook(stream, ticker, () => made),
        book: undefined,
        usedAt: 0,
      };
      held = made;
      this.#books.set(ticker, made);
      made.opening.catch(() => {
        if (this.#books.get(ticker) === made) this.#books.delete(ticker);
      });
    }
    held.usedAt = Date.now();
    return held.opening;
  }

  async #openBook(stream: KalshiStream, ticker: string, held: () => HeldBook): Promise<LiveOrderBook> {
    const books = await stream.orderBooks([ticker], { awaitLive: false });
    const book = books.get(ticker) as LiveOrderBook;
    held().book = book;
    void this.#handOn(book);
    await book.live({ timeoutMs: 10_000 });
    return book;
  }

  /** Passes a book's changes on to its readers, until it is closed. */
  async #handOn(book: LiveOrderBook): Promise<void> {
    const { ticker } = book;
    /** What a snapshot held already. */
    let known = 0;
    const whole = () => {
      // The book may be stale again by now: the next change tells.
      if (book.state !== "live") return;
      known = book.seq ?? 0;
      this.#send("orderbook_delta", ticker, snapshotFrame(book));
    };
    try {
      const changes = book.changes({ policy: "unbounded" });
      whole();
      for await (const change of changes) {
        if (change.type === "snapshot") whole();
        else if (change.type === "stale") {
          const msg = { market_ticker: ticker, reason: change.reason };
          this.#send("orderbook_delta", ticker, JSON.stringify({ type: "stale", msg }));
        } else if ((change.seq ?? 0) > known) {
          const { side, price, delta, seq, ts_ms } = change;
          const msg = {
            market_ticker: ticker,
            price_dollars: formatPrice(price),
            delta_fp: formatCount(delta),
            side: side === "bid" ? "yes" : "no",
            ts_ms,
          };
          this.#send("orderbook_delta", ticker, JSON.stringify({ type: "orderbook_delta", seq, msg }));
        }
      }
    } catch {
      const msg = { market_ticker: ticker, reason: "disconnected" };
      this.#send("orderbook_delta", ticker, JSON.stringify({ type: "stale", msg }));
    }
  }
}

/** A book as Kalshi sends a snapshot with `use_yes_price`. */
function snapshotFrame(book: LiveOrderBook): string {
  const { bids, asks } = book.depth();
  const pairs = (levels: typeof bids) =>
    levels.map(({ price, size }) => [formatPrice(price), formatCount(size)]);
  return JSON.stringify({
    type: "orderbook_snapshot",
    seq: book.seq,
    msg: {
      market_ticker: book.ticker,
      yes_dollars_fp: pairs(bids).reverse(),
      no_dollars_fp: pairs(asks).reverse(),
    },
  });
}

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json",
      "cache-control": "no-store",
      "access-control-allow-origin": "*",
    },
  });
}
