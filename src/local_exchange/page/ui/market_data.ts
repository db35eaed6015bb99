/** Markets: their list, their quotes, and of the chosen one the book and the trades. */
import type { KalshiClient } from "../../../client.ts";
import { parseCount, parsePrice, type PriceGrid, priceGrid } from "../../../base/fixed_point.ts";
import type { BookLevel, MarketBook } from "../../../books/mod.ts";
import type { TickerData, TradeData } from "../../../contract/event/channels.ts";
import type { Market, Trade } from "../../../contract/event/types.ts";
import { Cell, Pace } from "./cell.ts";
import type { Quote } from "./profit.ts";

/** A market, as far as the page shows it. */
export interface MarketRow {
  readonly ticker: string;
  readonly event: string;
  /** What the event asks. */
  readonly question: string;
  /** What YES stands for. */
  readonly outcome: string;
  readonly status: string;
  readonly result: string;
  readonly grid: PriceGrid;
  readonly closeMs: number;
  readonly volume: number;
  readonly openInterest: number;
}

/** The chosen market's book. */
export interface BookView {
  readonly ticker: string;
  /** Whether it may be trusted; where not, it is what was last known, in words `why` not. */
  readonly isLive: boolean;
  readonly why: string;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** A trade of anybody's. */
export interface TradeRow {
  readonly id: string;
  readonly price: number;
  readonly count: number;
  /** Who came: a buyer of YES or a seller. */
  readonly taker: "bid" | "ask";
  readonly atMs: number;
}

/** Which markets are listed: words of the filter of `GET /markets`. */
export type StatusFilter = "open" | "paused" | "closed" | "settled";

/** Books and lists are drawn this often at most. */
export const DRAWN_EVERY_MS = 100;
const TRADES = 60;

const price = (dollars: string | undefined): number | undefined => {
  const read = dollars === undefined || dollars === "" ? 0 : parsePrice(dollars);
  return read > 0 ? read : undefined;
};
/** A best price; 0 and 1 dollar stand for an empty side. */
const best = (dollars: string): number | undefined => {
  const read = price(dollars);
  return read === undefined || read >= 10_000 ? undefined : read;
};

const rowOf = (one: Market): MarketRow => ({
  ticker: one.ticker,
  event: one.event_ticker,
  question: one.title || one.event_ticker,
  outcome: one.yes_sub_title || one.ticker,
  status: one.status,
  result: one.result,
  grid: priceGrid(one.price_ranges),
  closeMs: Date.parse(one.close_time),
  volume: parseCount(one.volume_fp),
  openInterest: parseCount(one.open_interest_fp),
});

const quoteOf = (one: Market): Quote => ({
  bid: best(one.yes_bid_dollars),
  ask: best(one.yes_ask_dollars),
  last: price(one.last_price_dollars),
});

const restTrade = (one: Trade): TradeRow => ({
  id: one.trade_id,
  price: parsePrice(one.yes_price_dollars),
  count: parseCount(one.count_fp),
  taker: one.taker_book_side === "ask" ? "ask" : "bid",
  atMs: Date.parse(one.created_time ?? ""),
});

const feedTrade = (one: TradeData): TradeRow => ({
  id: one.trade_id,
  price: parsePrice(one.yes_price_dollars),
  count: parseCount(one.count_fp),
  taker: one.taker_book_side === "ask" ? "ask" : "bid",
  atMs: one.ts_ms,
});

/** Why a book is not live, for a person. */
const reasons: Readonly<Record<string, string>> = {
  disconnected: "the connection is lost",
  gap: "changes of it were missed",
  crossed: "bids and asks cross",
  unreadable: "a change could not be read",
  "negative-level": "a change took more than there was",
  unnumbered: "a change had no number",
  mismatch: "it differs from the exchange's own",
};

/** A book as it is drawn. */
export function viewOf(book: MarketBook): BookView {
  const isLive = book.state === "live";
  const why = book.state === "waiting"
    ? "it has not come yet"
    : reasons[book.reason ?? ""] ?? "it is not live";
  return { ticker: book.ticker, isLive, why, ...book.lastKnown.depth() };
}

/** What the page knows of markets. */
export class MarketData {
  readonly filter: Cell<StatusFilter> = new Cell<StatusFilter>("open");
  readonly markets: Cell<ReadonlyMap<string, MarketRow>> = new Cell<ReadonlyMap<string, MarketRow>>(
    new Map(),
  );
  readonly chosen: Cell<string | undefined> = new Cell<string | undefined>(undefined);
  readonly book: Cell<BookView | undefined> = new Cell<BookView | undefined>(undefined);
  readonly trades: Cell<readonly TradeRow[]> = new Cell<readonly TradeRow[]>([]);
  readonly #client: KalshiClient;
  readonly #quotes = new Map<string, Cell<Quote>>();
  #shown: MarketBook | undefined;
  readonly #draw: Pace = new Pace(DRAWN_EVERY_MS, () => this.#view());
  #ticks = new Map<string, TickerData>();
  readonly #quote: Pace = new Pace(4 * DRAWN_EVERY_MS, () => this.#takeTicks());
  #traded: TradeRow[] = [];
  readonly #trade: Pace = new Pace(2 * DRAWN_EVERY_MS, () => this.#takeTrades());

  constructor(client: KalshiClient) {
    this.#client = client;
  }

  /** The quotes of a market, to follow. */
  quote(ticker: string): Cell<Quote> {
    let found = this.#quotes.get(ticker);
    if (found === undefined) {
      this.#quotes.set(ticker, found = new Cell<Quote>({ bid: undefined, ask: undefined, last: undefined }));
    }
    return found;
  }

  /** Asks for the list; the chosen market stays in it, whatever its state. */
  async load(): Promise<void> {
    const status = this.filter.value;
    const [kept, rows] = [this.chosen.value, new Map<string, MarketRow>()];
    for await (const market of this.#client.markets.listAll({ status, limit: 1000 }, { maxItems: 3_000 })) {
      this.#keep(rows, market);
    }
    if (kept !== undefined && !rows.has(kept)) this.#keep(rows, await this.#client.markets.get(kept));
    if (status === this.filter.value) this.markets.set(rows);
  }

  /** Asks for one market: its state has changed, or it is not in the list. */
  async refresh(ticker: string): Promise<void> {
    const rows = new Map(this.markets.value);
    this.#keep(rows, await this.#client.markets.get(ticker));
    this.markets.set(rows);
  }

  /** Asks for the newest trades of the chosen market. */
  async loadTrades(): Promise<void> {
    const ticker = this.chosen.value;
    if (ticker === undefined) return;
    const trades = await this.#client.trades.list({ ticker, limit: TRADES });
    if (ticker === this.chosen.value) this.trades.set([...trades].map(restTrade));
  }

  /** Shows a market's book from now on. */
  show(book: MarketBook): void {
    this.#shown = book;
    this.#traded = [];
    this.trades.set([]);
    this.#view();
  }

  takeBook(book: MarketBook): void {
    if (book === this.#shown) this.#draw.ask();
  }

  takeTicker(told: TickerData): void {
    this.#ticks.set(told.market_ticker, told);
    this.#quote.ask();
  }

  takeTrade(told: TradeData): void {
    if (told.market_ticker !== this.chosen.value) return;
    this.#traded.unshift(feedTrade(told));
    this.#trade.ask();
  }

  #keep(rows: Map<string, MarketRow>, market: Market): void {
    rows.set(market.ticker, rowOf(market));
    this.quote(market.ticker).set(quoteOf(market));
  }

  #view(): void {
    const book = this.#shown;
    if (book === undefined) return this.book.set(undefined);
    this.book.set(viewOf(book));
  }

  #takeTicks(): void {
    const ticks = this.#ticks;
    this.#ticks = new Map();
    for (const [ticker, told] of ticks) {
      const [bid, ask] = [best(told.yes_bid_dollars), best(told.yes_ask_dollars)];
      const before = this.quote(ticker).value;
      const last = price(told.price_dollars);
      if (before.bid === bid && before.ask === ask && before.last === last) continue;
      this.quote(ticker).set({ bid, ask, last });
    }
  }

  #takeTrades(): void {
    const known = new Set(this.trades.value.map(({ id }) => id));
    const fresh = this.#traded.filter(({ id }) => !known.has(id));
    this.#traded = [];
    if (fresh.length > 0) this.trades.set([...fresh, ...this.trades.value].slice(0, TRADES));
  }
}
