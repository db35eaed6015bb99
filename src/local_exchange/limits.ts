/**
 * Kalshi's rate limits: token buckets for each account, by tier.
 *
 * @see https://docs.kalshi.com/getting_started/rate_limits
 */
import type { Operation } from "../contract/operation.ts";
import { chargeOf } from "../rate_limits/charge.ts";
import { ShardBuckets } from "../rate_limits/shard_buckets.ts";
import type { RateBudget } from "../rate_limits/token_bucket.ts";
import { ApiError } from "./api_error.ts";
import type { Account } from "./engine/model.ts";

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

/** The budgets of a tier: read, and write, which each shard has in full. */
export interface TierLimits {
  readonly read: BucketLimit;
  readonly write: BucketLimit;
}

/** What a product says of its budgets. */
export interface LimitedProduct {
  /** Tokens of reading that a tier has each second, and for how many seconds its bucket holds them. */
  read(tier: UsageTier): readonly [perSecond: number, seconds: number];
  /** The shard that a request's market is on, where its row says that its ticker tells; 0 where that is not known. */
  shardOf(valueOf: (name: string) => unknown): number;
}

/** The event contracts: what their rows leave open is read from the request. */
export const eventLimited: LimitedProduct = {
  read: (tier) => [perSecond[tier][0], tier === "basic" || tier === "advanced" ? 3 : 1],
  shardOf: () => 0,
};

/** Perps: more to read with at the lower tiers, which does not add up; each order pays at the shard of its market. */
export function perpsLimited(
  find: (ticker: string | undefined, id: string | undefined) => number | undefined,
): LimitedProduct {
  const named = (value: unknown) => typeof value === "string" && value !== "" ? value : undefined;
  return {
    read: (tier) => [tier === "basic" ? 400 : tier === "advanced" ? 600 : perSecond[tier][0], 1],
    shardOf: (valueOf) => find(named(valueOf("ticker")), named(valueOf("market_id"))) ?? 0,
  };
}

/** The budgets of a tier. */
export function tierLimits(tier: UsageTier, product: LimitedProduct = eventLimited): TierLimits {
  const [, write] = perSecond[tier];
  const [read, readSeconds] = product.read(tier);
  const writeSeconds = tier === "basic" ? 1 : 3;
  return {
    read: { refill_rate: read, bucket_capacity: read * readSeconds },
    write: { refill_rate: write, bucket_capacity: write * writeSeconds },
  };
}

type Kind = "read" | "write";

/** The buckets of all accounts, of one product. */
export class RateLimits {
  readonly #product: LimitedProduct;
  readonly #buckets = new WeakMap<Account, Map<Kind, ShardBuckets>>();
  readonly #tiers = new WeakMap<Account, UsageTier>();

  constructor(product: LimitedProduct = eventLimited) {
    this.#product = product;
  }

  /** The tier of an account: `basic` until it is set. */
  tierOf(account: Account): UsageTier {
    return this.#tiers.get(account) ?? "basic";
  }

  /** The budgets of an account. */
  limitsOf(account: Account): TierLimits {
    return tierLimits(this.tierOf(account), this.#product);
  }

  /** Moves an account to another tier. */
  setTier(account: Account, tier: UsageTier, now: number): void {
    this.#tiers.set(account, tier);
    for (const [kind, buckets] of this.#buckets.get(account) ?? []) {
      buckets.resize(this.#budgetOf(account, kind), now);
    }
  }

  /** Takes what a request draws, or throws the 429. What no full bucket could pay is refused too. */
  take(
    account: Account,
    operation: Operation<unknown, unknown, unknown>,
    query: URLSearchParams,
    body: unknown,
    now: number,
  ): void {
    const fields = Object(body) as Readonly<Record<string, unknown>>;
    const valueOf = (name: string) => query.get(name) ?? fields[name];
    const { bucket, payer, cost = DEFAULT_COST, items } = chargeOf(operation, valueOf);
    const paying = operation.shard === "ticker" ? this.#product.shardOf(valueOf) : payer;
    let kinds = this.#buckets.get(account);
    if (kinds === undefined) this.#buckets.set(account, kinds = new Map());
    let buckets = kinds.get(bucket);
    if (buckets === undefined) {
      kinds.set(bucket, buckets = new ShardBuckets(this.#budgetOf(account, bucket), now));
    }
    if (buckets.take(paying, cost * items, now) > 0) throw new ApiError("too_many_requests");
  }

  /** What is left in each bucket that was drawn on: `read`, `write`, and `write:2` for that of shard 2. */
  tokens(account: Account, now: number): Record<string, number> {
    const left: Record<string, number> = {};
    for (const [kind, buckets] of this.#buckets.get(account) ?? []) {
      for (const shard of buckets.shards) {
        left[shard === 0 ? kind : `${kind}:${shard}`] = buckets.level(shard, now);
      }
    }
    return left;
  }

  #budgetOf(account: Account, kind: Kind): RateBudget {
    const { refill_rate, bucket_capacity } = this.limitsOf(account)[kind];
    return { tokensPerSecond: refill_rate, capacity: bucket_capacity };
  }
}
