/**
 * The subscriptions of a recorder. Their frames come as text from the socket; here come their markers, and snapshots of
 * books are asked for.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import { eventProduct } from "../stream/event_product.ts";
import type { StreamMarker } from "../stream/items.ts";
import type { Subscription } from "../stream/subscription.ts";
import type { RecordableStream } from "./options.ts";

type Params = Readonly<Record<string, unknown>>;
type AnySubscription = Subscription<object> & AsyncDisposable;

/** A marker that is kept. */
export type RecordedMarker = StreamMarker & { readonly type: "gap" | "reconnected" };

/** What they need. */
export interface RecordedSubscriptionsOptions {
  readonly stream: RecordableStream;
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Params>;
  readonly onMarker: (channel: string, marker: RecordedMarker) => void;
}

const BOOKS = eventProduct.books.decoder.channel;
/** Snapshots are asked for no more often than this. */
const SNAPSHOTS_MS = 1_000;

/** One for each channel. */
export class RecordedSubscriptions {
  readonly #options: RecordedSubscriptionsOptions;
  readonly #subscriptions = new Set<AnySubscription>();
  /** The channels whose subscription has begun while the recorder listened. */
  readonly #begun = new Set<unknown>();
  #snapshots: ClockTimer | undefined;
  #askedAt = -Infinity;

  constructor(options: RecordedSubscriptionsOptions) {
    this.#options = options;
  }

  /** How many there are. */
  get size(): number {
    return this.#subscriptions.size;
  }

  /** Kalshi has acknowledged a subscription. */
  begun(channel: unknown): void {
    this.#begun.add(channel);
  }

  /** Subscribes to every channel. */
  async begin(): Promise<void> {
    const { channels, stream } = this.#options;
    for (const [channel, params] of channels) {
      // The names are checked; a channel that is not known here is any text.
      const on = stream.on.bind(stream) as unknown as (
        channel: string,
        handler: (item: object) => void,
        params: Params,
      ) => Promise<AnySubscription>;
      this.#subscriptions.add(await on(channel, (item) => this.#item(channel, item), params));
      // Somebody else had subscribed before: the snapshots have come and gone.
      if (channel === BOOKS && !this.#begun.has(channel)) this.askSnapshots();
    }
  }

  /** Forgets those that have ended, one after the other. */
  *ended(): Generator<string> {
    for (const subscription of this.#subscriptions) {
      if (!subscription.ended) continue;
      this.#subscriptions.delete(subscription);
      yield subscription.channel;
    }
  }

  /** Books can be read from here on once snapshots have come: they are asked for, soon and not too often. */
  askSnapshots(): void {
    const { channels, clock } = this.#options;
    if (this.#snapshots !== undefined || !channels.has(BOOKS)) return;
    const waitMs = Math.max(0, this.#askedAt + SNAPSHOTS_MS - clock.monotonic());
    this.#snapshots = clock.setTimer(() => {
      this.#snapshots = undefined;
      this.#askedAt = clock.monotonic();
      for (const subscription of this.#subscriptions) {
        if (subscription.channel === BOOKS && !subscription.ended) subscription.snapshot();
      }
    }, waitMs);
  }

  /** Resolves when every channel has been left. */
  async close(): Promise<void> {
    this.#snapshots?.clear();
    await Promise.allSettled([...this.#subscriptions].map((subscription) => subscription.unsubscribe()));
  }

  #item(channel: string, item: object): void {
    if ("msg" in item) return;
    const marker = item as StreamMarker;
    if (marker.type !== "gap" && marker.type !== "reconnected") return;
    this.#options.onMarker(channel, marker as RecordedMarker);
    if (marker.type === "gap" && channel === BOOKS) this.askSnapshots();
  }
}
