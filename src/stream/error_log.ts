/**
 * Errors that nobody else hears of, on the console: each kind once, and then how often it came.
 *
 * @module
 */

import type { Clock } from "../base/clock.ts";
import type { WriteLine } from "../base/logger.ts";

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
 * Writes to a logger, or to `console.error`. Errors of the same name and message are one kind. The first of a kind is written as it
 * is; then its count is: at the 10th, the 100th, the 1,000th, when a minute has passed since it was last told of, and
 * at the end. No timer: it keeps no process alive.
 */
export class ErrorLog {
  readonly #clock: Clock;
  readonly #log: WriteLine | undefined;
  readonly #kinds = new Map<string, Kind>();

  /** @param log writes lines in place of the console */
  constructor(clock: Clock, log?: WriteLine) {
    this.#clock = clock;
    this.#log = log;
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
        return this.#log === undefined ? console.error(what, error) : this.#log(name, { error });
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
    const line = `${name} (${kind.count} times so far)`;
    if (this.#log === undefined) console.error(line);
    else this.#log(line, { count: kind.count });
  }
}

function describe(what: string, error: unknown): string {
  try {
    return `${what} ${String(error)}`.slice(0, LONGEST_KIND);
  } catch {
    return what; // it cannot even be shown
  }
}
