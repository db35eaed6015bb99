/**
 * Calls that wait for the same buckets, in the order that they came.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { KalshiError } from "../base/errors.ts";
import { LONGEST_MS } from "../base/waits.ts";
import type { Payer } from "./charge.ts";

/** A call that waits. */
export interface Waiter {
  /** Place among all that ever waited for this kind of bucket. */
  readonly place: number;
  readonly cost: number;
  /** How many items its batch has. */
  readonly items: number;
  readonly sinceMs: number;
  readonly admit: () => void;
  readonly refuse: (error: KalshiError) => void;
  /** It was let through, was refused, or has left. Who is gone stays linked until the line comes to it. */
  gone: boolean;
  next: Waiter | undefined;
}

/**
 * - `ready`: its first may be served;
 * - `asking`: a store is asked for tokens; its answer makes it ready;
 * - `paused`: its buckets do not cover the first; the timer makes it ready, and so does {@linkcode Line.wake}.
 */
type LineState =
  | { readonly kind: "ready" | "asking" }
  | { readonly kind: "paused"; readonly timer: ClockTimer };

/** Calls that wait for the same buckets. */
export class Line {
  /** Whose buckets pay. */
  readonly payer: Payer;
  /** Whether these are cancels. */
  readonly urgent: boolean;
  #state: LineState = { kind: "ready" };
  #first: Waiter | undefined;
  #last: Waiter | undefined;
  #waiting = 0;

  constructor(payer: Payer, urgent: boolean) {
    this.payer = payer;
    this.urgent = urgent;
  }

  /** Whether its first may be served. */
  get isReady(): boolean {
    return this.#state.kind === "ready";
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Who is next. */
  get head(): Waiter | undefined {
    while (this.#first?.gone) this.#first = this.#first.next;
    return this.#first;
  }

  /** Those who wait, in order. */
  *[Symbol.iterator](): Iterator<Waiter> {
    for (let at = this.head; at !== undefined; at = at.next) {
      if (!at.gone) yield at;
    }
  }

  /** Takes somebody in. */
  join(waiter: Waiter): void {
    this.#waiting++;
    if (this.head !== undefined && this.#last !== undefined) this.#last = this.#last.next = waiter;
    else this.#first = this.#last = waiter;
  }

  /** Lets somebody go. */
  leave(waiter: Waiter): void {
    waiter.gone = true;
    this.#waiting--;
  }

  /** Serves nobody until a store has answered, which never rejects, and then calls back in the same breath. */
  ask<T>(answer: Promise<T>, then: (answer: T) => void): void {
    this.#state = { kind: "asking" };
    answer.then((answer) => {
      this.#state = { kind: "ready" };
      then(answer);
    });
  }

  /** Serves nobody for a while, and then calls back. */
  pause(clock: Clock, pauseMs: number, then: () => void): void {
    // Who has to wait for longer than a timer holds is woken early and waits again.
    const timerMs = Math.min(Math.max(1, Math.ceil(pauseMs)), LONGEST_MS);
    const timer = clock.setTimer(() => {
      this.#state = { kind: "ready" };
      then();
    }, timerMs);
    this.#state = { kind: "paused", timer };
  }

  /** Ends a pause. */
  wake(): void {
    if (this.#state.kind !== "paused") return;
    this.#state.timer.clear();
    this.#state = { kind: "ready" };
  }
}
