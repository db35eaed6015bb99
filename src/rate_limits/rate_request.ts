/**
 * One call that wants tokens: as a user of a limiter says it, and as a client's request says it.
 *
 * @module
 */
import { KalshiAbortError, KalshiError } from "../base/errors.ts";
import { assertValue, finite, oneOf, rule } from "../base/options.ts";
import { chargeOf, type Payer, type PayerOf } from "./charge.ts";
import type { LimitedCall } from "./limiter.ts";

/** Kalshi's two kinds of bucket. */
export type RateBucketName = "read" | "write";

/** One call that wants tokens. */
export interface RateRequest {
  /** The bucket that pays. */
  readonly bucket: RateBucketName;
  /** Tokens for each item; 10, Kalshi's default, unless told. */
  readonly cost?: number | undefined;
  /** How many items a batch has; 1 unless told. */
  readonly items?: number | undefined;
  /**
   * Method and path template, such as `DELETE /portfolio/events/orders/{order_id}`. When the limiter knows the
   * account's own cost of that endpoint, it counts instead of `cost`.
   */
  readonly operation?: string | undefined;
  /**
   * Whose write bucket pays. 0, or nothing, is the unscoped one; 1 or more that shard's, as a single order write with
   * that `exchange_index`; `all` the unscoped one and every shard's, as one that Kalshi routes by its ticker (-1 is
   * the same).
   */
  readonly shard?: number | "all" | undefined;
  /** Cancels go before everything else that waits. */
  readonly priority?: "cancel" | undefined;
  /** Leaves the line when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

const bucketRule = oneOf("read", "write");
const costRule = finite(0);
const itemsRule = finite(1);
const shardRule = rule<number | "all">(
  'a whole number, or "all"',
  (value) => value === "all" || Number.isSafeInteger(value),
);

/** Throws a `KalshiConfigError` for a request that cannot be. */
export function assertRequest({ bucket, cost = 0, items = 1, shard = 0 }: RateRequest): void {
  const owner = "A call of a RateLimiter";
  assertValue(owner, "bucket", bucket, bucketRule);
  assertValue(owner, "cost", cost, costRule);
  assertValue(owner, "items", items, itemsRule);
  assertValue(owner, "shard", shard, shardRule);
}

/** Whose bucket pays. */
export function payerOf(bucket: RateBucketName, shard: number | "all" = 0): Payer {
  if (bucket === "read") return 0;
  return typeof shard === "number" && shard < 0 ? "all" : shard;
}

/** What a client's request asks for. */
export function rateRequestOf(
  { method, template, options: { params = {}, body } }: LimitedCall,
  payerOfTicker: PayerOf,
  signal?: AbortSignal,
): RateRequest {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const { bucket, payer, cost, isDearer, items } = chargeOf(
    template,
    (name) => params[name] ?? fields[name],
    payerOfTicker,
  );
  return {
    bucket,
    cost,
    items,
    // What makes a call dearer, no list of costs by path tells.
    operation: isDearer ? undefined : `${method} ${template.path}`,
    shard: payer,
    priority: bucket === "write" && method === "DELETE" ? "cancel" : undefined,
    signal,
  };
}

/** The error of a call whose signal aborted while it waited. */
export const leftTheLine = ({ reason }: AbortSignal): KalshiError =>
  reason instanceof KalshiError
    ? reason
    : new KalshiAbortError("The call was ended while it waited for rate budget; it was not sent.", {
      cause: reason,
    });
