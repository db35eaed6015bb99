/**
 * Order books from a recording: every check that a live stream makes, without a socket.
 *
 * @module
 */

import { isPlain } from "../base/plain.ts";
import type { BookChange, StaleReason } from "./changes.ts";
import { isAnswer } from "./control.ts";
import { MarketBook } from "./market_book.ts";
import { readReplayOptions } from "./options.ts";
import { isNumbered, Sequence, type SequencedKind } from "./sequence.ts";
import { type BookDecoder, type BookFrame, type BookUpdate, isSnapshot } from "./updates.ts";

/** What a {@linkcode BookReplay} is made from. */
export interface BookReplayOptions {
  /** What reads the frames: `eventBookDecoder()`, or that of another product. */
  readonly decoder: BookDecoder;
  /** Called for every change of a book, after it was applied. */
  readonly onChange?: ((ticker: string, change: BookChange) => void) | undefined;
}

type Envelope = Partial<BookFrame> & { readonly sid?: number | undefined };

/** One subscription of the recording. */
interface Recorded {
  sequence: Sequence;
  readonly books: Set<MarketBook>;
}

/**
 * Replays what a WebSocket to Kalshi has received: feed it every frame in the order of its coming, those of other
 * channels too if you like. Numbers are checked over all markets of a subscription, so that a hole in the recording
 * makes the books stale until their next snapshot.
 *
 * @example
 * ```ts
 * import { BookReplay, eventBookDecoder } from "@unofficial/kalshi/order-books";
 *
 * declare const recording: string[]; // one frame each, as text
 * const replay = new BookReplay({ decoder: eventBookDecoder() });
 * for (const line of recording) replay.feed(line);
 * for (const [ticker, book] of replay.books) {
 *   console.log(ticker, book.state === "live" ? book.read().bestBid : book.reason);
 * }
 * ```
 */
export class BookReplay {
  readonly #decoder: BookDecoder;
  readonly #onChange: BookReplayOptions["onChange"];
  readonly #books = new Map<string, MarketBook>();
  readonly #sids = new Map<number, Recorded>();

  /**
   * Starts without any book.
   *
   * @throws {KalshiConfigError} without a decoder, and for an option that is unknown or wrong
   */
  constructor(options: BookReplayOptions) {
    const { decoder, onChange } = readReplayOptions(options);
    this.#decoder = decoder;
    this.#onChange = onChange;
  }

  /** The books so far, by ticker. */
  get books(): ReadonlyMap<string, MarketBook> {
    return this.#books;
  }

  /** Takes the next frame, as text or parsed. One that cannot be read makes every book stale. */
  feed(frame: unknown): void {
    const read = readFrame(frame);
    if (read === undefined) return this.#lose(this.#books.values(), "unreadable", 0);
    const { type, id, sid, seq, msg = {} } = read;
    if (type === "subscribed" && typeof msg.sid === "number") return this.#begin(msg);
    const update = this.#decoder.decode({ type: String(type), id, seq, msg });
    let recorded = this.#sids.get(sid ?? 0);
    if (recorded === undefined) {
      if (update === undefined) return;
      this.#sids.set(sid ?? 0, recorded = { sequence: new Sequence(), books: new Set() });
    }
    const kind = update === undefined ? "control" : isSnapshot(update) ? "snapshot" : "update";
    const content = update === undefined ? { id, msg } : msg;
    if (isNumbered(seq) && !this.#isInOrder(recorded, seq, kind, content)) return;
    if (update === undefined) this.#control(recorded, read);
    else this.#update(recorded, update);
  }

  /**
   * Something is missing in the recording here: every book is stale until its next snapshot. With `disconnected` the
   * connection was another one from here on, whose numbers start over.
   */
  lost(reason: "gap" | "disconnected" = "gap"): void {
    if (reason === "gap") return this.#lose(this.#books.values(), "gap", 0);
    this.#sids.clear();
    for (const book of this.#books.values()) book.restart();
  }

  #update(recorded: Recorded, update: BookUpdate): void {
    const { ticker } = update;
    const isExpected = ticker && (isSnapshot(update) || this.#has(recorded, ticker));
    // It may have been meant for one of those that are there.
    if (!isExpected) this.#lose(recorded.books, "unknown-frame", recorded.sequence.last ?? 0);
    if (ticker) this.#book(recorded, ticker).feed(update);
  }

  #has({ books }: Recorded, ticker: string): boolean {
    const book = this.#books.get(ticker);
    return book !== undefined && books.has(book);
  }

  /** A frame of a subscription to books that is none of a book. */
  #control({ books, sequence }: Recorded, { type, id, msg = {} }: Envelope): void {
    // An error that answers no command has most likely ended the subscription.
    if (type === "unsubscribed" || type === "error" && !id && typeof msg.code === "number") {
      for (const book of books) book.restart();
    } else if (!isAnswer(type, id, msg)) this.#lose(books, "unknown-frame", sequence.last ?? 0);
  }

  /** A subscription begins, perhaps with a number that an older connection had. */
  #begin({ channel, sid }: BookFrame["msg"]): void {
    if (channel !== this.#decoder.channel || typeof sid !== "number") return;
    for (const book of this.#sids.get(sid)?.books ?? []) book.restart();
    this.#sids.set(sid, { sequence: new Sequence(), books: new Set() });
  }

  #book(recorded: Recorded, ticker: string): MarketBook {
    let book = this.#books.get(ticker);
    if (book === undefined) {
      const onChange = this.#onChange;
      book = new MarketBook(ticker, { onChange: onChange && ((change) => onChange(ticker, change)) });
      this.#books.set(ticker, book);
    } else if (!recorded.books.has(book)) {
      for (const { books } of this.#sids.values()) books.delete(book);
      book.restart();
    }
    recorded.books.add(book);
    return book;
  }

  #isInOrder({ sequence, books }: Recorded, seq: number, kind: SequencedKind, content: unknown): boolean {
    switch (sequence.check(seq, kind, content)) {
      case "gap":
        this.#lose(books, "gap", kind === "control" ? seq : seq - 1);
        return true;
      case "late":
        // Numbers were not what they seemed: what came since then is not taken for more.
        this.#lose(books, "gap", sequence.last ?? 0);
        return true;
      case "reset":
        for (const book of books) book.restart();
        return true;
      case "suspect":
        this.#lose(books, "gap", sequence.last ?? 0);
        return false;
      case "duplicate":
        return false;
      default:
        return true;
    }
  }

  #lose(books: Iterable<MarketBook>, reason: StaleReason, needed: number): void {
    for (const book of books) book.lost(reason, needed);
  }
}

function readFrame(frame: unknown): Envelope | undefined {
  let read = frame;
  if (typeof frame === "string") {
    try {
      read = JSON.parse(frame);
    } catch {
      return undefined;
    }
  }
  const { type, msg } = (read ?? {}) as Envelope;
  const isFrame = typeof type === "string" && (msg === undefined || msg === null || isPlain(msg));
  return isFrame ? { ...read as Envelope, msg: msg ?? {} } : undefined;
}
