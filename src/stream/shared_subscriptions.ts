/**
 * The subscriptions of a stream, one for each channel: readers come and go, the connection breaks and comes back, and
 * the server is kept equal to what they want together.
 *
 * @module
 */

import type { ScannedDelta } from "../books/updates.ts";
import type { BackoffOptions } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError, type KalshiError } from "../base/errors.ts";
import type { ChannelReader } from "./channel_reader.ts";
import type { Connection } from "./connection.ts";
import type { KalshiStreamError } from "./errors.ts";
import type { Frame } from "./frame.ts";
import { FrameRouter, type FrameStats } from "./frame_router.ts";
import type { StreamProduct } from "./product.ts";
import { SharedSubscription } from "./shared_subscription.ts";
import type { Wish } from "./subscribe_params.ts";
import { release, SubscriptionSync } from "./subscription_sync.ts";

/** What the subscriptions are made from. */
export interface SharedSubscriptionsOptions {
  readonly product: StreamProduct;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  /** Told of frames that no channel is known for. */
  readonly onUnknown: (frame: Frame) => void;
  /** Told of errors that no call waits for. */
  readonly onError: (error: KalshiError) => void;
}

const sorted = (options: Wish["options"]) => JSON.stringify(options, Object.keys(options).sort());

/** `send_initial_snapshot` belongs to a command, all other options to the subscription. */
function withoutSnapshot({ send_initial_snapshot: _, ...shared }: Wish["options"]): Wish["options"] {
  return shared;
}

/** All subscriptions of a stream. */
export class SharedSubscriptions {
  readonly #options: SharedSubscriptionsOptions;
  readonly #router: FrameRouter;
  readonly #sync: SubscriptionSync;
  readonly #byChannel = new Map<string, SharedSubscription>();

  constructor(options: SharedSubscriptionsOptions) {
    this.#options = options;
    this.#router = new FrameRouter({
      ...options,
      now: () => options.clock.now(),
      find: (channel) => this.#byChannel.get(channel),
      onEnded: (shared) => this.#ended(shared),
    });
    this.#sync = new SubscriptionSync({ ...options, router: this.#router });
  }

  /** Counters. */
  get stats(): FrameStats {
    return this.#router.stats;
  }

  /**
   * Adds a reader, and resolves when the server has what it wants.
   *
   * @throws {KalshiConfigError} when its options differ from those that the channel has on this stream
   */
  join(channel: string, reader: ChannelReader, options: Wish["options"] = {}): Promise<void> {
    let shared = this.#byChannel.get(channel);
    if (shared === undefined) {
      this.#byChannel.set(channel, shared = new SharedSubscription(this.#options.product, channel));
    }
    const fresh = options.send_initial_snapshot;
    const given = withoutSnapshot(options);
    const present = withoutSnapshot(shared.options);
    const differs = sorted(given) !== sorted(present);
    const { server, readers } = shared;
    if (differs && readers.size > 0) {
      throw new KalshiConfigError(
        `"${channel}" is subscribed to with ${sorted(present)}, and Kalshi keeps one subscription for each ` +
          "channel of a session. Use another stream for other options.",
      );
    }
    if (server.state === "standing") {
      if (fresh && server.has === "all") {
        throw new KalshiConfigError(
          `"${channel}" is subscribed to for all markets, where Kalshi sends no snapshots. Use another stream.`,
        );
      }
      server.isOutdated ||= differs;
    }
    shared.options = fresh || readers.size > 0 && shared.options.send_initial_snapshot
      ? { ...given, send_initial_snapshot: true }
      : given;
    readers.add(reader);
    return this.#wanted(shared, reader, reader.keys, Boolean(fresh));
  }

  /** Resolves when the server has these keys, which the reader's `keys` were given before. */
  added(channel: string, reader: ChannelReader, keys: ReadonlySet<string>): Promise<void> {
    const shared = this.#byChannel.get(channel);
    if (shared === undefined || !shared.readers.has(reader)) return Promise.resolve();
    return this.#wanted(shared, reader, keys, Boolean(shared.options.send_initial_snapshot));
  }

  /** Resolves when the server no longer sends what no reader's `keys` have any longer. */
  removed(channel: string): Promise<void> {
    const shared = this.#byChannel.get(channel);
    return shared === undefined ? Promise.resolve() : this.#unwanted(shared);
  }

  /** Takes a reader out; resolves when the server knows. */
  leave(channel: string, reader: ChannelReader): Promise<void> {
    const shared = this.#byChannel.get(channel);
    if (shared === undefined || !shared.readers.delete(reader)) return Promise.resolve();
    return this.#unwanted(shared);
  }

  /** Whether the server has acknowledged this name of a channel, and was not told to drop it since. */
  has(channel: string, name: string): boolean {
    const { server, attempt, param = "" } = this.#byChannel.get(channel) ?? {};
    const isGoing = attempt?.adds === false && (attempt.keys.length === 0 || attempt.keys.includes(name));
    if (isGoing || server?.state !== "standing") return false;
    return typeof server.has === "object" && server.has.get(param)?.has(name) === true;
  }

  /** The subscription id of a channel, while there is one. */
  sid(channel: string): number | undefined {
    return this.#byChannel.get(channel)?.sid;
  }

  /** Sends an action of `update_subscription`; rejects when there is no subscription. */
  async update(
    channel: string,
    action: string,
    params: Readonly<Record<string, unknown>>,
    timeoutMs?: number,
  ): Promise<Frame> {
    const shared = this.#byChannel.get(channel);
    const sid = shared?.sid;
    try {
      return await this.#sync.update(shared, channel, action, params, { timeoutMs });
    } catch (error) {
      const { errorCode } = error as Partial<KalshiStreamError>;
      const isGone = errorCode === this.#options.product.errors.unknownSubscription;
      if (isGone && shared !== undefined && sid !== undefined && shared.sid === sid) this.#ended(shared);
      throw error;
    }
  }

  /**
   * Asks for snapshots of what the server has: by the product's action, or by adding it anew.
   *
   * @throws {KalshiStreamError} when Kalshi refuses it
   */
  async askSnapshots(
    channel: string,
    param: string,
    names: readonly string[],
    timeoutMs?: number,
  ): Promise<void> {
    const { snapshotAction } = this.#options.product.books;
    if (snapshotAction !== undefined) {
      await this.update(channel, snapshotAction, { [param]: names }, timeoutMs);
      return;
    }
    const shared = this.#byChannel.get(channel);
    const there = names.filter((name) => this.has(channel, name));
    if (shared === undefined || there.length === 0) return;
    shared.wantAgain(param, there);
    void this.#sync.run(shared);
  }

  /** Ends all readers, and all who wait for the server: `closed` is told to these, and to whoever comes later. */
  close(error: KalshiError | undefined, closed: KalshiError): void {
    this.#sync.close(closed);
    for (const shared of this.#byChannel.values()) {
      for (const reader of shared.readers) reader.end(error);
      shared.readers.clear();
      release(shared, closed);
    }
  }

  /** The connection is up: restores all subscriptions in as few commands as possible. */
  up(): void {
    const groups = new Map<string, SharedSubscription[]>();
    for (const shared of this.#byChannel.values()) {
      if (shared.work.state === "working") continue;
      if (shared.wants() === undefined) {
        void this.#sync.run(shared); // somebody may wait to hear that there is nothing to do
        continue;
      }
      const params = JSON.stringify(
        shared.params(shared.begins()),
        (_, value) => Array.isArray(value) ? value.sort() : value,
      );
      const group = groups.get(params);
      if (group === undefined) groups.set(params, [shared]);
      else group.push(shared);
    }
    for (const group of groups.values()) void this.#sync.restore(group);
  }

  /** The connection is down: no subscription stands any longer. */
  down(): void {
    const { heardAt } = this.#options.connection;
    for (const shared of this.#byChannel.values()) this.#router.gone(shared, "reconnected", heardAt);
    this.#router.down();
  }

  /** Kalshi has the subscriptions of these ids and no others. */
  listed(sids: ReadonlySet<unknown>): void {
    for (const shared of this.#router.listed(sids)) {
      if (shared.server.state === "standing") this.#ended(shared, shared.server.provenAtMs);
    }
  }

  /** Something arrived that could not be read: nobody knows what it was. `fromMs`: when the one before it came. */
  unreadable(fromMs: number): void {
    this.#router.unreadable(fromMs);
  }

  /** The change of a book that the bytes of a frame hold; undefined when it has to be parsed. */
  scan(bytes: Uint8Array): ScannedDelta | undefined {
    return this.#router.scan(bytes);
  }

  /** Takes the next frame, which `scan` has read. */
  receiveScanned(scanned: ScannedDelta, bytes: Uint8Array): void {
    this.#router.receiveScanned(scanned, bytes);
  }

  /** Takes the next frame. */
  receive(frame: Frame): void {
    this.#router.receive(frame);
  }

  /** Kalshi ended the subscription: it is made anew. */
  #ended(shared: SharedSubscription, fromMs = this.#options.connection.heardAt): void {
    this.#router.gone(shared, "ended", fromMs);
    void this.#sync.run(shared, true);
  }

  /** A reader wants more. */
  #wanted(
    shared: SharedSubscription,
    reader: ChannelReader,
    keys: ReadonlySet<string> | undefined,
    fresh: boolean,
  ): Promise<void> {
    const { channel, server, attempt } = shared;
    if (keys !== undefined && (fresh || channel === this.#options.product.books.decoder.channel)) {
      const param = reader.param ?? shared.param ?? "";
      const has = server.state === "standing" && typeof server.has === "object"
        ? server.has.get(param)
        : undefined;
      const coming = attempt?.adds && attempt.param === param ? attempt.keys : [];
      // Their first frames may have come and gone.
      const there = [...keys].filter((key) => has?.has(key) || coming.includes(key));
      if (there.length > 0) shared.wantAgain(param, there);
    }
    const { closed } = this.#sync;
    if (closed !== undefined) {
      shared.readers.delete(reader);
      return Promise.reject(closed);
    }
    return new Promise((resolve, reject) => {
      shared.waiters.push({ reader, keys, resolve, reject });
      void this.#sync.run(shared);
    });
  }

  /** Readers want less. Whoever leaves does not care what else fails. */
  #unwanted(shared: SharedSubscription): Promise<void> {
    if (!this.#options.connection.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      shared.waiters.push({ reader: undefined, keys: undefined, resolve, reject: () => resolve() });
      void this.#sync.run(shared);
    });
  }
}
