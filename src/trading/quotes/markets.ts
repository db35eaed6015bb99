/** The markets of a manager: how they are found, what their books say, and what becomes of them. */
import { formatMoney } from "../../base/fixed_point.ts";
import type { LiveOrderBook } from "../../books/live_order_book.ts";
import type { Context } from "./context.ts";
import type { MarketDesk } from "./desk.ts";
import { LossWindow } from "./ledger.ts";
import type { QuoteBooks } from "./options.ts";
import { readWish } from "./wish.ts";
import type { Worker } from "./worker.ts";

/** Follows the markets that are quoted in. */
export class Markets {
  readonly #context: Context;
  readonly #worker: Worker;
  readonly #books: QuoteBooks | undefined;
  readonly #loss: LossWindow;
  readonly #loading = new Map<string, Promise<MarketDesk>>();
  readonly #reconcile: () => void;

  constructor(context: Context, worker: Worker, books: QuoteBooks | undefined, reconcile: () => void) {
    this.#context = context;
    this.#worker = worker;
    this.#books = books;
    this.#loss = new LossWindow(context.limits.lossWindowMs);
    this.#reconcile = reconcile;
  }

  /** A market that can be quoted in; undefined where it is to be loaded first. */
  ready(ticker: string): MarketDesk | undefined {
    const desk = this.#context.desk.markets.get(ticker);
    return desk !== undefined && (this.#books === undefined || desk.book !== undefined) ? desk : undefined;
  }

  /** Reads what must be known of a market before it is quoted in; several wishes wait for one such read, in order. */
  load(ticker: string): Promise<MarketDesk> {
    let loading = this.#loading.get(ticker);
    if (loading === undefined) {
      loading = this.#read(ticker).finally(() => this.#loading.delete(ticker));
      this.#loading.set(ticker, loading);
    }
    return loading;
  }

  async #read(ticker: string): Promise<MarketDesk> {
    const { port } = this.#context;
    const [market, book] = await Promise.all([port.market(ticker), this.#books?.orderBook(ticker)]);
    const desk = this.#context.desk.markets.get(ticker) ?? this.#context.desk.open(market);
    if (book !== undefined) void this.#follow(desk, book);
    return desk;
  }

  async #follow(desk: MarketDesk, book: LiveOrderBook): Promise<void> {
    desk.book = book;
    const { ticker } = book;
    const look = () => {
      const isLive = book.state === "live";
      if (isLive) this.#context.desk.ledger.mark(ticker, { bid: book.bestBid, ask: book.bestAsk });
      if (desk.isStale === isLive) {
        desk.isStale = !isLive;
        this.#context.emit({
          type: "book",
          ticker,
          live: isLive,
          pulled: this.#context.settings.pullWhenStale && !isLive,
        });
      }
      this.checkLoss();
      this.#worker.wake(desk.bid, desk.ask);
    };
    look();
    try {
      for await (const _ of book.changes({ policy: "latest" })) look();
    } catch (error) {
      this.#context.emit({ type: "error", error });
    }
    look();
  }

  /** Pulls the kill switch where too much was lost. */
  checkLoss(): void {
    const { limits: { maxLoss }, clock, desk, state, trip } = this.#context;
    if (maxLoss === Infinity || state().name !== "quoting") return;
    const loss = this.#loss.add(clock.now(), desk.ledger.gain);
    if (loss > maxLoss) trip({ type: "loss", loss: formatMoney(loss) });
  }

  /** A market was halted, has closed, or has another grid. */
  async refresh(ticker: string): Promise<void> {
    const desk = this.#context.desk.markets.get(ticker);
    if (desk === undefined) return;
    try {
      desk.market = await this.#context.port.market(ticker);
    } catch (error) {
      return this.#context.emit({ type: "error", error });
    }
    if (desk.market.isOver) {
      const { status } = desk.market;
      if (desk.bid.levels?.length || desk.ask.levels?.length) {
        this.#context.emit({ type: "market-closed", ticker, status });
      }
      for (const lane of [desk.bid, desk.ask]) lane.levels = [];
      this.#worker.changed(desk.bid);
      return this.#reconcile();
    }
    for (const side of ["bid", "ask"] as const) {
      const lane = desk[side];
      try {
        const levels = readWish(desk, { [side]: desk.wish[side] }, this.#context.settings.offGrid)[side];
        // What has filled of it stays filled.
        if (levels !== undefined && lane.levels?.length === levels.length) {
          lane.levels = levels.map((level, at) => ({
            ...level,
            left: lane.levels?.[at]?.left ?? level.count,
          }));
        }
      } catch {
        lane.levels = [];
        this.#context.emit({ type: "held", ticker, side, why: "grid" });
      }
    }
    this.#worker.changed(desk.bid);
  }

  /** Closes their books. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#context.desk.markets.values()].map(({ book }) => book?.close()));
  }
}
