/** All that the page knows and can do, without a word of how it looks. */
import type { KalshiClient } from "../../../client.ts";
import { systemClock } from "../../../base/clock.ts";
import { parseCount } from "../../../base/fixed_point.ts";
import type { CreateOrderV2Request } from "../../../contract/event/types.ts";
import { Account, type FillRow } from "./account.ts";
import { Cell, Pace } from "./cell.ts";
import { ControlError, Controls } from "./control.ts";
import { type Connection, Feed, type FeedListener, feedUrl } from "./feed.ts";
import { eventBookDecoder } from "../../../books/mod.ts";
import { PerpsDesk } from "./perps/perps_desk.ts";
import { showCount, showPrice } from "./format.ts";
import { MarketData, type StatusFilter } from "./market_data.ts";
import { openClient, wordsOf } from "./rest.ts";
import { sayOrder } from "./ticket_check.ts";

/** Something that a person should read. */
export interface Notice {
  readonly id: number;
  readonly kind: "done" | "failed" | "fill";
  readonly text: string;
}

const NOTICE_MS = 8_000;
const NOTICES = 4;

/** The page's desk. */
export class Desk {
  readonly client: KalshiClient;
  readonly account: Account;
  readonly markets: MarketData;
  readonly controls: Controls;
  readonly perps: PerpsDesk;
  readonly connection: Cell<Connection> = new Cell<Connection>({ kind: "connecting" });
  readonly notices: Cell<readonly Notice[]> = new Cell<readonly Notice[]>([]);
  /** Markets whose rows are in sight: their quotes are followed. */
  readonly #inSight = new Set<string>();
  readonly #feed: Feed;
  readonly #follow: Pace = new Pace(300, () => this.#followQuotes());
  #notices = 0;

  constructor(token: string) {
    const failed = (error: unknown) => this.#failed(error);
    this.client = openClient(token);
    this.account = new Account(this.client, failed);
    this.markets = new MarketData(this.client);
    this.controls = new Controls(token);
    this.#feed = new Feed(
      { url: feedUrl(), token, decoder: eventBookDecoder() },
      this.#listener(),
      () => this.#isWelcome(),
    );
    this.perps = new PerpsDesk(token, {
      notify: (kind, text) => this.notify(kind, text),
      isWelcome: () => this.#isWelcome(),
    });
    this.account.positions.subscribe(() => this.#follow.ask());
  }

  /** Connects, and asks for everything. */
  open(): void {
    this.#feed.open();
  }

  /** Shows a market. */
  choose(ticker: string): void {
    if (ticker === this.markets.chosen.value) return;
    this.markets.chosen.set(ticker);
    this.markets.show(this.#feed.book(ticker));
    this.#feed.want("orderbook_delta", [ticker]);
    this.#feed.want("trade", [ticker]);
    this.#follow.ask();
    this.#doing(this.markets.loadTrades());
    if (!this.markets.markets.value.has(ticker)) this.#doing(this.markets.refresh(ticker));
  }

  /** Lists other markets. */
  list(status: StatusFilter): void {
    this.markets.filter.set(status);
    this.#doing(this.markets.load());
  }

  /** The rows of these markets can be seen now. */
  see(tickers: readonly string[]): void {
    this.#inSight.clear();
    for (const ticker of tickers) this.#inSight.add(ticker);
    this.#follow.ask();
  }

  /** Sends an order; says what became of it. */
  async place(order: CreateOrderV2Request): Promise<boolean> {
    try {
      const { fill_count, remaining_count } = await this.client.orders.create({
        ...order,
        client_order_id: crypto.randomUUID(),
      });
      const outcome = parseCount(remaining_count) > 0
        ? "resting"
        : parseCount(fill_count) > 0
        ? "filled"
        : "not filled";
      // Of what is filled the feed tells more.
      const isTold = outcome === "filled" && this.connection.value.kind === "open";
      if (!isTold) this.notify("done", `${sayOrder(order)}: ${outcome}.`);
      return true;
    } catch (error) {
      this.notify("failed", `${sayOrder(order)} was not taken. ${wordsOf(error)}`);
      return false;
    }
  }

  /** Cancels an order. */
  async cancel(id: string, ticker: string): Promise<void> {
    try {
      await this.client.orders.cancel(id, { market_ticker: ticker });
      this.notify("done", "Order canceled.");
    } catch (error) {
      this.notify("failed", `The order was not canceled. ${wordsOf(error)}`);
    }
  }

  /** Cancels every resting order. */
  async cancelAll(): Promise<void> {
    const resting = [...this.account.orders.value.values()].filter(({ status }) => status === "resting");
    try {
      for (let at = 0; at < resting.length; at += 20) {
        const orders = resting.slice(at, at + 20).map(({ id, ticker }) => ({
          order_id: id,
          market_ticker: ticker,
        }));
        await this.client.orders.batchCancel({ orders });
      }
      this.notify("done", `${resting.length === 1 ? "1 order" : `${resting.length} orders`} canceled.`);
    } catch (error) {
      this.notify("failed", `Not every order was canceled. ${wordsOf(error)}`);
    }
  }

  /** Does something to the exchange; then nothing that was known of it is sure. */
  async steer(what: string, act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      this.notify("done", what);
    } catch (error) {
      this.notify("failed", wordsOf(error));
    }
    this.#reload();
    this.perps.reload();
  }

  notify(kind: Notice["kind"], text: string): void {
    const notice = { id: ++this.#notices, kind, text };
    this.notices.update((notices) => [...notices.slice(1 - NOTICES), notice]);
    systemClock.setTimer(() => this.dismiss(notice.id), kind === "failed" ? 2 * NOTICE_MS : NOTICE_MS);
  }

  dismiss(id: number): void {
    this.notices.update((notices) => notices.filter((one) => one.id !== id));
  }

  #listener(): FeedListener {
    return {
      onConnection: (connection) => {
        this.connection.set(connection);
        if (connection.kind === "open") this.#reload();
      },
      onBook: (book) => this.markets.takeBook(book),
      onTicker: (ticker) => this.markets.takeTicker(ticker),
      onTrade: (trade) => this.markets.takeTrade(trade),
      onFill: (told) => {
        const fill = this.account.takeFill(told);
        if (fill !== undefined) this.notify("fill", sayFill(fill));
      },
      onOrder: (order) => this.account.takeOrder(order),
      onPosition: (position) => this.account.takePosition(position),
      onGap: () => this.#reload(),
      onRefused: (ticker, words) => this.notify("failed", `${ticker}: ${words}`),
    };
  }

  #reload(): void {
    this.#doing(this.markets.load());
    this.#doing(this.markets.loadTrades());
    this.#doing(this.account.load());
    this.#doing(this.controls.load());
  }

  #followQuotes(): void {
    const held = [...this.account.positions.value.values()].filter(({ count }) => count !== 0);
    const chosen = this.markets.chosen.value;
    this.#feed.want("ticker", [
      ...this.#inSight,
      ...held.map(({ ticker }) => ticker),
      ...(chosen === undefined ? [] : [chosen]),
    ]);
  }

  async #isWelcome(): Promise<boolean> {
    try {
      await this.controls.load();
      return true;
    } catch (error) {
      return !(error instanceof ControlError && (error.status === 401 || error.status === 403));
    }
  }

  #doing(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed(error));
  }

  /** Something could not be read. While the line is down, that is no news. */
  #failed(error: unknown): void {
    if (this.connection.value.kind === "open") this.notify("failed", wordsOf(error));
  }
}

function sayFill({ side, price, count, ticker }: FillRow): string {
  return `${side === "bid" ? "Bought" : "Sold"} ${showCount(count)} Yes at ${showPrice(price)} · ${ticker}`;
}
