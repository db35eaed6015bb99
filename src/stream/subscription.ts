/**
 * What `subscribe` returns.
 *
 * @module
 */

import { readOwn } from "../base/plain.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError } from "../base/errors.ts";
import { guard } from "../base/tell.ts";
import { waitFor, type WaitOptions } from "../base/wait_options.ts";
import { readCall } from "./call_options.ts";
import { channelOf, nameIn, type StreamProduct } from "./product.ts";
import type { Wish } from "./subscribe_params.ts";
import type { StreamItem, StreamMarker } from "./items.ts";
import type { Frame } from "./frame.ts";
import { KalshiStreamClosedError } from "./errors.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { SharedSubscriptions } from "./shared_subscriptions.ts";
import { type QueueOptions, StreamQueue } from "../base/queue.ts";
import { readQueueOptions } from "../base/queue.ts";
import type { QueueStats } from "./queue_stats.ts";
import type { AsyncItems } from "../base/web_types.ts";

/** Refuses what is no list of names, and "all" in the place of one. */
function readKeys(channel: string, keys: readonly string[]): void {
  if (Array.isArray(keys) && keys.every((key) => typeof key === "string" && key && key !== "all")) return;
  throw new KalshiConfigError(
    `"${channel}" takes a list of names here. To read everything, subscribe without one, or with ["all"].`,
  );
}

/** What a subscription is made from. */
export interface SubscriptionOptions {
  readonly product: StreamProduct;
  readonly channel: string;
  readonly wish: Wish;
  readonly shared: SharedSubscriptions;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly queue?: QueueOptions | undefined;
  /** In place of the queue: called for every item. */
  readonly handler?: ((item: object) => void) | undefined;
  readonly onError: (error: unknown) => void;
  /** Puts something between the channel and the queue. */
  readonly wrap?: ((reader: ChannelReader) => ChannelReader) | undefined;
  readonly onEnd: () => void;
}

/** Makes a subscription, and what joins it to its channel. */
export let makeSubscription: <Message>(
  options: SubscriptionOptions,
) => {
  readonly subscription: Subscription<Message>;
  readonly start: (options: WaitOptions) => Promise<void>;
};

/**
 * One reader of a channel: an async iterable over its frames and markers. Leaving the loop unsubscribes.
 *
 * @example
 * ```ts
 * import { KalshiAuth } from "@unofficial/kalshi";
 * import { KalshiStream } from "@unofficial/kalshi/stream";
 *
 * await using stream = await KalshiStream.connect({ auth: await KalshiAuth.fromEnv() });
 * const trades = await stream.subscribe("trade", { market_tickers: ["KXHIGHNY-26NOV24-T60"] });
 * for await (const item of trades) {
 *   if (item.type === "trade") console.log(item.msg.yes_price_dollars, item.msg.count_fp);
 *   else console.log("something is missing:", item.type);
 * }
 * ```
 */
export class Subscription<Message> implements AsyncIterable<StreamItem<Message>>, AsyncDisposable {
  /** Channel. */
  readonly channel: string;
  readonly #options: SubscriptionOptions;
  readonly #reader: ChannelReader;
  readonly #queue: StreamQueue<object>;
  #isOpen = false;
  #ended = false;

  static {
    makeSubscription = <Message>(options: SubscriptionOptions) => {
      const subscription = new Subscription<Message>(options);
      return { subscription, start: (wait) => subscription.#start(wait) };
    };
  }

  private constructor(options: SubscriptionOptions) {
    const { product, channel, wish, handler, onError, wrap = (reader) => reader } = options;
    const { policy } = channelOf(product, channel);
    const rule = product.picks[wish.param ?? ""];
    this.channel = channel;
    this.#options = options;
    this.#queue = new StreamQueue<object>({
      name: `"${channel}"`,
      // A reader must be able to take the first frame of each of its markets at its leisure.
      ...readQueueOptions(options.queue, policy, 1_024 + (wish.keys?.size ?? 0)),
      keyOf: (item) => rule && "msg" in item ? nameIn(rule, item.msg as Frame["msg"]) : undefined,
      onEnd: () => void this.#leave(),
    });
    const take = handler === undefined
      ? (item: object) => this.#queue.push(item)
      : (item: object) => guard(() => handler(item), onError);
    this.#reader = wrap({
      param: wish.param,
      keys: wish.keys,
      deliver: (frame: Frame) => take(frame),
      mark: (marker: StreamMarker) => take(marker),
      end: (error?: KalshiError) => this.#end(error),
    });
  }

  /** How its queue fares. */
  get stats(): QueueStats {
    const { size, dropped, conflated } = this.#queue;
    return { channel: this.channel, policy: this.#queue.policy, size, dropped, conflated };
  }

  /** Whether it has ended: no further item comes, beside those that are queued. */
  get ended(): boolean {
    return this.#ended;
  }

  /** What it reads: tickers or ids; undefined for everything. */
  get keys(): readonly string[] | undefined {
    return this.#reader.keys && [...this.#reader.keys];
  }

  /**
   * Adds tickers (or ids, for what was subscribed to by id); resolves when Kalshi has them.
   *
   * @throws {KalshiStreamError} when Kalshi refuses them
   * @throws {KalshiStreamClosedError} when the subscription has ended
   */
  async add(keys: readonly string[], given: WaitOptions = {}): Promise<void> {
    const { shared, channel } = this.#options;
    const options = readCall("add", given);
    readKeys(this.channel, keys);
    const own = this.#picked();
    const added = new Set(keys.filter((key) => !own.has(key)));
    for (const key of added) own.add(key);
    try {
      await this.#wait(shared.added(channel, this.#reader, added), `Adding to "${channel}"`, options);
    } catch (error) {
      // Whoever gives up does not want them any longer.
      for (const key of added) own.delete(key);
      void shared.removed(channel);
      throw error;
    }
  }

  /** Removes tickers, ids or names; what is queued of them still comes. */
  async remove(keys: readonly string[], given: WaitOptions = {}): Promise<void> {
    const options = readCall("remove", given);
    readKeys(this.channel, keys);
    const own = this.#picked();
    for (const key of keys) own.delete(key);
    await this.#wait(this.#options.shared.removed(this.channel), `Removing from "${this.channel}"`, options);
  }

  /**
   * Asks for fresh snapshots of these markets, or of all that it reads; they come as items. For `orderbook_delta`.
   *
   * @throws {KalshiConfigError} for a channel without snapshots
   */
  snapshot(keys: readonly string[] = [...this.#picked()]): void {
    readKeys(this.channel, keys);
    const { books } = this.#options.product;
    if (this.channel !== books.decoder.channel) {
      throw new KalshiConfigError(
        `"${this.channel}" has no snapshots to ask for: only "${books.decoder.channel}" has.`,
      );
    }
    // Whether Kalshi acknowledges this command beside sending the snapshots is not documented.
    this.#options.shared.askSnapshots(this.channel, this.#reader.param ?? "", keys)
      .catch((error) => error.code === "STREAM" && this.#options.onError(error));
  }

  /**
   * The indices or underlyings that Kalshi has. For the CF Benchmarks and Pyth channels.
   *
   * @throws {KalshiConfigError} for a channel without such a list
   */
  async list(given: WaitOptions = {}): Promise<readonly string[]> {
    const options = readCall("list", given);
    const { product, wish: { param: key = "" } } = this.#options;
    const list = product.picks[key]?.actions.list;
    if (list === undefined) {
      throw new KalshiConfigError(`"${this.channel}" has no list to ask for.`);
    }
    const answer = this.#options.shared.update(this.channel, list, {});
    const { msg } = await this.#wait(answer, `Listing "${this.channel}"`, options);
    const names = msg[key];
    return Array.isArray(names) ? names : [];
  }

  /** Ends it: the loop gets what is queued, then ends. A second call is harmless. */
  async unsubscribe(): Promise<void> {
    this.#reader.end();
    await this.#leave();
  }

  /** The items. One loop reads them; leaving it unsubscribes. */
  [Symbol.asyncIterator](): AsyncItems<StreamItem<Message>> {
    // The channel's name promises the type of its messages; their subscription has checked the `type`.
    return this.#queue as object as AsyncItems<StreamItem<Message>>;
  }

  /** The same as {@linkcode unsubscribe}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  #picked(): Set<string> {
    const { keys } = this.#reader;
    if (this.#ended) throw new KalshiStreamClosedError(`The subscription to "${this.channel}" has ended.`);
    if (keys !== undefined) return keys;
    throw new KalshiConfigError(
      `This subscription reads everything of "${this.channel}": it has no list to change.`,
    );
  }

  async #start(options: WaitOptions): Promise<void> {
    const { channel, wish, shared } = this.#options;
    const joining = shared.join(channel, this.#reader, wish.options);
    await this.#wait(joining, `Subscribing to "${channel}"`, options);
    this.#isOpen = true;
  }

  #wait<T>(work: Promise<T>, what: string, options: WaitOptions): Promise<T> {
    const { timeoutMs, clock } = this.#options;
    return waitFor(work, what, { ...options, timeoutMs: readOwn(options).timeoutMs ?? timeoutMs }, clock);
  }

  #end(error?: KalshiError): void {
    this.#queue.end(error);
    if (this.#ended) return;
    this.#ended = true;
    const { handler, onError, onEnd } = this.#options;
    onEnd();
    // No loop throws it, and no call.
    if (handler !== undefined && error !== undefined && this.#isOpen) onError(error);
  }

  #leave(): Promise<void> {
    this.#end();
    return this.#options.shared.leave(this.channel, this.#reader);
  }
}
