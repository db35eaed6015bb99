/**
 * A Durable Object that holds one stream for an account and serves it to many readers.
 *
 * @module
 */

import type { KalshiEnv } from "../auth/env.ts";
import { KalshiConfigError } from "../base/errors.ts";
import type { KalshiClient } from "../client.ts";
import type { PerpsEnv } from "../perps/env.ts";
import { productOf } from "./event_feed.ts";
import { Feed } from "./feed.ts";
import type { KalshiFeedOptions } from "./feed_options.ts";
import type { FeedClient, FeedProduct, StreamOf } from "./feed_product.ts";
import { RefusedError } from "./frames.ts";
import { answer, mayAsk, placeOf } from "./http_answers.ts";
import type { FeedContext, FeedSocket } from "./platform.ts";
import type { Identity } from "./readers.ts";

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

const LONGEST_LABEL = 256;

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
 * With `product: perpsFeed` it serves perpetual futures, with the variables of `PerpsClient.fromEnv`.
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
export class KalshiFeed<
  Env extends KalshiEnv | PerpsEnv = KalshiEnv,
  Client extends FeedClient = KalshiClient,
> {
  // Behind getters, so that no log of the object shows the key that is in `env`.
  readonly #ctx: FeedContext;
  readonly #env: Env;
  readonly #feed: Feed<Client>;
  readonly #product: FeedProduct<Client>;

  /**
   * Called by the platform with the object's state and the Worker's `env`.
   *
   * @throws {KalshiConfigError} for an option that is unknown or out of range
   */
  constructor(ctx: FeedContext, env: Env, options: KalshiFeedOptions<Client> = {}) {
    this.#ctx = ctx;
    this.#env = env;
    this.#feed = new Feed({
      createClient: () => this.createClient(),
      onStream: (stream) => this.onStream(stream),
      onError: (error) => this.onError(error),
      mayRead: (ticker, label) => this.mayRead(ticker, label),
      // Unconfirmed: frames must not wait for a disk.
      setAlarm: (atMs) => ctx.storage.setAlarm(atMs, { allowUnconfirmed: true }),
    }, options);
    this.#product = productOf(options);
    this.#feed.start(ctx.getWebSockets());
  }

  /** The state of the Durable Object. */
  protected get ctx(): FeedContext {
    return this.#ctx;
  }

  /** The Worker's `env`. */
  protected get env(): Env {
    return this.#env;
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
  protected createClient(): Promise<Client> {
    return this.#product.createClient(this.env);
  }

  /**
   * Called with each new upstream stream, and again at each heartbeat as long as it throws; does nothing unless
   * overridden. Subscribe here to what the object itself
   * wants to follow, also to private channels: nothing of it reaches a reader but through {@linkcode broadcast}.
   */
  protected onStream(_stream: StreamOf<Client>): void | Promise<void> {}

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
    for (const reader of this.#feed.readers) {
      const { label } = reader;
      if (!to({ label, tickers: [...reader.markets].map(({ ticker }) => ticker) })) continue;
      if (this.#feed.deliver(reader, text)) count++;
    }
    return count;
  }

  /** Answers a reader's request; called by the platform. */
  async fetch(request: Request): Promise<Response> {
    const asked = mayAsk(request);
    if (asked !== undefined) return asked;
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof RefusedError) {
        const { code, status, message } = error;
        return answer(request, status, { code: "refused", message, details: { code } });
      }
      this.#feed.report(error);
      const message = "The feed failed; its log says why.";
      return answer(request, 500, { code: "internal_error", message });
    }
  }

  async #answer(request: Request): Promise<Response> {
    const access = await this.authorize(request);
    if (access instanceof Response) return access;
    if (access !== true && (typeof access !== "string" || access === "")) {
      return answer(request, 403, { code: "forbidden", message: "This feed is not open to you." });
    }
    const label = typeof access === "string" ? access : undefined;
    if (label !== undefined && label.length > LONGEST_LABEL) {
      throw new KalshiConfigError(`KalshiFeed: a label has at most ${LONGEST_LABEL} characters.`);
    }
    if (request.method !== "GET") {
      return answer(request, 405, { code: "method_not_allowed", message: "A feed is read with GET." });
    }
    const { pathname, searchParams } = new URL(request.url);
    const identity = { label, place: placeOf(request) };
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
      return await this.#connectReader(searchParams, identity);
    }
    const [, ticker] = /\/book\/([^/]+)$/.exec(pathname) ?? [];
    if (ticker !== undefined) return answer(request, ...await this.#feed.readBook(ticker, identity));
    if (pathname.endsWith("/status")) return answer(request, 200, this.#feed.status());
    return answer(request, 404, {
      code: "not_found",
      message: "There is /book/{ticker}, /status, and a WebSocket with ?tickers=A,B.",
    });
  }

  /** Looks after readers, markets and the stream; called by the platform. */
  async alarm(): Promise<void> {
    await this.#feed.alarm();
  }

  /** Takes a reader's message; called by the platform. */
  async webSocketMessage(socket: FeedSocket, message: string | ArrayBuffer): Promise<void> {
    await this.#feed.take(socket, message);
  }

  /** A reader has left; called by the platform. */
  webSocketClose(socket: FeedSocket): void {
    this.#feed.end(socket);
  }

  /** A reader's connection broke; called by the platform. */
  webSocketError(socket: FeedSocket): void {
    this.webSocketClose(socket);
  }

  async #connectReader(query: URLSearchParams, identity: Identity): Promise<Response> {
    const { WebSocketPair } = globalThis as unknown as WorkersGlobals;
    let theirs: FeedSocket | undefined;
    await this.#feed.connect(query, identity, () => {
      const pair = new WebSocketPair();
      theirs = pair[0];
      this.ctx.acceptWebSocket(pair[1]);
      return pair[1];
    });
    return new Response(null, { status: 101, webSocket: theirs } as ResponseInit);
  }
}
