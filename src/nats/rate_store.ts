/**
 * A rate budget that several machines share through NATS.
 *
 * @module
 */
import { systemClock } from "../base/clock.ts";
import { KalshiDecodeError, KalshiTimeoutError } from "../base/errors.ts";
import { readOptions } from "../base/options.ts";
import { isPlain } from "../base/plain.ts";
import { deadline, delay } from "../base/waits.ts";
import type { RateGrant, RateStore, RateTake } from "../rate_limits/store.ts";
import { drainStored, type StoredBuckets, takeStored } from "../rate_limits/stored_buckets.ts";
import { type Bucket, type BucketEntry, bucketKey, openTellingBucket } from "./bucket.ts";
import { KalshiNatsError } from "./errors.ts";
import { natsRateRules, type NatsRateStoreOptions } from "./rate_store_options.ts";
import { TurnsByKey } from "./turns_by_key.ts";

/** How many revisions of a key are kept: who writes must find its own, though others have written since. */
const HISTORY = 64;
/** The longest pause before the next try, in milliseconds. */
const LONGEST_PAUSE_MS = 20;

/** What somebody did to the buckets of a key. */
type Step =
  | { readonly kind: "take"; readonly taker: string; readonly take: Omit<RateTake, "key"> }
  | { readonly kind: "drain"; readonly shard: RateTake["shard"] };

/**
 * What is written: the buckets as the entry before has left them, and what is done to them now. What that comes to
 * follows from the moment at which the server has stored the entry, which everybody reads alike. So no clock but the
 * server's is ever asked, and processes whose clocks differ count the same.
 */
interface Entry {
  readonly buckets: StoredBuckets;
  readonly step: Step;
}

/** Options of a {@linkcode NatsRateStore} with the bucket in the place of a connection. */
export interface RateStoreParts {
  readonly open: () => Promise<Bucket>;
  readonly timeoutMs: number;
  readonly maxTries: number;
}

/**
 * Keeps an account's buckets in a KV bucket of NATS JetStream (server 2.9 or newer). Two round trips let through as
 * many waiting calls as the buckets cover, and machines that wait take turns. Time is that of the server alone. The
 * bucket is opened with the first call, and made where there is none.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { NatsRateStore } from "@unofficial/kalshi/nats";
 * import { RateLimiter } from "@unofficial/kalshi/rate-limits";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * const rateLimit = new RateLimiter({
 *   read: { tokensPerSecond: 1200 },
 *   write: { tokensPerSecond: 1200, capacity: 3600 },
 *   store: new NatsRateStore({ connection }),
 *   onStoreError: (error) => console.warn("rate store", error),
 * });
 * await using client = new KalshiClient({ demo: true, rateLimit });
 * console.log(await client.exchange.status());
 * ```
 */
export class NatsRateStore implements RateStore {
  readonly #steps: RateSteps;

  /** Throws a `KalshiConfigError` when an option is wrong. */
  constructor(options: NatsRateStoreOptions) {
    const { connection, bucket, timeoutMs, maxTries } = readOptions("NatsRateStore", options, natsRateRules);
    const open = () => openTellingBucket(connection, bucket, { history: HISTORY, expireAfterMs: 0 });
    this.#steps = new RateSteps({ open, timeoutMs, maxTries });
  }

  /**
   * Takes tokens for as many of the costs as the buckets cover.
   *
   * @throws {KalshiTimeoutError} after `timeoutMs`
   * @throws {KalshiNatsError} when NATS refuses, and when others wrote first in each of `maxTries` tries
   * @throws {KalshiDecodeError} when something else is kept under that key
   */
  take(take: RateTake): Promise<RateGrant> {
    return this.#steps.take(take);
  }

  /** Empties a bucket, or all of them. */
  drain(key: string, shard: number | "all"): Promise<void> {
    return this.#steps.drain(key, shard);
  }
}

/** The steps of one process, over any bucket. */
export class RateSteps implements RateStore {
  readonly #parts: RateStoreParts;
  readonly #taker = crypto.randomUUID();
  readonly #turns = new TurnsByKey();
  /** The newest entry of each key that this process knows of. */
  readonly #newest = new Map<string, BucketEntry>();
  #bucket: Promise<Bucket> | undefined;

  constructor(parts: RateStoreParts) {
    this.#parts = parts;
  }

  /** {@linkcode NatsRateStore.take} */
  async take({ key, ...take }: RateTake): Promise<RateGrant> {
    return await this.#run(key, take.urgent, { kind: "take", taker: this.#taker, take });
  }

  /** {@linkcode NatsRateStore.drain} */
  async drain(key: string, shard: number | "all"): Promise<void> {
    await this.#run(key, true, { kind: "drain", shard });
  }

  async #run(key: string, urgent: boolean, step: Step): Promise<RateGrant> {
    const { timeoutMs } = this.#parts;
    const over = new AbortController();
    const late = () => new KalshiTimeoutError(`NATS did not answer within ${timeoutMs} ms.`);
    const work = this.#turns.take(key, urgent, () => this.#write(key, urgent, step, over.signal));
    try {
      return await deadline(systemClock, timeoutMs, work, late);
    } finally {
      // Who is late is not to take tokens for a call that has left.
      over.abort();
    }
  }

  async #write(key: string, urgent: boolean, step: Step, signal: AbortSignal): Promise<RateGrant> {
    const bucket = await this.#open();
    const name = bucketKey(key);
    for (let tried = 1; tried <= this.#parts.maxTries && !signal.aborted; tried++) {
      const before = this.#newest.get(key) ?? await bucket.read(name);
      this.#newest.delete(key);
      const entry: Entry = { buckets: before === undefined ? {} : settled(key, before).stored, step };
      if (signal.aborted) break;
      const revision = await bucket.write(name, JSON.stringify(entry), before?.revision ?? 0);
      if (revision !== undefined) return await this.#grant(bucket, key, revision);
      // A cancel does not stand back for others.
      const pauseMs = urgent ? 0 : Math.random() * Math.min(2 * tried, LONGEST_PAUSE_MS);
      await delay(systemClock, pauseMs, signal);
    }
    throw new KalshiNatsError(
      `Others wrote to the rate budget ${
        JSON.stringify(key)
      } first in each of ${this.#parts.maxTries} tries. ` +
        "Raise maxTries where as many machines share it.",
    );
  }

  async #grant(bucket: Bucket, key: string, revision: number): Promise<RateGrant> {
    const own = await bucket.read(bucketKey(key), revision);
    if (own === undefined) {
      throw new KalshiNatsError(
        `The entry that was written for the rate budget ${JSON.stringify(key)} is not kept any more.`,
      );
    }
    this.#newest.set(key, own);
    return settled(key, own).grant;
  }

  /** One that could not be opened is tried again with the next call. */
  #open(): Promise<Bucket> {
    const opening = this.#bucket ??= this.#parts.open();
    opening.catch(() => {
      if (this.#bucket === opening) this.#bucket = undefined;
    });
    return opening;
  }
}

/** What an entry comes to, by the moment at which it was stored. */
function settled(key: string, { text, storedMs }: BucketEntry): { stored: StoredBuckets; grant: RateGrant } {
  const none: RateGrant = { granted: 0, waitMs: 0 };
  if (text === undefined) return { stored: {}, grant: none };
  const { buckets, step } = entryIn(key, text);
  if (step.kind === "take") return takeStored(buckets, step.take, step.taker, storedMs);
  return { stored: drainStored(buckets, step.shard, storedMs), grant: none };
}

function entryIn(key: string, text: string): Entry {
  try {
    const entry = JSON.parse(text) as Entry;
    if (isPlain(entry) && isPlain(entry.buckets) && isStep(entry.step)) return entry;
  } catch {
    // Said below.
  }
  throw new KalshiDecodeError(
    `Under the key ${
      JSON.stringify(bucketKey(key))
    } of the KV bucket something else is kept than a rate budget. ` +
      "Give the store a bucket of its own.",
    { outcome: "not-sent" },
  );
}

function isStep(step: unknown): step is Step {
  if (!isPlain(step)) return false;
  const { kind, taker, take, shard } = step as Record<string, unknown>;
  const isShard = (value: unknown) => value === "all" || Number.isSafeInteger(value) && Number(value) >= 0;
  if (kind === "drain") return isShard(shard);
  if (kind !== "take" || typeof taker !== "string" || !isPlain(take)) return false;
  const { tokensPerSecond, capacity, reserve, spare, costs, ...rest } = take as Record<string, unknown>;
  const isAmount = (value: unknown) => typeof value === "number" && value >= 0;
  return isShard(rest.shard) && [tokensPerSecond, capacity, reserve, spare].every(isAmount) &&
    Array.isArray(costs) && costs.every(isAmount);
}
