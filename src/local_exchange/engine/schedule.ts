import { type Timed, TimeHeap } from "../../base/time_heap.ts";

/** Something to happen at a time. */
export interface Due extends Timed {
  /** Lets it happen, once. */
  readonly run: () => void;
  /** It is not to happen any longer; harmless once it has. */
  readonly cancel: () => void;
}

class ScheduledThing implements Due {
  readonly at: number;
  readonly order: number;
  #run: (() => void) | undefined;
  readonly #onCancel: (due: ScheduledThing) => void;

  constructor(at: number, order: number, run: () => void, onCancel: (due: ScheduledThing) => void) {
    this.at = at;
    this.order = order;
    this.#run = run;
    this.#onCancel = onCancel;
  }

  get isOver(): boolean {
    return this.#run === undefined;
  }

  run(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.();
  }

  cancel(): void {
    if (this.#run === undefined) return;
    this.#run = undefined;
    this.#onCancel(this);
  }
}

/** What will happen when, first come first served within a time. */
export class Schedule {
  readonly #heap = new TimeHeap<ScheduledThing>();
  #made = 0;
  /** Told when another thing has become the next one. */
  onNext: (() => void) | undefined;

  /** Adds something. */
  add(at: number, run: () => void): Due {
    const due = new ScheduledThing(at, this.#made++, run, (canceled) => {
      if (this.#heap.first === canceled) this.onNext?.();
    });
    this.#heap.push(due);
    if (this.#first() === due) this.onNext?.();
    return due;
  }

  /** When the next thing is due. */
  get next(): number | undefined {
    return this.#first()?.at;
  }

  /** Takes out the next thing that is due at `now`. */
  take(now: number): Due | undefined {
    const first = this.#first();
    return first === undefined || first.at > now ? undefined : this.#heap.take();
  }

  /** What is next, past what was canceled. */
  #first(): ScheduledThing | undefined {
    for (let { first } = this.#heap; first?.isOver === true; { first } = this.#heap) this.#heap.take();
    return this.#heap.first;
  }
}
