/**
 * Making books right again that are not: when to ask for a snapshot, how to ask harder, and how long to wait.
 *
 * @module
 */

import { backoffMs, type BackoffOptions } from "../base/backoff.ts";
import type { Clock } from "../base/clock.ts";
import { KalshiTimeoutError } from "../base/errors.ts";
import { type BookEntry, HARDER, type Remedy } from "./book_entry.ts";
import type { BookFeed } from "./book_feed.ts";
import { WaitGroup } from "./wait_group.ts";

/** How long a snapshot may take before the next, harder attempt. */
const SNAPSHOT_MS = 5_000;
/** How long a snapshot may take before REST is asked whether there is such a market. */
const DOUBT_MS = 2_000;
/** A book that was not wrong for this long starts again with an immediate attempt. */
const SETTLED_MS = 5_000;

type BookGroup = WaitGroup<BookEntry>;

const remedyOf = ({ trouble }: BookEntry): Remedy => trouble?.remedy ?? "ask";

function tryHarder({ trouble }: BookEntry): void {
  if (trouble !== undefined) trouble.remedy = HARDER[trouble.remedy];
}

/** What the upkeep is made from. */
export interface BookUpkeepOptions {
  readonly feed: BookFeed;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  /** Has books subscribed to anew; resolves when their old subscription has gone. */
  readonly subscribeAnew: (entries: readonly BookEntry[]) => Promise<void>;
  /** Told of those whose snapshot does not come; undefined where they cannot be looked up. */
  readonly onMissing: ((entries: readonly BookEntry[]) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

/** The upkeep of all books of a stream. */
export class BookUpkeep {
  readonly #options: BookUpkeepOptions;
  /** What is asked for at the end of this turn, in one command. */
  #due: BookGroup | undefined;
  /** What went stale in this turn, and must not be asked for at once. */
  #later: BookGroup | undefined;
  /** When the last snapshot of any market came, in milliseconds of the monotonic clock. */
  #answeredAtMs = -Infinity;
  /** The same of those that wait for one. */
  #progressAtMs = -Infinity;

  constructor(options: BookUpkeepOptions) {
    this.#options = options;
  }

  /** A snapshot came, of any market. */
  heard(entry: BookEntry | undefined): void {
    this.#answeredAtMs = this.#options.clock.monotonic();
    const is = entry?.upkeep.is;
    if (is === "awaiting" || is === "leaving") this.#progressAtMs = this.#answeredAtMs;
  }

  /** A book is right. */
  healed(entry: BookEntry): void {
    entry.trouble = undefined;
    entry.become({ is: "live" });
  }

  /** A book is wrong, or still is. */
  stale(entry: BookEntry): void {
    const { clock, feed } = this.#options;
    if (entry.upkeep.is === "refused") return;
    // Without a subscription there is nothing to ask: making one brings snapshots.
    if (!feed.isSubscribed) return entry.become({ is: "subscribing" });
    const now = clock.monotonic();
    const isSettled = now - entry.staleAtMs > SETTLED_MS && remedyOf(entry) === "ask";
    entry.tries = isSettled ? 0 : entry.tries + 1;
    entry.staleAtMs = now;
    entry.become({ is: "pausing", group: isSettled ? this.#now() : this.#pause() });
  }

  /** What was asked for may not come any more: the subscription is gone, or its numbers started over. */
  interrupted(entry: BookEntry): void {
    if (entry.upkeep.is === "refused" || this.#options.feed.isSubscribed) return;
    entry.become({ is: "subscribing" });
  }

  /** The subscription stands: a snapshot of each market is on its way. */
  subscribed(entries: Iterable<BookEntry>): void {
    this.#await([...entries].filter(({ upkeep }) => upkeep.is === "subscribing"));
  }

  /** Has books checked against a snapshot, which also shows whether the last frames were lost. */
  ask(tickers: readonly string[]): void {
    const { feed, onError } = this.#options;
    feed.askSnapshots(tickers, SNAPSHOT_MS).catch(onError);
  }

  /** Those that are asked for at the end of this turn. */
  #now(): BookGroup {
    if (this.#due !== undefined) return this.#due;
    const due = this.#due = new WaitGroup<BookEntry>(this.#options.clock);
    queueMicrotask(() => {
      this.#due = undefined;
      this.#act(due.members);
    });
    return due;
  }

  /** Those that go stale in one go, and are asked for in one go after a pause. */
  #pause(): BookGroup {
    if (this.#later !== undefined) return this.#later;
    const { clock, backoff } = this.#options;
    const later = this.#later = new WaitGroup<BookEntry>(clock);
    queueMicrotask(() => {
      this.#later = undefined;
      if (later.size === 0) return;
      const tries = later.members.reduce((most, entry) => Math.max(most, entry.tries), 1);
      later.after(backoffMs(tries - 1, backoff, undefined, Math.random), () => {
        for (const entry of later.members) entry.become({ is: "pausing", group: this.#now() });
      });
    });
    return later;
  }

  /** The next remedy for each. */
  #act(due: readonly BookEntry[]): void {
    const by: Record<Remedy, BookEntry[]> = {
      "ask": [],
      "subscribe-anew": [],
      "connect-anew": [],
      "ask-on": [],
    };
    for (const entry of due) by[remedyOf(entry)].push(entry);
    const hopeless = by["connect-anew"].filter(({ wasLive }) => wasLive);
    for (const entry of hopeless) tryHarder(entry);
    // Not where others are answered: the market may simply be gone.
    const mute = hopeless.find(({ trouble }) => (trouble?.sinceMs ?? -Infinity) >= this.#answeredAtMs);
    if (mute !== undefined) {
      return this.#options.feed.reconnect(
        new KalshiTimeoutError(`No snapshot of ${mute.ticker} came, not even for a new subscription.`),
      );
    }
    const asked = [...by.ask, ...by["connect-anew"], ...by["ask-on"]];
    this.#await(asked);
    if (asked.length > 0) this.ask(asked.map(({ ticker }) => ticker));
    if (by["subscribe-anew"].length > 0) void this.#subscribeAnew(by["subscribe-anew"]);
  }

  async #subscribeAnew(entries: readonly BookEntry[]): Promise<void> {
    for (const entry of entries) {
      entry.become({ is: "leaving" });
      entry.market.asked();
    }
    try {
      await this.#options.subscribeAnew(entries);
    } finally {
      this.#await(entries.filter(({ upkeep }) => upkeep.is === "leaving"));
    }
  }

  /** From now on these wait for a snapshot, with a deadline. */
  #await(entries: readonly BookEntry[]): void {
    if (entries.length === 0) return;
    const { clock, onMissing } = this.#options;
    const group = new WaitGroup<BookEntry>(clock);
    const sinceMs = clock.monotonic();
    for (const entry of entries) {
      entry.trouble ??= { remedy: "ask", sinceMs, isLookedUp: false };
      entry.become({ is: "awaiting", group });
      entry.market.asked();
    }
    this.#expire(group, SNAPSHOT_MS);
    if (onMissing !== undefined) this.#doubt(group, DOUBT_MS, onMissing);
  }

  /** How much longer to wait where snapshots come one after the other, as on a slow line. */
  #patienceMs(group: BookGroup, waitMs: number, enoughMs: number): number {
    const idleMs = this.#options.clock.monotonic() - this.#progressAtMs;
    return group.size > 1 && idleMs < waitMs ? enoughMs - idleMs : 0;
  }

  /** Those whose snapshot does not come are asked for harder. */
  #expire(group: BookGroup, waitMs: number): void {
    group.after(waitMs, () => {
      const moreMs = this.#patienceMs(group, waitMs, SNAPSHOT_MS);
      if (moreMs > 0) return this.#expire(group, moreMs);
      for (const entry of group.members) {
        tryHarder(entry);
        entry.market.unanswered();
      }
    });
  }

  /** Those whose snapshot does not come are looked up. */
  #doubt(group: BookGroup, waitMs: number, onMissing: (entries: readonly BookEntry[]) => void): void {
    group.after(waitMs, () => {
      const moreMs = this.#patienceMs(group, DOUBT_MS, DOUBT_MS);
      if (moreMs > 0) return this.#doubt(group, moreMs, onMissing);
      const missing = group.members.filter(({ trouble }) => trouble !== undefined && !trouble.isLookedUp);
      onMissing(missing);
    });
  }
}
