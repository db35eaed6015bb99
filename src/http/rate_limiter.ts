/**
 * Keeps calls inside the account's rate budget: who comes with tokens in the bucket passes at once, the others
 * wait in line, cancels first.
 *
 * @module
 */
import { type Clock, type ClockTimer, systemClock } from "../clock.ts";
import { KalshiAbortError, KalshiConfigError, KalshiError } from "../errors.ts";
import { assertKnownOptions } from "../options.ts";
import { tell } from "./hooks.ts";
import type { LimitedCall, Limiter } from "./limiter.ts";
import { assertBudgets, assertFinite, type RateBudgets } from "./rate_budgets.ts";
import type { RateGrant, RateStore } from "./rate_store.ts";
import { TokenBucket } from "./token_bucket.ts";

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
  /** `exchange_index` of a single order write: each shard from 1 on has a write bucket of its own. */
  readonly shard?: number | undefined;
  /** Cancels go before everything else that waits. */
  readonly priority?: "cancel" | undefined;
  /** Leaves the line when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** The answer of `GET /account/endpoint_costs`. */
export interface RateCosts {
  /** Tokens of an endpoint that is not listed. */
  readonly default_cost: number;
  /** The endpoints that cost something else; for a batch, the cost of each item. */
  readonly endpoint_costs:
    | readonly {
      readonly method: string;
      readonly path: string;
      readonly cost: number;
    }[]
    | null;
}

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
  /**
   * Told when `store` fails. The limiter then counts on its own for that moment, so that a broken store stops
   * no cancel.
   */
  readonly onStoreError?: ((error: unknown) => void) | undefined;
  /** Source of time; the runtime's own unless told. */
  readonly clock?: Clock | undefined;
}

/** Figures of one bucket. */
export interface RateBucketStats {
  /** Tokens it holds now; with a store, what they would be if this process were alone. */
  readonly tokens: number;
  /** Calls in line now. */
  readonly waiting: number;
  /** Calls let through. */
  readonly granted: number;
  /** Calls of those that waited for a millisecond or longer. */
  readonly delayed: number;
  /** Milliseconds that all calls waited, added up. */
  readonly delayedMs: number;
  /** 429 answers reported. */
  readonly rateLimited: number;
}

interface Waiter {
  readonly cost: number;
  readonly items: number;
  readonly sinceMs: number;
  readonly admit: () => void;
  readonly refuse: (error: KalshiError) => void;
  gone: boolean;
  next: Waiter | undefined;
}

interface Line {
  readonly urgent: boolean;
  first: Waiter | undefined;
  last: Waiter | undefined;
  timer: ClockTimer | undefined;
  asking: boolean;
}

interface Lane {
  readonly name: RateBucketName;
  readonly key: string;
  readonly bucket: TokenBucket;
  readonly cancels: Line;
  readonly others: Line;
  readonly counts: { -readonly [Count in Exclude<keyof RateBucketStats, "tokens">]: number };
}

const OPTION_NAMES: readonly (keyof RateLimiterOptions)[] = [
  "read",
  "write",
  "costs",
  "marginMs",
  "cancelReserve",
  "store",
  "storeKey",
  "onStoreError",
  "clock",
];

// How many calls are let through at a time: enough to be quick, few enough to ask a store for.
const FRONT = 64;

// Two clocks never run alike: a bucket that is used up for hours must not get ahead of Kalshi's.
const PACE = 0.999;

const newLine = (urgent: boolean): Line => ({
  urgent,
  first: undefined,
  last: undefined,
  timer: undefined,
  asking: false,
});

// Names of path parameters, and what comes before a path, differ between Kalshi's answers and its specs.
const routeOf = (operation: string): string =>
  operation.replace(/ (\/trade-api\/v2)?/, " ").replace(/\{\w+\}|:\w+/g, "*");

const tooLarge = (lane: Lane, cost: number, items: number): KalshiConfigError => {
  const { capacity } = lane.bucket;
  const largest = Math.floor(capacity * items / cost);
  const what = items > 1 ? `A batch of ${items}` : "This call";
  const advice = items > 1 && largest > 0 ? `Send at most ${largest} at once.` : "It can never be sent.";
  return new KalshiConfigError(
    `${what} costs ${cost} tokens and the ${lane.name} bucket holds ${capacity}. ${advice}`,
    { details: { cost, capacity, largest } },
  );
};

/** What a client's request asks for. */
function rateRequestOf({ method, template, options: { params = {}, body } }: LimitedCall): RateRequest {
  const { bucket = "read", costPer, costWith = {}, path } = template;
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const items = costPer === undefined
    ? undefined
    : (fields[costPer] as readonly unknown[] | undefined)?.length;
  const [dearer] = Object.keys(costWith).filter((name) => params[name] === true);
  const index = params["exchange_index"] ?? fields["exchange_index"];
  // Quotes draw on the shard of combos; batches always on the bucket of no shard.
  const shard = path.startsWith("/communications/") ? 1 : items === undefined ? index : undefined;
  return {
    bucket,
    cost: dearer === undefined ? template.cost : costWith[dearer],
    items,
    // A list of costs by path does not tell what the parameter makes of it.
    operation: dearer === undefined ? `${method} ${path}` : "",
    shard: bucket === "write" && typeof shard === "number" && shard > 0 ? shard : undefined,
    priority: bucket === "write" && method === "DELETE" ? "cancel" : undefined,
  };
}

/** The error of a call whose signal aborted while it waited. */
export const leftTheLine = ({ reason }: AbortSignal): KalshiError =>
  reason instanceof KalshiError
    ? reason
    : new KalshiAbortError("The call was ended while it waited for rate budget; it was not sent.", {
      cause: reason,
    });

/**
 * Lets calls through no faster than Kalshi's token buckets refill. Give one to as many clients as share the
 * account; perps has budgets of its own and so takes a limiter of its own.
 *
 * It holds a timer only while a call waits, so there is nothing to close.
 *
 * See https://docs.kalshi.com/getting_started/rate_limits.
 *
 * @example
 * ```ts
 * import { KalshiClient } from "@unofficial/kalshi";
 * import { RateLimiter } from "@unofficial/kalshi/rate-limits";
 *
 * const rateLimit = new RateLimiter({
 *   read: { tokensPerSecond: 1200 },
 *   write: { tokensPerSecond: 1200, capacity: 2400 },
 * });
 * await using quoter = new KalshiClient({ demo: true, rateLimit });
 * await using watcher = new KalshiClient({ demo: true, rateLimit });
 * await Promise.all([quoter.exchange.status(), watcher.exchange.status()]);
 * ```
 */
export class RateLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #options: RateLimiterOptions;
  readonly #lanes = new Map<string, Lane>();
  #budgets: RateBudgets;
  #costs: Map<string, number> | undefined;
  #defaultCost = 10;

  /** Throws a `KalshiConfigError` when a budget is no positive number or an option is unknown. */
  constructor(options: RateLimiterOptions) {
    assertKnownOptions("RateLimiter", options, OPTION_NAMES);
    assertBudgets(options);
    assertFinite("marginMs", options.marginMs ?? 0);
    assertFinite("cancelReserve", options.cancelReserve ?? 0);
    this.#options = { ...options };
    this.#clock = options.clock ?? systemClock;
    this.#budgets = options;
    if (options.costs !== undefined) this.setCosts(options.costs);
  }

  /**
   * Takes the tokens of one call. Returns nothing when they are there and nobody is in line, so that such a call
   * loses no time; else a promise of its turn.
   *
   * Throws a `KalshiConfigError` when the bucket never holds as many tokens; for a batch, `details.largest` is the
   * largest one that it does hold. Rejects when `signal` aborts: with its reason where that is a `KalshiError`,
   * else with a `KalshiAbortError`.
   */
  acquire(request: RateRequest): void | Promise<void> {
    const { items = 1, signal } = request;
    const { lane, line, cost } = this.#place(request);
    if (cost > lane.bucket.capacity) throw tooLarge(lane, cost, items);
    if (signal?.aborted) throw leftTheLine(signal);
    const sinceMs = this.#clock.monotonic();
    if (this.#takeNow(lane, line, cost, sinceMs)) return;
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiter.gone = true;
        lane.counts.waiting--;
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        cost,
        items,
        sinceMs,
        gone: false,
        next: undefined,
        admit: () => {
          leave();
          resolve();
        },
        refuse: (error) => {
          leave();
          reject(error);
          if (line.first === waiter) this.#serve(lane, line);
        },
      };
      const onAbort = () => signal && waiter.refuse(leftTheLine(signal));
      signal?.addEventListener("abort", onAbort);
      lane.counts.waiting++;
      if (line.first !== undefined && line.last !== undefined) {
        line.last = line.last.next = waiter;
      } else {
        line.first = line.last = waiter;
        this.#serve(lane, line);
      }
    });
  }

  /**
   * Takes the tokens of one call if they are there and nobody is in line; false when {@linkcode RateLimiter.acquire}
   * must be asked, as always with a store. A call that does not have to wait needs no signal that ends its wait.
   */
  tryAcquire(request: RateRequest): boolean {
    const { lane, line, cost } = this.#place(request);
    return this.#takeNow(lane, line, cost, this.#clock.monotonic());
  }

  /** {@linkcode acquire} for a request of a client. */
  admit(call: LimitedCall, signal?: AbortSignal): void | Promise<void> {
    return this.acquire({ ...rateRequestOf(call), signal });
  }

  /** {@linkcode tryAcquire} for a request of a client. */
  tryAdmit(call: LimitedCall): boolean {
    return this.tryAcquire(rateRequestOf(call));
  }

  /** {@linkcode onRateLimited} for a request of a client. */
  refused(call: LimitedCall): void {
    const { bucket, shard } = rateRequestOf(call);
    this.onRateLimited(bucket, shard);
  }

  /** A request was answered with 429: others use the account too. Empties the bucket, which then refills. */
  onRateLimited(bucket: RateBucketName, shard?: number): void {
    const lane = this.#lane(bucket, shard);
    lane.counts.rateLimited++;
    lane.bucket.drain(this.#clock.monotonic());
    this.#options.store?.drain(lane.key).catch((error) => tell(this.#options.onStoreError, () => error));
  }

  /** Changes the budgets, as when the account's tier has changed. What waits and no longer fits is refused. */
  setBudgets({ read, write }: RateBudgets): void {
    assertBudgets({ read, write });
    this.#budgets = { read, write };
    for (const lane of this.#lanes.values()) {
      lane.bucket.resize(this.#budget(lane.name), this.#clock.monotonic(), this.#spare(lane.name));
      for (const line of [lane.cancels, lane.others]) {
        for (let waiter = line.first; waiter !== undefined; waiter = waiter.next) {
          const { gone, cost, items } = waiter;
          if (!gone && cost > lane.bucket.capacity) waiter.refuse(tooLarge(lane, cost, items));
        }
        this.#serve(lane, line);
      }
    }
  }

  /** Changes the costs of the endpoints, as `GET /account/endpoint_costs` answers them. */
  setCosts(costs: RateCosts): void {
    assertFinite("default_cost", costs.default_cost);
    this.#defaultCost = costs.default_cost;
    this.#costs = new Map(
      costs.endpoint_costs?.map(({ method, path, cost }) => [routeOf(`${method} ${path}`), cost]),
    );
  }

  /** Figures of each bucket used so far: `read`, `write`, and `write:2` for that of shard 2. */
  stats(): Record<string, RateBucketStats> {
    const now = this.#clock.monotonic();
    return Object.fromEntries(
      [...this.#lanes].map(([id, { bucket, counts }]) => [id, { tokens: bucket.level(now), ...counts }]),
    );
  }

  #place(request: RateRequest): { lane: Lane; line: Line; cost: number } {
    const lane = this.#lane(request.bucket, request.shard);
    const line = request.priority === "cancel" ? lane.cancels : lane.others;
    return { lane, line, cost: this.#cost(request) * (request.items ?? 1) };
  }

  #takeNow(lane: Lane, line: Line, cost: number, now: number): boolean {
    const isFirst = line.first === undefined && (line.urgent || lane.cancels.first === undefined);
    const isHere = isFirst && this.#options.store === undefined && cost <= lane.bucket.capacity;
    if (!isHere || lane.bucket.take(cost, now, this.#reserve(lane, line)) > 0) return false;
    lane.counts.granted++;
    return true;
  }

  #cost({ operation, cost }: RateRequest): number {
    if (this.#costs === undefined || operation === undefined) return cost ?? this.#defaultCost;
    let known = this.#costs.get(operation);
    if (known === undefined) {
      known = this.#costs.get(routeOf(operation)) ?? this.#defaultCost;
      this.#costs.set(operation, known);
    }
    return known;
  }

  #budget(name: RateBucketName): { tokensPerSecond: number; capacity: number } {
    const { tokensPerSecond, capacity = tokensPerSecond } = this.#budgets[name];
    return { tokensPerSecond: tokensPerSecond * PACE, capacity };
  }

  #spare(name: RateBucketName): number {
    return this.#budgets[name].tokensPerSecond * (this.#options.marginMs ?? 50) / 1000;
  }

  #reserve(lane: Lane, line: Line): number {
    const forCancels = lane.name === "read" || line.urgent
      ? 0
      : this.#options.cancelReserve ?? lane.bucket.capacity / 10;
    return this.#spare(lane.name) + forCancels;
  }

  #lane(name: RateBucketName, shard = 0): Lane {
    const id = name === "write" && shard > 0 ? `write:${shard}` : name;
    let lane = this.#lanes.get(id);
    if (lane === undefined) {
      lane = {
        name,
        key: `${this.#options.storeKey ?? "kalshi"}:${id}`,
        bucket: new TokenBucket(this.#budget(name), this.#clock.monotonic(), this.#spare(name)),
        cancels: newLine(true),
        others: newLine(false),
        counts: { waiting: 0, granted: 0, delayed: 0, delayedMs: 0, rateLimited: 0 },
      };
      this.#lanes.set(id, lane);
    }
    return lane;
  }

  /** Lets through whom the bucket covers, and comes back when it covers the next. */
  #serve(lane: Lane, line: Line): void {
    line.timer?.clear();
    line.timer = undefined;
    if (line.asking) return;
    while (line.first?.gone) line.first = line.first.next;
    if (line.first === undefined) {
      if (line.urgent) this.#serve(lane, lane.others);
      return;
    }
    if (!line.urgent && lane.cancels.first !== undefined) return;
    const front: Waiter[] = [];
    for (let at: Waiter | undefined = line.first; at !== undefined && front.length < FRONT; at = at.next) {
      if (!at.gone) front.push(at);
    }
    const { store } = this.#options;
    if (store === undefined) return this.#admit(lane, line, front, this.#takeHere(lane, line, front));
    line.asking = true;
    this.#takeFrom(store, lane, line, front).then((grant) => {
      line.asking = false;
      this.#admit(lane, line, front, grant);
    });
  }

  async #takeFrom(store: RateStore, lane: Lane, line: Line, front: readonly Waiter[]): Promise<RateGrant> {
    try {
      const grant = await store.take({
        key: lane.key,
        tokensPerSecond: this.#budget(lane.name).tokensPerSecond,
        capacity: lane.bucket.capacity,
        reserve: this.#reserve(lane, line),
        spare: this.#spare(lane.name),
        urgent: line.urgent,
        costs: front.map(({ cost }) => cost),
      });
      // Its own books are what it falls back to.
      this.#takeHere(lane, line, front.slice(0, grant.granted));
      return grant;
    } catch (error) {
      tell(this.#options.onStoreError, () => error);
      return this.#takeHere(lane, line, front);
    }
  }

  #takeHere(lane: Lane, line: Line, front: readonly Waiter[]): RateGrant {
    const now = this.#clock.monotonic();
    const reserve = this.#reserve(lane, line);
    for (const [granted, { cost }] of front.entries()) {
      const waitMs = lane.bucket.take(cost, now, reserve);
      if (waitMs > 0) return { granted, waitMs };
    }
    return { granted: front.length, waitMs: 0 };
  }

  #admit(lane: Lane, line: Line, front: readonly Waiter[], { granted, waitMs }: RateGrant): void {
    const { counts } = lane;
    const now = this.#clock.monotonic();
    for (const waiter of front.slice(0, granted)) {
      line.first = waiter.next;
      if (waiter.gone) continue;
      counts.granted++;
      if (now - waiter.sinceMs >= 1) counts.delayed++;
      counts.delayedMs += now - waiter.sinceMs;
      waiter.admit();
    }
    if (granted === front.length) return this.#serve(lane, line);
    line.timer = this.#clock.setTimer(() => this.#serve(lane, line), Math.max(1, Math.ceil(waitMs)));
  }
}
