/**
 * Reading the payloads of book frames.
 *
 * @module
 */

import { parseCount } from "../../base/fixed_point.ts";
import type { BookLevel } from "../order_book.ts";
import type { BookFrame, BookUpdate } from "../updates.ts";

/** Reads a price as it comes from the wire; throws when it is none. */
export type PriceReader = (text: unknown) => number;

/**
 * The levels of one side of a snapshot; an empty side may be left out.
 *
 * @throws when they cannot be read
 */
export function readLevels(levels: unknown, readPrice: PriceReader): readonly BookLevel[] {
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
export function assertSides(msg: BookFrame["msg"], one: string, other: string): void {
  if (msg[one] !== undefined && msg[other] !== undefined) return;
  for (const [name, value] of Object.entries(msg)) {
    if (name !== one && name !== other && Array.isArray(value) && value.length > 0) {
      throw new TypeError("levels under an unknown name");
    }
  }
}

/** The market that a payload names: undefined where it names none, "" where it names what is none. */
export function readTicker({ market_ticker }: BookFrame["msg"]): string | undefined {
  return typeof market_ticker === "string" || market_ticker === undefined ? market_ticker : "";
}

/** Reads a frame by the reader of its type; undefined for a type that there is not. */
export function decodeBy(
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
