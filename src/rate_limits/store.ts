/**
 * How processes share one account's rate budget.
 *
 * @module
 */
import { KalshiDecodeError } from "../base/errors.ts";

/** What a {@linkcode RateStore} is asked for. */
export interface RateTake {
  /** Names the buckets of one kind: `kalshi:write`. */
  readonly key: string;
  /** Which of them pays: 0 is the unscoped one, 1 or more that shard's, `all` stands for every one. */
  readonly shard: number | "all";
  /** Tokens added in a second, to each. */
  readonly tokensPerSecond: number;
  /** The most tokens that each holds. */
  readonly capacity: number;
  /** Tokens that must stay behind. */
  readonly reserve: number;
  /** Tokens that gather beyond a full bucket. They cannot be spent: they only show how long it has been full. */
  readonly spare: number;
  /** True for cancels, which let no other taker go first. */
  readonly urgent: boolean;
  /** What the waiting calls cost, the first in line first. */
  readonly costs: readonly number[];
}

/** What a {@linkcode RateStore} gave. */
export interface RateGrant {
  /** For how many of the costs tokens were taken: that many from the front. */
  readonly granted: number;
  /**
   * Milliseconds until the next one may be asked for again; 0 when all were granted. Never more than it takes to
   * refill what is missing, and the turn of another taker: see {@linkcode longestWaitMs}.
   */
  readonly waitMs: number;
}

/**
 * Keeps the buckets of one account where several processes reach them. Without one, a limiter keeps them itself.
 *
 * For each cost in turn: when every bucket that pays holds at least `min(cost + reserve, capacity + spare)` tokens,
 * the level of each becomes `min(level, capacity) - cost` and the call is granted; else nothing more is.
 *
 * What a store says is checked: a limiter believes no grant of more than it asked for, and no wait longer than
 * {@linkcode longestWaitMs}. Such an answer counts as none.
 *
 * A key that was never seen has full buckets. A shard that was never named has paid what `all` have paid, and nothing
 * else: keep one more bucket for those, and start a shard's as its copy.
 */
export interface RateStore {
  /** Takes tokens for as many of the costs as the buckets cover, in one step that no other taker can split. */
  take(take: RateTake): Promise<RateGrant>;
  /** Empties the bucket of that shard, or all of them. */
  drain(key: string, shard: number | "all"): Promise<void>;
}

/** The longest that a call of this cost can have to wait for its tokens, in milliseconds. */
export function longestWaitMs(take: Omit<RateTake, "key" | "shard" | "costs">, cost: number): number {
  const { tokensPerSecond, capacity, reserve, spare, urgent } = take;
  const most = capacity + spare;
  // A cancel waits for what it costs; what else waits can stand behind the claim of a taker that is to go first.
  const tokens = urgent ? Math.min(cost + reserve, most) : most + cost;
  return tokens / tokensPerSecond * 1000;
}

/** What a store answered, where it can be: copied, so that it stays as it was checked. */
export function checkedGrant(answer: unknown, take: Omit<RateTake, "key">): RateGrant {
  const { granted, waitMs } = Object(answer) as Partial<Record<keyof RateGrant, unknown>>;
  const { costs } = take;
  const refuse = (what: string): never => {
    throw new KalshiDecodeError(
      `The rate store's answer counts as none: it ${what}. The limiter goes on alone for that moment.`,
      { outcome: "not-sent" },
    );
  };
  if (
    typeof granted !== "number" || !Number.isSafeInteger(granted) || granted < 0 || granted > costs.length
  ) {
    return refuse(`must tell how many of ${costs.length} calls it granted, and says ${said(granted)}`);
  }
  if (typeof waitMs !== "number" || !(waitMs >= 0)) {
    return refuse(`must tell a wait in milliseconds, and says ${said(waitMs)}`);
  }
  const next = costs[granted];
  if (next === undefined) return { granted, waitMs: 0 };
  const longestMs = longestWaitMs(take, next);
  // What is rounded may be a little longer.
  if (waitMs > longestMs * 1.001 + 1) {
    return refuse(
      `says to wait for ${waitMs} ms, and ${Math.ceil(longestMs)} ms are the longest that can be`,
    );
  }
  if (granted === 0 && waitMs === 0) return refuse("grants nothing, and says not to wait");
  return { granted, waitMs };
}

function said(value: unknown): string {
  return typeof value === "number" ? String(value) : value === null ? "null" : typeof value;
}
