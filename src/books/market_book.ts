/**
 * The state machine of one market's book: pure logic, fed with frames, live or recorded.
 *
 * @module
 */

import { KalshiStaleBookError } from "./errors.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { complementPrice, parseCount, parsePrice } from "../base/fixed_point.ts";
import { assertFlag, assertFunction, readOptions } from "../config/options.ts";
import { shown } from "../base/plain.ts";
import { OrderBook } from "./order_book.ts";
import { isNumbered } from "./sequence.ts";

/**
 * Whether a book can be trusted.
 *
 * - `waiting`: its first snapshot has not come.
 * - `live`: it has every frame that was sent, as far as can be known.
 * - `stale`: something is wrong with it; nothing was asked for yet.
 * - `resyncing`: a new snapshot was asked for.
 * - `closed`: it is no longer kept up.
 */
export type BookState = "waiting" | "live" | "stale" | "resyncing" | "closed";

/**
 * Why a book is not live.
 *
 * - `gap`: a frame of its subscription is missing.
 * - `early-delta`: a change came before the first snapshot.
 * - `negative-level`: a change took more from a level than it held.
 * - `crossed`: the best bid reached the best ask.
 * - `unreadable`: a frame could not be read: it has a side that there is not, a price over one dollar, a size too large
 *   to stay exact, or is no frame at all.
 * - `unnumbered`: a frame came without a sequence number, so that a loss could not be seen.
 * - `unknown-frame`: a frame came of a type, subscription or market that nobody knows, and may have been meant for this
 *   book.
 * - `mismatch`: a snapshot that was asked for as a check differed from the book.
 * - `late-snapshot`: the snapshot that is due did not come in time.
 * - `disconnected`: the connection broke, or Kalshi ended the subscription.
 */
export type StaleReason =
  | "gap"
  | "early-delta"
  | "negative-level"
  | "crossed"
  | "unreadable"
  | "unnumbered"
  | "unknown-frame"
  | "mismatch"
  | "late-snapshot"
  | "disconnected";

/**
 * The book was replaced by a snapshot, and is live. A live book meets one that nobody asked for when Kalshi replaces
 * the whole book in one go, as with an empty one when the market closes.
 */
export interface BookSnapshotChange {
  /** What happened. */
  readonly type: "snapshot";
  /** True when the book was resynchronised; false for the first snapshot, and for one that nobody asked for. */
  readonly resynced: boolean;
  /** Why it had to be, where it had to. */
  readonly reason?: StaleReason | undefined;
  /** Sequence number of the subscription that the book stands at. */
  readonly seq?: number | undefined;
}

/** One level changed. */
export interface BookDeltaChange {
  /** What happened. */
  readonly type: "delta";
  /** Side, in YES terms. */
  readonly side: "bid" | "ask";
  /** YES price in ten-thousandths of a dollar. */
  readonly price: number;
  /** Contracts at this price now, in hundredths; 0 when the level is gone. */
  readonly size: number;
  /** By how much they changed, in hundredths of a contract. */
  readonly delta: number;
  /** Sequence number of the subscription. */
  readonly seq?: number | undefined;
  /** When the exchange recorded it, in Unix milliseconds. */
  readonly ts_ms?: number | undefined;
  /** Yours, when an order of yours made this change. */
  readonly client_order_id?: string | undefined;
  /** The subaccount of that order. */
  readonly subaccount?: number | undefined;
}

/** The book cannot be trusted until the next `snapshot`. */
export interface BookStaleChange {
  /** What happened. */
  readonly type: "stale";
  /** Why. */
  readonly reason: StaleReason;
}

/** What happened to a book. `dropped`: how many changes a full queue dropped just before this one. */
export type BookChange = (BookSnapshotChange | BookDeltaChange | BookStaleChange) & {
  readonly dropped?: number | undefined;
};

/** A frame of the channel `orderbook_delta`, as it comes from the wire or from a recording. */
export interface BookFrame {
  /** `orderbook_snapshot` or `orderbook_delta`. */
  readonly type: string;
  /** Of a snapshot that was asked for: the number of the command. One without it is a change like any other. */
  readonly id?: number | undefined;
  /** Sequence number of the subscription, from 1. A book that is fed with a frame without one is not live. */
  readonly seq?: number | undefined;
  /** The payload; nothing in it is taken on trust. */
  readonly msg: Readonly<Record<string, unknown>>;
}

type NumberedFrame = BookFrame & { readonly seq: number };

/** What a {@linkcode MarketBook} is made from. */
export interface MarketBookOptions {
  /** Whether the NO side comes in YES prices (`use_yes_price`); true unless told. */
  readonly useYesPrice?: boolean | undefined;
  /** Called for every change, after it was applied. */
  readonly onChange?: ((change: BookChange) => void) | undefined;
}

/** A copy of a book's options; refuses those that it does not have, and values that they cannot have. */
export function readBookOptions<O extends object>(owner: string, options: O): O {
  const own = readOptions(owner, options, ["useYesPrice", "onChange"]);
  const { useYesPrice, onChange } = own as { readonly [name: string]: unknown };
  if (useYesPrice !== undefined) assertFlag("useYesPrice", useYesPrice);
  if (onChange !== undefined) assertFunction("onChange", onChange);
  return own;
}

const ONE_DOLLAR = 10_000;

/** How many deltas wait for a snapshot before only a newer snapshot will do. */
const BUFFERED = 10_000;

function hasNumber(frame: BookFrame): frame is NumberedFrame {
  return isNumbered(frame.seq);
}

/** Refuses what is not for the book of a market: fed with it, the book would be wrong without a sign of it. */
function assertFrame(ticker: string, frame: unknown): void {
  const { type, msg } = Object(frame) as Partial<BookFrame>;
  if (
    (type !== "orderbook_snapshot" && type !== "orderbook_delta") || typeof msg !== "object" ||
    msg === null
  ) {
    throw new KalshiConfigError(
      "feed takes a frame of `orderbook_delta`, parsed: { type, seq, msg }; got " +
        `${typeof type === "string" ? `one of type ${shown(type)}` : shown(frame)}. ` +
        "BookReplay takes text, and frames of every channel and market.",
    );
  }
  if (msg.market_ticker !== undefined && msg.market_ticker !== ticker) {
    throw new KalshiConfigError(`The book of ${ticker} takes no frame of ${shown(msg.market_ticker)}.`);
  }
}

/** A side that is empty is left out; one that has another name cannot be read. */
function assertSides(msg: BookFrame["msg"]): void {
  const { yes_dollars_fp, no_dollars_fp, ...others } = msg;
  const isWhole = yes_dollars_fp !== undefined && no_dollars_fp !== undefined;
  if (Array.isArray(msg)) throw new TypeError("a list in the place of a payload");
  if (!isWhole && Object.values(others).some((value) => Array.isArray(value) && value.length > 0)) {
    throw new TypeError("levels under an unknown name");
  }
}

/** A YES price as it comes from the wire. */
function readPrice(text: unknown, complement: boolean): number {
  const price = parsePrice(text as string);
  if (price > ONE_DOLLAR) throw new RangeError("a price over one dollar");
  return complement ? complementPrice(price) : price;
}

/** Adds the levels of one side; throws when they cannot be read. */
function readLevels(into: OrderBook, side: "bid" | "ask", levels: unknown, complement: boolean): void {
  if (levels === undefined || levels === null) return; // an empty side is left out
  if (!Array.isArray(levels)) throw new TypeError("no list of levels");
  for (const level of levels) {
    if (!Array.isArray(level)) throw new TypeError("no level");
    const price = readPrice(level[0], complement);
    const count = parseCount(level[1]);
    if (count < 0) throw new RangeError("a level below zero");
    if (count > 0 && into.add(side, price, count) !== count) throw new RangeError("a level that comes twice");
  }
}

/**
 * The book of one market, kept by the frames it is fed with, and honest about whether it can be trusted.
 * {@linkcode KalshiStream.orderBook} keeps one live; feed one yourself to replay a recording.
 *
 * @example
 * ```ts
 * import { MarketBook } from "@unofficial/kalshi/order-books";
 *
 * const book = new MarketBook("KXHIGHNY-26NOV24-T60");
 * book.feed({ type: "orderbook_snapshot", seq: 1, msg: { yes_dollars_fp: [["0.5600", "10.00"]] } });
 * book.feed({ type: "orderbook_delta", seq: 2, msg: { price_dollars: "0.5600", delta_fp: "-4.00", side: "yes" } });
 * console.log(book.state, book.read().bestBidSize); // live 600
 * ```
 */
export class MarketBook {
  /** Market ticker. */
  readonly ticker: string;
  readonly #useYesPrice: boolean;
  readonly #onChange: ((change: BookChange) => void) | undefined;
  #state: BookState = "waiting";
  #reason: StaleReason | undefined;
  #book = new OrderBook();
  #known = false;
  #seq: number | undefined;
  /** A snapshot below this number does not heal the book. */
  #needed = 0;
  #buffer: NumberedFrame[] = [];
  /** The number of the snapshot that it began with, and the delta that it took last. */
  #base = 0;
  #latest: BookFrame | undefined;

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
    const { useYesPrice, onChange } = readBookOptions("MarketBook", options);
    this.ticker = ticker;
    this.#useYesPrice = useYesPrice ?? true;
    this.#onChange = onChange;
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
   * Takes the next frame of this market, parsed. One whose payload cannot be read makes the book stale.
   *
   * @throws {KalshiConfigError} for what is no frame, or one of another channel or market
   */
  feed(frame: BookFrame): void {
    assertFrame(this.ticker, frame);
    if (this.#state === "closed") return;
    if (!hasNumber(frame)) this.#unnumbered();
    else if (frame.type === "orderbook_snapshot") this.#snapshot(frame);
    else if (this.#state === "live") this.#next(frame);
    else {
      if (this.#buffer.length === BUFFERED) {
        for (const { seq } of this.#buffer.splice(0)) this.#needed = Math.max(this.#needed, seq);
      }
      this.#buffer.push(frame);
      if (this.#state === "waiting") this.lost("early-delta");
    }
  }

  /** Something is wrong with it: only a snapshot numbered `needed` or higher makes it live again. */
  lost(reason: StaleReason, needed = 0): void {
    this.#needed = Math.max(this.#needed, needed);
    if (this.#state === "live" || this.#state === "waiting") this.#stale(reason);
  }

  /** The subscription is gone: numbers start over, and what is buffered belongs to nothing. */
  restart(): void {
    this.#needed = 0;
    this.#buffer = [];
    this.#latest = undefined;
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
    this.#buffer = [];
  }

  #stale(reason: StaleReason): void {
    this.#state = "stale";
    this.#reason = reason;
    this.#onChange?.({ type: "stale", reason });
  }

  /** A frame that was to make it live could not be used, or one that it needed: it is wrong until a newer snapshot. */
  #unusable(reason: StaleReason, seq: number): void {
    this.#needed = Math.max(this.#needed, seq);
    // What was asked for has come and is no good: it has to be asked for again.
    if (this.#state !== "closed" && this.#state !== "stale") this.#stale(reason);
  }

  /** Nobody knows where such a frame belongs, and whether one like it was lost: only what comes later helps. */
  #unnumbered(): void {
    const highest = this.#buffer.reduce((most, { seq }) => Math.max(most, seq), this.#seq ?? 0);
    this.#unusable("unnumbered", highest + 1);
  }

  /** A delta of a live book. */
  #next(frame: NumberedFrame): void {
    const { seq, msg } = frame;
    if (this.#seq === undefined || seq > this.#seq) return this.#delta(frame, true);
    if (seq <= this.#base) return; // the snapshot has it
    const latest = this.#latest;
    const isRepeated = latest?.seq === seq && JSON.stringify(latest.msg) === JSON.stringify(msg);
    if (!isRepeated) this.lost("gap", this.#seq);
  }

  #snapshot({ id, seq, msg }: NumberedFrame): void {
    const book = new OrderBook();
    try {
      assertSides(msg);
      readLevels(book, "bid", msg.yes_dollars_fp, false);
      readLevels(book, "ask", msg.no_dollars_fp, !this.#useYesPrice);
    } catch {
      return this.#unusable("unreadable", seq);
    }
    if (this.#state === "live") {
      if (this.#seq !== undefined && seq < this.#seq) return;
      if (book.equals(this.#book)) {
        this.#seq = this.#base = seq;
        return;
      }
      if (!id && seq !== this.#seq) return this.#replace(book, seq);
      this.#stale("mismatch");
    }
    if (seq < this.#needed) {
      if (this.#state === "resyncing") this.#stale(this.#reason ?? "gap");
      return;
    }
    const buffered = this.#buffer;
    this.#buffer = [];
    const resynced = this.#known;
    const reason = this.#reason;
    this.#book = book;
    this.#seq = this.#base = seq;
    this.#latest = undefined;
    this.#known = true;
    this.#state = "live";
    this.#reason = undefined;
    const newer = buffered.filter((frame) => frame.seq > seq).sort((a, b) => a.seq - b.seq);
    for (const frame of newer) {
      if (this.#state !== "live") break;
      if (frame.seq > (this.#seq ?? 0)) this.#delta(frame, false);
    }
    if (this.#state === "live" && this.#book.crossed) this.lost("crossed", this.#seq);
    if (this.#state === "live") this.#onChange?.({ type: "snapshot", resynced, reason, seq: this.#seq });
  }

  /** A live book goes over into another. */
  #replace(book: OrderBook, seq: number): void {
    if (book.crossed) return this.lost("crossed", seq);
    this.#book = book;
    this.#seq = this.#base = seq;
    this.#onChange?.({ type: "snapshot", resynced: false, reason: undefined, seq });
  }

  #delta(frame: NumberedFrame, tell: boolean): void {
    const { seq, msg } = frame;
    const isBid = msg.side === "yes";
    let price: number;
    let delta: number;
    let size: number;
    try {
      if (!isBid && msg.side !== "no") throw new TypeError("no such side");
      price = readPrice(msg.price_dollars, !isBid && !this.#useYesPrice);
      delta = parseCount(msg.delta_fp as string);
      size = this.#book.add(isBid ? "bid" : "ask", price, delta);
    } catch {
      return this.lost("unreadable", seq);
    }
    if (size < 0) return this.lost("negative-level", seq);
    this.#seq = seq;
    this.#latest = frame;
    if (!tell) return;
    if (delta > 0 && this.#book.crossed) return this.lost("crossed", seq);
    if (this.tellsDeltas && this.#onChange !== undefined) {
      const { ts_ms, client_order_id, subaccount } = msg as BookDeltaChange & Record<string, unknown>;
      this.#onChange({
        type: "delta",
        side: isBid ? "bid" : "ask",
        price,
        size,
        delta,
        seq,
        ts_ms,
        client_order_id,
        subaccount,
      });
    }
  }
}
