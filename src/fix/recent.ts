/**
 * The last values under rising numbers, each found and let go in the same short time: a map whose oldest entries are
 * deleted one by one looks at all the places of those before it finds the next.
 */
export class Recent<Value> {
  readonly #keep: number;
  readonly #gone: (value: Value) => void;
  /** In order of their numbers; those before `#first` are let go, and cut off when they are the greater part. */
  #entries: (readonly [number: number, value: Value] | undefined)[] = [];
  #first = 0;

  /** Keeps so many, and tells of those that are let go or replaced. */
  constructor(keep: number, gone: (value: Value) => void = () => {}) {
    this.#keep = keep;
    this.#gone = gone;
  }

  /** How many there are. */
  get size(): number {
    return this.#entries.length - this.#first;
  }

  /** Numbers that begin again at a lower one stand for something else: what was kept from there on goes. */
  set(number: number, value: Value): void {
    const entries = this.#entries;
    while (this.size > 0 && this.#numberAt(entries.length - 1) >= number) this.#tell(entries.pop());
    entries.push([number, value]);
    if (this.size <= this.#keep) return;
    this.#tell(entries[this.#first]);
    entries[this.#first++] = undefined;
    if (this.#first < 1000 || this.#first < this.size) return;
    this.#entries = entries.slice(this.#first);
    this.#first = 0;
  }

  /** Those from one number to another, both included, in order. */
  between(from: number, to: number): (readonly [number: number, value: Value])[] {
    let low = this.#first;
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >> 1;
      if (this.#numberAt(middle) < from) low = middle + 1;
      else high = middle;
    }
    const found: (readonly [number, Value])[] = [];
    for (; low < this.#entries.length; low++) {
      const entry = this.#entries[low];
      if (entry === undefined || entry[0] > to) break;
      found.push(entry);
    }
    return found;
  }

  clear(): void {
    this.#entries = [];
    this.#first = 0;
  }

  #tell(entry: readonly [number: number, value: Value] | undefined): void {
    if (entry !== undefined) this.#gone(entry[1]);
  }

  #numberAt(at: number): number {
    return this.#entries[at]?.[0] ?? NaN;
  }
}
