/**
 * Asks Kalshi for the books that are not right, soon and not too often, and for one that is, in turns, as a check.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";

/** Nobody asks more often than this, in milliseconds. */
const LEAST_MS = 1_000;
const MOST_MS = 60_000;
/** One book is checked every so many milliseconds. */
const AUDIT_MS = 10_000;

/** What asking needs. */
export interface SnapshotRequestsOptions {
  readonly clock: Clock;
  /** The markets whose book is not right. */
  readonly missing: () => readonly string[];
  /** The markets whose books are checked in turns. */
  readonly audited: () => readonly string[];
  readonly ask: (tickers: readonly string[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Asks for snapshots. */
export class SnapshotRequests {
  readonly #options: SnapshotRequestsOptions;
  #timer: ClockTimer | undefined;
  /** The markets of the last question that are still missing, and how long they wait for the next. */
  #asked: ReadonlySet<string> = new Set();
  #waitMs = LEAST_MS;
  #dueAt = 0;
  #auditAt = 0;
  #next = 0;

  constructor(options: SnapshotRequestsOptions) {
    this.#options = options;
  }

  start(): void {
    const now = this.#options.clock.monotonic();
    // What was subscribed to just now sends snapshots unasked.
    this.#dueAt = now + LEAST_MS;
    this.#auditAt = now + AUDIT_MS;
    this.#wait();
  }

  stop(): void {
    this.#timer?.clear();
  }

  #wait(): void {
    this.#timer = this.#options.clock.setTimer(() => {
      this.#look();
      this.#wait();
    }, LEAST_MS / 4);
  }

  #look(): void {
    const { clock, missing, audited } = this.#options;
    const now = clock.monotonic();
    const tickers = missing();
    // One that was not missing before need not wait as long as those that do not come.
    const isNew = tickers.some((ticker) => !this.#asked.has(ticker));
    if (tickers.length === 0) {
      this.#asked = new Set();
      this.#waitMs = LEAST_MS;
      if (now < this.#auditAt) return;
      this.#auditAt = now + AUDIT_MS;
      const all = audited();
      if (all.length > 0) this.#ask([all[this.#next++ % all.length] as string]);
    } else if (
      now >= this.#dueAt || isNew && this.#waitMs > LEAST_MS && now >= this.#dueAt - this.#waitMs + LEAST_MS
    ) {
      this.#waitMs = isNew ? LEAST_MS : Math.min(this.#waitMs * 2, MOST_MS);
      this.#dueAt = now + this.#waitMs;
      this.#asked = new Set(tickers);
      this.#ask(tickers);
    }
  }

  #ask(tickers: readonly string[]): void {
    this.#options.ask(tickers).catch(this.#options.onError);
  }
}
