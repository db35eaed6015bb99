/**
 * The buckets of one kind as a store keeps them for many processes: plain data, and one pure step that takes tokens.
 * The arithmetic is that of the limiter's own buckets; what a store adds are claims.
 *
 * A bucket that many use never gathers the tokens of a large batch while small calls take every drop. So the first
 * taker that is refused holds a claim: until it has had its turn only cancels go before it. A claim is given up with
 * the first grant, so that takers take turns, and lapses when its owner does not come back.
 *
 * What was kept is not believed where it cannot be. A time that is still to come is of a clock that was set back since:
 * the bucket goes on from now, and a claim that is due later than any can be is none. No level is below nothing.
 *
 * @module
 */
import { ShardBuckets } from "./shard_buckets.ts";
import type { RateGrant, RateTake } from "./store.ts";

/** How long a claim waits for its owner after it is due, in milliseconds. */
const CLAIM_PATIENCE_MS = 250;

/** One bucket as it is kept, with the claim on it. */
export interface StoredBucket {
  readonly level: number;
  /** When it held that, in milliseconds of the store's clock. */
  readonly atMs: number;
  /** Whose turn it is; empty where it is nobody's. */
  readonly claimant: string;
  /** When that turn is due, in milliseconds of the store's clock. */
  readonly dueMs: number;
}

/** The buckets of one kind, by their shards: `0` is the unscoped one, `new` the one for all that nobody has named. */
export type StoredBuckets = Readonly<Record<string, StoredBucket>>;

/** The name of the bucket that stands for all shards that nobody has named. */
const UNNAMED = "new";

/** Takes tokens of kept buckets at a time of the store's clock. Changes nothing of what it is given. */
export function takeStored(
  stored: StoredBuckets,
  take: Omit<RateTake, "key">,
  taker: string,
  nowMs: number,
): { readonly stored: StoredBuckets; readonly grant: RateGrant } {
  const { shard, tokensPerSecond, capacity, reserve, spare, urgent, costs } = take;
  const perMs = tokensPerSecond / 1000;
  const most = capacity + spare;
  const known = named(mended(stored, nowMs), shard, { level: most, atMs: nowMs, claimant: "", dueMs: 0 });
  const paying = shard === "all" ? [...known.keys()] : [String(shard)];
  const claims = new Map([...known].map(([name, { claimant, dueMs }]) => [name, { claimant, dueMs }]));
  let waitMs = 0;
  let isBehind = false;
  for (const name of paying) {
    const { claimant = "", dueMs = 0 } = claims.get(name) ?? {};
    const isLapsed = nowMs > dueMs + CLAIM_PATIENCE_MS || dueMs > nowMs + most / perMs + 1;
    if (isLapsed) claims.set(name, { claimant: "", dueMs });
    else if (claimant !== "" && claimant !== taker && !urgent) {
      isBehind = true;
      waitMs = Math.max(waitMs, Math.max(dueMs - nowMs, 0) + (costs[0] ?? 0) / perMs);
    }
  }
  const { [UNNAMED]: unnamed, ...others } = Object.fromEntries(known);
  const buckets = new ShardBuckets({ tokensPerSecond, capacity }, nowMs, spare, {
    unnamed: unnamed ?? { level: most, atMs: nowMs },
    named: new Map(Object.entries(others).map(([name, bucket]) => [Number(name), bucket])),
  });
  let granted = 0;
  if (!isBehind) {
    for (const cost of costs) {
      waitMs = buckets.take(shard, cost, nowMs, reserve);
      if (waitMs > 0) break;
      granted++;
    }
    const claim = { claimant: granted > 0 ? "" : taker, dueMs: nowMs + waitMs };
    if (!urgent) { for (const name of paying) claims.set(name, claim); }
  }
  const { unnamed: left, named: leftNamed } = buckets.state;
  const kept = Object.fromEntries(
    [...claims].map(([name, claim]) => {
      const state = name === UNNAMED ? left : leftNamed.get(Number(name)) ?? left;
      return [name, { ...state, ...claim }];
    }),
  );
  return { stored: kept, grant: { granted, waitMs } };
}

/** Empties the bucket of a shard, or all of them, at a time of the store's clock. */
export function drainStored(stored: StoredBuckets, shard: RateTake["shard"], nowMs: number): StoredBuckets {
  const known = named(mended(stored, nowMs), shard, { level: 0, atMs: nowMs, claimant: "", dueMs: 0 });
  const drained = shard === "all" ? known.keys() : [String(shard)];
  for (const name of [...drained]) {
    const bucket = known.get(name);
    if (bucket !== undefined) known.set(name, { ...bucket, level: 0, atMs: nowMs });
  }
  return Object.fromEntries(known);
}

/** The same buckets with those that a payer names: a shard that is named for the first time starts as the unnamed do. */
function named(
  known: Map<string, StoredBucket>,
  shard: RateTake["shard"],
  otherwise: StoredBucket,
): Map<string, StoredBucket> {
  const like = known.get(UNNAMED) ?? otherwise;
  const name = shard === "all" ? "0" : String(shard);
  if (!known.has(name)) known.set(name, like);
  if (shard === "all") known.set(UNNAMED, like);
  return known;
}

/** What was kept, as far as it can be. */
function mended(stored: StoredBuckets, nowMs: number): Map<string, StoredBucket> {
  const known = new Map<string, StoredBucket>();
  for (const [name, bucket] of Object.entries(stored)) {
    if (name !== UNNAMED && !/^\d{1,15}$/.test(name)) continue;
    const { level, atMs, dueMs, claimant } = Object(bucket) as Partial<Record<keyof StoredBucket, unknown>>;
    known.set(name, {
      level: within(level, 1e300, 0),
      atMs: within(atMs, nowMs, nowMs),
      dueMs: within(dueMs, 1e300, 0),
      claimant: typeof claimant === "string" ? claimant : "",
    });
  }
  return known;
}

/** A number from 0 to `most`; `otherwise` where it is none. */
function within(value: unknown, most: number, otherwise: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) return otherwise;
  return Math.min(Math.max(value, 0), most);
}
