/**
 * The stream of a product, as its users have it. A product adds its {@linkcode StreamClass}, which is data, and a class
 * of a few lines.
 *
 * @module
 */

import { readOwn } from "../base/plain.ts";
import type { WaitOptions } from "../base/wait_options.ts";
import type { OrderBooksOptions } from "../books/options.ts";
import { detectRuntime } from "#runtime";
import { systemClock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, callable, readOptions, type Rules } from "../base/options.ts";
import type { AsyncItems } from "../base/web_types.ts";
import { placeHint } from "../config/option_places.ts";
import type { Runtime } from "../runtime/types.ts";
import { readCall, type RecoverableOptions, type SubscribeOptions } from "./call_options.ts";
import type { MarketParams } from "./channel_params.ts";
import type { OtherFrame, StreamItem } from "./items.ts";
import type { LiveOrderBook } from "../books/live_order_book.ts";
import { type CheckedStreamOptions, ProductStream } from "./product_stream.ts";
import type { MarketSource } from "./market_lookup.ts";
import type { ProductLookup, ProductStreamOptions } from "./options.ts";
import type { StreamProduct } from "./product.ts";
import { readRecover, Recovery } from "./recover.ts";
import { type RecoverableChannel, type RecoveryFacts, recoveryPlan } from "./recovery_plans.ts";
import type { ClientConfig } from "../config/client_config.ts";
import type { StreamStatus } from "./status.ts";
import type { StreamStats } from "./stream_stats.ts";
import type { Subscription } from "./subscription.ts";

const handlerRule = callable();

/** The private channels that every product has. */
export interface OwnMessages {
  /** One's own fills. */
  readonly fill: object;
  /** One's own orders. */
  readonly user_orders: object;
}

/** What a class of streams is made from. */
export interface StreamClass<
  Config extends ClientConfig,
  Options extends ProductStreamOptions<unknown, Lookup>,
  Lookup,
  Fill,
  Order,
  Rest,
> {
  readonly product: StreamProduct<Rest>;
  readonly rules: Rules<Options>;
  /** The configuration that was given, or one of the options that were. */
  readonly configOf: (config: Options["config"], runtime: Runtime) => Config;
  readonly recovery: RecoveryFacts<Fill, Order>;
  /** Where fills and orders are looked up. */
  readonly lookupOf: (lookup: Lookup) => ProductLookup<Fill, Order>;
}

/** A stream that is connected. */
export interface OpenStream<Config, Rest> {
  readonly product: StreamProduct<Rest>;
  readonly config: Config;
  readonly stream: ProductStream<Rest>;
  /** What fills up a channel. */
  readonly recovery: (
    channel: RecoverableChannel,
    recover: true | { readonly everyMs: number },
  ) => NonNullable<Parameters<ProductStream["subscribe"]>[2]["interpose"]>;
}

/**
 * Connects, in one attempt.
 *
 * @throws {KalshiConfigError} for unknown options, and where the runtime cannot sign a WebSocket handshake
 */
export async function openStream<
  Config extends ClientConfig,
  Options extends ProductStreamOptions<unknown, Lookup>,
  Lookup extends MarketSource,
  Fill,
  Order extends { readonly order_id: string },
  Rest,
>(
  { product, rules, configOf, recovery, lookupOf }: StreamClass<Config, Options, Lookup, Fill, Order, Rest>,
  given: Options,
): Promise<OpenStream<Config, Rest>> {
  const options = readOptions(product.owner, given, rules, placeHint(product.owner, Object.keys(rules)));
  const { runtime = detectRuntime(), clock = systemClock, lookup } = options;
  if (!runtime.capabilities.handshakeHeaders) {
    throw new KalshiConfigError(
      `The "${runtime.name}" runtime cannot send headers with a WebSocket handshake, which Kalshi's signature needs. ` +
        "Open the stream on a server, in Deno, Bun, Node or a Cloudflare Worker, and pass on from there.",
    );
  }
  const config = configOf(options.config, runtime);
  const stream = new ProductStream(
    product,
    readOwn({ ...options, config, runtime }) as CheckedStreamOptions,
  );
  await stream.connect(options.signal);
  return {
    product,
    config,
    stream,
    recovery: (channel, recover) => {
      const read = readRecover(recover, lookup);
      const from = lookupOf(read.lookup);
      return (inner) => {
        const { onError } = stream;
        const reader = new Recovery(inner, {
          plan: recoveryPlan(channel, recovery, from, onError),
          lookup: from,
          clock,
          onError,
          backoff: config,
        });
        return { reader, start: () => reader.start(read.everyMs), stop: () => reader.stop() };
      };
    },
  };
}

/** What the streams of all products do; see the class of the product. */
export abstract class ChannelStream<
  Config extends ClientConfig,
  Messages extends OwnMessages,
  Params extends { readonly [C in keyof Messages]: object },
  Recovered extends OwnMessages,
  Rest,
> implements AsyncDisposable {
  readonly #open: OpenStream<Config, Rest>;
  readonly #stream: ProductStream<Rest>;

  /** Made by `connect` of the class. */
  protected constructor(open: OpenStream<Config, Rest>) {
    this.#open = open;
    this.#stream = open.stream;
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
  get config(): Config {
    return this.#open.config;
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
  subscribe<C extends keyof Messages & string>(
    channel: C,
    params?: Params[C],
    options?: SubscribeOptions,
  ): Promise<Subscription<Messages[C]>>;
  /** Subscribes to a channel that this version does not know, with any parameters. */
  subscribe<C extends string>(
    channel: C extends keyof Messages ? never : C,
    params?: Readonly<Record<string, unknown>>,
    options?: SubscribeOptions,
  ): Promise<Subscription<OtherFrame>>;
  async subscribe<Message>(
    channel: string,
    params?: object,
    given: SubscribeOptions = {},
  ): Promise<Subscription<Message>> {
    const options = readCall("subscribe", given, this.#open.product);
    return await this.#stream.subscribe(channel, params, options);
  }

  /**
   * Calls `handler` for every item of a channel, in the moment it arrives and without a queue. What it throws or
   * rejects with goes to `onError`, and so does the error that ends the channel, after which no item comes.
   *
   * @throws what {@linkcode subscribe} throws
   */
  on<C extends keyof Messages & string>(
    channel: C,
    handler: (item: StreamItem<Messages[C]>) => void,
    params?: Params[C],
    options?: WaitOptions,
  ): Promise<Subscription<Messages[C]>>;
  /** The same for a channel that this version does not know. */
  on<C extends string>(
    channel: C extends keyof Messages ? never : C,
    handler: (item: StreamItem<OtherFrame>) => void,
    params?: Readonly<Record<string, unknown>>,
    options?: WaitOptions,
  ): Promise<Subscription<OtherFrame>>;
  async on<Message>(
    channel: string,
    handler: (item: never) => void,
    params?: object,
    given: WaitOptions = {},
  ): Promise<Subscription<Message>> {
    const options = readCall("on", given, this.#open.product);
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
  ): Promise<Subscription<Messages["fill"] | Recovered["fill"]>> {
    return this.#recoverable("fill", params, options);
  }

  /** Your orders; `recover: true` fills up the states that a reconnect missed. */
  userOrders(
    params?: MarketParams,
    options: RecoverableOptions = {},
  ): Promise<Subscription<Messages["user_orders"] | Recovered["user_orders"]>> {
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
  async orderBook(ticker: string, options: WaitOptions = {}): Promise<LiveOrderBook<Rest>> {
    const [book] = await this.#stream.openBooks([ticker], readCall("orderBook", options));
    return book as LiveOrderBook<Rest>;
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
  ): Promise<ReadonlyMap<string, LiveOrderBook<Rest>>> {
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
    channel: RecoverableChannel,
    params: MarketParams | undefined,
    given: RecoverableOptions,
  ): Promise<Subscription<Message>> {
    const { product, recovery } = this.#open;
    const { recover = false, ...options } = readCall(
      channel === "fill" ? "fills" : "userOrders",
      given,
      product,
    );
    return await this.#stream.subscribe<Message>(channel, params, {
      ...options,
      interpose: recover === false ? undefined : recovery(channel, recover),
    });
  }
}
