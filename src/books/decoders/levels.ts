/**
 * Reading the payloads of book frames.
 *
 * @module
 */

import { parseCount, parsePrice } from "../../base/fixed_point.ts";
import type { BookLevel } from "../order_book.ts";
import type { BookDecoder, BookDelta, BookFrame, BookUpdate } from "../updates.ts";
import { deltaScanner, type DeltaSpelling } from "./delta_bytes.ts";

/**
 * The levels of one side of a snapshot; an empty side may be left out.
 *
 * @throws when they cannot be read
 */
function readLevels(levels: unknown, priceOf: DeltaSpelling["bidPrice"]): readonly BookLevel[] {
  if (levels === undefined || levels === null) return [];
  if (!Array.isArray(levels)) throw new TypeError("no list of levels");
  return levels.map((level) => {
    if (!Array.isArray(level)) throw new TypeError("no level");
    return { price: priceOf(parsePrice(level[0])), size: parseCount(level[1]) };
  });
}

/**
 * Refuses a snapshot that has levels under another name while one of its sides is left out: the side may have been
 * renamed, and is not empty.
 */
function assertSides(msg: BookFrame["msg"], one: string, other: string): void {
  if (msg[one] !== undefined && msg[other] !== undefined) return;
  for (const [name, value] of Object.entries(msg)) {
    if (name !== one && name !== other && Array.isArray(value) && value.length > 0) {
      throw new TypeError("levels under an unknown name");
    }
  }
}

/** The market that a payload names: undefined where it names none, "" where it names what is none. */
function readTicker({ market_ticker }: BookFrame["msg"]): string | undefined {
  return typeof market_ticker === "string" || market_ticker === undefined ? market_ticker : "";
}

/** How a product spells the frames of its books. */
export interface BookSpelling extends DeltaSpelling {
  /** The fields of a snapshot that hold its levels. */
  readonly bids: string;
  readonly asks: string;
}

/** What a change tells beside its level. */
type Told = Pick<BookDelta, "ts_ms" | "client_order_id" | "subaccount" | "last_update_reason">;

/** The decoder of the channel `orderbook_delta` of a product. */
export function decoderOf(spelling: BookSpelling): BookDecoder {
  const { bids, asks, price, delta, bid, ask, bidPrice, askPrice } = spelling;
  const readSnapshot = ({ id, seq, msg }: BookFrame): BookUpdate => {
    assertSides(msg, bids, asks);
    return {
      type: "snapshot",
      ticker: readTicker(msg),
      seq,
      isAsked: Boolean(id),
      bids: readLevels(msg[bids], bidPrice),
      asks: readLevels(msg[asks], askPrice),
    };
  };
  const readDelta = ({ seq, msg }: BookFrame): BookUpdate => {
    const { side } = msg;
    const isBid = side === bid;
    if (!isBid && side !== ask) throw new TypeError("no such side");
    const { ts_ms, client_order_id, subaccount, last_update_reason } = msg as Told;
    return {
      type: "delta",
      ticker: readTicker(msg),
      seq,
      side: isBid ? "bid" : "ask",
      price: (isBid ? bidPrice : askPrice)(parsePrice(msg[price] as string)),
      delta: parseCount(msg[delta] as string),
      ts_ms,
      client_order_id,
      subaccount,
      last_update_reason,
    };
  };
  return {
    channel: "orderbook_delta",
    decode: (frame) => decodeBy(frame, readSnapshot, readDelta),
    scanner: () => deltaScanner(spelling),
  };
}

/** Reads a frame by the reader of its type; undefined for a type that there is not. */
function decodeBy(
  frame: BookFrame,
  snapshot: (frame: BookFrame) => BookUpdate,
  delta: (frame: BookFrame) => BookUpdate,
): BookUpdate | undefined {
  // A recording may hold anything.
  const type = (frame as BookFrame | null | undefined)?.type;
  const isSnapshot = type === "orderbook_snapshot";
  if (!isSnapshot && type !== "orderbook_delta") return undefined;
  try {
    if (typeof frame.msg !== "object" || frame.msg === null || Array.isArray(frame.msg)) {
      throw new TypeError("no payload");
    }
    return isSnapshot ? snapshot(frame) : delta(frame);
  } catch {
    const { seq, msg } = frame;
    const ticker = typeof msg === "object" && msg !== null ? readTicker(msg) : undefined;
    return { type: "unreadable", of: isSnapshot ? "snapshot" : "delta", ticker, seq };
  }
}
