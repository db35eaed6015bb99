/**
 * A limiter that asks Kalshi for the account's budgets, and follows its tier.
 *
 * @module
 */
import {
  callable,
  needed,
  positiveMs,
  type Read,
  readOptions,
  type Rules,
  withPreset,
} from "../base/options.ts";
import { onAborted } from "../base/waits.ts";
import { systemClock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { tell } from "../base/tell.ts";
import type { RateCosts } from "./costs.ts";
import { limiterRules, type RateLimiterOptions } from "./limiter_options.ts";
import type { RateBudgets } from "./budgets.ts";
import type { RateProduct } from "./limiter.ts";
import { RateLimiter, type ShardedMarket } from "./rate_limiter.ts";
import { leftTheLine, type RateRequest } from "./rate_request.ts";
import type { RateBudget } from "./token_bucket.ts";

/** One bucket in {@linkcode AccountLimits}. */
export interface AccountBucketLimit {
  /** Tokens added in a second. */
  readonly refill_rate: number;
  /** The most tokens it holds. */
  readonly bucket_capacity: number;
}

/** What counts of the answer of `GET /account/limits` or `GET /account/limits/perps`. */
export interface AccountLimits {
  /** Read bucket. */
  readonly read: AccountBucketLimit;
  /** Write bucket. */
  readonly write: AccountBucketLimit;
  /** Grants of a tier; `expires_ts` in Unix seconds. */
  readonly grants?: readonly { readonly expires_ts?: number | null | undefined }[] | null | undefined;
}

/** Options of an {@linkcode AutoRateLimiter}. */
export interface AutoRateLimiterOptions extends Omit<RateLimiterOptions, "read" | "write" | "costs"> {
  /** Asks for the account's limits. Its request must not pass through this limiter. */
  readonly readLimits: () => Promise<AccountLimits>;
  /** Asks for the endpoints' costs. Its request must not pass through this limiter. */
  readonly readCosts: () => Promise<RateCosts>;
  /**
   * Asks for the markets of the margin exchange, which tell their shards: see {@linkcode RateLimiter.setShards}. Its
   * request must not pass through this limiter.
   */
  readonly readMarkets?: (() => Promise<Iterable<ShardedMarket>>) | undefined;
  /**
   * How old the answers may become, in milliseconds.
   *
   * @default 3600000
   */
  readonly refreshMs?: number | undefined;
  /** Told when the budgets could not be read. */
  readonly onRefreshError?: ((error: unknown) => void) | undefined;
}

const { read: _, write: __, costs: ___, ...sharedRules } = limiterRules;

/** What the options of such a limiter may be. */
export const autoRules = {
  ...sharedRules,
  readLimits: needed(callable<AutoRateLimiterOptions["readLimits"]>()),
  readCosts: needed(callable<AutoRateLimiterOptions["readCosts"]>()),
  readMarkets: callable<NonNullable<AutoRateLimiterOptions["readMarkets"]>>(),
  refreshMs: withPreset(
    positiveMs(Infinity),
    3_600_000,
  ),
  onRefreshError: callable(),
} satisfies Rules<AutoRateLimiterOptions>;

// What every account has: https://docs.kalshi.com/getting_started/rate_limits.
export const BASIC: Readonly<Record<RateProduct, RateBudgets>> = {
  event: { read: { tokensPerSecond: 200, capacity: 600 }, write: { tokensPerSecond: 100 } },
  margin: { read: { tokensPerSecond: 200 }, write: { tokensPerSecond: 100 } },
};
const RETRY_MS = 60_000;
const LEAST_MS = 1_000;

const budgetOf = ({ refill_rate, bucket_capacity }: AccountBucketLimit): RateBudget => ({
  tokensPerSecond: refill_rate,
  capacity: bucket_capacity,
});

/**
 * A {@linkcode RateLimiter} whose budgets and costs are the account's own. It reads them before the first call, and
 * again, without making a call wait: when a grant of a tier expires, a minute after a 429 at the earliest, and after
 * `refreshMs`. It sets no timer for that: the next call finds that it is due.
 *
 * When they cannot be read it keeps those it has, at first the Basic tier's, and tries again a minute later. A cancel
 * never waits for them.
 */
export class AutoRateLimiter extends RateLimiter {
  readonly #options: Read<AutoRateLimiterOptions, typeof autoRules>;
  #dueMs = 0;
  #readMs = 0;
  #running: Promise<void> | undefined;
  #isKnown = false;
  #error: unknown;

  /** Asks for nothing yet. Throws a `KalshiConfigError` as {@linkcode RateLimiter} does. */
  constructor(given: AutoRateLimiterOptions) {
    const options = readOptions("AutoRateLimiter", given, autoRules);
    const {
      readLimits: _,
      readCosts: __,
      readMarkets: ___,
      refreshMs: ____,
      onRefreshError: _____,
      ...others
    } = options;
    super({ ...others, ...BASIC[others.product] });
    this.#options = options;
  }

  /** As {@linkcode RateLimiter.acquire}; the first call waits for the budgets. */
  override acquire(request: RateRequest): void | Promise<void> {
    const budgets = this.#awaited(request);
    return budgets === undefined ? super.acquire(request) : this.#acquireLater(request, budgets);
  }

  /** As {@linkcode RateLimiter.tryAcquire}; never before the budgets are known. */
  override tryAcquire(request: RateRequest): boolean {
    return this.#awaited(request) === undefined && super.tryAcquire(request);
  }

  /** As {@linkcode RateLimiter.onRateLimited}; the tier may be a lower one now. */
  override onRateLimited(...of: Parameters<RateLimiter["onRateLimited"]>): void {
    super.onRateLimited(...of);
    this.#dueMs = Math.min(this.#dueMs, this.#readMs + RETRY_MS);
  }

  /** Reads budgets and costs now, as after an upgrade of the account. Never rejects: see `onRefreshError`. */
  refresh(): Promise<void> {
    return this.#running ??= this.#refresh().finally(() => this.#running = undefined);
  }

  /** The reading of the budgets that this call has to wait for. */
  #awaited({ priority }: RateRequest): Promise<void> | undefined {
    if (this.#now() >= this.#dueMs) this.refresh();
    return this.#isKnown || priority === "cancel" ? undefined : this.#running;
  }

  async #acquireLater(request: RateRequest, budgets: Promise<void>): Promise<void> {
    const { signal } = request;
    let unheard = () => {};
    await new Promise<void>((resolve, reject) => {
      unheard = onAborted(signal, () => signal && reject(leftTheLine(signal)));
      budgets.then(resolve);
    }).finally(unheard);
    try {
      await super.acquire(request);
    } catch (error) {
      // Too large for the Basic tier says little while the tier is unknown.
      throw !this.#isKnown && error instanceof KalshiConfigError ? this.#error : error;
    }
  }

  async #refresh(): Promise<void> {
    const { clock = systemClock, readLimits, readCosts, readMarkets, refreshMs, onRefreshError } =
      this.#options;
    let validMs = refreshMs;
    try {
      // The requests below, which pass by the line.
      await super.acquire({ bucket: "read", items: readMarkets === undefined ? 2 : 3 });
      await Promise.all([
        readLimits().then(({ read, write, grants }) => {
          this.setBudgets({ read: budgetOf(read), write: budgetOf(write) });
          this.#isKnown = true;
          for (const { expires_ts } of grants ?? []) {
            const leftMs = (expires_ts ?? 0) * 1000 - clock.now();
            // A grant that is always about to expire must not have the budgets read with every call.
            if (leftMs > 0) validMs = Math.min(validMs, Math.max(leftMs, LEAST_MS));
          }
        }),
        readCosts().then((costs) => this.setCosts(costs)),
        readMarkets?.().then((markets) => this.setShards(markets)),
      ]);
    } catch (error) {
      this.#error = error;
      validMs = RETRY_MS;
      tell(onRefreshError, () => error);
    }
    this.#readMs = this.#now();
    this.#dueMs = this.#readMs + validMs;
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).monotonic();
  }
}
