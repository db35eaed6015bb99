/**
 * The bounded queue between the socket and a consumer's `for await`.
 *
 * @module
 */

import { oneOf, readOptions, type Rules, whole } from "./options.ts";
import { KalshiStreamOverflowError } from "./overflow_error.ts";
import type { AsyncItems } from "./web_types.ts";

/**
 * What a full queue does.
 *
 * - `error`: the reader gets what is queued, then a {@linkcode KalshiStreamOverflowError}. Nothing is lost silently.
 * - `drop-oldest`: the oldest item goes; it is counted, and the next item read says how many went before it.
 * - `latest`: only the newest item of each market is kept, so that the queue is as long as there are markets.
 * - `unbounded`: it grows as long as memory lasts.
 */
export type QueuePolicy = "error" | "drop-oldest" | "latest" | "unbounded";

/** How items wait for their reader. */
export interface QueueOptions {
  /** What happens when it is full. */
  readonly policy?: QueuePolicy | undefined;
  /** How many items it holds; 1 024 unless told. `latest` and `unbounded` have no limit. */
  readonly limit?: number | undefined;
}

/** What the options of a queue may be. */
export const queueRules: Rules<QueueOptions> = {
  policy: oneOf("error", "drop-oldest", "latest", "unbounded"),
  limit: whole(1),
};

/** Checks what a caller said of a queue. */
export function readQueueOptions(
  options: QueueOptions = {},
  policy: QueuePolicy,
  limit: number,
): { policy: QueuePolicy; limit: number } {
  const own = readOptions("queue", options, queueRules);
  return { policy: own.policy ?? policy, limit: own.limit ?? limit };
}

interface Reader<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/** What a {@linkcode StreamQueue} is made from. */
export interface StreamQueueOptions<T> {
  /** Who reads it, for messages. */
  readonly name: string;
  readonly policy: QueuePolicy;
  readonly limit: number;
  /**
   * For `latest`: what replaces what. An item without a key is a marker: what comes after it stays after it, and of
   * markers of one `type` the last one is kept, with the `missedFromMs` of the first.
   */
  readonly keyOf?: ((item: T) => unknown) | undefined;
  /** Called once when the reader leaves its loop, or when the queue has overflowed. */
  readonly onEnd?: (() => void) | undefined;
}

/** One producer that never waits, one reader that may be slow. */
export class StreamQueue<T extends object> implements AsyncItems<T> {
  readonly #options: StreamQueueOptions<T>;
  #items: (T | undefined)[] = [];
  #head = 0;
  readonly #latest: Map<unknown, T> | undefined;
  /** Of `#latest`, what came after the last marker. */
  readonly #fresh = new Set<unknown>();
  readonly #readers: Reader<T>[] = [];
  /** What markers of each type go by in `#latest`: no market is named so. */
  readonly #markerKeys: Record<string, object> = {};
  #ended = false;
  #error: unknown;
  #droppedSinceRead = 0;
  /** Items dropped so far. */
  dropped = 0;
  /** Items replaced by a newer one of the same market so far. */
  conflated = 0;

  constructor(options: StreamQueueOptions<T>) {
    this.#options = options;
    if (options.policy === "latest") this.#latest = new Map();
  }

  /** What happens when it is full. */
  get policy(): QueuePolicy {
    return this.#options.policy;
  }

  /** Items that wait. */
  get size(): number {
    return this.#latest?.size ?? this.#items.length - this.#head;
  }

  /** Adds an item; after the end it does nothing. */
  push(item: T): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) return reader.resolve({ value: item, done: false });
    const { policy, limit, keyOf } = this.#options;
    if (this.#latest !== undefined) return this.#conflate(this.#latest, keyOf?.(item), item);
    if (policy !== "unbounded" && this.size >= limit) {
      if (policy === "error") return this.#stop(new KalshiStreamOverflowError(this.#options.name, limit));
      this.#shift();
      this.dropped++;
      this.#droppedSinceRead++;
    }
    this.#items.push(item);
  }

  /** Ends it: the reader gets what is queued, then the end, or the error. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const reader of this.#readers.splice(0)) this.#finish(reader);
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const value = this.#take();
    if (value !== undefined) return Promise.resolve({ value, done: false });
    return new Promise((resolve, reject) => {
      const reader = { resolve, reject };
      if (this.#ended) this.#finish(reader);
      else this.#readers.push(reader);
    });
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#stop();
    this.#items = [];
    this.#head = 0;
    this.#latest?.clear();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #conflate(latest: Map<unknown, T>, key: unknown, item: T): void {
    let name = key;
    let kept = item;
    if (key === undefined) {
      const { type, missedFromMs } = item as { readonly type?: string; readonly missedFromMs?: number };
      name = this.#markerKeys[type ?? ""] ??= {};
      const before = latest.get(name) as { readonly missedFromMs?: number } | undefined;
      if (before !== undefined) kept = { ...item, missedFromMs: before.missedFromMs ?? missedFromMs };
      this.#fresh.clear();
    }
    if (latest.has(name)) {
      this.conflated++;
      // A market keeps its place, so that none that moves all the time waits for ever; but not before a marker.
      if (!this.#fresh.has(name)) latest.delete(name);
    }
    if (key !== undefined) this.#fresh.add(name);
    latest.set(name, kept);
  }

  #stop(error?: unknown): void {
    if (this.#ended) return;
    this.end(error);
    this.#options.onEnd?.();
  }

  /** An error is thrown once; after it the iterator is done, as a generator would be. */
  #finish(reader: Reader<T>): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) reader.resolve({ value: undefined, done: true });
    else reader.reject(error);
  }

  #take(): T | undefined {
    if (this.#latest !== undefined) {
      for (const [key, item] of this.#latest) {
        this.#latest.delete(key);
        this.#fresh.delete(key);
        return item;
      }
      return undefined;
    }
    const item = this.#shift();
    if (item === undefined || this.#droppedSinceRead === 0) return item;
    const dropped = this.#droppedSinceRead;
    this.#droppedSinceRead = 0;
    return { ...item, dropped };
  }

  #shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) this.#items.length = this.#head = 0;
    else if (this.#head > 1_024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
