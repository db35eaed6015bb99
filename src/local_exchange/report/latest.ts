/** The latest of many things, not more than so many, and how many there were. */
export class LatestOf<T> {
  readonly #most: number;
  #kept: T[] = [];
  #total = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get total(): number {
    return this.#total;
  }

  /** The latest, oldest first. */
  get kept(): readonly T[] {
    return this.#kept.length > this.#most ? this.#kept.slice(this.#kept.length - this.#most) : this.#kept;
  }

  add(thing: T): void {
    this.#total++;
    if (this.#most === 0) return;
    this.#kept.push(thing);
    // Dropped by the half, so that each is moved once.
    if (this.#kept.length >= 2 * this.#most) this.#kept = this.#kept.slice(this.#kept.length - this.#most);
  }
}
