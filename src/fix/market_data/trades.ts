/** Trades of markets, as market data tells them. */
import type { KalshiError } from "../../base/errors.ts";
import { type QueueOptions, readQueueOptions, StreamQueue } from "../../base/queue.ts";
import type { AsyncItems } from "../../base/web_types.ts";
import { entryTimeMs } from "../../books/decoders/fix.ts";
import type { MarketDataIncrementalRefreshMDEntry } from "../../contract/fix/messages.ts";
import type { FixMarker } from "../items.ts";
import type { Holder, Subscriptions } from "./subscriptions.ts";

/** How many trades wait for a reader, unless told. */
const LIMIT = 10_000;

/** One trade: an entry of MarketDataIncrementalRefresh(35=X) with MDEntryType(269) Trade, its fields as they came. */
export interface MarketTrade extends
  Pick<
    MarketDataIncrementalRefreshMDEntry,
    | "Symbol"
    | "MDEntryPx"
    | "MDEntrySize"
    | "MDEntryDate"
    | "MDEntryTime"
    | "AggressorSide"
    | "TrdType"
    | "TradeID"
  > {
  /** What it is. */
  readonly type: "trade";
  /** MDEntryDate(272) and MDEntryTime(273) in Unix milliseconds; undefined where they tell none. */
  readonly atMs: number | undefined;
}

/** What an iterable of trades yields; `type` tells a trade from a marker that says where some may be missing. */
export type TradeItem = (MarketTrade | FixMarker) & {
  /** How many items a full queue dropped just before this one. */
  readonly dropped?: number | undefined;
};

interface Reader extends Holder {
  readonly symbols: ReadonlySet<string>;
  readonly queue: StreamQueue<TradeItem>;
}

function tradeOf(entry: MarketDataIncrementalRefreshMDEntry): MarketTrade {
  const { Symbol, MDEntryPx, MDEntrySize, MDEntryDate, MDEntryTime, AggressorSide, TrdType, TradeID } = entry;
  return {
    type: "trade",
    Symbol,
    MDEntryPx,
    MDEntrySize,
    MDEntryDate,
    MDEntryTime,
    AggressorSide,
    TrdType,
    TradeID,
    atMs: entryTimeMs(entry),
  };
}

/** Who reads trades of a session. */
export class MarketTrades {
  readonly #subscriptions: Subscriptions;
  readonly #readers = new Set<Reader>();

  constructor(subscriptions: Subscriptions) {
    this.#subscriptions = subscriptions;
  }

  /** Trades of these symbols from now on. */
  open(symbols: readonly string[], given: QueueOptions | undefined): AsyncItems<TradeItem> {
    const wanted = new Set(symbols);
    const leave = () => {
      if (this.#readers.delete(reader)) this.#subscriptions.release(wanted, reader);
    };
    const queue = new StreamQueue<TradeItem>({
      name: "trades()",
      ...readQueueOptions(given, "error", LIMIT),
      keyOf: (item) => item.type === "trade" ? item.Symbol : undefined,
      onEnd: leave,
    });
    const reader: Reader = {
      symbols: wanted,
      queue,
      refused: (_, error) => {
        leave();
        queue.end(error);
      },
    };
    this.#subscriptions.hold(wanted, reader, false);
    this.#readers.add(reader);
    return queue;
  }

  /** These have been made. */
  take(entries: readonly MarketDataIncrementalRefreshMDEntry[]): void {
    for (const entry of entries) {
      let trade: MarketTrade | undefined;
      for (const { symbols, queue } of this.#readers) {
        if (symbols.has(entry.Symbol)) queue.push(trade ??= tradeOf(entry));
      }
    }
  }

  /** Some may be missing. */
  mark(marker: FixMarker): void {
    for (const { queue } of this.#readers) queue.push(marker);
  }

  /** There will be no more. */
  closed(cause: KalshiError | undefined): void {
    for (const { queue } of this.#readers) queue.end(cause);
    this.#readers.clear();
  }
}
