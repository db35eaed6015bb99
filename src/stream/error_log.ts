/**
 * Errors that nobody else hears of, on the console: each kind once, and then how often it came.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";

/** How many kinds are told apart; all further ones are one kind. */
const KINDS = 100;
/** One that goes on is told of again after this long. */
const AGAIN_MS = 60_000;
const LONGEST_KIND = 200;

interface Kind {
  count: number;
  /** How many of them the console knows of. */
  told: number;
  toldAt: number;
}

const isPowerOfTen = (count: number) => /^10*$/.test(String(count));

/**
 * Writes to `console.error`. Errors of the same name and message are one kind. The first of a kind is written as it
 * is; then its count is: at the 10th, the 100th, the 1,000th, when a minute has passed since it was last told of, and
 * at the end. No timer: it keeps no process alive.
 */
export class ErrorLog {
  readonly #clock: Clock;
  readonly #kinds = new Map<string, Kind>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** An error; `what` says where it came from. */
  write(what: string, error: unknown): void {
    const now = this.#clock.monotonic();
    let name = describe(what, error);
    let kind = this.#kinds.get(name);
    if (kind === undefined) {
      if (this.#kinds.size >= KINDS) name = "Other errors";
      kind = this.#kinds.get(name);
      if (kind === undefined) {
        this.#kinds.set(name, { count: 1, told: 1, toldAt: now });
        return console.error(what, error);
      }
    }
    kind.count++;
    if (isPowerOfTen(kind.count) || now - kind.toldAt >= AGAIN_MS) this.#tell(name, kind, now);
  }

  /** Writes the counts that were not told yet. */
  end(): void {
    for (const [name, kind] of this.#kinds) {
      if (kind.count > kind.told) this.#tell(name, kind, this.#clock.monotonic());
    }
  }

  #tell(name: string, kind: Kind, now: number): void {
    kind.told = kind.count;
    kind.toldAt = now;
    console.error(`${name} (${kind.count} times so far)`);
  }
}

function describe(what: string, error: unknown): string {
  try {
    return `${what} ${String(error)}`.slice(0, LONGEST_KIND);
  } catch {
    return what; // it cannot even be shown
  }
}
