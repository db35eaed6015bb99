/**
 * The books that a gateway keeps beside what it passes on, so that it can write a whole one at any place of the lane.
 *
 * @module
 */
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import type { BookLevel } from "../books/order_book.ts";
import { MarketBook } from "../books/market_book.ts";
import type { StaleReason } from "../books/changes.ts";
import { isSnapshot } from "../books/updates.ts";
import type { Frame } from "../stream/frame.ts";
import type { StreamProduct } from "../stream/product.ts";
import type { LaneProduct } from "./protocol.ts";

/** What the sides of a book are called in a snapshot of each product. */
const SIDES: Readonly<Record<LaneProduct, { readonly bids: string; readonly asks: string }>> = {
  events: { bids: "yes_dollars_fp", asks: "no_dollars_fp" },
  perps: { bids: "bid", asks: "ask" },
};

/** What a keeper needs. */
export interface BookKeeperOptions {
  readonly product: StreamProduct;
  readonly sides: LaneProduct;
  /** A book is live since this moment, or another in one go. */
  readonly onWhole: (ticker: string) => void;
  /** A book is wrong, for a reason of its own. */
  readonly onWrong: (ticker: string, reason: StaleReason) => void;
}

interface Kept {
  readonly book: MarketBook;
  marketId: string | undefined;
}

/** The books of one gateway. */
export class BookKeeper {
  readonly #options: BookKeeperOptions;
  readonly #books = new Map<string, Kept>();
  #isTelling = true;
  #isGapOpen = false;

  constructor(options: BookKeeperOptions) {
    this.#options = options;
  }

  /** The markets. */
  get tickers(): readonly string[] {
    return [...this.#books.keys()];
  }

  /** Those whose book is not right, or not there yet. */
  get missing(): readonly string[] {
    return [...this.#books].filter(([, { book }]) => book.state !== "live").map(([ticker]) => ticker);
  }

  /** Whether there is a live book of a market. */
  isLive(ticker: string): boolean {
    return this.#books.get(ticker)?.book.state === "live";
  }

  add(ticker: string): void {
    if (this.#books.has(ticker)) return;
    const { onWhole, onWrong } = this.#options;
    const book = new MarketBook(ticker, {
      onChange: (change) => {
        if (change.type === "snapshot") onWhole(ticker);
        else if (change.type === "stale" && this.#isTelling) onWrong(ticker, change.reason);
      },
    });
    book.tellsDeltas = false;
    this.#books.set(ticker, { book, marketId: undefined });
  }

  remove(ticker: string): void {
    this.#books.delete(ticker);
  }

  /**
   * Takes a frame of the books' channel. True when it is to be passed on as it is: a whole book is told by `onWhole`,
   * and what is in a book already, since it came late, must not be taken twice.
   */
  take(frame: Frame): boolean {
    this.#closeGap(frame.seq);
    const update = this.#options.product.books.decoder.decode(frame);
    const kept = this.#books.get(update?.ticker ?? "");
    if (update === undefined || kept === undefined) return true;
    if (isSnapshot(update) && typeof frame.msg.market_id === "string") kept.marketId = frame.msg.market_id;
    kept.book.feed(update);
    if (isSnapshot(update)) return false;
    return kept.book.state !== "live" || kept.book.seq === update.seq;
  }

  /** Frames of the channel are missing before the next one: no book is right. */
  lost(): void {
    this.#isGapOpen = true;
    this.#quietly((book) => book.lost("gap"));
  }

  /** The subscription is gone, and its numbers with it. */
  restart(): void {
    this.#isGapOpen = false;
    this.#quietly((book) => book.restart());
  }

  /** A live book as the frame that would tell it; undefined where it is not live. */
  snapshot(ticker: string): string | undefined {
    const kept = this.#books.get(ticker);
    if (kept?.book.state !== "live") return undefined;
    const { product: { books: { snapshotType } }, sides } = this.#options;
    const { bids, asks } = kept.book.read().depth();
    const msg = {
      market_ticker: ticker,
      ...kept.marketId !== undefined && { market_id: kept.marketId },
      [SIDES[sides].bids]: bids.map(levelText).reverse(),
      [SIDES[sides].asks]: asks.map(levelText).reverse(),
    };
    return `{"type":"${snapshotType}","msg":${JSON.stringify(msg)}}`;
  }

  /** A whole book from before what is missing heals none. */
  #closeGap(seq: number | undefined): void {
    if (!this.#isGapOpen || seq === undefined) return;
    this.#isGapOpen = false;
    this.#quietly((book) => book.lost("gap", seq - 1));
  }

  /** What is told of the channel is not told of each book. */
  #quietly(change: (book: MarketBook) => void): void {
    this.#isTelling = false;
    for (const { book } of this.#books.values()) change(book);
    this.#isTelling = true;
  }
}

function levelText({ price, size }: BookLevel): [string, string] {
  return [formatPrice(price), formatCount(size)];
}
