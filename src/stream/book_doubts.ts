/**
 * Markets whose books do not come, looked up through REST a few at a time.
 *
 * @module
 */

import type { KalshiError } from "../base/errors.ts";
import type { BookEntry } from "./book_entry.ts";
import { type MarketLookup, whyAbsent } from "./market_lookup.ts";

/** How many markets are looked up at once. */
const LOOK_UPS = 4;

/** A market to look up, and Kalshi's refusal where it was refused. */
interface Doubt {
  readonly entry: BookEntry;
  readonly refusal: KalshiError | undefined;
}

/** What the look-ups are made from. */
export interface BookDoubtsOptions {
  readonly lookUp: MarketLookup;
  /** There is no book of this market. */
  readonly onAbsent: (entry: BookEntry, why: KalshiError) => void;
  readonly onError: (error: unknown) => void;
}

/** The look-ups of a stream. */
export class BookDoubts {
  readonly #options: BookDoubtsOptions;
  readonly #waiting: Doubt[] = [];
  #running = 0;

  constructor(options: BookDoubtsOptions) {
    this.#options = options;
  }

  /** Looks a market up; `refusal`: what Kalshi said to it. */
  add(entry: BookEntry, refusal?: KalshiError): void {
    if (entry.trouble !== undefined) entry.trouble.isLookedUp = true;
    this.#waiting.push({ entry, refusal });
    this.#run();
  }

  /** Forgets those whose turn has not come. */
  clear(): void {
    this.#waiting.length = 0;
  }

  #run(): void {
    while (this.#running < LOOK_UPS) {
      const doubt = this.#waiting.shift();
      if (doubt === undefined) return;
      this.#running++;
      void this.#settle(doubt).finally(() => {
        this.#running--;
        this.#run();
      });
    }
  }

  async #settle({ entry, refusal }: Doubt): Promise<void> {
    const { lookUp, onAbsent, onError } = this.#options;
    const isDoubtful = () => entry.upkeep.is !== "live" && entry.upkeep.is !== "closed";
    if (!isDoubtful()) return;
    let why = refusal;
    try {
      why = await whyAbsent(entry.ticker, lookUp) ?? refusal;
    } catch (cause) {
      // It is looked up again when the next snapshot does not come.
      if (entry.trouble !== undefined) entry.trouble.isLookedUp = false;
      if (isDoubtful()) onError(cause);
    }
    if (why !== undefined && isDoubtful()) onAbsent(entry, why);
  }
}
