/**
 * The state machine of one market's book: pure logic, fed with updates, live or recorded.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { BookChange, BookDeltaChange, BookState, StaleReason } from "./changes.ts";
import { KalshiStaleBookError } from "./errors.ts";
import { readBookOptions } from "./options.ts";
import { type BookLevel, OrderBook } from "./order_book.ts";
import { isNumbered } from "./sequence.ts";
import type {
  BookDelta,
  BookLevels,
  BookSnapshot,
  BookUpdate,
  LevelSize,
  UnreadableUpdate,
} from "./updates.ts";

/** What a {@linkcode MarketBook} is made from. */
export interface MarketBookOptions {
  /** Called for every change, after it was applied. */
  readonly onChange?: ((change: BookChange) => void) | undefined;
}

type Numbered<Update> = Update & { readonly seq: number };

/** A change, or one that could not be read. */
type Step = Numbered<BookDelta | BookLevels | UnreadableUpdate>;

/** How many changes wait for a snapshot before only a newer snapshot will do. */
const BUFFERED = 10_000;

function hasNumber(update: BookUpdate): update is Numbered<BookUpdate> {
  return isNumbered(update.seq);
}

const isWhole = (update: Numbered<BookUpdate>): update is Numbered<BookSnapshot> =>
  update.type === "snapshot";

const isUpdate = (type: unknown) =>
  type === "delta" || type === "levels" || type === "snapshot" || type === "unreadable";

/** Refuses what is not for the book of a market: fed with it, the book would be wrong without a sign of it. */
function assertUpdate(ticker: string, update: BookUpdate): void {
  const { type, ticker: own } = (update ?? {}) as Partial<BookUpdate>;
  if (!isUpdate(type)) {
    throw new KalshiConfigError(
      'feed takes an update: { type: "snapshot", seq, bids, asks }, { type: "delta", seq, side, price, delta } or ' +
        '{ type: "levels", seq, levels }; got ' +
        `${
          typeof type === "string" ? `one of type ${shown(type)}` : shown(update)
        }. A decoder makes updates of ` +
        "frames, such as `eventBookDecoder().decode(frame)`; BookReplay takes text, and frames of every market.",
    );
  }
  if (own !== undefined && own !== ticker) {
    throw new KalshiConfigError(`The book of ${ticker} takes no update of ${shown(own)}.`);
  }
}

/** Adds the levels of one side; throws when no book can have them. */
function addLevels(into: OrderBook, side: "bid" | "ask", levels: readonly BookLevel[]): void {
  for (const { price, size } of levels) {
    if (size < 0) throw new RangeError("a level below zero");
    if (size !== 0 && into.add(side, price, size) !== size) throw new RangeError("a level that comes twice");
  }
}

/** Whether two name the same levels with the same sizes. */
function areSame(levels: readonly LevelSize[], others: readonly LevelSize[]): boolean {
  return levels.length === others.length && levels.every(({ side, price, size }, index) => {
    const other = others[index];
    return side === other?.side && price === other.price && size === other.size;
  });
}

/** Whether a change is another one's repetition, and not another one of the same number. */
function isRepeated(step: Step, latest: Step | undefined): boolean {
  if (step.type === "levels" && latest?.type === "levels") {
    return step.seq === latest.seq && areSame(step.levels, latest.levels);
  }
  if (step.type !== "delta" || latest?.type !== "delta") return false;
  return step.seq === latest.seq && step.side === latest.side && step.price === latest.price &&
    step.delta === latest.delta && step.ts_ms === latest.ts_ms &&
    step.client_order_id === latest.client_order_id && step.subaccount === latest.subaccount &&
    step.last_update_reason === latest.last_update_reason;
}

/**
 * The book of one market, kept by the updates it is fed with, and honest about whether it can be trusted.
 * {@linkcode KalshiStream.orderBook} keeps one live; feed one yourself to replay a recording.
 *
 * @example
 * ```ts
 * import { MarketBook } from "@unofficial/kalshi/order-books";
 *
 * const book = new MarketBook("KXHIGHNY-26NOV24-T60");
 * book.feed({ type: "snapshot", seq: 1, bids: [{ price: 5600, size: 1000 }], asks: [] });
 * book.feed({ type: "delta", seq: 2, side: "bid", price: 5600, delta: -400 });
 * console.log(book.state, book.read().bestBidSize); // live 600
 * ```
 */
export class MarketBook {
  /** Market ticker. */
  readonly ticker: string;
  readonly #onChange: ((change: BookChange) => void) | undefined;
  #state: BookState = "waiting";
  #reason: StaleReason | undefined;
  #book = new OrderBook();
  #known = false;
  #seq: number | undefined;
  /** A snapshot below this number does not heal the book. */
  #needed = 0;
  /** Changes that wait for a snapshot; undefined where none does. */
  #buffer: Step[] | undefined;
  /** The number of the snapshot that it began with, and the change that it took last. */
  #base = 0;
  #latest: Step | undefined;

  /** Whether `onChange` is called for every single delta; true unless set. Without it a delta costs less. */
  tellsDeltas: boolean = true;

  /**
   * Starts in the state `waiting`.
   *
   * @throws {KalshiConfigError} without a ticker, and for an option that is unknown or wrong
   */
  constructor(ticker: string, options: MarketBookOptions = {}) {
    if (typeof ticker !== "string" || ticker === "") {
      throw new KalshiConfigError(`MarketBook takes the ticker of a market first; got ${shown(ticker)}.`);
    }
    this.ticker = ticker;
    this.#onChange = readBookOptions(options).onChange;
  }

  /** Whether it can be trusted. */
  get state(): BookState {
    return this.#state;
  }

  /** Why it is not live; undefined while it is, and while it waits for its first snapshot. */
  get reason(): StaleReason | undefined {
    return this.#reason;
  }

  /** The sequence number it stands at. */
  get seq(): number | undefined {
    return this.#seq;
  }

  /** The book as it was last known, whatever its state: its prices may be wrong. */
  get lastKnown(): OrderBook {
    return this.#book;
  }

  /**
   * The book. Hold it no longer than you read it: a snapshot replaces it.
   *
   * @throws {KalshiStaleBookError} when it is not live
   */
  read(): OrderBook {
    if (this.#state !== "live") throw new KalshiStaleBookError(this.ticker, this.#state, this.#reason);
    return this.#book;
  }

  /**
   * Takes the next update of this market. One that could not be read, or that no book can follow, makes the book stale.
   *
   * @throws {KalshiConfigError} for what is no update, or one of another market
   */
  feed(update: BookUpdate): void {
    assertUpdate(this.ticker, update);
    if (this.#state === "closed") return;
    if (!hasNumber(update)) return this.#unnumbered();
    if (isWhole(update)) return this.#snapshot(update);
    if (update.type === "unreadable" && update.of === "snapshot") {
      return this.#unusable("unreadable", update.seq);
    }
    const step = update as Step;
    if (this.#state === "live") return this.#next(step);
    this.#keep(step);
    if (this.#state === "waiting") this.lost("early-delta");
  }

  /** Something is wrong with it: only a snapshot numbered `needed` or higher makes it live again. */
  lost(reason: StaleReason, needed = 0): void {
    this.#needed = Math.max(this.#needed, needed);
    if (this.#state === "live" || this.#state === "waiting") this.#stale(reason);
  }

  /** The subscription is gone: numbers start over, and what is buffered belongs to nothing. */
  restart(): void {
    this.#needed = 0;
    this.#buffer = this.#latest = undefined;
    if (this.#state === "closed" || this.#state === "waiting") return;
    this.#stale("disconnected");
  }

  /** A snapshot was asked for. */
  asked(): void {
    if (this.#state === "stale") this.#state = "resyncing";
  }

  /** The snapshot that was asked for did not come. */
  unanswered(): void {
    if (this.#state === "resyncing" || this.#state === "waiting") this.#stale("late-snapshot");
  }

  /** It is no longer kept up. */
  close(): void {
    this.#state = "closed";
    this.#buffer = undefined;
  }

  #stale(reason: StaleReason): void {
    this.#state = "stale";
    this.#reason = reason;
    this.#onChange?.({ type: "stale", reason });
  }

  /** An update that was to make it live could not be used, or one that it needed: it is wrong until a newer snapshot. */
  #unusable(reason: StaleReason, seq: number): void {
    this.#needed = Math.max(this.#needed, seq);
    // What was asked for has come and is no good: it has to be asked for again.
    if (this.#state !== "closed" && this.#state !== "stale") this.#stale(reason);
  }

  /** Nobody knows where such an update belongs, and whether one like it was lost: only what comes later helps. */
  #unnumbered(): void {
    const highest = this.#buffer?.reduce((most, { seq }) => Math.max(most, seq), 0) ?? 0;
    this.#unusable("unnumbered", Math.max(highest, this.#seq ?? 0) + 1);
  }

  /** A change waits for a snapshot. */
  #keep(step: Step): void {
    const buffer = this.#buffer ??= [];
    if (buffer.length === BUFFERED) {
      for (const { seq } of buffer.splice(0)) this.#needed = Math.max(this.#needed, seq);
    }
    buffer.push(step);
  }

  /** A change of a live book. */
  #next(step: Step): void {
    if (this.#seq === undefined || step.seq > this.#seq) {
      if (step.type === "levels") return this.#setAll(step);
      const size = this.#apply(step);
      if (size >= 0) this.#told(step as Numbered<BookDelta>, size);
    } else if (step.seq > this.#base && !isRepeated(step, this.#latest)) this.lost("gap", this.#seq);
  }

  /** Applies a change; returns the size of its level, below zero when the book is no longer live. */
  #apply(step: Step): number {
    const { seq } = step;
    if (step.type === "unreadable") return this.#broke("unreadable", seq);
    if (step.type === "levels") return this.#set(step) === undefined ? -1 : 0;
    let size: number;
    try {
      size = this.#book.add(step.side, step.price, step.delta);
    } catch {
      // No level can have this price, or hold so much.
      return this.#broke("unreadable", seq);
    }
    if (size < 0) return this.#broke("negative-level", seq);
    this.#seq = seq;
    this.#latest = step;
    return size;
  }

  /** Levels of a live book. All of them are in it before anybody is told of one. */
  #setAll(step: Numbered<BookLevels>): void {
    const changes = this.#set(step);
    if (changes === undefined) return;
    if (this.#book.crossed) return this.lost("crossed", step.seq);
    if (!this.tellsDeltas) return;
    for (const change of changes) this.#onChange?.(change);
  }

  /** Sets levels; returns what changed, undefined when the book is no longer live. */
  #set({ levels, seq }: Numbered<BookLevels>): BookDeltaChange[] | undefined {
    const changes: BookDeltaChange[] = [];
    try {
      for (const { side, price, size, ts_ms, client_order_id, subaccount } of levels) {
        const delta = size - this.#book.sizeAt(side, price);
        if (size < 0) throw new RangeError("a level below zero");
        this.#book.add(side, price, delta);
        changes.push({ type: "delta", side, price, size, delta, seq, ts_ms, client_order_id, subaccount });
      }
    } catch {
      // No level can have this price, or hold so much.
      this.#broke("unreadable", seq);
      return undefined;
    }
    this.#seq = seq;
    this.#latest = { type: "levels", seq, levels };
    return changes;
  }

  #broke(reason: StaleReason, seq: number): number {
    this.lost(reason, seq);
    return -1;
  }

  /** Looks at the book after a change that left `size` at its level, and tells of it. */
  #told(step: Numbered<BookDelta>, size: number): void {
    const { seq, side, price, delta, ts_ms, client_order_id, subaccount, last_update_reason } = step;
    if (delta > 0 && this.#book.crossed) return this.lost("crossed", seq);
    if (!this.tellsDeltas || this.#onChange === undefined) return;
    this.#onChange({
      type: "delta",
      side,
      price,
      size,
      delta,
      seq,
      ts_ms,
      client_order_id,
      subaccount,
      last_update_reason,
    });
  }

  #snapshot({ isAsked, seq, bids, asks }: Numbered<BookSnapshot>): void {
    const book = new OrderBook();
    try {
      addLevels(book, "bid", bids);
      addLevels(book, "ask", asks);
    } catch {
      return this.#unusable("unreadable", seq);
    }
    if (this.#state === "live") {
      if (this.#seq !== undefined && seq < this.#seq) return;
      if (book.equals(this.#book)) {
        this.#seq = this.#base = seq;
        return;
      }
      if (!isAsked && seq !== this.#seq) return this.#replace(book, seq);
      this.#stale("mismatch");
    }
    if (seq >= this.#needed) this.#heal(book, seq);
    else if (this.#state === "resyncing") this.#stale(this.#reason ?? "gap");
  }

  /** A live book goes over into another. */
  #replace(book: OrderBook, seq: number): void {
    if (book.crossed) return this.lost("crossed", seq);
    this.#book = book;
    this.#seq = this.#base = seq;
    this.#onChange?.({ type: "snapshot", resynced: false, reason: undefined, seq });
  }

  /** It begins anew with a snapshot, and with the changes that have waited for it. */
  #heal(book: OrderBook, seq: number): void {
    const newer = this.#buffer?.filter((step) => step.seq > seq).sort((a, b) => a.seq - b.seq) ?? [];
    const resynced = this.#known;
    const reason = this.#reason;
    this.#book = book;
    this.#seq = this.#base = seq;
    this.#buffer = this.#latest = this.#reason = undefined;
    this.#known = true;
    this.#state = "live";
    let last = seq;
    for (const step of newer) {
      if (step.seq > last && this.#apply(step) < 0) return;
      last = step.seq;
    }
    if (book.crossed) return this.lost("crossed", last);
    this.#onChange?.({ type: "snapshot", resynced, reason, seq: last });
  }
}
