import type { Clock, ClockTimer } from "../../src/base/clock.ts";

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A moved clock for long simulations: between two timers it lets promise chains run, but not the runtime's own
 * queues, so that it passes many thousand timers in a second. Where more than promises is under way, such as an
 * answer over a socket, `idle` resolves when there is nothing but timers to wait for.
 */
export class SimClock implements Clock {
  #now = 0;
  #made = 0;
  readonly #heap: Entry[] = [];
  readonly #cleared = new Set<Entry>();
  readonly #idle: () => Promise<void>;

  constructor(idle: () => Promise<void> = () => Promise.resolve()) {
    this.#idle = idle;
  }

  now(): number {
    return 1_790_000_000_000 + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  get pending(): number {
    return this.#heap.length - this.#cleared.size;
  }

  setTimer(callback: () => void, delayMs: number): ClockTimer {
    const entry = { at: this.#now + Math.max(0, delayMs), order: this.#made++, callback };
    this.#push(entry);
    return {
      clear: () => {
        if (this.#heap.includes(entry)) this.#cleared.add(entry);
      },
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(resolve, ms));
  }

  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.#settle();
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#pop();
      if (this.#cleared.delete(next)) continue;
      this.#now = next.at;
      next.callback();
      await this.#settle();
    }
    this.#now = end;
  }

  async #settle(): Promise<void> {
    await promiseChains();
    await this.#idle();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!this.#before(at, up)) break;
      this.#swap(at, up);
      at = up;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let at = 0;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && this.#before(child, least)) least = child;
      }
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return false;
    return first.at < second.at || (first.at === second.at && first.order < second.order);
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}

/** Lets promise chains run. */
export async function promiseChains(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await null;
}
