/** Something to happen at a time. */
export interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** What will happen when: a binary heap, first come first served within a time. */
export class Schedule {
  readonly #heap: Due[] = [];
  #made = 0;
  /** Told when something was added that comes before everything else. */
  onSooner: (() => void) | undefined;

  /** Adds something. */
  add(at: number, run: () => void): void {
    const heap = this.#heap;
    const due = { at, order: this.#made++, run };
    let index = heap.length;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || before(parent, due)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = due;
    if (index === 0) this.onSooner?.();
  }

  /** When the next thing is due. */
  get next(): number | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes out the next thing that is due at `now`. */
  take(now: number): Due | undefined {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return undefined;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    while (true) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const [child, childIndex] = right !== undefined && before(right, left)
        ? [right, 2 * index + 2]
        : [left, 2 * index + 1];
      if (before(last, child)) break;
      heap[index] = child;
      index = childIndex;
    }
    heap[index] = last;
    return first;
  }
}
