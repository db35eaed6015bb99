/**
 * Changes of books, read from the bytes of their frames.
 *
 * @module
 */

import type { BookDelta, DeltaScanner } from "../updates.ts";
import { AsciiReader, spelled } from "./ascii.ts";

/** How a product spells a change. */
export interface DeltaSpelling {
  /** The fields of a change. */
  readonly price: string;
  readonly delta: string;
  /** What a change calls its side. */
  readonly bid: string;
  readonly ask: string;
  /** The price of each side in the book, of that on the wire; throws for one that there cannot be. */
  readonly bidPrice: (price: number) => number;
  readonly askPrice: (price: number) => number;
}

const BEGIN = spelled('{"type":"orderbook_delta","sid":');
const TYPE_AT = '{"type":"'.length;
const SEQ = spelled(',"seq":');
const TICKER = spelled(',"msg":{"market_ticker":"');
const MARKET_ID = spelled(',"market_id":"');
const SIDE = spelled('","side":"');
const REASON = spelled(',"last_update_reason":"');
const CLIENT_ORDER_ID = spelled(',"client_order_id":"');
const SUBACCOUNT = spelled(',"subaccount":');
const TS = spelled(',"ts":"');
const TS_MS = spelled(',"ts_ms":');
const SENT = spelled(',"sending_ts_ms":');
const END = spelled("}");

const PRICE_PLACES = 4;
const COUNT_PLACES = 2;

/**
 * Makes what reads a change as Kalshi spells it: no spaces, no escapes, these fields in this order. Such frames are most
 * of what a stream of books gets. Whatever is spelled otherwise is left to the parser.
 */
export function deltaScanner(spelling: DeltaSpelling): DeltaScanner {
  const reader = new AsciiReader();
  const price = spelled(`,"${spelling.price}":"`);
  const delta = spelled(`","${spelling.delta}":"`);
  const bid = spelled(`${spelling.bid}"`);
  const ask = spelled(`${spelling.ask}"`);

  /** A whole number that may be left out, from 1 on unless told; NaN where another value is there. */
  const whole = (field: Uint8Array, least = 1): number | undefined => {
    if (!reader.skip(field)) return undefined;
    const value = reader.whole();
    return value >= least ? value : NaN;
  };

  /** The price of a side in the book; NaN for one that there cannot be. */
  const priceOf = (isBid: boolean, onWire: number): number => {
    try {
      return (isBid ? spelling.bidPrice : spelling.askPrice)(onWire);
    } catch {
      return NaN; // whatever is wrong with it is told as ever
    }
  };

  return (bytes) => {
    // Frames of other types differ here, and most streams have more of those.
    if (bytes[TYPE_AT] !== BEGIN[TYPE_AT]) return undefined;
    reader.begin(bytes);
    const sid = whole(BEGIN);
    if (sid === undefined) return undefined;
    const seq = whole(SEQ);
    const ticker = reader.skip(TICKER) ? reader.name() : undefined;
    if (seq === undefined || ticker === undefined) return undefined;
    if (reader.skip(MARKET_ID)) reader.skipText();
    const onWire = reader.skip(price) ? reader.decimal(PRICE_PLACES, false) : NaN;
    const change = reader.skip(delta) ? reader.decimal(COUNT_PLACES, true) : NaN;
    if (!reader.skip(SIDE)) return undefined;
    const isBid = reader.skip(bid);
    if (!isBid && !reader.skip(ask)) return undefined;
    const last_update_reason = reader.skip(REASON) ? reader.name() : undefined;
    const client_order_id = reader.skip(CLIENT_ORDER_ID) ? reader.text() : undefined;
    const subaccount = whole(SUBACCOUNT, 0);
    if (reader.skip(TS)) reader.skipText();
    const ts_ms = whole(TS_MS);
    if (!reader.skip(END)) return undefined;
    const sentAtMs = whole(SENT);
    if (!reader.skip(END) || !reader.isAtEnd) return undefined;
    const atPrice = priceOf(isBid, onWire);
    // NaN of any of them makes NaN of all.
    if (Number.isNaN(sid + seq + atPrice + change + (subaccount ?? 0) + (ts_ms ?? 0) + (sentAtMs ?? 0))) {
      return undefined;
    }
    const update: BookDelta = {
      type: "delta",
      ticker,
      seq,
      side: isBid ? "bid" : "ask",
      price: atPrice,
      delta: change,
      ts_ms,
      client_order_id,
      subaccount,
      last_update_reason,
    };
    return { sid, sentAtMs, update };
  };
}
