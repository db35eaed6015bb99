/**
 * Books as Kalshi's FIX tells them: https://docs.kalshi.com/fix/market-data
 *
 * A full refresh (35=W) is a whole book. An incremental refresh (35=X) holds single levels with their new sizes, of
 * any number of markets, and trades between them.
 *
 * @module
 */

import { parseCount, parsePrice } from "../../base/fixed_point.ts";
import type { BookLevel } from "../order_book.ts";
import type { BookSnapshot, BookUpdate, LevelSize } from "../updates.ts";

/** One entry of NoMDEntries(268), as far as a book reads it. Nothing in it is taken on trust. */
export interface FixBookEntry {
  /** MDUpdateAction(279); of a full refresh there is none. */
  readonly MDUpdateAction?: string | undefined;
  /** Symbol(55); of a full refresh it stands outside. */
  readonly Symbol?: string | undefined;
  /** MDEntryType(269). */
  readonly MDEntryType?: string | undefined;
  /** MDEntryPx(270), in dollars. */
  readonly MDEntryPx?: string | undefined;
  /** MDEntrySize(271), the new size of the level. */
  readonly MDEntrySize?: string | undefined;
  /** MDEntryDate(272), `YYYYMMDD`. */
  readonly MDEntryDate?: string | undefined;
  /** MDEntryTime(273), `HH:MM:SS.sss`. */
  readonly MDEntryTime?: string | undefined;
  /** ClOrdID(11): of the own order that made the change. */
  readonly ClOrdID?: string | undefined;
  /** AllocAccount(79): of that order. */
  readonly AllocAccount?: number | undefined;
}

/** MarketDataSnapshotFullRefresh(35=W) or MarketDataIncrementalRefresh(35=X), as it came. */
export interface FixBookMessage<Entry extends FixBookEntry = FixBookEntry> {
  /** Which of the two. */
  readonly MsgType: "W" | "X";
  /** Symbol(55) of a full refresh. */
  readonly Symbol?: string | undefined;
  /** The entries. */
  readonly NoMDEntries?: readonly Entry[] | undefined;
  /** Its header. */
  readonly header: {
    /** What books are numbered by: a session that loses one of these ends. */
    readonly MsgSeqNum: number;
  };
}

/** What a message does to books, and the trades that it tells. */
export interface FixBookUpdates<Entry extends FixBookEntry = FixBookEntry> {
  /** One update for each market that the message names, in the order they are first named. */
  readonly updates: readonly BookUpdate[];
  /** The entries that are trades, in their order. */
  readonly trades: readonly Entry[];
}

/** What a book is of. */
export type FixBookProduct = "event" | "margin";

/** The highest price that a level can have, in ten-thousandths of a dollar. */
const HIGHEST_PRICE: Readonly<Record<FixBookProduct, number>> = { event: 10_000, margin: Infinity };

const SIDES: Readonly<Record<string, "bid" | "ask">> = { "0": "bid", "1": "ask" };
const TRADE = "2";
/** MDUpdateAction(279) and whether the level is gone after it. */
const GONE: Readonly<Record<string, boolean>> = { "0": false, "1": false, "2": true };

/** So many digits from `at` on as a number; NaN where one of them is none. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

const isTime = /^\d\d:\d\d:\d\d(?:\.\d+)?$/;

/** MDEntryDate(272) and MDEntryTime(273) in Unix milliseconds; undefined where they tell none. */
export function entryTimeMs({ MDEntryDate, MDEntryTime }: FixBookEntry): number | undefined {
  if (MDEntryDate?.length !== 8 || MDEntryTime === undefined || !isTime.test(MDEntryTime)) return undefined;
  const dayMs = Date.UTC(digits(MDEntryDate, 0, 4), digits(MDEntryDate, 4, 2) - 1, digits(MDEntryDate, 6, 2));
  const seconds = digits(MDEntryTime, 0, 2) * 3_600 + digits(MDEntryTime, 3, 2) * 60 +
    digits(MDEntryTime, 6, 2);
  const places = Math.min(Math.max(MDEntryTime.length - 9, 0), 3);
  const ms = digits(MDEntryTime, 9, places) * 10 ** (3 - places);
  const atMs = dayMs + seconds * 1_000 + ms;
  return Number.isNaN(atMs) ? undefined : atMs;
}

function readLevel({ MDEntryPx, MDEntrySize }: FixBookEntry, product: FixBookProduct): BookLevel {
  const price = parsePrice(MDEntryPx as string);
  if (price > HIGHEST_PRICE[product]) throw new RangeError("a price that no level can have");
  return { price, size: parseCount(MDEntrySize as string) };
}

function sideOf({ MDEntryType }: FixBookEntry): "bid" | "ask" {
  const side = SIDES[MDEntryType ?? ""];
  if (side === undefined) throw new TypeError("no such side");
  return side;
}

function readChange(entry: FixBookEntry, product: FixBookProduct): LevelSize {
  const isGone = GONE[entry.MDUpdateAction ?? ""];
  if (isGone === undefined) throw new TypeError("no such action");
  const { price, size } = readLevel(entry, product);
  return {
    side: sideOf(entry),
    price,
    size: isGone ? 0 : size,
    ts_ms: entryTimeMs(entry),
    client_order_id: entry.ClOrdID,
    subaccount: entry.AllocAccount,
  };
}

function readWhole(message: FixBookMessage, product: FixBookProduct): BookUpdate {
  const { Symbol: ticker, NoMDEntries = [], header: { MsgSeqNum: seq } } = message;
  const sides: Record<"bid" | "ask", BookLevel[]> = { bid: [], ask: [] };
  try {
    for (const entry of NoMDEntries) sides[sideOf(entry)].push(readLevel(entry, product));
  } catch {
    return { type: "unreadable", of: "snapshot", ticker, seq };
  }
  // Kalshi sends none that nobody asked for.
  return {
    type: "snapshot",
    ticker,
    seq,
    isAsked: true,
    bids: sides.bid,
    asks: sides.ask,
  } satisfies BookSnapshot;
}

function readChanges(
  ticker: string | undefined,
  seq: number,
  entries: readonly FixBookEntry[],
  product: FixBookProduct,
): BookUpdate {
  try {
    return { type: "levels", ticker, seq, levels: entries.map((entry) => readChange(entry, product)) };
  } catch {
    return { type: "unreadable", of: "levels", ticker, seq };
  }
}

/**
 * Reads what a message of FIX market data does to books. It never throws: what cannot be read makes the book of its
 * market stale. An update without a ticker may be of any market.
 *
 * @example
 * ```ts
 * import { type FixBookMessage, MarketBook, readFixBooks } from "@unofficial/kalshi/order-books";
 *
 * const book = new MarketBook("KXHIGHNY-26NOV24-T60");
 * export function take(message: FixBookMessage): void {
 *   for (const update of readFixBooks(message, "event").updates) book.feed(update);
 * }
 * ```
 */
export function readFixBooks<Entry extends FixBookEntry>(
  message: FixBookMessage<Entry>,
  product: FixBookProduct,
): FixBookUpdates<Entry> {
  if (message.MsgType === "W") return { updates: [readWhole(message, product)], trades: [] };
  const { NoMDEntries = [], header: { MsgSeqNum } } = message;
  const [only, ...more] = NoMDEntries;
  // Most messages are one change.
  if (only !== undefined && more.length === 0) {
    return only.MDEntryType === TRADE
      ? { updates: [], trades: [only] }
      : { updates: [readChanges(only.Symbol, MsgSeqNum, NoMDEntries, product)], trades: [] };
  }
  const trades: Entry[] = [];
  const byTicker = new Map<string | undefined, Entry[]>();
  for (const entry of NoMDEntries) {
    if (entry.MDEntryType === TRADE) {
      trades.push(entry);
      continue;
    }
    const held = byTicker.get(entry.Symbol);
    if (held === undefined) byTicker.set(entry.Symbol, [entry]);
    else held.push(entry);
  }
  const updates = [...byTicker].map(([ticker, entries]) => readChanges(ticker, MsgSeqNum, entries, product));
  return { updates, trades };
}
