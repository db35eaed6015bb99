/**
 * A bucket of NATS KV as the rate budget and the order ledger use it: read the newest entry, read a revision, and write
 * where nobody else has written since.
 *
 * @module
 */
import { JetStreamApiError } from "@nats-io/jetstream";
import { Kvm } from "@nats-io/kv";
import type { KV, KvEntry, KvOptions } from "@nats-io/kv";
import { systemClock } from "../base/clock.ts";
import { KalshiConfigError, KalshiError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";
import type { NatsConnection } from "./connection.ts";
import { coreOf } from "./core.ts";
import { natsError } from "./errors.ts";

/** An entry of a bucket. */
export interface BucketEntry {
  /** What was written; undefined where the key was deleted. */
  readonly text: string | undefined;
  readonly revision: number;
  /** When the server has stored it, in Unix milliseconds of its clock. */
  readonly storedMs: number;
}

/** What is asked of a bucket. */
export interface Bucket {
  /** The newest entry of a key, or that revision of it; undefined where there is none. */
  read(key: string, revision?: number): Promise<BucketEntry | undefined>;
  /** Writes where that revision is the newest, 0 where there is none. Undefined when somebody else was first. */
  write(key: string, text: string, revision: number): Promise<number | undefined>;
}

/** How a bucket is made where there is none. */
export interface BucketLimits {
  /** How many revisions of a key are kept, to 64. */
  readonly history: number;
  /** How long an entry is kept after its last change, in milliseconds; 0 keeps it. */
  readonly expireAfterMs: number;
}

/** Codes of JetStream for a write that somebody else has come before. */
const CAME_SECOND: readonly unknown[] = [10071, 10164];

/** How often a bucket is tried to be made, and the pause before the next try in milliseconds. */
const MOST_TRIES = 5;
const PAUSE_MS = 20;

/** Opens a bucket, and makes it where there is none. */
export async function openBucket(
  connection: NatsConnection,
  name: string,
  { history, expireAfterMs }: BucketLimits,
): Promise<Bucket> {
  // Answered by the leader of the stream: a replica may be behind.
  const limits = { history, ttl: expireAfterMs, allow_direct: false };
  const kv = await makeKv(connection, name, limits);
  const found = await kv.status();
  if (found.history < history || found.ttl !== expireAfterMs) {
    throw new KalshiConfigError(
      `The bucket ${
        JSON.stringify(name)
      } in NATS keeps ${found.history} revisions of a key, and entries for ` +
        `${found.ttl} ms (0: for ever); wanted are ${history} and ${expireAfterMs}. ` +
        "Give the option what the bucket has, or another name, or edit the bucket.",
    );
  }
  return bucketOf(kv);
}

/** Opens a bucket whose every error is this library's and says what to do. */
export async function openTellingBucket(
  connection: NatsConnection,
  name: string,
  limits: BucketLimits,
): Promise<Bucket> {
  const telling = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KalshiError) throw error;
      throw natsError(`The bucket ${JSON.stringify(name)} in NATS could not be ${what}`, error);
    }
  };
  const bucket = await telling("opened", () => openBucket(connection, name, limits));
  return {
    read: (key, revision) => telling("read", () => bucket.read(key, revision)),
    write: (key, text, revision) => telling("written", () => bucket.write(key, text, revision)),
  };
}

/** Two that make a bucket in the same moment get in each other's way: one is refused, and finds it a moment later. */
async function makeKv(connection: NatsConnection, name: string, limits: Partial<KvOptions>): Promise<KV> {
  for (let tried = 1;; tried++) {
    try {
      return await new Kvm(coreOf(connection)).create(name, { ...limits });
    } catch (error) {
      if (tried === MOST_TRIES || !(error instanceof JetStreamApiError)) throw error;
      await delay(systemClock, PAUSE_MS);
    }
  }
}

function bucketOf(kv: KV): Bucket {
  return {
    async read(key, revision) {
      const entry = await kv.get(key, revision === undefined ? undefined : { revision });
      return entry === null ? undefined : entryOf(entry);
    },
    async write(key, text, revision) {
      try {
        return await kv.put(key, text, { previousSeq: revision });
      } catch (error) {
        if (CAME_SECOND.includes((error as { code?: unknown } | null)?.code)) return undefined;
        throw error;
      }
    },
  };
}

function entryOf(entry: KvEntry): BucketEntry {
  return {
    text: entry.operation === "PUT" ? entry.string() : undefined,
    revision: entry.revision,
    storedMs: entry.created.getTime(),
  };
}

/** A key of any text: what a key cannot hold is written as `=` and two digits for each byte. */
export function bucketKey(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w-]/.test(letter) ? letter : `=${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
