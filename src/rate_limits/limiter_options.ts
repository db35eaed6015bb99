/**
 * What a {@linkcode RateLimiter} is made from.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import {
  callable,
  clock,
  finite,
  having,
  oneOf,
  positiveMs,
  rule,
  type Rules,
  text,
  withPreset,
} from "../base/options.ts";
import { budgetsRules, type RateBudgets } from "./budgets.ts";
import type { RateCosts } from "./costs.ts";
import type { RateProduct } from "./limiter.ts";
import type { RateStore } from "./store.ts";

/** Options of a {@linkcode RateLimiter}. */
export interface RateLimiterOptions extends RateBudgets {
  /**
   * Whose budgets it keeps: `"margin"` for a `PerpsClient` and the FIX sessions of the margin exchange.
   *
   * @default "event"
   */
  readonly product?: RateProduct | undefined;
  /** The account's own costs. Without them a request costs what it says. */
  readonly costs?: RateCosts | undefined;
  /**
   * By how much the travel times of two requests may differ, in milliseconds. Requests that left apart can arrive
   * together, so this much of the budget is never sent in one burst.
   *
   * @default 50
   */
  readonly marginMs?: number | undefined;
  /** Tokens of each write bucket that only cancels may use; a tenth of its capacity unless told. */
  readonly cancelReserve?: number | undefined;
  /** Shares the budget with other processes. */
  readonly store?: RateStore | undefined;
  /**
   * Starts the names of the buckets in `store`: one for each account. Those of the margin exchange have names of their
   * own below it.
   *
   * @default "kalshi"
   */
  readonly storeKey?: string | undefined;
  /**
   * How long an answer of `store` may take, in milliseconds. One that takes longer has failed.
   *
   * @default 1000
   */
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

/** What the options of a limiter may be. */
export const limiterRules = {
  ...budgetsRules,
  product: withPreset(oneOf("event", "margin"), "event"),
  costs: rule<RateCosts>(
    "the answer of `GET /account/endpoint_costs`",
    (value) => typeof value === "object" && value !== null,
  ),
  marginMs: withPreset(finite(0, "milliseconds"), 50),
  cancelReserve: finite(0),
  store: having("a store, such as a RedisRateStore,", "take", "drain"),
  storeKey: withPreset(text(), "kalshi"),
  storeTimeoutMs: withPreset(positiveMs(), 1_000),
  onStoreError: callable(),
  clock: clock(),
} satisfies Rules<RateLimiterOptions>;
