/**
 * The premium index of a market: how far the middle of its book is from its index, a sample each whole second. It is kept
 * as what it changed to and when, so that nothing has to happen in seconds in which nothing does.
 *
 * @module
 */

/** A second's sample, as a part of the index; see `RATE_ONE`. */
export interface PremiumSample {
  readonly at: number;
  readonly premium: number;
}

/** From `second` on each sample is `value`, until the next of these. */
interface Change {
  readonly second: number;
  value: number | undefined;
  /** Sum and number of the samples before it. */
  readonly sum: number;
  readonly count: number;
}

const SECOND = 1_000;
/** So many changes are kept at least, which is a day in which each second had one. */
const MOST_CHANGES = 86_400;

/** The second whose sample is the first that sees what happens at a time. */
const secondFrom = (at: number): number => Math.ceil(at / SECOND);

/** The premium index of one market. */
export class PremiumIndex {
  #changes: Change[] = [];

  /** What the next sample will be, unless it changes until then; undefined where there is none. */
  get value(): number | undefined {
    return this.#changes.at(-1)?.value;
  }

  /** The second from which on it is what it is now. */
  get since(): number {
    return (this.#changes.at(-1)?.second ?? 0) * SECOND;
  }

  /** It is another one from a time on. */
  set(at: number, value: number | undefined): void {
    const last = this.#changes.at(-1);
    if (last !== undefined && last.value === value) return;
    const second = secondFrom(at);
    if (last !== undefined && last.second === second) {
      last.value = value;
      return;
    }
    const { sum, count } = this.#until(second);
    this.#changes.push({ second, value, sum, count });
    if (this.#changes.length > 2 * MOST_CHANGES) this.#changes = this.#changes.slice(-MOST_CHANGES);
  }

  /** Mean of the samples from a time to before another one; undefined where there are none. */
  mean(from: number, to: number): number | undefined {
    const begins = this.#until(secondFrom(from));
    const ends = this.#until(secondFrom(to));
    const count = ends.count - begins.count;
    return count <= 0 ? undefined : Math.round((ends.sum - begins.sum) / count) + 0;
  }

  /** The samples from a time to before another one, oldest first. */
  samples(from: number, to: number): PremiumSample[] {
    const samples: PremiumSample[] = [];
    for (let second = secondFrom(from); second * SECOND < to; second++) {
      const premium = this.#changes[this.#indexAt(second)]?.value;
      if (premium !== undefined) samples.push({ at: second * SECOND, premium });
    }
    return samples;
  }

  /** Sum and number of the samples before a second. */
  #until(second: number): Pick<Change, "sum" | "count"> {
    const change = this.#changes[this.#indexAt(second - 1)];
    if (change === undefined) return { sum: 0, count: 0 };
    if (change.value === undefined) return change;
    const seconds = second - change.second;
    return { sum: change.sum + change.value * seconds, count: change.count + seconds };
  }

  /** Which change a second's sample goes by; -1 where it is before all of them. */
  #indexAt(second: number): number {
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle] as Change).second <= second) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
