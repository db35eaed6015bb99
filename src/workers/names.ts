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
/** How many names are believed of a question that nobody could answer. */
const UNANSWERED_MOST = 10;
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

/** Who brings names: a reader, and where it comes from. Readers of one place share the turns of one. */
export interface Origin {
  readonly reader: unknown;
  readonly place: unknown;
}

/** The names that each reader of a place brought. */
type Place = Map<unknown, Set<string>>;

/** Which names are known, and which wait to be asked for. */
export class Names {
  readonly #options: NamesOptions;
  readonly #known = new Set<string>();
  /** Whose turn is next comes first, among places and among the readers of each. */
  readonly #places = new Map<unknown, Place>();
  /** Who brought each name that waits. */
  readonly #originsOf = new Map<string, Set<Origin>>();
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
   * Puts a name on the list; false when its reader has too many on it. When all together have, the place that has the
   * most loses the newest: who brings a few names finds room for them, whatever others bring.
   */
  add(ticker: string, origin: Origin): boolean {
    const { reader, place } = origin;
    const own = this.#places.get(place)?.get(reader);
    if (own?.has(ticker)) return true;
    const count = own?.size ?? 0;
    if (count >= WAITING_PER_READER) return false;
    if (!this.#originsOf.has(ticker) && !this.#makeRoom(place, count + 1)) return false;
    const readers: Place = this.#places.get(place) ?? new Map();
    this.#places.set(place, readers.set(reader, (readers.get(reader) ?? new Set()).add(ticker)));
    this.#originsOf.set(ticker, (this.#originsOf.get(ticker) ?? new Set()).add(origin));
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

  /** Room for one more of a place, whose reader then has `count`. */
  #makeRoom(place: unknown, count: number): boolean {
    while (this.#originsOf.size >= this.#options.most) {
      const sizeOf = (readers: Place | undefined) =>
        [...readers?.values() ?? []].reduce((sum, { size }) => sum + size, 0);
      const [fullest] = largest(this.#places, sizeOf, sizeOf(this.#places.get(place)) + 1) ?? [place];
      // Where no other place has more, it is between the readers of this one.
      const least = fullest === place ? count : 0;
      const [reader, names] = largest(this.#places.get(fullest), ({ size }) => size, least) ?? [];
      const name = names && [...names].pop();
      if (name === undefined) return false;
      this.#forget(name, fullest, reader);
      if (!this.#originsOf.has(name)) this.#options.onDropped(name);
    }
    return true;
  }

  /** Takes a name from the list of one reader. */
  #forget(name: string, place: unknown, reader: unknown): void {
    const readers = this.#places.get(place);
    const names = readers?.get(reader);
    names?.delete(name);
    if (names?.size === 0) readers?.delete(reader);
    if (readers?.size === 0) this.#places.delete(place);
    const origins = this.#originsOf.get(name);
    for (const origin of origins ?? []) {
      if (origin.reader === reader && origin.place === place) origins?.delete(origin);
    }
    if (origins?.size === 0) this.#originsOf.delete(name);
  }

  /** One name of each place in turn, of each of its readers in turn. */
  #next(): string[] {
    const names: string[] = [];
    let characters = 0;
    for (;;) {
      const [first] = this.#places;
      const [place, readers] = first ?? [];
      const [second] = readers ?? [];
      const [name] = second?.[1] ?? [];
      if (readers === undefined || second === undefined || name === undefined) return names;
      const [reader, own] = second;
      characters += name.length + 1;
      if (names.length === NAMES_PER_QUESTION || characters > CHARACTERS_PER_QUESTION) return names;
      if (this.#options.isWanted(name)) names.push(name);
      else characters -= name.length + 1;
      // Who had a turn is the last to have another.
      readers.delete(reader);
      readers.set(reader, own);
      this.#places.delete(place);
      this.#places.set(place, readers);
      for (const each of [...this.#originsOf.get(name) ?? []]) this.#forget(name, each.place, each.reader);
    }
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

/** Who brings again what nobody could answer. */
const UNANSWERED: Origin = { reader: "unanswered", place: "unanswered" };

/** The entry of more than `least` that has the most. */
function largest<K, V>(
  of: ReadonlyMap<K, V> | undefined,
  sizeOf: (value: V) => number,
  least: number,
): [K, V] | undefined {
  let found: [K, V] | undefined;
  let most = least;
  for (const [key, value] of of ?? []) {
    const size = sizeOf(value);
    if (size > most) [found, most] = [[key, value], size];
  }
  return found;
}

/** Whether the question itself was refused, and not who asks, or how often. */
function isAboutTheNames(error: unknown): boolean {
  const { status = 0 } = error instanceof KalshiError ? error : {};
  return status >= 400 && status < 500 && ![401, 403, 408, 425, 429].includes(status);
}
