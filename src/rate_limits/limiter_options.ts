/**
 * What a {@linkcode RateLimiter} is made from.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { LONGEST_MS } from "../base/waits.ts";
import { readOptions } from "../config/options.ts";
import { assertFinite, type RateBudgets } from "./budgets.ts";
import type { RateCosts } from "./costs.ts";
import type { RateStore } from "./store.ts";

/** Options of a {@linkcode RateLimiter}. */
export interface RateLimiterOptions extends RateBudgets {
  /** The account's own costs. Without them a request costs what it says. */
  readonly costs?: RateCosts | undefined;
  /**
   * By how much the travel times of two requests may differ, in milliseconds; 50 unless told. Requests that
   * left apart can arrive together, so this much of the budget is never sent in one burst.
   */
  readonly marginMs?: number | undefined;
  /** Tokens of each write bucket that only cancels may use; a tenth of its capacity unless told. */
  readonly cancelReserve?: number | undefined;
  /** Shares the budget with other processes. */
  readonly store?: RateStore | undefined;
  /** Starts the names of the buckets in `store`: one for each account and product; `kalshi` unless told. */
  readonly storeKey?: string | undefined;
  /** How long an answer of `store` may take, in milliseconds; 1,000 unless told. One that takes longer has failed. */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * Told when `store` fails: when it throws, takes too long, answers what cannot be, or lets nobody through for
   * longer than the tokens can take (a cancel: at least a second; other calls: a minute more). The limiter then counts
   * on its own for that moment, so that a broken store stops no cancel.
   */
  readonly onStoreError?: ((error: unknown) => void) | undefined;
  /** Source of time; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

const OPTION_NAMES: readonly (keyof RateLimiterOptions)[] = [
  "read",
  "write",
  "costs",
  "marginMs",
  "cancelReserve",
  "store",
  "storeKey",
  "storeTimeoutMs",
  "onStoreError",
  "clock",
];

/** A copy of a limiter's options. Throws a `KalshiConfigError` for those that cannot be. */
export function readLimiterOptions(given: RateLimiterOptions): RateLimiterOptions {
  const options = readOptions("RateLimiter", given, OPTION_NAMES);
  assertFinite("marginMs", options.marginMs ?? 0);
  assertFinite("cancelReserve", options.cancelReserve ?? 0);
  assertStore(options);
  return options;
}

function assertStore(
  { store, storeKey = "kalshi", storeTimeoutMs = 1, onStoreError }: RateLimiterOptions,
): void {
  if (store !== undefined && !(typeof store?.take === "function" && typeof store.drain === "function")) {
    throw new KalshiConfigError("store takes an object with take and drain, such as a RedisRateStore.");
  }
  if (typeof storeKey !== "string" || storeKey === "") throw new KalshiConfigError("storeKey takes a text.");
  if (!(typeof storeTimeoutMs === "number" && storeTimeoutMs > 0 && storeTimeoutMs <= LONGEST_MS)) {
    throw new KalshiConfigError(`storeTimeoutMs takes a positive number; got ${String(storeTimeoutMs)}.`);
  }
  if (onStoreError !== undefined && typeof onStoreError !== "function") {
    throw new KalshiConfigError("onStoreError takes a function.");
  }
}
