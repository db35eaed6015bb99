/**
 * The client order ids of a quote manager: `q-<name>-<instance>-<number>`. The name tells its orders from everybody
 * else's, over processes; the instance keeps two processes from using one id.
 *
 * @module
 */

/** What a manager may be called. */
export const NAME = /^[A-Za-z0-9_]{1,16}$/;

/** What gives ids, and knows its own. */
export class QuoteIds {
  /** What all ids of managers of this name begin with. */
  readonly prefix: string;
  readonly #instance: string;
  #count = 0;

  constructor(name: string) {
    this.prefix = `q-${name}-`;
    this.#instance = crypto.randomUUID().replaceAll("-", "").slice(0, 12);
  }

  /** An id that was never used. */
  next(): string {
    return `${this.prefix}${this.#instance}-${(++this.#count).toString(36)}`;
  }

  /** Whether an id is that of a manager of this name, in this process or in an earlier one. */
  isOwn(id: string): boolean {
    return id.startsWith(this.prefix);
  }
}
