/**
 * The books of a gateway, and when they are written whole: when one becomes right, in turns, and when somebody asks.
 *
 * @module
 */
import type { Clock, ClockTimer } from "../base/clock.ts";
import type { Frame } from "../stream/frame.ts";
import type { StreamProduct } from "../stream/product.ts";
import type { Subscription } from "../stream/subscription.ts";
import { BookKeeper } from "./book_keeper.ts";
import type { GatewayMarker, LaneProduct } from "./protocol.ts";
import { SnapshotRequests } from "./snapshot_requests.ts";

/** What the books of a gateway need. */
export interface GatewayBooksOptions {
  readonly product: StreamProduct;
  readonly sides: LaneProduct;
  readonly clock: Clock;
  /** Each live book is written this often, in milliseconds. */
  readonly snapshotMs: number;
  /** The subscription that they are kept by, as long as there is one. */
  readonly subscription: () => Subscription<object> | undefined;
  /** Whether the gateway has Kalshi. */
  readonly isUpstreamOpen: () => boolean;
  /** Whether it publishes. */
  readonly isLeading: () => boolean;
  /** Publishes a whole book. */
  readonly onWhole: (ticker: string, text: string) => void;
  /** Publishes a marker of their channel. */
  readonly onMarker: (marker: GatewayMarker) => void;
  readonly onError: (error: unknown) => void;
}

/** A part of the books is written every so many milliseconds, so that no frame waits for all of them. */
const SLICE_MS = 100;

/** All books of one gateway. */
export class GatewayBooks {
  readonly #options: GatewayBooksOptions;
  readonly #keeper: BookKeeper;
  readonly #requests: SnapshotRequests;
  #slice: ClockTimer | undefined;
  #next = 0;

  constructor(options: GatewayBooksOptions) {
    this.#options = options;
    const { product, sides, clock, isUpstreamOpen, onMarker, onError } = options;
    this.#keeper = new BookKeeper({
      product,
      sides,
      onWhole: (ticker) => void this.#write(ticker),
      onWrong: (market) => {
        const now = clock.now();
        onMarker({ type: "gap", reason: "book", market, missedFromMs: now, missedToMs: now });
      },
    });
    this.#requests = new SnapshotRequests({
      clock,
      missing: () => isUpstreamOpen() ? this.#keeper.missing : [],
      audited: () => product.books.snapshotAction === undefined ? [] : this.#keeper.tickers,
      ask: (tickers) => this.#ask(tickers),
      onError,
    });
  }

  /** How many are live, and how many wait for a snapshot of Kalshi's. */
  get counts(): { readonly live: number; readonly missing: number } {
    const missing = this.#keeper.missing.length;
    return { live: this.#keeper.tickers.length - missing, missing };
  }

  /** Begins to write them in turns, and to ask Kalshi for those that are not right. */
  start(): void {
    this.#requests.start();
    this.#writeSlice();
  }

  stop(): void {
    this.#requests.stop();
    this.#slice?.clear();
  }

  add(tickers: readonly string[]): void {
    for (const ticker of tickers) this.#keeper.add(ticker);
  }

  remove(tickers: readonly string[]): void {
    for (const ticker of tickers) this.#keeper.remove(ticker);
  }

  /** Takes a frame; true when it is to be passed on as it is. */
  take(frame: Frame): boolean {
    return this.#keeper.take(frame);
  }

  /** Frames are missing before the next one. */
  lost(): void {
    this.#keeper.lost();
  }

  /** The subscription is gone. */
  restart(): void {
    this.#keeper.restart();
  }

  /** Writes these books, all of them when left out; returns those that are live. */
  write(tickers: readonly string[] = this.#keeper.tickers): readonly string[] {
    return tickers.filter((ticker) => this.#write(ticker));
  }

  #write(ticker: string): boolean {
    const { isLeading, onWhole } = this.#options;
    const text = isLeading() ? this.#keeper.snapshot(ticker) : undefined;
    if (text !== undefined) onWhole(ticker, text);
    return text !== undefined;
  }

  /** Writes the next few, so that each has its turn within `snapshotMs`. */
  #writeSlice(): void {
    const { clock, snapshotMs } = this.#options;
    const { tickers } = this.#keeper;
    const count = Math.ceil(tickers.length * SLICE_MS / snapshotMs);
    for (let left = Math.min(count, tickers.length); left > 0; left--) {
      this.#write(tickers[this.#next++ % tickers.length] as string);
    }
    this.#slice = clock.setTimer(() => this.#writeSlice(), SLICE_MS);
  }

  /** Has Kalshi send these books whole. */
  async #ask(tickers: readonly string[]): Promise<void> {
    const subscription = this.#options.subscription();
    if (subscription === undefined || subscription.ended || tickers.length === 0) return;
    if (this.#options.product.books.snapshotAction !== undefined) return subscription.snapshot(tickers);
    // A market that is added anew begins with a snapshot.
    await subscription.remove(tickers);
    await subscription.add(tickers);
  }
}
