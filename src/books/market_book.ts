/**
 * The state machine of one market's book: pure logic, fed with frames, live or recorded.
 *
 * @module
 */

import { KalshiStaleBookError } from "./errors.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { complementPrice, parseCount, parsePrice } from "../base/fixed_point.ts";
import { assertFlag, assertFunction, assertKnownOptions } from "../config/options.ts";
import { shown } from "../base/plain.ts";
import { OrderBook } from "./order_book.ts";

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
 * - `unreadable`: a frame could not be read.
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
  /** Sequence number of the subscription. */
  readonly seq?: number | undefined;
  /** The payload; nothing in it is taken on trust. */
  readonly msg: Readonly<Record<string, unknown>>;
}

/** What a {@linkcode MarketBook} is made from. */
export interface MarketBookOptions {
  /** Whether the NO side comes in YES prices (`use_yes_price`); true unless told. */
  readonly useYesPrice?: boolean | undefined;
  /** Called for every change, after it was applied. */
  readonly onChange?: ((change: BookChange) => void) | undefined;
}

/** Refuses options that a book does not have, and values that they cannot have. */
export function assertBookOptions(owner: string, options: object): void {
  assertKnownOptions(owner, options, ["useYesPrice", "onChange"]);
  const { useYesPrice, onChange } = options as { readonly [name: string]: unknown };
  if (useYesPrice !== undefined) assertFlag("useYesPrice", useYesPrice);
  if (onChange !== undefined) assertFunction("onChange", onChange);
}

/** How many deltas wait for a snapshot before only a newer snapshot will do. */
const BUFFERED = 10_000;

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

/** An empty book has no sides; one whose sides have other names cannot be read. */
function assertSides(msg: BookFrame["msg"]): void {
  const { yes_dollars_fp, no_dollars_fp, ...others } = msg;
  const isEmpty = yes_dollars_fp === undefined && no_dollars_fp === undefined;
  if (Array.isArray(msg)) throw new TypeError("a list in the place of a payload");
  if (isEmpty && Object.values(others).some((value) => Array.isArray(value) && value.length > 0)) {
    throw new TypeError("levels under an unknown name");
  }
}

/** Adds the levels of one side; throws when they cannot be read. */
function readLevels(into: OrderBook, side: "bid" | "ask", levels: unknown, complement: boolean): void {
  if (levels === undefined || levels === null) return; // an empty side is left out
  for (const [priceText, countText] of levels as [string, string][]) {
    const price = parsePrice(priceText);
    const count = parseCount(countText);
    if (count < 0) throw new RangeError("a level below zero");
    if (count > 0) into.add(side, complement ? complementPrice(price) : price, count);
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
  #buffer: BookFrame[] = [];

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
    assertBookOptions("MarketBook", options);
    this.ticker = ticker;
    this.#useYesPrice = options.useYesPrice ?? true;
    this.#onChange = options.onChange;
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
    if (frame.type === "orderbook_snapshot") this.#snapshot(frame);
    else if (this.#state === "live") {
      if (!this.#isOld(frame)) this.#delta(frame, true);
    } else {
      if (this.#buffer.length === BUFFERED) {
        for (const { seq } of this.#buffer.splice(0)) this.#needed = Math.max(this.#needed, seq ?? 0);
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

  /** True for what a snapshot has overtaken, and for what comes a second time. */
  #isOld({ seq }: BookFrame): boolean {
    return seq !== undefined && this.#seq !== undefined && seq <= this.#seq;
  }

  #snapshot({ id, seq, msg }: BookFrame): void {
    const book = new OrderBook();
    try {
      assertSides(msg);
      readLevels(book, "bid", msg.yes_dollars_fp, false);
      readLevels(book, "ask", msg.no_dollars_fp, !this.#useYesPrice);
    } catch {
      return this.lost("unreadable", seq);
    }
    if (this.#state === "live") {
      if (seq !== undefined && this.#seq !== undefined && seq < this.#seq) return;
      if (book.equals(this.#book)) {
        this.#seq = seq;
        return;
      }
      // Without a number of its own nobody knows how old it is.
      if (!id && seq !== undefined && seq !== this.#seq) return this.#replace(book, seq);
      this.#stale("mismatch");
    }
    if (seq !== undefined && seq < this.#needed) {
      if (this.#state === "resyncing") this.#stale(this.#reason ?? "gap");
      return;
    }
    const buffered = this.#buffer;
    this.#buffer = [];
    const resynced = this.#known;
    const reason = this.#reason;
    this.#book = book;
    this.#seq = seq;
    this.#known = true;
    this.#state = "live";
    this.#reason = undefined;
    // Without a number the snapshot counts as of now, after all that is buffered.
    const newer = seq === undefined ? [] : buffered.filter((frame) => (frame.seq ?? 0) > seq);
    newer.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
    for (const frame of newer) if (this.#state === "live" && !this.#isOld(frame)) this.#delta(frame, false);
    if (this.#state === "live" && this.#book.crossed) this.lost("crossed", this.#seq);
    if (this.#state === "live") this.#onChange?.({ type: "snapshot", resynced, reason, seq: this.#seq });
  }

  /** A live book goes over into another. */
  #replace(book: OrderBook, seq: number): void {
    if (book.crossed) return this.lost("crossed", seq);
    this.#book = book;
    this.#seq = seq;
    this.#onChange?.({ type: "snapshot", resynced: false, reason: undefined, seq });
  }

  #delta({ seq, msg }: BookFrame, tell: boolean): void {
    const isBid = msg.side === "yes";
    let price: number;
    let delta: number;
    let size: number;
    try {
      if (!isBid && msg.side !== "no") throw new TypeError("no such side");
      price = parsePrice(msg.price_dollars as string);
      if (!isBid && !this.#useYesPrice) price = complementPrice(price);
      delta = parseCount(msg.delta_fp as string);
      size = this.#book.add(isBid ? "bid" : "ask", price, delta);
    } catch {
      return this.lost("unreadable", seq);
    }
    if (size < 0) return this.lost("negative-level", seq);
    this.#seq = seq;
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
