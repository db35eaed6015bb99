/** Market data of a session: requests, order books and trades over one set of subscriptions. */
import {
  KalshiClosedError,
  KalshiConfigError,
  type KalshiError,
  KalshiTimeoutError,
} from "../../base/errors.ts";
import { assertValue, list, needed, oneOf, readOptions, rule, type Rules } from "../../base/options.ts";
import type { QueueOptions } from "../../base/queue.ts";
import { waitFor } from "../../base/wait_options.ts";
import type { AsyncItems } from "../../base/web_types.ts";
import type { LiveOrderBook } from "../../books/live_order_book.ts";
import { type OrderBooksOptions, orderBooksRules } from "../../books/options.ts";
import type { ReceivedMessage } from "../../contract/fix/codec.ts";
import type { MarketDataRequest, MarketDataSnapshotFullRefresh } from "../../contract/fix/messages.ts";
import type { ClientPart } from "../client_part.ts";
import type { ClientSide } from "../client_side.ts";
import type { FixMarker } from "../items.ts";
import { type FixRequestOptions, fixRequestRules } from "../requests/options.ts";
import type { FixSessionEvent, Received } from "../session_types.ts";
import { type BookMessage, MarketBooks } from "./books.ts";
import { MarketTrades, type TradeItem } from "./trades.ts";
import { type Holder, Subscriptions } from "./subscriptions.ts";

/** What a MarketDataRequest(35=V) takes. It may name any number of symbols: it goes out in requests of 1,000. */
export type MarketDataRequestFields = Omit<MarketDataRequest, "MsgType" | "extra">;

/** What a request for market data came to. */
export interface MarketDataAnswer {
  /** MarketDataSnapshotFullRefresh(35=W) of each symbol. */
  readonly snapshots: readonly Received<MarketDataSnapshotFullRefresh>[];
  /** The symbols whose refresh has no level: nobody bids or asks there, or there is no such market. */
  readonly empty: readonly string[];
}

/** Printable letters without a space: one that Kalshi could not take would have it refuse a thousand others. */
export const isTicker = (value: unknown): boolean =>
  typeof value === "string" && /^[!-~]{1,200}$/.test(value);

/** What the fields of a MarketDataRequest(35=V) may be. */
export const marketDataRules: Rules<MarketDataRequestFields> = {
  SubscriptionRequestType: needed(oneOf("0", "1", "2")),
  NoRelatedSym: list<{ readonly Symbol: string }>(
    "a list of { Symbol }",
    (entry) => isTicker((entry as { readonly Symbol?: unknown } | null)?.Symbol),
  ),
};

const tickers = list<string>("a list of tickers", isTicker);
/** A loop over the trades of no market would wait for ever. */
const someTickers = rule<readonly string[]>(
  "a list of one ticker or more",
  (value) => tickers.test(value) && (value as readonly string[]).length > 0,
);

/** Market data of one session. */
export class MarketData implements ClientPart {
  readonly #side: ClientSide;
  readonly #subscriptions: Subscriptions;
  readonly #books: MarketBooks;
  readonly #trades: MarketTrades;
  /** Who holds what was subscribed to by requests. */
  readonly #asked: Holder = { refused() {} };
  #closed: { readonly cause: KalshiError | undefined } | undefined;

  constructor(side: ClientSide) {
    this.#side = side;
    this.#subscriptions = new Subscriptions(side, (symbols) => this.#books.missing(symbols));
    this.#books = new MarketBooks(side, this.#subscriptions);
    this.#trades = new MarketTrades(this.#subscriptions);
  }

  /** Sends a request, in parts where it is too long for one. */
  async request(fields: MarketDataRequestFields, given: FixRequestOptions): Promise<MarketDataAnswer> {
    const name = "marketDataRequest";
    const { SubscriptionRequestType: type, NoRelatedSym } = readOptions(name, fields, marketDataRules);
    const { signal, timeoutMs = this.#side.config.requestTimeoutMs } = readOptions(
      name,
      given,
      fixRequestRules,
    );
    const symbols = NoRelatedSym && [...new Set(NoRelatedSym.map(({ Symbol }) => Symbol))];
    if (type !== "2" && (symbols === undefined || symbols.length === 0)) {
      throw new KalshiConfigError(
        `${name} needs \`NoRelatedSym\`: only SubscriptionRequestType 2 may name no symbol.`,
      );
    }
    const obstacle = this.#side.obstacle();
    if (obstacle !== undefined) throw obstacle;
    if (type === "2") {
      this.#subscriptions.release(symbols ?? this.#subscriptions.of(this.#asked), this.#asked);
      return { snapshots: [], empty: [] };
    }
    const wanted = symbols ?? [];
    const work = type === "0"
      ? this.#subscriptions.snapshots(wanted, timeoutMs)
      : this.#subscriptions.subscribe(wanted, this.#asked, timeoutMs);
    work.catch(() => {}); // whoever gave it up is told of that
    const { snapshots, missing } = await waitFor(work, name, { signal }, this.#side.clock);
    if (missing.length > 0) {
      throw new KalshiTimeoutError(
        `${name}: of ${missing.length} of ${wanted.length} symbols no full refresh came, and no other for ${timeoutMs} ms.`,
        { outcome: "unknown", details: { missing } },
      );
    }
    const empty = snapshots.filter(({ NoMDEntries = [] }) => NoMDEntries.length === 0).map(({ Symbol }) =>
      Symbol
    );
    return { snapshots, empty };
  }

  /** Opens live books. */
  async books(symbols: readonly string[], given: OrderBooksOptions): Promise<LiveOrderBook[]> {
    const options = readOptions("orderBooks", given, orderBooksRules);
    assertValue("orderBooks", "symbols", symbols, tickers);
    this.#assertOpen();
    return await this.#books.open(symbols, options);
  }

  /** Trades of these symbols from now on. */
  trades(symbols: readonly string[], queue: QueueOptions | undefined): AsyncItems<TradeItem> {
    assertValue("trades", "symbols", symbols, someTickers);
    this.#assertOpen();
    return this.#trades.open(symbols, queue);
  }

  take(message: ReceivedMessage): void {
    this.#subscriptions.message(message);
    if (message.MsgType === "W" || message.MsgType === "X") {
      this.#trades.take(this.#books.message(message as BookMessage));
    }
  }

  event(event: FixSessionEvent): void {
    this.#books.event(event);
    this.#subscriptions.event(event);
  }

  mark(marker: FixMarker): void {
    this.#trades.mark(marker);
  }

  closed(cause: KalshiError | undefined): void {
    this.#closed = { cause };
    this.#books.closed(cause);
    this.#trades.closed(cause);
  }

  #assertOpen(): void {
    if (this.#closed === undefined) return;
    throw new KalshiClosedError("The FIX client is closed.", this.#closed);
  }
}
