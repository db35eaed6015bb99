/**
 * Keeps calls inside the account's rate budget: who comes with tokens in the bucket passes at once, the others
 * wait in line, cancels first.
 *
 * @module
 */
import { deadline, LONGEST_MS, onAborted } from "../base/waits.ts";
import { type Clock, type ClockTimer, systemClock } from "../base/clock.ts";
import { KalshiAbortError, KalshiConfigError, KalshiError, KalshiTimeoutError } from "../base/errors.ts";
import { readOptions } from "../config/options.ts";
import { chargeOf, type Payer } from "./charge.ts";
import { tell } from "../base/tell.ts";
import type { LimitedCall, Limiter } from "./limiter.ts";
import { assertFinite, type RateBudgets, readBudgets } from "./budgets.ts";
import { checkedGrant, longestWaitMs, type RateGrant, type RateStore, type RateTake } from "./store.ts";
import { ShardBuckets } from "./shard_buckets.ts";

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
  /** How long an answer of `store` may take, in milliseconds; 1,000 unless told. One that takes longer has failed. */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * Told when `store` fails: when it throws, takes too long, answers what cannot be, or lets nobody through for
   * longer than it takes to refill a bucket (calls other than cancels: a minute more). The limiter then counts on its
   * own for that moment, so that a broken store stops no cancel.
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
  /** Place among all that ever waited for this kind of bucket. */
  readonly place: number;
  readonly cost: number;
  readonly items: number;
  readonly sinceMs: number;
  readonly admit: () => void;
  readonly refuse: (error: KalshiError) => void;
  gone: boolean;
  next: Waiter | undefined;
}

/** Those who wait for the same buckets. */
interface Line {
  readonly payer: Payer;
  readonly urgent: boolean;
  first: Waiter | undefined;
  last: Waiter | undefined;
  waiting: number;
  timer: ClockTimer | undefined;
  asking: boolean;
  /** How often in a row the store has let nobody through, and since when. */
  refusals: number;
  refusedSinceMs: number;
}

type Counts = { -readonly [Count in Exclude<keyof RateBucketStats, "tokens" | "waiting">]: number };

/** All buckets of one kind. */
interface Pool {
  readonly name: RateBucketName;
  readonly key: string;
  readonly buckets: ShardBuckets;
  readonly counts: Map<number, Counts>;
  readonly lines: Line[];
  waiting: number;
  places: number;
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

// How many calls are let through at a time: enough to be quick, few enough to ask a store for.
const FRONT = 64;

// Who waits for longer is woken early and waits again: timers hold no more, and fire at once instead.

// How long a store may make calls other than cancels wait, beside the time of a refill: processes take turns.
const PATIENCE_MS = 60_000;

// A store that says again and again that the tokens will be there in a moment is not asked without end.
const LONGEST_PAUSE_MS = 100;

// Two clocks never run alike: a bucket that is used up for hours must not get ahead of Kalshi's.
const PACE = 0.999;

/** Whether some bucket pays for both. */
const share = (one: Payer, other: Payer) => one === other || one === "all" || other === "all";

/** Who is next in a line, past those who have left it. */
function head(line: Line): Waiter | undefined {
  while (line.first?.gone) line.first = line.first.next;
  return line.first;
}

// Names of path parameters, and what comes before a path, differ between Kalshi's answers and its specs.
const routeOf = (operation: string): string =>
  operation.replace(/ (\/trade-api\/v2)?/, " ").replace(/\{\w+\}|:\w+/g, "*");

const tooLarge = ({ name, buckets }: Pool, cost: number, items: number): KalshiConfigError => {
  const { capacity } = buckets;
  const largest = Math.floor(capacity * items / cost);
  const what = items > 1 ? `A batch of ${items}` : "This call";
  const advice = items > 1 && largest > 0 ? `Send at most ${largest} at once.` : "It can never be sent.";
  return new KalshiConfigError(
    `${what} costs ${cost} tokens and the ${name} bucket holds ${capacity}. ${advice}`,
    { details: { cost, capacity, largest } },
  );
};

function assertRequest({ bucket, cost = 0, items = 1, shard = 0 }: RateRequest): void {
  if (bucket !== "read" && bucket !== "write") throw new KalshiConfigError('bucket takes "read" or "write".');
  assertFinite("cost", cost);
  assertFinite("items", items, 1);
  if (shard !== "all" && !Number.isSafeInteger(shard)) {
    throw new KalshiConfigError('shard takes a whole number, or "all".');
  }
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

/** What a client's request asks for. */
function rateRequestOf({ method, template, options: { params = {}, body } }: LimitedCall): RateRequest {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const { bucket, payer, cost, isDearer, items } = chargeOf(template, (name) => params[name] ?? fields[name]);
  return {
    bucket,
    cost,
    items,
    operation: isDearer ? "" : `${method} ${template.path}`,
    shard: payer,
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
 *   write: { tokensPerSecond: 1200, capacity: 3600 },
 * });
 * await using quoter = new KalshiClient({ demo: true, rateLimit });
 * await using watcher = new KalshiClient({ demo: true, rateLimit });
 * await Promise.all([quoter.exchange.status(), watcher.exchange.status()]);
 * ```
 */
export class RateLimiter implements Limiter {
  readonly #clock: Clock;
  readonly #options: RateLimiterOptions;
  readonly #pools = new Map<RateBucketName, Pool>();
  #budgets: RateBudgets;
  #costs: Map<string, number> | undefined;
  #defaultCost = 10;

  /** Throws a `KalshiConfigError` when a budget is no positive number or an option is unknown. */
  constructor(given: RateLimiterOptions) {
    const options = readOptions("RateLimiter", given, OPTION_NAMES);
    this.#budgets = readBudgets(options);
    assertFinite("marginMs", options.marginMs ?? 0);
    assertFinite("cancelReserve", options.cancelReserve ?? 0);
    assertStore(options);
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    if (options.costs !== undefined) this.setCosts(options.costs);
  }

  /**
   * Takes the tokens of one call. Returns nothing when they are there and nobody is in line, so that such a call
   * loses no time; else a promise of its turn.
   *
   * Throws a `KalshiConfigError` for a request that cannot be, and when the bucket never holds as many tokens; for a batch, `details.largest` is the
   * largest one that it does hold. Rejects when `signal` aborts: with its reason where that is a `KalshiError`,
   * else with a `KalshiAbortError`.
   */
  acquire(request: RateRequest): void | Promise<void> {
    const { items = 1, signal } = request;
    const { pool, payer, urgent, cost } = this.#place(request);
    if (cost > pool.buckets.capacity) throw tooLarge(pool, cost, items);
    if (signal?.aborted) throw leftTheLine(signal);
    const sinceMs = this.#clock.monotonic();
    if (this.#takeNow(pool, payer, urgent, cost, sinceMs)) return;
    const line = this.#line(pool, payer, urgent);
    return new Promise((resolve, reject) => {
      const leave = () => {
        waiter.gone = true;
        line.waiting--;
        pool.waiting--;
        unheard();
      };
      const waiter: Waiter = {
        place: ++pool.places,
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
          if (line.first !== waiter) return;
          line.timer?.clear();
          line.timer = undefined;
          this.#serve(pool);
        },
      };
      const unheard = onAborted(signal, () => signal && waiter.refuse(leftTheLine(signal)));
      line.waiting++;
      pool.waiting++;
      if (line.first !== undefined && line.last !== undefined) {
        line.last = line.last.next = waiter;
      } else {
        line.first = line.last = waiter;
        this.#serve(pool);
      }
    });
  }

  /**
   * Takes the tokens of one call if they are there and nobody is in line; false when {@linkcode RateLimiter.acquire}
   * must be asked, as always with a store. A call that does not have to wait needs no signal that ends its wait.
   */
  tryAcquire(request: RateRequest): boolean {
    const { pool, payer, urgent, cost } = this.#place(request);
    return this.#takeNow(pool, payer, urgent, cost, this.#clock.monotonic());
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

  /** A request was answered with 429: others use the account too. Empties the buckets that paid, which then refill. */
  onRateLimited(bucket: RateBucketName, shard?: number | "all"): void {
    const pool = this.#pool(bucket);
    const payer = this.#payer(bucket, shard);
    this.#counts(pool, payer === "all" ? 0 : payer);
    for (const counts of this.#countsOf(pool, payer)) counts.rateLimited++;
    pool.buckets.drain(payer, this.#clock.monotonic());
    this.#drainStore(pool.key, payer);
  }

  async #drainStore(key: string, payer: Payer): Promise<void> {
    try {
      await this.#options.store?.drain(key, payer);
    } catch (error) {
      tell(this.#options.onStoreError, () => error);
    }
  }

  /** Changes the budgets, as when the account's tier has changed. What waits and no longer fits is refused. */
  setBudgets(budgets: RateBudgets): void {
    this.#budgets = readBudgets(budgets);
    for (const pool of this.#pools.values()) {
      pool.buckets.resize(this.#budget(pool.name), this.#clock.monotonic(), this.#spare(pool.name));
      for (const line of pool.lines) {
        for (let waiter = line.first; waiter !== undefined; waiter = waiter.next) {
          const { gone, cost, items } = waiter;
          if (!gone && cost > pool.buckets.capacity) waiter.refuse(tooLarge(pool, cost, items));
        }
        line.timer?.clear();
        line.timer = undefined;
      }
      this.#serve(pool);
    }
  }

  /** Changes the costs of the endpoints, as `GET /account/endpoint_costs` answers them. */
  setCosts(costs: RateCosts): void {
    const { default_cost, endpoint_costs } = costs;
    assertFinite("default_cost", default_cost);
    // What is no number would let everything pass from then on.
    const known = endpoint_costs?.map(({ method, path, cost }): [string, number] => {
      assertFinite(`cost of ${method} ${path}`, cost);
      return [routeOf(`${method} ${path}`), cost];
    });
    this.#defaultCost = default_cost;
    this.#costs = new Map(known);
  }

  /** Figures of each bucket used so far: `read`, `write`, and `write:2` for that of shard 2. */
  stats(): Record<string, RateBucketStats> {
    const now = this.#clock.monotonic();
    const figures: Record<string, RateBucketStats> = {};
    for (const { name, buckets, counts, lines } of this.#pools.values()) {
      for (const [shard, counted] of counts) {
        const waiting = lines.reduce((sum, line) => sum + (share(line.payer, shard) ? line.waiting : 0), 0);
        const id = shard === 0 ? name : `${name}:${shard}`;
        figures[id] = { tokens: buckets.level(shard, now), waiting, ...counted };
      }
    }
    return figures;
  }

  #place({ bucket, shard, priority, ...request }: RateRequest) {
    assertRequest({ bucket, shard, ...request });
    const pool = this.#pool(bucket);
    const payer = this.#payer(bucket, shard);
    this.#counts(pool, payer === "all" ? 0 : payer);
    return { pool, payer, urgent: priority === "cancel", cost: this.#cost(request) * (request.items ?? 1) };
  }

  #payer(bucket: RateBucketName, shard: number | "all" = 0): Payer {
    if (bucket === "read") return 0;
    return typeof shard === "number" && shard < 0 ? "all" : shard;
  }

  #takeNow(pool: Pool, payer: Payer, urgent: boolean, cost: number, now: number): boolean {
    if (this.#options.store !== undefined || cost > pool.buckets.capacity) return false;
    // Behind its like and behind every cancel, as far as the same buckets pay.
    const isBehind = (line: Line) =>
      (line.urgent || !urgent) && share(line.payer, payer) && head(line) !== undefined;
    if (pool.waiting > 0 && pool.lines.some(isBehind)) return false;
    if (pool.buckets.take(payer, cost, now, this.#reserve(pool, urgent)) > 0) return false;
    for (const counts of this.#countsOf(pool, payer)) counts.granted++;
    return true;
  }

  #cost({ operation, cost }: Pick<RateRequest, "operation" | "cost">): number {
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

  #reserve({ name, buckets }: Pool, urgent: boolean): number {
    const forCancels = name === "read" || urgent ? 0 : this.#options.cancelReserve ?? buckets.capacity / 10;
    return this.#spare(name) + forCancels;
  }

  #pool(name: RateBucketName): Pool {
    let pool = this.#pools.get(name);
    if (pool === undefined) {
      pool = {
        name,
        key: `${this.#options.storeKey ?? "kalshi"}:${name}`,
        buckets: new ShardBuckets(this.#budget(name), this.#clock.monotonic(), this.#spare(name)),
        counts: new Map(),
        lines: [],
        waiting: 0,
        places: 0,
      };
      this.#pools.set(name, pool);
    }
    return pool;
  }

  #line({ lines }: Pool, payer: Payer, urgent: boolean): Line {
    let line = lines.find((each) => each.payer === payer && each.urgent === urgent);
    if (line === undefined) {
      line = {
        payer,
        urgent,
        first: undefined,
        last: undefined,
        waiting: 0,
        timer: undefined,
        asking: false,
        refusals: 0,
        refusedSinceMs: 0,
      };
      lines.push(line);
    }
    return line;
  }

  #counts({ counts }: Pool, shard: number): Counts {
    let counted = counts.get(shard);
    if (counted === undefined) {
      counts.set(shard, counted = { granted: 0, delayed: 0, delayedMs: 0, rateLimited: 0 });
    }
    return counted;
  }

  /** The counts of the buckets that pay, of those that were asked for so far. */
  #countsOf(pool: Pool, payer: Payer): Iterable<Counts> {
    return payer === "all" ? pool.counts.values() : [this.#counts(pool, payer)];
  }

  /** Lets through whom the buckets cover: cancels first, then the others, each in the order that they came. */
  #serve(pool: Pool): void {
    for (const urgent of [true, false]) {
      // Who leaves one line may have stood before the first of another.
      while (pool.lines.some((line) => line.urgent === urgent && this.#advance(pool, line)));
    }
  }

  /** Lets the front of a line through, or comes back when the buckets cover it. True when somebody has left it. */
  #advance(pool: Pool, line: Line): boolean {
    if (line.asking || line.timer !== undefined) return false;
    const front = this.#front(pool, line);
    if (front.length === 0) return false;
    const { store } = this.#options;
    if (store === undefined) return this.#admit(pool, line, front, this.#takeHere(pool, line, front));
    line.asking = true;
    this.#takeFrom(store, pool, line, front).then((grant) => {
      line.asking = false;
      this.#admit(pool, line, front, grant);
      this.#serve(pool);
    });
    return false;
  }

  /** Those whose turn it is: nobody who shares a bucket with them came before them. */
  #front(pool: Pool, line: Line): Waiter[] {
    let before = Infinity;
    for (const other of pool.lines) {
      if (other === line || !share(other.payer, line.payer)) continue;
      if (other.urgent === line.urgent) before = Math.min(before, head(other)?.place ?? Infinity);
      else if (other.urgent && head(other) !== undefined) return [];
    }
    const front: Waiter[] = [];
    let at = head(line);
    for (; at !== undefined && at.place < before && front.length < FRONT; at = at.next) {
      if (!at.gone) front.push(at);
    }
    return front;
  }

  async #takeFrom(store: RateStore, pool: Pool, line: Line, front: readonly Waiter[]): Promise<RateGrant> {
    try {
      const take: RateTake = {
        key: pool.key,
        shard: line.payer,
        tokensPerSecond: this.#budget(pool.name).tokensPerSecond,
        capacity: pool.buckets.capacity,
        reserve: this.#reserve(pool, line.urgent),
        spare: this.#spare(pool.name),
        urgent: line.urgent,
        costs: front.map(({ cost }) => cost),
      };
      const grant = checkedGrant(await this.#inTime(store.take(take)), take);
      const pauseMs = this.#pauseOf(line, take, grant);
      // Its own books are what it falls back to.
      this.#takeHere(pool, line, front.slice(0, grant.granted));
      return { ...grant, waitMs: Math.max(grant.waitMs, pauseMs) };
    } catch (error) {
      tell(this.#options.onStoreError, () => error);
      return this.#takeHere(pool, line, front);
    }
  }

  /** What a store answers, or an error when it takes too long. */
  #inTime<T>(answer: Promise<T>): Promise<T> {
    const { storeTimeoutMs = 1000 } = this.#options;
    const late = () => new KalshiTimeoutError(`The rate store did not answer within ${storeTimeoutMs} ms.`);
    return deadline(this.#clock, storeTimeoutMs, answer, late);
  }

  /**
   * The least pause before a store that lets nobody through is asked again. Throws when it has let nobody through for
   * longer than it can have to.
   */
  #pauseOf(line: Line, take: RateTake, { granted }: RateGrant): number {
    if (granted > 0) {
      line.refusals = 0;
      return 0;
    }
    const now = this.#clock.monotonic();
    if (line.refusals++ === 0) line.refusedSinceMs = now;
    const heldMs = now - line.refusedSinceMs;
    const refillMs = longestWaitMs({ ...take, urgent: false }, take.costs[0] ?? 0);
    if (heldMs > refillMs + (line.urgent ? 0 : PATIENCE_MS)) {
      throw new KalshiTimeoutError(
        `The rate store has let nobody through for ${Math.round(heldMs)} ms. The limiter goes on alone.`,
      );
    }
    return Math.min(2 ** (line.refusals - 1), LONGEST_PAUSE_MS);
  }

  #takeHere(pool: Pool, line: Line, front: readonly Waiter[]): RateGrant {
    const now = this.#clock.monotonic();
    const reserve = this.#reserve(pool, line.urgent);
    for (const [granted, { cost }] of front.entries()) {
      const waitMs = pool.buckets.take(line.payer, cost, now, reserve);
      if (waitMs > 0) return { granted, waitMs };
    }
    return { granted: front.length, waitMs: 0 };
  }

  #admit(pool: Pool, line: Line, front: readonly Waiter[], { granted, waitMs }: RateGrant): boolean {
    const now = this.#clock.monotonic();
    for (const waiter of front.slice(0, granted)) {
      if (line.first === waiter) line.first = waiter.next;
      if (waiter.gone) continue;
      for (const counts of this.#countsOf(pool, line.payer)) {
        counts.granted++;
        if (now - waiter.sinceMs >= 1) counts.delayed++;
        counts.delayedMs += now - waiter.sinceMs;
      }
      waiter.admit();
    }
    // Who has left meanwhile is not waited for.
    if (front[granted]?.gone === false) {
      line.timer = this.#clock.setTimer(() => {
        line.timer = undefined;
        this.#serve(pool);
      }, Math.min(Math.max(1, Math.ceil(waitMs)), LONGEST_MS));
    }
    // A store that let nobody through is given time again when somebody else comes.
    if (head(line) === undefined) line.refusals = 0;
    return granted > 0;
  }
}
