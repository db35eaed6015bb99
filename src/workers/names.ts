/**
 * Names of markets that nobody has read yet: REST is asked whether there are such markets before Kalshi's WebSocket
 * hears of them. There one unknown name costs commands that all readers wait for.
 *
 * @module
 */

import { systemClock } from "../base/clock.ts";
import { delay } from "../base/waits.ts";

/** How many names one question holds, and how many milliseconds pass between two. */
const NAMES_PER_QUESTION = 100;
const BETWEEN_MS = 500;
/** How many names may wait, of one reader and of all. */
const WAITING_PER_READER = 150;
const WAITING_MOST = 500;
/** How many names that there are stay known. */
const KNOWN_MOST = 10_000;

/** What names are asked with. */
export interface NamesOptions {
  /** The statuses of those markets that there are, by ticker. */
  readonly lookUp: (tickers: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Told of each name that was asked for: its market's status, undefined when there is none, or the error. */
  readonly onAnswer: (ticker: string, status: string | undefined, error?: unknown) => void;
  /** Told after the last name of a question. */
  readonly onAnswered: () => void;
  /** Told of a question that failed. */
  readonly onError: (error: unknown) => void;
}

/** Which names are known, and which wait to be asked for. */
export class Names {
  readonly #options: NamesOptions;
  readonly #known = new Set<string>();
  /** Names that wait, by who brought them; each has its turn. */
  readonly #waiting = new Map<unknown, Set<string>>();
  #size = 0;
  #isAsking = false;

  constructor(options: NamesOptions) {
    this.#options = options;
  }

  /** Whether there is such a market. */
  isKnown(ticker: string): boolean {
    return this.#known.has(ticker);
  }

  /** Remembers that there is such a market. */
  know(ticker: string): void {
    this.#known.delete(ticker);
    this.#known.add(ticker);
    const [oldest] = this.#known;
    if (this.#known.size > KNOWN_MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  /** It is no longer sure. */
  doubt(ticker: string): void {
    this.#known.delete(ticker);
  }

  /** Puts a name on the list; false when `owner`, or all together, have too many on it. */
  add(ticker: string, owner: unknown): boolean {
    const own = this.#waiting.get(owner) ?? new Set();
    if (own.size >= WAITING_PER_READER || this.#size >= WAITING_MOST) return false;
    this.#waiting.set(owner, own);
    if (!own.has(ticker)) this.#size++;
    own.add(ticker);
    return true;
  }

  /** Asks for what waits, one question after the other. */
  ask(): void {
    if (this.#isAsking || this.#size === 0) return;
    this.#isAsking = true;
    void this.#question(this.#next()).finally(() => delay(systemClock, BETWEEN_MS)).finally(() => {
      this.#isAsking = false;
      this.ask();
    });
  }

  /** One name of each who has some, over and over. */
  #next(): string[] {
    const names = new Set<string>();
    while (this.#size > 0 && names.size < NAMES_PER_QUESTION) {
      for (const [owner, own] of this.#waiting) {
        const [name] = own;
        if (name !== undefined && names.size < NAMES_PER_QUESTION) {
          own.delete(name);
          names.add(name);
          this.#size--;
        }
        if (own.size === 0) this.#waiting.delete(owner);
      }
    }
    return [...names];
  }

  async #question(names: readonly string[]): Promise<void> {
    const { lookUp, onAnswer, onAnswered, onError } = this.#options;
    try {
      const statuses = await lookUp(names);
      for (const name of names) onAnswer(name, statuses.get(name));
    } catch (error) {
      onError(error);
      for (const name of names) onAnswer(name, undefined, error);
    }
    onAnswered();
  }
}
