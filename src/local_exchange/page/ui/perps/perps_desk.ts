/** All that the page knows of perps and can do with them, without a word of how it looks. */
import { parseCount, parsePrice } from "../../../../base/fixed_point.ts";
import type { MarketBook } from "../../../../books/mod.ts";
import { perpsBookDecoder } from "../../../../books/mod.ts";
import type { FillData, TickerData, TradeData, UserOrderData } from "../../../../contract/perps/channels.ts";
import type { PerpsClient } from "../../../../perps/client.ts";
import { Cell, Pace } from "../cell.ts";
import { type Connection, Feed, type FeedMessages, feedUrl } from "../feed.ts";
import { moneyOf, showCount, showPrice } from "../format.ts";
import { type BookView, DRAWN_EVERY_MS, type TradeRow, viewOf } from "../market_data.ts";
import { openPerpsClient, wordsOf } from "../rest.ts";
import {
  afterTicker,
  feedPerpsTrade,
  type PerpRow,
  perpRow,
  type PerpsFillRow,
  perpsFillRow,
  type PerpsOrderRow,
  perpsOrderRow,
  type PerpsPositionRow,
  perpsPositionRow,
  restPerpsTrade,
} from "./perps_rows.ts";
import { type PerpsOrder, sayPerpsOrder } from "./perps_ticket_check.ts";

/** The page around it. */
export interface PerpsHost {
  notify(kind: "done" | "failed" | "fill", text: string): void;
  isWelcome(): Promise<boolean>;
}

/** The money of the account, in micro-dollars. */
export interface PerpsMoneyView {
  readonly equity: number;
  readonly initial: number;
  readonly maintenance: number;
  readonly available: number;
}

interface Messages extends FeedMessages {
  readonly ticker: TickerData;
  readonly trade: TradeData;
  readonly fill: FillData;
  readonly order: UserOrderData;
}

const TRADES = 60;
const FILLS = 100;

/** The desk of perps. It connects when it is first shown. */
export class PerpsDesk {
  readonly isShown: Cell<boolean> = new Cell<boolean>(false);
  readonly connection: Cell<Connection> = new Cell<Connection>({ kind: "connecting" });
  readonly markets: Cell<readonly PerpRow[]> = new Cell<readonly PerpRow[]>([]);
  readonly chosen: Cell<string | undefined> = new Cell<string | undefined>(undefined);
  readonly book: Cell<BookView | undefined> = new Cell<BookView | undefined>(undefined);
  readonly trades: Cell<readonly TradeRow[]> = new Cell<readonly TradeRow[]>([]);
  readonly orders: Cell<ReadonlyMap<string, PerpsOrderRow>> = new Cell<ReadonlyMap<string, PerpsOrderRow>>(
    new Map(),
  );
  readonly fills: Cell<readonly PerpsFillRow[]> = new Cell<readonly PerpsFillRow[]>([]);
  readonly positions: Cell<readonly PerpsPositionRow[]> = new Cell<readonly PerpsPositionRow[]>([]);
  readonly money: Cell<PerpsMoneyView | undefined> = new Cell<PerpsMoneyView | undefined>(undefined);
  readonly #host: PerpsHost;
  readonly #client: PerpsClient;
  readonly #feed: Feed<Messages>;
  /** Marks move positions: what is held is asked for again, in pauses. */
  readonly #account: Pace = new Pace(400, () => this.#doing(this.#loadAccount()));
  readonly #draw: Pace = new Pace(DRAWN_EVERY_MS, () => this.#drawBook());
  #ticks = new Map<string, TickerData>();
  readonly #tick: Pace = new Pace(4 * DRAWN_EVERY_MS, () => this.#takeTicks());
  #shownBook: MarketBook | undefined;
  #isOpen = false;

  constructor(token: string, host: PerpsHost) {
    this.#host = host;
    this.#client = openPerpsClient(token);
    this.#feed = new Feed<Messages>(
      { url: feedUrl("?exchange=margin"), token, decoder: perpsBookDecoder() },
      {
        onConnection: (connection) => {
          this.connection.set(connection);
          if (connection.kind === "open") this.reload();
        },
        onBook: (book) => book === this.#shownBook && this.#draw.ask(),
        onTicker: (ticker) => {
          this.#ticks.set(ticker.market_ticker, ticker);
          this.#tick.ask();
        },
        onTrade: (trade) => this.#takeTrade(trade),
        onFill: (fill) => this.#takeFill(fill),
        onOrder: () => this.#account.ask(),
        onPosition: () => this.#account.ask(),
        onGap: () => this.reload(),
        onRefused: (ticker, words) => host.notify("failed", `${ticker}: ${words}`),
      },
      () => host.isWelcome(),
    );
  }

  /** Shows perps, or event contracts again. */
  show(isShown: boolean): void {
    this.isShown.set(isShown);
    if (!isShown || this.#isOpen) return;
    this.#isOpen = true;
    this.#feed.open();
  }

  /** Shows a market. */
  choose(ticker: string): void {
    if (ticker === this.chosen.value) return;
    this.chosen.set(ticker);
    this.#shownBook = this.#feed.book(ticker);
    this.trades.set([]);
    this.#drawBook();
    this.#feed.want("orderbook_delta", [ticker]);
    this.#feed.want("trade", [ticker]);
    this.#doing(this.#loadTrades());
  }

  /** Asks for everything, where perps are shown. */
  reload(): void {
    if (!this.#isOpen) return;
    this.#doing(this.#loadMarkets());
    this.#doing(this.#loadTrades());
    this.#account.ask();
  }

  /** Sends an order; says what became of it. */
  async place(order: PerpsOrder): Promise<boolean> {
    try {
      const { fill_count, remaining_count } = await this.#client.orders.create({
        ...order,
        client_order_id: crypto.randomUUID(),
      });
      const rests = parseCount(remaining_count) > 0;
      const outcome = rests ? "resting" : parseCount(fill_count) > 0 ? "filled" : "not filled";
      this.#host.notify("done", `${sayPerpsOrder(order)}: ${outcome}.`);
      this.#account.ask();
      return true;
    } catch (error) {
      this.#host.notify("failed", `${sayPerpsOrder(order)} was not taken. ${wordsOf(error)}`);
      return false;
    }
  }

  /** Cancels an order. */
  async cancel(id: string): Promise<void> {
    try {
      await this.#client.orders.cancel(id);
      this.#host.notify("done", "Order canceled.");
    } catch (error) {
      this.#host.notify("failed", `The order was not canceled. ${wordsOf(error)}`);
    }
    this.#account.ask();
  }

  async #loadMarkets(): Promise<void> {
    const before = new Map(this.markets.value.map((row) => [row.ticker, row]));
    const rows = (await this.#client.markets.list()).map((one) => ({
      ...perpRow(one),
      funding: before.get(one.ticker)?.funding,
    }));
    this.markets.set(rows);
    this.#feed.want("ticker", rows.map(({ ticker }) => ticker));
    const [first] = rows;
    if (this.chosen.value === undefined && first !== undefined) this.choose(first.ticker);
    await Promise.all(rows.map((row) => this.#loadFunding(row.ticker)));
  }

  async #loadFunding(ticker: string): Promise<void> {
    const { funding_rate, next_funding_time } = await this.#client.funding.rateEstimate({ ticker });
    const funding = { rate: funding_rate ?? 0, atMs: Date.parse(next_funding_time) };
    this.markets.update((rows) => rows.map((row) => row.ticker === ticker ? { ...row, funding } : row));
  }

  async #loadTrades(): Promise<void> {
    const ticker = this.chosen.value;
    if (ticker === undefined) return;
    const trades = await this.#client.markets.trades.list({ ticker, limit: TRADES });
    if (ticker === this.chosen.value) this.trades.set([...trades].map(restPerpsTrade));
  }

  async #loadAccount(): Promise<void> {
    const { orders, portfolio, risk } = this.#client;
    const [resting, fills, positions, { positions: risks }, { subaccount_balances }] = await Promise.all([
      orders.list({ status: "resting", limit: 200 }),
      portfolio.fills.list({ limit: FILLS }),
      portfolio.positions.list(),
      risk.get(),
      portfolio.balance({ compute_available_balance: true }),
    ]);
    this.orders.set(new Map([...resting].map((one) => [one.order_id, perpsOrderRow(one)])));
    this.fills.set([...fills].map(perpsFillRow));
    this.positions.set(positions.map((one) =>
      perpsPositionRow(
        one,
        risks.find((other) =>
          other.market_ticker === one.market_ticker && other.subaccount === one.subaccount
        ),
      )
    ));
    const [primary] = subaccount_balances;
    if (primary === undefined) return;
    this.money.set({
      equity: moneyOf(primary.account_equity),
      initial: moneyOf(primary.initial_margin),
      maintenance: moneyOf(primary.maintenance_margin),
      available: moneyOf(primary.available_balance),
    });
  }

  #takeFill({ side, price, count, market_ticker, order_source }: FillData): void {
    const verb = side === "bid" ? "Bought" : "Sold";
    const why = order_source === "system" ? " by the exchange" : "";
    this.#host.notify(
      "fill",
      `${verb} ${showCount(parseCount(count))} at ${showPrice(parsePrice(price))}${why} · ${market_ticker}`,
    );
    this.#account.ask();
  }

  #takeTrade(told: TradeData): void {
    if (told.market_ticker !== this.chosen.value) return;
    const trade = feedPerpsTrade(told);
    this.trades.update((trades) =>
      trades.some(({ id }) => id === trade.id) ? trades : [trade, ...trades].slice(0, TRADES)
    );
  }

  #takeTicks(): void {
    const ticks = this.#ticks;
    this.#ticks = new Map();
    this.markets.update((rows) =>
      rows.map((row) => {
        const told = ticks.get(row.ticker);
        return told === undefined ? row : afterTicker(row, told);
      })
    );
    if (this.positions.value.some(({ ticker }) => ticks.has(ticker))) this.#account.ask();
  }

  #drawBook(): void {
    this.book.set(this.#shownBook && viewOf(this.#shownBook));
  }

  #doing(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      // While the line is down, that is no news.
      if (this.connection.value.kind === "open") this.#host.notify("failed", wordsOf(error));
    });
  }
}
