import { type Timed, TimeHeap } from "../../base/time_heap.ts";

/** Something to happen at a time. */
export interface Due extends Timed {
  readonly run: () => void;
}

/** What will happen when, first come first served within a time. */
export class Schedule {
  readonly #heap = new TimeHeap<Due>();
  #made = 0;
  /** Told when something was added that comes before everything else. */
  onSooner: (() => void) | undefined;

  /** Adds something. */
  add(at: number, run: () => void): void {
    const due = { at, order: this.#made++, run };
    this.#heap.push(due);
    if (this.#heap.first === due) this.onSooner?.();
  }

  /** When the next thing is due. */
  get next(): number | undefined {
    return this.#heap.first?.at;
  }

  /** Takes out the next thing that is due at `now`. */
  take(now: number): Due | undefined {
    const { first } = this.#heap;
    return first === undefined || first.at > now ? undefined : this.#heap.take();
  }
}
