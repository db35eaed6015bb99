/**
 * The books of perpetual futures as Kalshi's WebSocket tells them: bids and asks, of any price.
 *
 * @module
 */

import { parseCount, parsePrice } from "../../base/fixed_point.ts";
import type { BookDecoder, BookDelta, BookFrame, BookSnapshot } from "../updates.ts";
import { assertSides, decodeBy, readLevels, readTicker } from "./levels.ts";

const readPrice = (text: unknown) => parsePrice(text as string);

function snapshot({ id, seq, msg }: BookFrame): BookSnapshot {
  assertSides(msg, "bid", "ask");
  return {
    type: "snapshot",
    ticker: readTicker(msg),
    seq,
    isAsked: Boolean(id),
    bids: readLevels(msg.bid, readPrice),
    asks: readLevels(msg.ask, readPrice),
  };
}

function delta({ seq, msg }: BookFrame): BookDelta {
  const { side, ts_ms, client_order_id, subaccount } = msg as Partial<BookDelta>;
  if (side !== "bid" && side !== "ask") throw new TypeError("no such side");
  return {
    type: "delta",
    ticker: readTicker(msg),
    seq,
    side,
    price: readPrice(msg.price),
    delta: parseCount(msg.delta as string),
    ts_ms,
    client_order_id,
    subaccount,
  };
}

/**
 * Reads the frames of the channel `orderbook_delta` of the perps exchange.
 *
 * @example
 * ```ts
 * import { BookReplay, perpsBookDecoder } from "@unofficial/kalshi/order-books";
 *
 * const replay = new BookReplay({ decoder: perpsBookDecoder() });
 * ```
 */
export function perpsBookDecoder(): BookDecoder {
  return { channel: "orderbook_delta", decode: (frame) => decodeBy(frame, snapshot, delta) };
}
