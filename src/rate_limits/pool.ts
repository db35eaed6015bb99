/**
 * The buckets of one kind and those who wait for them: who comes with tokens in the buckets passes at once, the others
 * wait in line, cancels first.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { onAborted } from "../base/waits.ts";
import type { Payer } from "./charge.ts";
import { Line, type Waiter } from "./line.ts";
import { leftTheLine, type RateBucketName } from "./rate_request.ts";
import { ShardBuckets } from "./shard_buckets.ts";
import type { SharedBuckets } from "./shared_buckets.ts";
import type { RateGrant } from "./store.ts";

/** What is kept of the budget of one kind of bucket. */
export interface PoolBudget {
  readonly tokensPerSecond: number;
  readonly capacity: number;
  /** Tokens that must stay behind for requests that arrive together. */
  readonly spare: number;
  /** Tokens that only cancels may use. */
  readonly forCancels: number;
}

/** What a {@linkcode Pool} is made from. */
export interface PoolOptions {
  readonly name: RateBucketName;
  readonly budget: PoolBudget;
  readonly clock: Clock;
  /** Set where other processes draw on the same buckets. */
  readonly shared: SharedBuckets | undefined;
}

/** A call as the buckets see it. */
export interface Draw {
  readonly payer: Payer;
  readonly urgent: boolean;
  /** Tokens of all its items. */
  readonly cost: number;
  readonly items: number;
}

/** Counts of one bucket. */
export interface BucketCounts {
  granted: number;
  delayed: number;
  delayedMs: number;
  rateLimited: number;
}

/** How many calls are let through at a time: enough to be quick, few enough to ask a store for. */
const FRONT = 64;

/** Whether some bucket pays for both. */
const share = (one: Payer, other: Payer) => one === other || one === "all" || other === "all";

/** All buckets of one kind. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #buckets: ShardBuckets;
  readonly #counts = new Map<number, BucketCounts>();
  readonly #lines: Line[] = [];
  #budget: PoolBudget;
  #places = 0;

  constructor(options: PoolOptions) {
    const { budget, clock } = options;
    this.#options = options;
    this.#budget = budget;
    this.#buckets = new ShardBuckets(budget, clock.monotonic(), budget.spare);
  }

  /** Takes the tokens of a call if they are there and nobody is in line; never where a store is asked. */
  takeNow(draw: Draw): boolean {
    const { payer, urgent, cost } = draw;
    this.#countsOf(payer === "all" ? 0 : payer);
    if (this.#options.shared !== undefined || cost > this.#budget.capacity) return false;
    if (this.#lines.length > 0 && this.#isBehind(draw)) return false;
    const now = this.#options.clock.monotonic();
    if (this.#buckets.take(payer, cost, now, this.#reserve(urgent)) > 0) return false;
    for (const counts of this.#paying(payer)) counts.granted++;
    return true;
  }

  /** Waits in line for the tokens of a call, until `signal` aborts. */
  join({ payer, urgent, cost, items }: Draw, signal: AbortSignal | undefined): Promise<void> {
    const line = this.#line(payer, urgent);
    return new Promise((resolve, reject) => {
      const leave = () => {
        line.leave(waiter);
        unheard();
      };
      const waiter: Waiter = {
        place: ++this.#places,
        cost,
        items,
        sinceMs: this.#options.clock.monotonic(),
        gone: false,
        next: undefined,
        admit: () => {
          leave();
          resolve();
        },
        refuse: (error) => {
          const wasFirst = line.head === waiter;
          leave();
          reject(error);
          if (!wasFirst) return;
          line.wake();
          this.#serve();
        },
      };
      const unheard = onAborted(signal, () => signal && waiter.refuse(leftTheLine(signal)));
      if (line.waiting === 0) this.#options.shared?.forgive(line);
      line.join(waiter);
      if (line.head === waiter) this.#serve();
    });
  }

  /** A request was answered with 429: what paid for it is empty. */
  drain(payer: Payer): void {
    this.#countsOf(payer === "all" ? 0 : payer);
    for (const counts of this.#paying(payer)) counts.rateLimited++;
    this.#buckets.drain(payer, this.#options.clock.monotonic());
    void this.#options.shared?.drain(payer);
  }

  /** Changes the budget. What waits and no longer fits is refused. */
  resize(budget: PoolBudget): void {
    this.#budget = budget;
    this.#buckets.resize(budget, this.#options.clock.monotonic(), budget.spare);
    for (const line of this.#lines) {
      for (const waiter of line) {
        if (waiter.cost > budget.capacity) waiter.refuse(this.#tooLarge(waiter));
      }
      line.wake();
    }
    this.#serve();
  }

  /** Figures of each bucket that was used: its shard, what it holds, how many wait for it, and its counts. */
  *figures(): Generator<[number, BucketCounts & { readonly tokens: number; readonly waiting: number }]> {
    const now = this.#options.clock.monotonic();
    for (const [shard, counts] of this.#counts) {
      const waiting = this.#lines.reduce(
        (sum, line) => sum + (share(line.payer, shard) ? line.waiting : 0),
        0,
      );
      yield [shard, { tokens: this.#buckets.level(shard, now), waiting, ...counts }];
    }
  }

  /** Throws a `KalshiConfigError` when the buckets never hold as many tokens. */
  assertFits(draw: Draw): void {
    this.#countsOf(draw.payer === "all" ? 0 : draw.payer);
    if (draw.cost > this.#budget.capacity) throw this.#tooLarge(draw);
  }

  #tooLarge({ cost, items }: Pick<Draw, "cost" | "items">): KalshiConfigError {
    const { capacity } = this.#budget;
    const largest = Math.floor(capacity * items / cost);
    const what = items > 1 ? `A batch of ${items}` : "This call";
    const advice = items > 1 && largest > 0 ? `Send at most ${largest} at once.` : "It can never be sent.";
    return new KalshiConfigError(
      `${what} costs ${cost} tokens and the ${this.#options.name} bucket holds ${capacity}. ${advice}`,
      { details: { cost, capacity, largest } },
    );
  }

  /** Behind its like and behind every cancel, as far as the same buckets pay. */
  #isBehind({ payer, urgent }: Draw): boolean {
    return this.#lines.some((line) =>
      line.waiting > 0 && (line.urgent || !urgent) && share(line.payer, payer)
    );
  }

  #reserve(urgent: boolean): number {
    const { spare, forCancels } = this.#budget;
    return urgent ? spare : spare + forCancels;
  }

  #line(payer: Payer, urgent: boolean): Line {
    let line = this.#lines.find((each) => each.payer === payer && each.urgent === urgent);
    if (line === undefined) this.#lines.push(line = new Line(payer, urgent));
    return line;
  }

  #countsOf(shard: number): BucketCounts {
    let counts = this.#counts.get(shard);
    if (counts === undefined) {
      this.#counts.set(shard, counts = { granted: 0, delayed: 0, delayedMs: 0, rateLimited: 0 });
    }
    return counts;
  }

  /** The counts of the buckets that pay, of those that were asked for so far. */
  #paying(payer: Payer): Iterable<BucketCounts> {
    return payer === "all" ? this.#counts.values() : [this.#countsOf(payer)];
  }

  /** Lets through whom the buckets cover: cancels first, then the others, each in the order that they came. */
  #serve(): void {
    for (const urgent of [true, false]) {
      // Who leaves one line may have stood before the first of another.
      while (this.#lines.some((line) => line.urgent === urgent && this.#advance(line)));
    }
  }

  /** Lets the front of a line through, or comes back when the buckets cover it. True when somebody has left it. */
  #advance(line: Line): boolean {
    if (!line.isReady) return false;
    const front = this.#front(line);
    if (front.length === 0) return false;
    const { shared } = this.#options;
    if (shared === undefined) return this.#settle(line, front, this.#takeHere(line, front));
    line.ask(this.#takeFrom(shared, line, front), (grant) => {
      this.#settle(line, front, grant);
      this.#serve();
    });
    return false;
  }

  /** Those whose turn it is: nobody who shares a bucket with them came before them. */
  #front(line: Line): Waiter[] {
    let before = Infinity;
    for (const other of this.#lines) {
      if (other === line || !share(other.payer, line.payer)) continue;
      if (other.urgent === line.urgent) before = Math.min(before, other.head?.place ?? Infinity);
      else if (other.urgent && other.waiting > 0) return [];
    }
    const front: Waiter[] = [];
    for (const waiter of line) {
      if (waiter.place > before || front.length === FRONT) break;
      front.push(waiter);
    }
    return front;
  }

  async #takeFrom(shared: SharedBuckets, line: Line, front: readonly Waiter[]): Promise<RateGrant> {
    const { tokensPerSecond, capacity, spare } = this.#budget;
    const grant = await shared.take(line, {
      shard: line.payer,
      tokensPerSecond,
      capacity,
      reserve: this.#reserve(line.urgent),
      spare,
      urgent: line.urgent,
      costs: front.map(({ cost }) => cost),
    });
    if (grant === undefined) return this.#takeHere(line, front);
    // Its own books are what it falls back to.
    this.#takeHere(line, front.slice(0, grant.granted));
    return grant;
  }

  #takeHere(line: Line, front: readonly Waiter[]): RateGrant {
    const now = this.#options.clock.monotonic();
    const reserve = this.#reserve(line.urgent);
    for (const [granted, { cost }] of front.entries()) {
      const waitMs = this.#buckets.take(line.payer, cost, now, reserve);
      if (waitMs > 0) return { granted, waitMs };
    }
    return { granted: front.length, waitMs: 0 };
  }

  #settle(line: Line, front: readonly Waiter[], { granted, waitMs }: RateGrant): boolean {
    const now = this.#options.clock.monotonic();
    for (const waiter of front.slice(0, granted)) {
      if (waiter.gone) continue;
      for (const counts of this.#paying(line.payer)) {
        counts.granted++;
        if (now - waiter.sinceMs >= 1) counts.delayed++;
        counts.delayedMs += now - waiter.sinceMs;
      }
      waiter.admit();
    }
    // Who has left meanwhile is not waited for.
    if (front[granted]?.gone === false) {
      line.pause(this.#options.clock, waitMs, () => this.#serve());
    }
    return granted > 0;
  }
}
