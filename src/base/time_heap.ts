/** What waits for a time: a binary heap, first come first served within a time. */

/** Something that waits. */
export interface Timed {
  /** When it is due. */
  readonly at: number;
  /** Its number among all, which grows. */
  readonly order: number;
}

const before = (one: Timed, other: Timed): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** Keeps what waits, and knows what is next. */
export class TimeHeap<T extends Timed> {
  #items: T[] = [];

  /** How many wait. */
  get size(): number {
    return this.#items.length;
  }

  /** What is next. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Adds one. */
  push(item: T): void {
    const heap = this.#items;
    let index = heap.length;
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || before(parent, item)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = item;
  }

  /** Takes out what is next. */
  take(): T | undefined {
    const heap = this.#items;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    while (true) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const [child, at] = right !== undefined && before(right, left)
        ? [right, 2 * index + 2] as const
        : [left, 2 * index + 1] as const;
      if (before(last, child)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
    return first;
  }

  /** Takes out all, in no order. */
  takeAll(): T[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }
}
