/** What a quote manager is made from, and what each option may be. */
import type { Clock } from "../../base/clock.ts";
import { parseCount, parseMoney, parsePrice } from "../../base/fixed_point.ts";
import {
  callable,
  clock,
  flag,
  group,
  having,
  milliseconds,
  needed,
  oneOf,
  positiveMs,
  type Read,
  type Rule,
  rule,
  type Rules,
  signal,
  whole,
  withPreset,
} from "../../base/options.ts";
import type { LiveOrderBook } from "../../books/live_order_book.ts";
import { NAME } from "./ids.ts";
import type { QuotePort } from "./port.ts";
import type { QuoteEvent, QuoteSelfTrade } from "./types.ts";

/** What no quote may pass. A wish that would is refused before anything is sent. */
export interface QuoteLimits {
  /** Largest size of an order in contracts, such as `"100.00"`. */
  readonly maxOrderCount?: string | undefined;
  /**
   * Largest position in any market in contracts, YES or NO, if every quote of a side fills: what is held and what may
   * rest count together.
   */
  readonly maxPosition?: string | undefined;
  /**
   * Largest sum of the positions in the markets of an event, each as large as its quotes can make it, in contracts.
   * Markets belong to an event by their tickers, which begin with its own.
   */
  readonly maxEventPosition?: string | undefined;
  /** The most that all quotes together may lock up in dollars, such as `"500.00"`. */
  readonly maxNotional?: string | undefined;
  /** Lowest price of a quote in dollars. */
  readonly lowestPrice?: string | undefined;
  /** Highest price of a quote in dollars. */
  readonly highestPrice?: string | undefined;
  /**
   * How far from the middle of the live book a price may be when it is sent, in dollars. Needs `books`; without a live
   * book that has both sides nothing is sent.
   */
  readonly maxFromMid?: string | undefined;
  /**
   * The most that may be lost within `lossWindowMs`, realized and marked, in dollars: beyond it the kill switch is
   * pulled. Positions count at what closing them would bring: longs at the best bid, shorts at the best ask. Needs
   * `books`.
   */
  readonly maxLoss?: string | undefined;
  /**
   * The window of `maxLoss` in milliseconds.
   *
   * @default 3600000
   */
  readonly lossWindowMs?: number | undefined;
}

/** What gives live order books: a `KalshiStream` is one. */
export interface QuoteBooks {
  /** One market's book, kept live. */
  orderBook(ticker: string): Promise<LiveOrderBook>;
}

/** What a {@linkcode QuoteManager} is made from. */
export interface QuoteManagerOptions {
  /** How it reaches the exchange: `restQuotePort` or `fixQuotePort`. */
  readonly port: QuotePort;
  /**
   * What it is called: 1 to 16 letters, digits and `_`. Its orders are known by it, over restarts of the process, so that
   * no two managers of an account may run under one name.
   */
  readonly name: string;
  /** What no quote may pass. */
  readonly limits?: QuoteLimits | undefined;
  /**
   * Whether its orders only rest: one that would trade at once is refused by the exchange.
   *
   * @default true
   */
  readonly postOnly?: boolean | undefined;
  /**
   * What happens where a quote would meet an order of the account that is not the manager's.
   *
   * @default "taker_at_cross"
   */
  readonly selfTradePrevention?: QuoteSelfTrade | undefined;
  /**
   * How a quote gets another price. `amend` changes the order in one request; it may then trade at once, for an amend
   * cannot say that it must not. `replace` cancels it and places another. `replace` unless told where orders are
   * post-only, else `amend`. Either way it goes to the end of the queue.
   */
  readonly repricing?: "amend" | "replace" | undefined;
  /**
   * What a count means once a part of it has filled. `false`: a wish is for so many contracts and no more, until it is
   * said again; what fills is not placed anew. `true`: so many shall rest at any time; what fills is placed anew.
   *
   * @default false
   */
  readonly refill?: boolean | undefined;
  /**
   * What becomes of prices that are not on the market's grid: refused, or moved onto it, away from the other side.
   *
   * @default "refuse"
   */
  readonly offGrid?: "refuse" | "snap" | undefined;
  /**
   * Contracts that may fill within 15 seconds, from 1 to 1,000,000: makes an order group for each shard, which the kill
   * switch triggers in one request, and the exchange by itself beyond this limit. None unless told.
   */
  readonly groupLimit?: number | undefined;
  /** Live books: a `KalshiStream`. Needed by `pullWhenStale`, `limits.maxFromMid` and `limits.maxLoss`. */
  readonly books?: QuoteBooks | undefined;
  /**
   * Whether a market's quotes are cancelled while its book is stale, and placed again when it is live. Needs `books`.
   *
   * @default false
   */
  readonly pullWhenStale?: boolean | undefined;
  /**
   * How long orders of an earlier process wait for a wish of this one, in milliseconds, before they are cancelled. With
   * 0 they are cancelled at once; otherwise a wish that comes in time takes them over, place in the queue and all.
   *
   * @default 0
   */
  readonly adoptMs?: number | undefined;
  /**
   * How often orders and positions are compared with the exchange's own, beside after each loss of the connection, in
   * milliseconds.
   *
   * @default 30000
   */
  readonly reconcileMs?: number | undefined;
  /**
   * How long a request whose outcome is unknown may still take effect, in milliseconds: Kalshi refuses one whose
   * signature is older than 30 seconds. So long an order that was looked for in vain counts against the limits.
   *
   * @default 35000
   */
  readonly lateMs?: number | undefined;
  /**
   * How many requests that place or amend may be under way. Fewer react sooner to a new wish where the rate budget is
   * small, for what is under way waits for it; cancels do not count.
   *
   * @default 8
   */
  readonly maxUnderWay?: number | undefined;
  /** Told of each event in the moment it happens; {@linkcode QuoteManager.events} is the same with a queue. */
  readonly onEvent?: ((event: QuoteEvent) => void) | undefined;
  /** When it aborts, the manager stops as by `stop()`: what could not be proven is told by an `error` event. */
  readonly signal?: AbortSignal | undefined;
  /** The clock of its timers; the system's unless told. */
  readonly clock?: Clock | undefined;
}

/** How {@linkcode QuoteManager.stop} and {@linkcode QuoteManager.kill} end. */
export interface QuoteStopOptions {
  /**
   * How long to go on trying to prove that nothing rests, in milliseconds. An order of unknown outcome counts as long
   * as `lateMs` says, unless an order group settles it.
   *
   * @default 60000
   */
  readonly timeoutMs?: number | undefined;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A decimal text that a reader takes, and that is not negative. */
const amount = (what: string, parse: (text: string) => number): Rule<string> =>
  rule(what, (value) => {
    try {
      return typeof value === "string" && parse(value) >= 0;
    } catch {
      return false;
    }
  });
const contracts = () => amount('contracts as a text, such as "100.00"', parseCount);
const dollars = () => amount('dollars as a text, such as "500.00"', parseMoney);
const price = () => amount('a price in dollars as a text, such as "0.0500"', parsePrice);

/** What the limits may be. */
export const quoteLimitRules = {
  maxOrderCount: contracts(),
  maxPosition: contracts(),
  maxEventPosition: contracts(),
  maxNotional: dollars(),
  lowestPrice: price(),
  highestPrice: price(),
  maxFromMid: price(),
  maxLoss: dollars(),
  lossWindowMs: withPreset(positiveMs(), 3_600_000),
} satisfies Rules<QuoteLimits>;

/** What the options may be. */
export const quoteManagerRules = {
  port: needed(
    having<QuotePort>("restQuotePort(…) or fixQuotePort(…): an object", "open", "place", "amend", "cancel"),
  ),
  name: needed(
    rule<string>(
      "1 to 16 letters, digits and _",
      (value) => typeof value === "string" && NAME.test(value),
    ),
  ),
  limits: group<QuoteLimits>(quoteLimitRules),
  postOnly: withPreset(flag(), true),
  selfTradePrevention: withPreset(oneOf("taker_at_cross", "maker"), "taker_at_cross"),
  repricing: oneOf("amend", "replace"),
  refill: withPreset(flag(), false),
  offGrid: withPreset(oneOf("refuse", "snap"), "refuse"),
  groupLimit: whole(1, 1_000_000),
  books: having<QuoteBooks>("a KalshiStream, or something", "orderBook"),
  pullWhenStale: withPreset(flag(), false),
  adoptMs: withPreset(milliseconds(0), 0),
  reconcileMs: withPreset(positiveMs(), 30_000),
  lateMs: withPreset(positiveMs(), 35_000),
  maxUnderWay: withPreset(whole(1, 1_000), 8),
  onEvent: callable<(event: QuoteEvent) => void>(),
  signal: signal(),
  clock: clock(),
} satisfies Rules<QuoteManagerOptions>;

/** The options, read. */
export type ReadQuoteManagerOptions = Read<QuoteManagerOptions, typeof quoteManagerRules>;

/** What the options of an end may be. */
export const quoteStopRules = {
  timeoutMs: withPreset(positiveMs(), 60_000),
  signal: signal(),
} satisfies Rules<QuoteStopOptions>;

/** The options of an end, read. */
export type ReadQuoteStopOptions = Read<QuoteStopOptions, typeof quoteStopRules>;
