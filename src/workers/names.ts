/**
 * Names of markets that nobody has read yet: REST is asked whether there are such markets before Kalshi's WebSocket
 * hears of them. There one unknown name costs commands that all readers wait for.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import { KalshiError } from "../base/errors.ts";
import { delay } from "../base/waits.ts";

/** How many names one question holds, how many characters of them, and how many milliseconds pass between two. */
const NAMES_PER_QUESTION = 100;
const CHARACTERS_PER_QUESTION = 4_000;
const BETWEEN_MS = 500;
/** How many names of one reader may wait. */
const WAITING_PER_READER = 150;
/** How many names are believed of a question that nobody could answer; who the others then wait for. */
const UNANSWERED_MOST = 10;
const UNANSWERED = Symbol("unanswered");
/** How many names that there are stay known. */
const KNOWN_MOST = 10_000;

/** What names are asked with. */
export interface NamesOptions {
  readonly clock: Clock;
  /** How many names may wait in all. */
  readonly most: number;
  /** The statuses of those markets that there are, by ticker. */
  readonly lookUp: (tickers: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** Whether anybody still waits to hear of a name. */
  readonly isWanted: (ticker: string) => boolean;
  /** Told of each name that was asked for: its market's status, undefined when there is none, or the error. */
  readonly onAnswer: (ticker: string, status: string | undefined, error?: unknown) => void;
  /** Told after the last name of a question. */
  readonly onAnswered: () => void;
  /** Told of a name that had to make room for those of readers who bring fewer. */
  readonly onDropped: (ticker: string) => void;
  /** Told of a question that failed. */
  readonly onError: (error: unknown) => void;
}

/** Which names are known, and which wait to be asked for. */
export class Names {
  readonly #options: NamesOptions;
  readonly #known = new Set<string>();
  /** Names that wait, by who brought them, and the other way round. */
  readonly #namesOf = new Map<unknown, Set<string>>();
  readonly #ownersOf = new Map<string, Set<unknown>>();
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

  /**
   * Puts a name on the list; false when `owner` has too many on it. When all together have, whoever has the most loses
   * the newest: a reader who brings a few names finds room for them, whatever others bring.
   */
  add(ticker: string, owner: unknown): boolean {
    const own = this.#namesOf.get(owner) ?? new Set();
    if (own.has(ticker)) return true;
    if (own.size >= WAITING_PER_READER) return false;
    if (!this.#ownersOf.has(ticker) && !this.#makeRoom(own.size + 1)) return false;
    this.#namesOf.set(owner, own.add(ticker));
    this.#ownersOf.set(ticker, (this.#ownersOf.get(ticker) ?? new Set()).add(owner));
    return true;
  }

  /** Asks for what waits, one question after the other. */
  ask(): void {
    if (this.#isAsking) return;
    const names = this.#next();
    if (names.length === 0) return;
    this.#isAsking = true;
    void this.#question(names).finally(() => delay(this.#options.clock, BETWEEN_MS)).finally(() => {
      this.#isAsking = false;
      this.ask();
    });
  }

  /** Room for one more of somebody who then has `count`. */
  #makeRoom(count: number): boolean {
    while (this.#ownersOf.size >= this.#options.most) {
      let most: Set<string> | undefined;
      let owner: unknown;
      for (const [each, names] of this.#namesOf) {
        if (names.size > (most?.size ?? count)) [owner, most] = [each, names];
      }
      const name = most && [...most].pop();
      if (name === undefined) return false;
      this.#remove(name, owner);
      if (!this.#ownersOf.has(name)) this.#options.onDropped(name);
    }
    return true;
  }

  #remove(name: string, owner: unknown): void {
    const names = this.#namesOf.get(owner);
    names?.delete(name);
    if (names?.size === 0) this.#namesOf.delete(owner);
    const owners = this.#ownersOf.get(name);
    owners?.delete(owner);
    if (owners?.size === 0) this.#ownersOf.delete(name);
  }

  /** One name of each who has some, over and over. */
  #next(): string[] {
    const names: string[] = [];
    let characters = 0;
    while (this.#ownersOf.size > 0) {
      for (const [owner, [name = ""]] of [...this.#namesOf]) {
        if (!this.#ownersOf.has(name)) continue; // somebody else had it asked a moment ago
        characters += name.length + 1;
        if (names.length === NAMES_PER_QUESTION || characters > CHARACTERS_PER_QUESTION) return names;
        if (this.#options.isWanted(name)) names.push(name);
        else characters -= name.length + 1;
        for (const each of [...this.#ownersOf.get(name) ?? [owner]]) this.#remove(name, each);
      }
    }
    return names;
  }

  async #question(names: readonly string[]): Promise<void> {
    const { clock, lookUp, onAnswer, onAnswered, onDropped, onError } = this.#options;
    try {
      const statuses = await lookUp(names);
      for (const name of names) onAnswer(name, statuses.get(name));
    } catch (error) {
      if (names.length > 1 && isAboutTheNames(error)) {
        // One of them is to blame, and the others are not to suffer for it.
        const middle = names.length >> 1;
        await this.#question(names.slice(0, middle));
        await delay(clock, BETWEEN_MS);
        return await this.#question(names.slice(middle));
      }
      onError(error);
      // Kalshi's WebSocket has to say it, and it is not asked for many at once either.
      for (const name of names.slice(0, UNANSWERED_MOST)) onAnswer(name, undefined, error);
      for (const name of names.slice(UNANSWERED_MOST)) if (!this.add(name, UNANSWERED)) onDropped(name);
    }
    onAnswered();
  }
}

/** Whether the question itself was refused, and not who asks, or how often. */
function isAboutTheNames(error: unknown): boolean {
  const { status = 0 } = error instanceof KalshiError ? error : {};
  return status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}
