/**
 * What a feed and its readers say to each other. Names and payloads are Kalshi's where Kalshi has them:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * @module
 */

import {
  type BookSide,
  errorCodes,
  errorMeanings,
  type TickerData,
  type TradeData,
} from "../contract/event/channels.ts";
import { formatCount, formatPrice } from "../base/fixed_point.ts";
import type { BookDepth } from "../books/order_book.ts";

/** What a reader can ask for: public market data. */
export type FeedChannel = "orderbook_delta" | "ticker" | "trade";

/** Every {@linkcode FeedChannel}. */
export const CHANNELS: readonly FeedChannel[] = ["orderbook_delta", "ticker", "trade"];

// What is handed on is named one by one: a field that Kalshi adds some day may concern the account alone, as
// `client_order_id` in a change of a book does.
const TICKER_FIELDS: Readonly<Record<keyof TickerData, true>> = {
  market_ticker: true,
  market_id: true,
  price_dollars: true,
  yes_bid_dollars: true,
  yes_ask_dollars: true,
  volume_fp: true,
  open_interest_fp: true,
  dollar_volume: true,
  dollar_open_interest: true,
  yes_bid_size_fp: true,
  yes_ask_size_fp: true,
  last_trade_size_fp: true,
  ts: true,
  ts_ms: true,
  time: true,
};
const TRADE_FIELDS: Readonly<Record<keyof TradeData, true>> = {
  trade_id: true,
  market_ticker: true,
  yes_price_dollars: true,
  no_price_dollars: true,
  count_fp: true,
  taker_side: true,
  taker_outcome_side: true,
  taker_book_side: true,
  is_block_trade: true,
  ts: true,
  ts_ms: true,
};

function publicOnly(msg: object, fields: Readonly<Record<string, true>>): object {
  return Object.fromEntries(Object.entries(msg).filter(([name]) => Object.hasOwn(fields, name)));
}

/** A message of the channel `ticker` or `trade`, with its public fields alone. */
export function publicFrame(type: "ticker" | "trade", msg: object): string {
  return JSON.stringify({ type, msg: publicOnly(msg, type === "ticker" ? TICKER_FIELDS : TRADE_FIELDS) });
}

/** A whole book in YES prices. */
export function snapshotFrame(market_ticker: string, seq: number, { bids, asks }: BookDepth): string {
  const levels = (side: BookDepth["bids"]) =>
    side.map(({ price, size }) => [formatPrice(price), formatCount(size)]).reverse();
  const msg = { market_ticker, yes_dollars_fp: levels(bids), no_dollars_fp: levels(asks) };
  return JSON.stringify({ type: "orderbook_snapshot", seq, msg });
}

/** A level that changed, in YES prices; sizes in hundredths of a contract. */
export function deltaFrame(
  market_ticker: string,
  seq: number,
  side: BookSide,
  price: number,
  delta: number,
  ts_ms: number | undefined,
): string {
  const msg = {
    market_ticker,
    price_dollars: formatPrice(price),
    delta_fp: formatCount(delta),
    side: side === "bid" ? "yes" : "no",
    ts_ms,
  };
  return JSON.stringify({ type: "orderbook_delta", seq, msg });
}

/** A book is wrong, or may be, until its next snapshot. */
export function staleFrame(market_ticker: string, reason: string): string {
  return JSON.stringify({ type: "stale", msg: { market_ticker, reason } });
}

/** Messages of a channel are missing; how many, where that is known. */
export function gapFrame(channel: FeedChannel, missed?: number): string {
  return JSON.stringify({ type: "gap", msg: { channel, missed } });
}

/** How the feed's own connection is. */
export function statusFrame(state: string, heartbeat_ms: number): string {
  return JSON.stringify({ type: "status", msg: { state, heartbeat_ms } });
}

/** A question that the reader answers with the same id. */
export function heartbeatFrame(id: number, sending_ts_ms: number): string {
  return JSON.stringify({ type: "heartbeat", id, sending_ts_ms });
}

/** A command obeyed: what the reader is subscribed to now. */
export function okFrame(id: unknown, msg: unknown): string {
  return JSON.stringify({ id: id ?? undefined, type: "ok", msg });
}

/** A command refused, or a market lost, with the number that Kalshi has for it. */
export function errorFrame(
  code: number,
  text?: string,
  more?: { id?: unknown; market_ticker?: string; channel?: FeedChannel },
): string {
  const { id, market_ticker, channel } = more ?? {};
  const msg = text ?? errorMeanings[code] ?? "Refused";
  return JSON.stringify({ id: id ?? undefined, type: "error", msg: { code, msg, market_ticker, channel } });
}

/** Why a reader's wish is refused: Kalshi's number for it, the HTTP status, and what to do. */
export class RefusedError extends Error {
  readonly code: number;
  readonly status: number;
  constructor(code: number, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** What a reader commands. */
export interface Command {
  readonly id: unknown;
  readonly cmd: unknown;
  readonly params: Readonly<Record<string, unknown>>;
}

const TICKER = /^[A-Za-z0-9][\w.-]{0,99}$/;

function readList(name: string, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    throw new RefusedError(errorCodes.invalidParameter, 400, `\`${name}\` is a list.`);
  }
  return value;
}

/** Reads names of channels. */
export function readChannels(value: unknown): FeedChannel[] {
  const names = readList("channels", value);
  if (names.some((name) => !CHANNELS.includes(name as FeedChannel))) {
    throw new RefusedError(
      errorCodes.unknownChannelName,
      400,
      `There are the channels ${CHANNELS.join(", ")}.`,
    );
  }
  return [...new Set(names as FeedChannel[])];
}

/** Reads tickers. */
export function readTickers(value: unknown): string[] {
  const names = readList("market_tickers", value);
  if (names.some((name) => typeof name !== "string" || !TICKER.test(name))) {
    throw new RefusedError(
      errorCodes.invalidParameter,
      400,
      "A ticker is made of up to 100 letters, digits, dots, hyphens and underscores.",
    );
  }
  return [...new Set(names as string[])];
}

/** Reads a reader's message. */
export function readCommand(text: string): Command {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // It is no object either.
  }
  if (typeof value !== "object" || value === null) {
    throw new RefusedError(errorCodes.unableToProcessMessage, 400, "A command is a JSON object.");
  }
  const { id, cmd, params } = value as Record<string, unknown>;
  return { id, cmd, params: typeof params === "object" && params !== null ? { ...params } : {} };
}
