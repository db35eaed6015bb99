/**
 * The fills of one market in the order in which they happened, in whatever order they came.
 *
 * @module
 */

import type { FillFact, SettlementFact } from "./facts.ts";
import { afterFill, afterSettlement, type Holding, NOTHING, signed } from "./holding.ts";

/** A fill without a time happened before all others: nothing else is known of it. */
const timeOf = ({ atMs }: FillFact): number => atMs ?? 0;

/** So many fills are counted at any time. */
const CHEAP = 64;

const compareText = (a: string, b: string): number => a < b ? -1 : Number(a > b);

/** An order for fills of which nobody told which came first: as an order sweeps a book, from the best price on. */
function asSwept(a: FillFact, b: FillFact): number {
  return compareText(a.orderId, b.orderId) || (a.side === "bid" ? a.price - b.price : b.price - a.price) ||
    compareText(a.key, b.key);
}

/**
 * Fills of one millisecond by the positions that each of them left, which begin at `position`: a walk from position to
 * position that takes every fill once. Where two fit, that of the lower rank, or the one that came first, is taken first,
 * so that fills which came in order stay so. Undefined where there is no such walk.
 */
function chained(fills: readonly FillFact[], position: number): FillFact[] | undefined {
  const from = new Map<number, FillFact[]>();
  // The last of a list is taken first.
  for (const fill of [...fills].reverse().sort((a, b) => (b.rank ?? 0) - (a.rank ?? 0))) {
    if (fill.after === undefined) return undefined;
    const begins = fill.after - signed(fill);
    const others = from.get(begins);
    if (others === undefined) from.set(begins, [fill]);
    else others.push(fill);
  }
  const walk: FillFact[] = [];
  const stack: { readonly at: number; readonly by: FillFact | undefined }[] = [{
    at: position,
    by: undefined,
  }];
  while (stack.length > 0) {
    const { at, by } = stack[stack.length - 1] as typeof stack[number];
    const next = from.get(at)?.pop();
    if (next !== undefined) stack.push({ at: at + signed(next), by: next });
    else {
      stack.pop();
      if (by !== undefined) walk.push(by);
    }
  }
  if (walk.length !== fills.length) return undefined;
  return walk.reverse();
}

/** Fills of one millisecond in the order in which they happened, as far as it can be told. */
function inOrder(fills: readonly FillFact[], position: number): readonly FillFact[] {
  if (fills.length === 1) return fills;
  const chain = chained(fills, position);
  if (chain !== undefined) return chain;
  if (fills.every(({ rank }) => rank !== undefined)) {
    return [...fills].sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || asSwept(a, b));
  }
  return [...fills].sort(asSwept);
}

/** One market. What it comes to is counted when somebody asks. */
export class MarketTimeline {
  readonly ticker: string;
  readonly #pair: number;
  /** What was held before the first of its fills. */
  #base: Holding = NOTHING;
  /** Fills before this moment are in the base already, in Unix milliseconds. */
  #floorMs = -Infinity;
  /** By time, once they were looked at. */
  #fills: FillFact[] = [];
  #settlement: SettlementFact | undefined;
  #isSorted = true;
  /** What the fills up to the last millisecond but one come to, and how many they are. */
  #before: Counted = { holding: NOTHING, isDoubtful: false };
  #counted = 0;
  #now: Counted | undefined;
  #lastMs: number | undefined;

  /** `pair`: what both sides of a contract cost together. */
  constructor(ticker: string, pair: number) {
    this.ticker = ticker;
    this.#pair = pair;
  }

  /** How many fills it remembers. */
  get size(): number {
    return this.#fills.length;
  }

  /** Whether looking at it counts little: late fills make all be counted anew. */
  get isCheap(): boolean {
    return this.#now !== undefined || this.#isSorted && this.#fills.length - this.#counted < CHEAP;
  }

  /** When it last changed, in Unix milliseconds, as far as it was told. */
  get lastMs(): number | undefined {
    return this.#settlement?.atMs ?? this.#lastMs;
  }

  get settlement(): SettlementFact | undefined {
    return this.#settlement;
  }

  /** What is held. */
  get holding(): Holding {
    return (this.#now ??= this.#count()).holding;
  }

  /** Whether a fill, or the settlement, tells another position than all of them come to: one is missing. */
  get isDoubtful(): boolean {
    return (this.#now ??= this.#count()).isDoubtful;
  }

  /** Begins anew with what the exchange says. Fills from before `floorMs`, and those in `known`, are in it. */
  rebase(base: Holding, floorMs: number, known: ReadonlySet<string>, atMs: number | undefined): FillFact[] {
    const isIn = (fill: FillFact) => timeOf(fill) < floorMs || known.has(fill.key);
    const gone = this.#fills.filter(isIn);
    this.#fills = this.#fills.filter((fill) => !isIn(fill));
    this.#base = base;
    this.#floorMs = floorMs;
    this.#lastMs = this.#fills.reduce<number | undefined>((most, { atMs }) => later(most, atMs), atMs);
    this.#again();
    return gone;
  }

  /** Whether it is in the base, told by its time. */
  isTooOld(fill: FillFact): boolean {
    return timeOf(fill) < this.#floorMs;
  }

  add(fill: FillFact): void {
    const last = this.#fills.at(-1);
    // One of the last millisecond changes nothing of what was counted before that.
    if (last !== undefined && timeOf(fill) < timeOf(last)) this.#again(false);
    this.#lastMs = later(this.#lastMs, fill.atMs);
    if (!this.#goesOn(fill, last)) this.#now = undefined;
    this.#fills.push(fill);
  }

  /** Counts a fill that goes on where the last one left: nothing else has to be looked at. */
  #goesOn(fill: FillFact, last: FillFact | undefined): boolean {
    const now = this.#now;
    if (now === undefined || now.isDoubtful || last === undefined || !this.#isSorted) return false;
    if (this.#settlement !== undefined || timeOf(fill) < timeOf(last)) return false;
    if (fill.after === undefined || fill.after !== now.holding.position + signed(fill)) return false;
    if (timeOf(fill) > timeOf(last)) {
      this.#before = now;
      this.#counted = this.#fills.length;
    }
    this.#now = { holding: afterFill(now.holding, fill, this.#pair), isDoubtful: false };
    return true;
  }

  /** More was told of a fill that is known: it takes the place of what was known. */
  improve(key: string, better: FillFact): void {
    const at = this.#fills.findIndex((fill) => fill.key === key);
    const fill = this.#fills[at];
    if (fill === undefined) return;
    this.#fills[at] = better;
    this.#again(this.#isSorted && better.atMs === fill.atMs);
  }

  /** The market was settled; what the exchange itself counted stands against what follows from a value. */
  settle(settlement: SettlementFact): boolean {
    const before = this.#settlement;
    if (before !== undefined && !(before.pays.kind === "value" && settlement.pays.kind === "told")) {
      return false;
    }
    this.#settlement = settlement;
    this.#now = undefined;
    return before === undefined;
  }

  /** The settlement is in the base already, but for its fee, which positions do not tell. */
  wasSettled(settlement: SettlementFact): void {
    const { pays } = settlement;
    const settlementFeesMicros = pays.kind === "told" ? pays.feeMicros : 0;
    this.#base = { ...this.#base, settlementFeesMicros };
    this.#settlement = { ...settlement, pays: { kind: "told", worthMicros: 0, feeMicros: 0, position: 0 } };
    this.#again();
  }

  /** Once there are twice as many, forgets all but the newest `most` fills; returns what it forgot. */
  fold(most: number): FillFact[] {
    if (this.#fills.length < 2 * most) return [];
    this.#sort();
    let count = this.#fills.length - most;
    // Those of one millisecond stay together.
    const edge = timeOf(this.#fills[count] as FillFact);
    while (count > 0 && timeOf(this.#fills[count - 1] as FillFact) === edge) count--;
    if (count === 0) return [];
    const old = this.#fills.splice(0, count);
    this.#base = replay({ holding: this.#base, isDoubtful: false }, old, this.#pair).now.holding;
    this.#floorMs = edge;
    this.#again();
    return old;
  }

  #again(isSorted = this.#isSorted): void {
    this.#isSorted = isSorted;
    this.#counted = 0;
    this.#now = undefined;
  }

  #sort(): void {
    if (this.#isSorted) return;
    this.#fills.sort((a, b) => timeOf(a) - timeOf(b));
    this.#isSorted = true;
  }

  #count(): Counted {
    this.#sort();
    if (this.#counted === 0) this.#before = { holding: this.#base, isDoubtful: false };
    const { before, counted, now } = replay(this.#before, this.#fills.slice(this.#counted), this.#pair);
    this.#before = before;
    this.#counted += counted;
    if (this.#settlement === undefined) return now;
    const { pays } = this.#settlement;
    const isOther = pays.kind === "told" && pays.position !== now.holding.position;
    return {
      holding: afterSettlement(now.holding, this.#settlement),
      isDoubtful: now.isDoubtful || isOther,
    };
  }
}

const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b !== undefined && b > a ? b : a;

/** What fills come to, and whether the newest position that was told is another one. */
interface Counted {
  readonly holding: Holding;
  readonly isDoubtful: boolean;
}

interface Replayed {
  readonly now: Counted;
  /** Before the last millisecond, and how many fills were counted until then. */
  readonly before: Counted;
  readonly counted: number;
}

/** Counts fills that are sorted by time. */
function replay(base: Counted, fills: readonly FillFact[], pair: number): Replayed {
  let { holding, isDoubtful } = base;
  let before = base;
  let counted = 0;
  for (let at = 0; at < fills.length;) {
    const ms = timeOf(fills[at] as FillFact);
    let end = at + 1;
    while (end < fills.length && timeOf(fills[end] as FillFact) === ms) end++;
    before = { holding, isDoubtful };
    counted = at;
    for (const fill of inOrder(fills.slice(at, end), holding.position)) {
      holding = afterFill(holding, fill, pair);
      if (fill.after !== undefined) isDoubtful = fill.after !== holding.position;
    }
    at = end;
  }
  return { now: { holding, isDoubtful }, before, counted };
}
