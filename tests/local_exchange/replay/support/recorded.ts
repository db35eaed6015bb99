/** Small recordings, made in memory as Kalshi's frames. */
import type { RecordingSource, ReplayItem } from "../../../../src/local_exchange/mod.ts";

/** When the small recordings begin. */
export const BEGIN_MS = 1_790_000_000_000;

/** Prices and counts as decimal text. */
export type Levels = readonly (readonly [price: string, count: string])[];

/** A whole book; the NO side in YES prices. */
export const snapshot = (ticker: string, atMs: number, bids: Levels, asks: Levels): ReplayItem =>
  frame(atMs, "orderbook_snapshot", {
    market_ticker: ticker,
    market_id: "m",
    yes_dollars_fp: bids,
    no_dollars_fp: asks,
  });

/** A change of a level. */
export const delta = (
  ticker: string,
  atMs: number,
  side: "bid" | "ask",
  price: string,
  count: string,
  more: Readonly<Record<string, unknown>> = {},
): ReplayItem =>
  frame(atMs, "orderbook_delta", {
    market_ticker: ticker,
    market_id: "m",
    price_dollars: price,
    delta_fp: count,
    side: side === "bid" ? "yes" : "no",
    ts_ms: atMs,
    ...more,
  });

/** A trade. */
export const trade = (
  ticker: string,
  atMs: number,
  takerSide: "bid" | "ask",
  price: string,
  count: string,
  more: Readonly<Record<string, unknown>> = {},
): ReplayItem =>
  frame(atMs, "trade", {
    trade_id: crypto.randomUUID(),
    market_ticker: ticker,
    yes_price_dollars: price,
    count_fp: count,
    taker_book_side: takerSide,
    is_block_trade: false,
    ts_ms: atMs,
    ...more,
  });

/** Any frame. */
export function frame(atMs: number, type: string, msg: Readonly<Record<string, unknown>>): ReplayItem {
  return { kind: "frame", atMs: BEGIN_MS + atMs, frame: { type, msg } };
}

/** A recording of these items. */
export const recorded = (...items: readonly ReplayItem[]): RecordingSource => ({ read: () => items });
