/**
 * The budgets of an account, and what they may be: known before a limiter is loaded.
 *
 * @module
 */
import { finite, group, needed, type Rules } from "../base/options.ts";
import type { RateBudget } from "./token_bucket.ts";

/** Budgets of the two kinds of bucket. */
export interface RateBudgets {
  /** Budget of the read bucket. */
  readonly read: RateBudget;
  /** Budget of each write bucket: every shard has a full one. */
  readonly write: RateBudget;
}

/** What a budget may be. */
export const budgetRules: Rules<RateBudget> = {
  tokensPerSecond: needed(finite(1)),
  capacity: finite(1),
};

/** What both may be. */
export const budgetsRules: Rules<RateBudgets> = {
  read: needed(group(budgetRules)),
  write: needed(group(budgetRules)),
};
