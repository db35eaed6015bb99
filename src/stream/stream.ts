/**
 * The stream of the event exchange: one socket, every channel.
 *
 * @module
 */

import type { WaitOptions } from "../base/wait_options.ts";
import type { OrderBooksOptions } from "../books/options.ts";
import { detectRuntime } from "#runtime";
import { type Clock, systemClock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, callable, readOptions } from "../base/options.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { isKalshiConfig, KalshiConfig } from "../config/kalshi_config.ts";
import type { Channel, ChannelMessages, FillMessage, UserOrderMessage } from "../contract/event/channels.ts";
import { readCall, type RecoverableOptions, type SubscribeOptions } from "./call_options.ts";
import type { ChannelParams, MarketParams } from "./channel_params.ts";
import { eventProduct } from "./event_product.ts";
import type { OtherFrame, StreamItem } from "./items.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import { type CheckedStreamOptions, ProductStream } from "./product_stream.ts";
import {
  type LookupClient,
  streamHint,
  type StreamLookup,
  type StreamOptions,
  streamRules,
} from "./options.ts";
import { readRecover, Recovery } from "./recover.ts";
import type { RecoveredFill, RecoveredOrder } from "./recovery_plans.ts";
import type { StreamStatus } from "./status.ts";
import type { StreamStats } from "./stream_stats.ts";
import type { Subscription } from "./subscription.ts";

const handlerRule = callable();

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
  readonly #stream: ProductStream;
  readonly #config: KalshiConfig;
  readonly #clock: Clock;
  readonly #lookup: StreamLookup | LookupClient | undefined;

  private constructor(options: CheckedStreamOptions) {
    this.#stream = new ProductStream(eventProduct, options);
    this.#config = options.config;
    this.#clock = options.clock ?? systemClock;
    this.#lookup = options.lookup;
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
    const { config, runtime = detectRuntime() } = options;
    if (!runtime.capabilities.handshakeHeaders) {
      throw new KalshiConfigError(
        `The "${runtime.name}" runtime cannot send headers with a WebSocket handshake, which Kalshi's signature needs. ` +
          "Open the stream on a server, in Deno, Bun, Node or a Cloudflare Worker, and pass on from there.",
      );
    }
    const checked = isKalshiConfig(config) ? config : new KalshiConfig(config, { runtime });
    const stream = new KalshiStream({ ...options, config: checked, runtime });
    await stream.#stream.connect(options.signal);
    return stream;
  }

  /** Its state right now. */
  get state(): StreamStatus["state"] {
    return this.#stream.state;
  }

  /** Its present state, then one item for each change; ends when the stream is closed. */
  status(): AsyncItems<StreamStatus> {
    return this.#stream.status();
  }

  /** Its configuration. */
  get config(): KalshiConfig {
    return this.#config;
  }

  /** How it fares. */
  stats(): StreamStats {
    return this.#stream.stats();
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
    return await this.#stream.subscribe(channel, params, options);
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
    return await this.#stream.subscribe(channel, params, {
      ...options,
      handler: handler as (item: object) => void,
    });
  }

  /**
   * Calls `handler` with every message of the socket as the text that came, with the time of its coming in Unix
   * milliseconds: frames of all channels, answers to commands, and what is no frame. It is told right after whoever
   * reads the message here, so that a marker comes before the frame that showed the loss. Error frames and what is no
   * frame come without secrets, and are cut after 65,536 characters.
   *
   * Returns what ends it. What the handler throws goes to `onError`.
   *
   * @example
   * ```ts
   * import type { KalshiStream } from "@unofficial/kalshi/stream";
   *
   * export function logFrames(stream: KalshiStream): () => void {
   *   return stream.tap((text, atMs) => console.log(new Date(atMs).toISOString(), text));
   * }
   * ```
   */
  tap(handler: (text: string, atMs: number) => void): () => void {
    assertValue("tap", "handler", handler, handlerRule);
    return this.#stream.tap(handler);
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
    const [book] = await this.#stream.openBooks([ticker], readCall("orderBook", options));
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
    const books = await this.#stream.openBooks(tickers, readCall("orderBooks", options));
    return new Map(books.map((book) => [book.ticker, book]));
  }

  /**
   * Closes it: loops get what is queued and end, and the socket is closed cleanly, for which it has
   * `wsCloseTimeoutMs`. A second call is harmless.
   */
  close(): Promise<void> {
    return this.#stream.close();
  }

  /** The same as {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #recoverable<Message>(
    channel: "fill" | "user_orders",
    params: MarketParams | undefined,
    given: RecoverableOptions,
  ): Promise<Subscription<Message>> {
    const { recover, ...options } = readCall(channel === "fill" ? "fills" : "userOrders", given);
    const named = params as Readonly<Record<string, unknown>> | undefined;
    if (recover === undefined || recover === false) {
      return await this.#stream.subscribe(channel, named, options);
    }
    const { lookup, everyMs } = readRecover(recover, this.#lookup);
    return await this.#stream.subscribe<Message>(channel, named, {
      ...options,
      interpose: (inner) => {
        const { onError } = this.#stream;
        const reader = new Recovery(channel, inner, lookup, this.#clock, onError, this.#config);
        return { reader, start: () => reader.start(everyMs), stop: () => reader.stop() };
      },
    });
  }
}
