/**
 * The budgets of an account, and the check of them that comes before a limiter is loaded.
 *
 * @module
 */
import { assertAtLeast } from "../config/options.ts";
import { readOwn } from "../base/plain.ts";
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

/** A copy of both budgets, each of its own properties read once. Throws a `KalshiConfigError` when one is no positive number. */
export function readBudgets({ read, write }: RateBudgets): RateBudgets {
  return { read: readBudget("read", read), write: readBudget("write", write) };
}

function readBudget(name: string, given: RateBudget): RateBudget {
  const { tokensPerSecond, capacity } = readOwn(Object(given) as RateBudget);
  assertFinite(`${name}.tokensPerSecond`, tokensPerSecond, 1);
  assertFinite(`${name}.capacity`, capacity ?? 1, 1);
  return { tokensPerSecond, capacity };
}
