/**
 * The books of perpetual futures as Kalshi's WebSocket and REST tell them: bids and asks, of any price:
 * https://docs.kalshi.com/margin-ws/websockets/orderbook-updates
 *
 * @module
 */

import { formatCount, formatPrice } from "../../base/fixed_point.ts";
import type { BookLevel, OrderBook } from "../order_book.ts";
import type { BookDecoder } from "../updates.ts";
import { decoderOf } from "./levels.ts";

/** The book as `GET /margin/markets/{ticker}/orderbook` answers: both sides from the best price on, as decimal text. */
export interface RestPerpsOrderBook {
  /** The two lists. */
  readonly orderbook: {
    /** Bids: `[price in dollars, contracts]`, best first. */
    readonly bids: [string, string][];
    /** Asks, best first. */
    readonly asks: [string, string][];
  };
}

/** In the book as on the wire. */
const same = (price: number) => price;

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
  return decoderOf({
    bids: "bid",
    asks: "ask",
    price: "price",
    delta: "delta",
    bid: "bid",
    ask: "ask",
    bidPrice: same,
    askPrice: same,
  });
}

/** A book in the shape of Kalshi's REST answer: https://docs.kalshi.com/margin-rest/market/get-market-orderbook */
export function restPerpsOrderBook(book: OrderBook): RestPerpsOrderBook {
  const { bids, asks } = book.depth();
  const text = ({ price, size }: BookLevel): [string, string] => [formatPrice(price), formatCount(size)];
  return { orderbook: { bids: bids.map(text), asks: asks.map(text) } };
}
