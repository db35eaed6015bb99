/**
 * One call that wants tokens: as a user of a limiter says it, and as a client's request says it.
 *
 * @module
 */
import { KalshiAbortError, KalshiConfigError, KalshiError } from "../base/errors.ts";
import { assertFinite } from "./budgets.ts";
import { chargeOf, type Payer } from "./charge.ts";
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

/** Throws a `KalshiConfigError` for a request that cannot be. */
export function assertRequest({ bucket, cost = 0, items = 1, shard = 0 }: RateRequest): void {
  if (bucket !== "read" && bucket !== "write") throw new KalshiConfigError('bucket takes "read" or "write".');
  assertFinite("cost", cost);
  assertFinite("items", items, 1);
  if (shard !== "all" && !Number.isSafeInteger(shard)) {
    throw new KalshiConfigError('shard takes a whole number, or "all".');
  }
}

/** Whose bucket pays. */
export function payerOf(bucket: RateBucketName, shard: number | "all" = 0): Payer {
  if (bucket === "read") return 0;
  return typeof shard === "number" && shard < 0 ? "all" : shard;
}

/** What a client's request asks for. */
export function rateRequestOf(
  { method, template, options: { params = {}, body } }: LimitedCall,
  signal?: AbortSignal,
): RateRequest {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const { bucket, payer, cost, isDearer, items } = chargeOf(template, (name) => params[name] ?? fields[name]);
  return {
    bucket,
    cost,
    items,
    operation: isDearer ? "" : `${method} ${template.path}`,
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
