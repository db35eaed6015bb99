/**
 * Trades as lines, and what stands between them where some are missing.
 *
 * @module
 */
import type { TradeData } from "../contract/event/channels.ts";
import type { Trade } from "../contract/event/types.ts";
import type { Column } from "./output.ts";

/** One line of `kalshi trades`; every line has all of these. */
export interface TradeLine {
  /** `trade`; `gap`: trades are missing before this line, or may be; `reconnected`: the connection was lost. */
  readonly type: "trade" | "gap" | "reconnected";
  readonly trade_id: string | null;
  readonly ticker: string | null;
  /** When it happened, RFC 3339; of a `gap`, until when something may be missing. */
  readonly created_time: string | null;
  readonly yes_price_dollars: string | null;
  readonly no_price_dollars: string | null;
  readonly count_fp: string | null;
  /** Which side took: `bid` bought YES. */
  readonly taker_book_side: string | null;
  readonly is_block_trade: boolean | null;
  /** Whether it was missed on the stream and looked up. */
  readonly recovered: boolean;
  /** Of a `gap`: how many are missing, where that is known. */
  readonly missed: number | null;
  /** Of a `gap` or `reconnected`: since when something may be missing, RFC 3339. */
  readonly missed_from: string | null;
  /** Of these: how many were looked up and follow, null where they could not be. */
  readonly found: number | null;
}

const NOTHING = {
  trade_id: null,
  ticker: null,
  created_time: null,
  yes_price_dollars: null,
  no_price_dollars: null,
  count_fp: null,
  taker_book_side: null,
  is_block_trade: null,
  recovered: false,
  missed: null,
  missed_from: null,
  found: null,
};

/** The line of a trade that REST told of. */
export function tradeLine(trade: Trade, recovered = false): TradeLine {
  const { trade_id, ticker, created_time, yes_price_dollars, no_price_dollars } = trade;
  const { count_fp, taker_book_side, is_block_trade } = trade;
  const same = { trade_id, ticker, created_time, yes_price_dollars, no_price_dollars };
  return { ...NOTHING, type: "trade", ...same, count_fp, taker_book_side, is_block_trade, recovered };
}

/** The line of a trade that the stream told of. */
export function streamedLine(trade: TradeData): TradeLine {
  const { trade_id, market_ticker, ts_ms, yes_price_dollars, no_price_dollars } = trade;
  const { count_fp, taker_book_side, is_block_trade } = trade;
  return {
    ...NOTHING,
    type: "trade",
    trade_id,
    ticker: market_ticker,
    created_time: new Date(ts_ms).toISOString(),
    yes_price_dollars,
    no_price_dollars,
    count_fp,
    taker_book_side,
    is_block_trade,
  };
}

/** What is known of a loss. */
export interface Loss {
  readonly type: "gap" | "reconnected";
  readonly missed: number | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  readonly found: number | undefined;
}

/** The line of a loss. */
export function lossLine({ type, missed, fromMs, toMs, found }: Loss): TradeLine {
  return {
    ...NOTHING,
    type,
    created_time: new Date(toMs).toISOString(),
    missed: missed ?? null,
    missed_from: new Date(fromMs).toISOString(),
    found: found ?? null,
  };
}

/** A loss in words. */
export function lossWords({ type, missed, fromMs, toMs, found }: Loss): string {
  const what = type === "reconnected" ? "The connection was lost" : `${missed ?? "Some"} updates are missing`;
  const when = `between ${new Date(fromMs).toISOString()} and ${new Date(toMs).toISOString()}`;
  return `${what} ${when}; ${
    found === undefined
      ? "what was traded then could not be looked up"
      : `${found} trades of it were looked up`
  }.`;
}

/** Its columns; what is of losses alone is in CSV only. */
export const tradeColumns: readonly Column<TradeLine>[] = [
  { name: "type", value: ({ type }) => type, inTable: false },
  { name: "created_time", value: ({ created_time }) => created_time, width: 27 },
  { name: "ticker", value: ({ ticker }) => ticker, width: 24 },
  {
    name: "taker_book_side",
    value: ({ taker_book_side }) => taker_book_side,
    colour: ({ taker_book_side }) => taker_book_side === "bid" ? "green" : "red",
  },
  { name: "yes_price_dollars", value: ({ yes_price_dollars }) => yes_price_dollars, align: "right" },
  { name: "no_price_dollars", value: ({ no_price_dollars }) => no_price_dollars, inTable: false },
  { name: "count_fp", value: ({ count_fp }) => count_fp, align: "right", width: 10 },
  { name: "is_block_trade", value: ({ is_block_trade }) => is_block_trade, inTable: false },
  { name: "trade_id", value: ({ trade_id }) => trade_id, inTable: false },
  { name: "recovered", value: ({ recovered }) => recovered, inTable: false },
  { name: "missed", value: ({ missed }) => missed, inTable: false },
  { name: "missed_from", value: ({ missed_from }) => missed_from, inTable: false },
  { name: "found", value: ({ found }) => found, inTable: false },
];
