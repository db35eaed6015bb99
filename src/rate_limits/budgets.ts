/**
 * The budgets of an account, and the check of them that comes before a limiter is loaded.
 *
 * @module
 */
import { assertAtLeast } from "../config/options.ts";
import type { RateBudget } from "./token_bucket.ts";

/** Budgets of the two kinds of bucket. */
export interface RateBudgets {
  /** Budget of the read bucket. */
  readonly read: RateBudget;
  /** Budget of each write bucket: every shard has a full one. */
  readonly write: RateBudget;
}

/** Throws a `KalshiConfigError` unless the value is a finite number of at least `least`. */
export function assertFinite(name: string, value: unknown, least = 0): void {
  assertAtLeast(name, value, least, Number.MAX_VALUE);
}

/** Throws a `KalshiConfigError` when a budget is no positive number. */
export function assertBudgets({ read, write }: RateBudgets): void {
  for (const [name, budget] of Object.entries({ read, write })) {
    assertFinite(`${name}.tokensPerSecond`, budget?.tokensPerSecond, 1);
    assertFinite(`${name}.capacity`, budget.capacity ?? 1, 1);
  }
}
