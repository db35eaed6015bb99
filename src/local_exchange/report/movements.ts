/** Where the middle went after fills: sums of it, and the fills that wait for their time. */
import type { Side } from "../engine/book.ts";

/** Prices here are doubled, so that a middle of two ticks is whole: `bid + ask`. */
export type DoubledPrice = number;

/** Sums over fills of one kind, at one time after them. */
export class Movements {
  /** Fills that were measured, and their contracts. */
  fills = 0;
  contracts = 0;
  /** Fills that were not. */
  unknown = 0;
  /** Doubled ticks that the middle moved against the fills: once a fill, and once a contract. */
  against = 0n;
  againstByCount = 0n;
  /** Doubled ticks that a contract was ahead of its price. */
  kept = 0n;
  keptByCount = 0n;

  /** A fill: how far the middle went against it, and what was kept. */
  add(against: number, kept: number, count: number): void {
    this.fills++;
    this.contracts += count;
    this.against += BigInt(against);
    this.againstByCount += BigInt(against) * BigInt(count);
    this.kept += BigInt(kept);
    this.keptByCount += BigInt(kept) * BigInt(count);
  }

  /** Adds those of other fills. */
  merge(other: Movements): void {
    this.fills += other.fills;
    this.contracts += other.contracts;
    this.unknown += other.unknown;
    this.against += other.against;
    this.againstByCount += other.againstByCount;
    this.kept += other.kept;
    this.keptByCount += other.keptByCount;
  }
}

/** Movements at the fill itself and after each horizon, for makers and takers. */
export class MovementTable {
  readonly maker: readonly Movements[];
  readonly taker: readonly Movements[];

  constructor(horizons: number) {
    const row = () => Array.from({ length: horizons + 1 }, () => new Movements());
    this.maker = row();
    this.taker = row();
  }

  merge(other: MovementTable): void {
    for (const role of ["maker", "taker"] as const) {
      this[role].forEach((sums, index) => {
        const more = other[role][index];
        if (more !== undefined) sums.merge(more);
      });
    }
  }
}

/** What has to be known of a fill to measure what comes after it. */
export interface MeasuredFill {
  readonly at: number;
  readonly side: Side;
  readonly price: number;
  readonly count: number;
  readonly isTaker: boolean;
  /** Just before. */
  readonly mid: DoubledPrice | undefined;
  /** After each horizon; undefined where it is not known, or not yet. */
  readonly after: (DoubledPrice | undefined)[];
}

/** Measures a fill at one time: `index` 0 is the fill itself. */
export function measure(
  table: MovementTable,
  fill: MeasuredFill,
  index: number,
  later: DoubledPrice | undefined,
): void {
  const sums = table[fill.isTaker ? "taker" : "maker"][index];
  if (sums === undefined) return;
  if (fill.mid === undefined || later === undefined) {
    sums.unknown++;
    return;
  }
  const sign = fill.side === "bid" ? 1 : -1;
  // Nothing moved is 0, never -0.
  const against = 0 + (fill.mid - later) * sign;
  sums.add(against, 0 + (later - 2 * fill.price) * sign, fill.count);
}

/** Things that are due a fixed time after they came, in that order. */
export class DueLater<T> {
  readonly afterMs: number;
  #queue: { readonly due: number; readonly thing: T }[] = [];
  #head = 0;

  constructor(afterMs: number) {
    this.afterMs = afterMs;
  }

  /** How many wait. */
  get size(): number {
    return this.#queue.length - this.#head;
  }

  /** When the next one is due. */
  get next(): number {
    return this.#queue[this.#head]?.due ?? Infinity;
  }

  add(at: number, thing: T): void {
    this.#queue.push({ due: at + this.afterMs, thing });
  }

  take(): T | undefined {
    const first = this.#queue[this.#head++];
    if (this.#head > 1_024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return first?.thing;
  }

  /** Those that wait. */
  *[Symbol.iterator](): Iterator<T> {
    for (let index = this.#head; index < this.#queue.length; index++) {
      const entry = this.#queue[index];
      if (entry !== undefined) yield entry.thing;
    }
  }
}
