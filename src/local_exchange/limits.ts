/**
 * Kalshi's rate limits: token buckets for each account, by tier.
 *
 * @see https://docs.kalshi.com/getting_started/rate_limits
 */
import { ApiError } from "./api_error.ts";
import type { Operation } from "../contract/operation.ts";
import { AmendOrderV2, CancelOrderV2, CreateOrderV2, DecreaseOrderV2 } from "../contract/operations.ts";
import type { Account } from "./engine/ledger.ts";

/** A tier of Kalshi's API, lowest first. */
export type UsageTier = "basic" | "advanced" | "expert" | "premier" | "paragon" | "prime" | "prestige";

/** A bucket as `/account/limits` shows it: tokens a second, and how many it holds. */
export interface BucketLimit {
  readonly refill_rate: number;
  readonly bucket_capacity: number;
}

const perSecond: Readonly<Record<UsageTier, readonly [read: number, write: number]>> = {
  basic: [200, 100],
  advanced: [300, 300],
  expert: [600, 600],
  premier: [1_200, 1_200],
  paragon: [2_400, 2_400],
  prime: [4_800, 4_800],
  prestige: [12_000, 9_600],
};

/** The tiers, lowest first. */
export const usageTiers: readonly UsageTier[] = Object.keys(perSecond) as UsageTier[];

/** What an operation costs when its row does not say. */
export const DEFAULT_COST = 10;

/** The two buckets of a tier. */
export function tierLimits(tier: UsageTier): { readonly read: BucketLimit; readonly write: BucketLimit } {
  const [read, write] = perSecond[tier];
  const readSeconds = tier === "basic" || tier === "advanced" ? 2 : 1;
  const writeSeconds = tier === "basic" ? 1 : 2;
  return {
    read: { refill_rate: read, bucket_capacity: read * readSeconds },
    write: { refill_rate: write, bucket_capacity: write * writeSeconds },
  };
}

/** What a request costs. */
export function costOf(
  operation: Operation<unknown, unknown, unknown>,
  query: URLSearchParams,
  body: unknown,
): number {
  for (const [name, cost] of Object.entries(operation.costWith ?? {})) {
    if (query.get(name) === "true") return cost;
  }
  const cost = operation.cost ?? DEFAULT_COST;
  if (operation.costPer === undefined) return cost;
  const items = (body as Record<string, unknown> | undefined)?.[operation.costPer];
  return cost * Math.max(1, Array.isArray(items) ? items.length : 1);
}

/** Operations whose writes draw on the bucket of the shard that they name. */
const perShard: readonly Operation<unknown, unknown, unknown>[] = [
  CreateOrderV2,
  CancelOrderV2,
  AmendOrderV2,
  DecreaseOrderV2,
];

/** The bucket that a request draws on. */
export function bucketOf(
  operation: Operation<unknown, unknown, unknown>,
  query: URLSearchParams,
  body: unknown,
): string {
  if (operation.bucket !== "write") return "read";
  if (operation.path.startsWith("/communications/") && !operation.path.includes("block-trade")) {
    return "write 1";
  }
  if (!perShard.includes(operation)) return "write";
  const named = Number(
    query.get("exchange_index") ?? (body as Record<string, unknown> | undefined)?.exchange_index,
  );
  return named >= 1 ? `write ${named}` : "write";
}

interface Bucket {
  tokens: number;
  at: number;
}

/** The buckets of all accounts. */
export class RateLimits {
  readonly #buckets = new WeakMap<Account, Map<string, Bucket>>();
  readonly #tiers = new WeakMap<Account, UsageTier>();

  /** The tier of an account: `basic` until it is set. */
  tierOf(account: Account): UsageTier {
    return this.#tiers.get(account) ?? "basic";
  }

  /** Moves an account to another tier. */
  setTier(account: Account, tier: UsageTier): void {
    this.#tiers.set(account, tier);
  }

  /** Takes a request's cost, or throws the 429. A cost that no full bucket could pay is refused too. */
  take(account: Account, name: string, cost: number, now: number): void {
    const limits = tierLimits(this.tierOf(account));
    const limit = name === "read" ? limits.read : limits.write;
    let buckets = this.#buckets.get(account);
    if (buckets === undefined) this.#buckets.set(account, buckets = new Map());
    let bucket = buckets.get(name);
    if (bucket === undefined) buckets.set(name, bucket = { tokens: limit.bucket_capacity, at: now });
    const refilled = bucket.tokens + (now - bucket.at) * limit.refill_rate / 1_000;
    bucket.tokens = Math.min(limit.bucket_capacity, refilled);
    bucket.at = now;
    if (bucket.tokens < cost) throw new ApiError(429, "too_many_requests");
    bucket.tokens -= cost;
  }
}
