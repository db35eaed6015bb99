/**
 * One market's book of a stream: who reads it, and what is being done to keep it right.
 *
 * @module
 */

import type { BookChange } from "../books/changes.ts";
import { KeptBook } from "../books/kept_book.ts";
import type { WaitGroup } from "./wait_group.ts";

/**
 * What a book waits for. A snapshot that does the book good leads from each to `live`, the loss of the subscription to
 * `subscribing`, and closing to `closed`; what else leads out of a state stands with it.
 */
export type Upkeep =
  /** Its snapshot comes with the subscription. Left for `awaiting` when Kalshi has acknowledged that. */
  | { readonly is: "subscribing" }
  /** It is right. Left for `pausing` when it no longer is. */
  | { readonly is: "live" }
  /** It is wrong. Left with its group, when the pause is over: for `awaiting` or `leaving`. */
  | { readonly is: "pausing"; readonly group: WaitGroup<BookEntry> }
  /** Its old subscription goes: what still comes of it heals nothing. Left for `awaiting` when it has gone. */
  | { readonly is: "leaving" }
  /** A snapshot was asked for. Left for `pausing` when the group's time is up, or the snapshot is no good. */
  | { readonly is: "awaiting"; readonly group: WaitGroup<BookEntry> }
  /** Kalshi refuses the market, and REST is asked why. Left for `closed` by the answer. */
  | { readonly is: "refused" }
  /** Nobody keeps it up. */
  | { readonly is: "closed" };

/** What to do next for a book that is wrong. */
export type Remedy = "ask" | "subscribe-anew" | "connect-anew" | "ask-on";

/** What comes after a remedy that brought no snapshot. A new connection is made once. */
export const HARDER: Readonly<Record<Remedy, Remedy>> = {
  "ask": "subscribe-anew",
  "subscribe-anew": "connect-anew",
  "connect-anew": "ask-on",
  "ask-on": "ask-on",
};

/** What has been tried for a book since it last had a snapshot. */
export interface Trouble {
  remedy: Remedy;
  /** Since when one was asked for in vain, in milliseconds of the monotonic clock. */
  readonly sinceMs: number;
  /** True while it is looked up, and when REST has said that the market is there. */
  isLookedUp: boolean;
}

/** One market. */
export class BookEntry extends KeptBook {
  /** When it last went stale, in milliseconds of the monotonic clock, and how often in a row without settling. */
  staleAtMs = -Infinity;
  tries = 0;
  trouble: Trouble | undefined;
  #upkeep: Upkeep = { is: "subscribing" };

  constructor(ticker: string, onChange: (entry: BookEntry, change: BookChange) => void) {
    super(ticker, (change) => onChange(this, change));
  }

  /** Whether it was live before it went stale. */
  get wasLive(): boolean {
    return this.provenAtMs > -Infinity;
  }

  /** What it waits for. */
  get upkeep(): Upkeep {
    return this.#upkeep;
  }

  /** Goes over into another state; the group that it was in waits no longer for it. */
  become(next: Upkeep): void {
    const before = this.#upkeep;
    if ("group" in before) before.group.remove(this);
    this.#upkeep = next;
    if ("group" in next) next.group.add(this);
  }
}
