/**
 * What a feed and its readers say to each other. Names and payloads are Kalshi's where Kalshi has them:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * @module
 */

import { errorCodes, errorMeanings } from "../contract/event/channels.ts";
import type { BookDepth } from "../books/order_book.ts";
import type { FeedSpelling, PublicFields } from "./feed_product.ts";

/** What a reader can ask for: public market data. */
export type FeedChannel = "orderbook_delta" | "ticker" | "trade";

/** Every {@linkcode FeedChannel}. */
export const CHANNELS: readonly FeedChannel[] = ["orderbook_delta", "ticker", "trade"];

function publicOnly(msg: object, fields: PublicFields): object {
  const known = Object.entries(msg).filter(([name]) => Object.hasOwn(fields, name));
  return Object.fromEntries(
    known.map(([name, value]) => {
      const inner = fields[name];
      const isWhole = inner === true || inner === undefined || typeof value !== "object" || value === null;
      return [name, isWhole ? value : publicOnly(value, inner)];
    }),
  );
}

/** A message of the channel `ticker` or `trade`, with its public fields alone. */
export function publicFrame(type: "ticker" | "trade", msg: object, { fields }: FeedSpelling): string {
  return JSON.stringify({ type, msg: publicOnly(msg, fields[type]) });
}

/** A whole book. */
export function snapshotFrame(
  market_ticker: string,
  seq: number,
  book: BookDepth,
  { snapshot }: FeedSpelling,
): string {
  return JSON.stringify({ type: "orderbook_snapshot", seq, msg: { market_ticker, ...snapshot(book) } });
}

/** A level that changed; the payload is one of {@linkcode FeedSpelling.delta}. */
export function deltaFrame(
  market_ticker: string,
  seq: number,
  delta: object,
  ts_ms: number | undefined,
): string {
  return JSON.stringify({ type: "orderbook_delta", seq, msg: { market_ticker, ...delta, ts_ms } });
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
