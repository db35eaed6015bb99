/** Values that a part of the page follows. */
import { useEffect, useState } from "preact/hooks";
import { type ClockTimer, systemClock } from "../../../base/clock.ts";

/** What can be followed. */
export interface Readable<T> {
  readonly value: T;
  /** Calls `listener` after each change; returns how to stop. */
  subscribe(listener: () => void): () => void;
}

/** A value and who follows it. */
export class Cell<T> implements Readable<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Sets it; nobody is told of the same value again. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

/** Follows a cell. */
export function useCell<T>(cell: Readable<T>): T {
  const [, show] = useState(0);
  useEffect(() => {
    const changed = () => show((count) => count + 1);
    // What changed between drawing and following it.
    changed();
    return cell.subscribe(changed);
  }, [cell]);
  return cell.value;
}

/**
 * Lets an act happen at once, and then no more often than every `everyMs`: nobody reads prices that change faster,
 * and drawing them would cost a core.
 */
export class Pace {
  readonly #everyMs: number;
  readonly #act: () => void;
  #timer: ClockTimer | undefined;
  #isDue = false;

  constructor(everyMs: number, act: () => void) {
    this.#everyMs = everyMs;
    this.#act = act;
  }

  /** The act is wanted. */
  ask(): void {
    if (this.#timer !== undefined) {
      this.#isDue = true;
      return;
    }
    this.#act();
    this.#wait();
  }

  #wait(): void {
    this.#timer = systemClock.setTimer(() => {
      this.#timer = undefined;
      if (!this.#isDue) return;
      this.#isDue = false;
      this.ask();
    }, this.#everyMs);
  }
}
