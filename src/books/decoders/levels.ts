/**
 * Reading the payloads of book frames.
 *
 * @module
 */

import { parseCount } from "../../base/fixed_point.ts";
import type { BookLevel } from "../order_book.ts";
import type { BookDecoder, BookDelta, BookFrame, BookUpdate } from "../updates.ts";

/** Reads a price as it comes from the wire; throws when it is none. */
export type PriceReader = (text: unknown) => number;

/**
 * The levels of one side of a snapshot; an empty side may be left out.
 *
 * @throws when they cannot be read
 */
function readLevels(levels: unknown, readPrice: PriceReader): readonly BookLevel[] {
  if (levels === undefined || levels === null) return [];
  if (!Array.isArray(levels)) throw new TypeError("no list of levels");
  return levels.map((level) => {
    if (!Array.isArray(level)) throw new TypeError("no level");
    return { price: readPrice(level[0]), size: parseCount(level[1]) };
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
export interface BookSpelling {
  /** The fields of a snapshot that hold its levels. */
  readonly bids: string;
  readonly asks: string;
  /** The fields of a change. */
  readonly price: string;
  readonly delta: string;
  /** What a change calls its side. */
  readonly bid: string;
  readonly ask: string;
  /** Reads the prices of each side. */
  readonly readBid: PriceReader;
  readonly readAsk: PriceReader;
}

const TEXT = String.raw`[^"\\\x00-\x1f]*`;
const NUMBER = String.raw`([1-9]\d{0,14})`;

/**
 * A change as Kalshi spells it: no spaces, no escapes, these fields in this order. Such frames are most of what a stream
 * of books gets, and a pattern reads one in half the time that `JSON.parse` takes for all of its objects. Whatever is
 * spelled otherwise is parsed.
 */
const usualDelta = ({ price, delta, bid, ask }: BookSpelling) =>
  new RegExp(
    `^\\{"type":"orderbook_delta","sid":${NUMBER},"seq":${NUMBER},"msg":\\{"market_ticker":"(${TEXT})"` +
      `(?:,"market_id":"${TEXT}")?,"${price}":"([\\d.]+)","${delta}":"(-?[\\d.]+)","side":"(${bid}|${ask})"` +
      `(?:,"last_update_reason":"(${TEXT})")?(?:,"client_order_id":"(${TEXT})")?` +
      `(?:,"subaccount":(0|[1-9]\\d{0,9}))?(?:,"ts":"${TEXT}")?(?:,"ts_ms":${NUMBER})?\\}` +
      `(?:,"sending_ts_ms":${NUMBER})?\\}$`,
  );

/** What a change tells beside its level. */
type Told = Pick<BookDelta, "ts_ms" | "client_order_id" | "subaccount" | "last_update_reason">;

/** The decoder of the channel `orderbook_delta` of a product. */
export function decoderOf(spelling: BookSpelling): BookDecoder {
  const { bids, asks, price, delta, bid, ask, readBid, readAsk } = spelling;
  const usual = usualDelta(spelling);
  const readSnapshot = ({ id, seq, msg }: BookFrame): BookUpdate => {
    assertSides(msg, bids, asks);
    return {
      type: "snapshot",
      ticker: readTicker(msg),
      seq,
      isAsked: Boolean(id),
      bids: readLevels(msg[bids], readBid),
      asks: readLevels(msg[asks], readAsk),
    };
  };
  const makeDelta = (
    ticker: string | undefined,
    seq: number | undefined,
    side: unknown,
    atPrice: unknown,
    change: unknown,
    { ts_ms, client_order_id, subaccount, last_update_reason }: Told,
  ): BookDelta => {
    const isBid = side === bid;
    if (!isBid && side !== ask) throw new TypeError("no such side");
    return {
      type: "delta",
      ticker,
      seq,
      side: isBid ? "bid" : "ask",
      price: (isBid ? readBid : readAsk)(atPrice),
      delta: parseCount(change as string),
      ts_ms,
      client_order_id,
      subaccount,
      last_update_reason,
    };
  };
  const readDelta = ({ seq, msg }: BookFrame): BookUpdate =>
    makeDelta(readTicker(msg), seq, msg.side, msg[price], msg[delta], msg as Told);
  return {
    channel: "orderbook_delta",
    decode: (frame) => decodeBy(frame, readSnapshot, readDelta),
    scan(text) {
      const found = usual.exec(text);
      if (found === null) return undefined;
      const whole = (index: number) => found[index] === undefined ? undefined : Number(found[index]);
      const told = {
        last_update_reason: found[7],
        client_order_id: found[8],
        subaccount: whole(9),
        ts_ms: whole(10),
      };
      try {
        const update = makeDelta(found[3], Number(found[2]), found[6], found[4], found[5], told);
        return { sid: Number(found[1]), sentAtMs: whole(11), update };
      } catch {
        return undefined; // whatever is wrong with it is told as ever
      }
    },
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
