/**
 * What a quote manager needs of an exchange. Prices are ten-thousandths of a dollar, counts hundredths of a contract,
 * money millionths of a dollar.
 *
 * @module
 */
import type { PriceGrid } from "../../base/fixed_point.ts";
import type { QuoteSelfTrade, QuoteSide } from "./types.ts";

/** An order, as the exchange tells of it. */
export interface ToldOrder {
  /** The exchange's id. */
  readonly orderId: string;
  /** Its present client order id. */
  readonly clientOrderId: string;
  /** Ticker of its market. */
  readonly ticker: string;
  /** Its side. */
  readonly side: QuoteSide;
  /** YES price in ten-thousandths of a dollar. */
  readonly price: number;
  /** What filled so far, in hundredths of a contract. */
  readonly filled: number;
  /** What rests, in hundredths of a contract. */
  readonly remaining: number;
  /** Whether it rests. */
  readonly isOpen: boolean;
  /**
   * What its fills brought in, fees paid, in millionths of a dollar: below zero what they cost. Undefined where the
   * exchange did not tell.
   */
  readonly cash?: number | undefined;
  /** The order group that it is in. */
  readonly orderGroupId?: string | undefined;
  /** Why it ended, in the exchange's words. */
  readonly reason?: string | undefined;
}

/** What a market is, for quotes. */
export interface QuotedMarket {
  /** Its ticker. */
  readonly ticker: string;
  /** Ticker of its event. */
  readonly eventTicker: string;
  /** Number of its shard. */
  readonly exchangeIndex: number;
  /** Its price grid. */
  readonly grid: PriceGrid;
  /** Its status, in the exchange's words. */
  readonly status: string;
  /** Whether it has closed for good. */
  readonly isOver: boolean;
}

/** An order to place. */
export interface QuoteToPlace {
  /** Its client order id. */
  readonly clientOrderId: string;
  /** Where it goes. */
  readonly market: QuotedMarket;
  /** Its side. */
  readonly side: QuoteSide;
  /** YES price in ten-thousandths of a dollar. */
  readonly price: number;
  /** Its size in hundredths of a contract. */
  readonly count: number;
  /** The order group that it joins. */
  readonly orderGroupId: string | undefined;
  /** Whether it may only rest. */
  readonly postOnly: boolean;
  /** Which of the two is cancelled where it would meet an order of the same account. */
  readonly selfTradePrevention: QuoteSelfTrade;
  /** Whether it was sent before under the same id, and nobody knows what became of that. */
  readonly isAgain: boolean;
}

/** An order that is to change or to end. */
export interface QuoteToChange {
  /** The exchange's id. */
  readonly orderId: string;
  /** Its present client order id. */
  readonly clientOrderId: string;
  /** Where it rests. */
  readonly market: QuotedMarket;
  /** Its side. */
  readonly side: QuoteSide;
  /** Its present price. */
  readonly price: number;
  /** Its present size, what is filled included. */
  readonly total: number;
  /** Whether the size is certain: no amend of unknown outcome may have changed it. */
  readonly isCertain: boolean;
}

/** What an order is to become. */
export interface QuoteChange {
  /** Its client order id from then on. */
  readonly clientOrderId: string;
  /** Its price. */
  readonly price: number;
  /** Its size, what is filled included. */
  readonly total: number;
}

/** Which order to look for: by the exchange's id where that is known, else by the client order id. */
export interface QuoteToFind {
  /** The exchange's id. */
  readonly orderId: string | undefined;
  /** The client order id it was placed with. */
  readonly clientOrderId: string;
  /** Its market. */
  readonly ticker: string;
  /** When it was first sent, in Unix milliseconds. */
  readonly sinceMs: number;
}

/** What a failed request means. */
export type QuoteVerdict =
  /** Nothing reached the exchange, or it did not process it: over the rate budget. */
  | "not-sent"
  /** Nobody knows. */
  | "unknown"
  /** The client order id was used before: the first one landed. */
  | "taken"
  /** There is no such order that rests. */
  | "missing"
  /** The order group has triggered. */
  | "group"
  /** The market, or the exchange, does not trade now. */
  | "halted"
  /** The price is not on the market's grid. */
  | "grid"
  /** Any other refusal. */
  | "refused";

/** Who is told what happens to the account's orders. */
export interface QuoteSink {
  /** An order of the account, this manager's or not, is so now. */
  order(order: ToldOrder): void;
  /** Somebody else's order of the account filled: how much the position changed, in hundredths of a contract. */
  position(ticker: string, orderId: string, clientOrderId: string, change: number): void;
  /** Something may have been missed. */
  gap(): void;
  /** Nothing will be told any more. */
  ended(error: unknown): void;
}

/**
 * How a quote manager reaches an exchange: made by {@linkcode restQuotePort} or {@linkcode fixQuotePort}. Requests are
 * sent once; what they throw is judged by `verdict`.
 */
export interface QuotePort {
  /** What it goes by. */
  readonly kind: "rest" | "fix";
  /** Begins to tell; once it has resolved, nothing is missed without a word. Returns what ends that. */
  open(sink: QuoteSink): Promise<() => Promise<void>>;
  /** Places an order. */
  place(quote: QuoteToPlace): Promise<ToldOrder>;
  /** Amends an order. */
  amend(order: QuoteToChange, change: QuoteChange): Promise<ToldOrder>;
  /** Cancels what rests of an order. */
  cancel(order: QuoteToChange): Promise<ToldOrder>;
  /** Looks for an order, whether it rests or has ended. */
  find(order: QuoteToFind): Promise<ToldOrder | undefined>;
  /** Every order of the account that rests, whoever placed it. */
  resting(): Promise<readonly ToldOrder[]>;
  /** What the account holds in each market, in hundredths of a contract. */
  positions(): Promise<ReadonlyMap<string, number>>;
  /** A market. */
  market(ticker: string): Promise<QuotedMarket>;
  /** Makes an order group and gives its id. */
  createGroup(contractsLimit: number, exchangeIndex: number): Promise<string>;
  /** Triggers an order group: its orders are cancelled, and new ones refused. */
  triggerGroup(id: string, exchangeIndex: number): Promise<void>;
  /** Removes an order group. */
  deleteGroup(id: string, exchangeIndex: number): Promise<void>;
  /** What a failure of a request means. */
  verdict(error: unknown): QuoteVerdict;
}
