/**
 * The books of event markets as Kalshi's WebSocket and REST tell them: https://docs.kalshi.com/websockets/orderbook-updates
 *
 * @module
 */

import { complementPrice, formatCount, formatPrice } from "../../base/fixed_point.ts";
import { readDecoderOptions } from "../options.ts";
import type { OrderBook } from "../order_book.ts";
import type { BookDecoder } from "../updates.ts";
import { decoderOf } from "./levels.ts";

/** What the decoder of event markets is made from. */
export interface EventBookDecoderOptions {
  /**
   * Whether the NO side comes in YES prices (`use_yes_price`).
   *
   * @default true
   */
  readonly useYesPrice?: boolean | undefined;
}

/** The book as `GET /markets/{ticker}/orderbook` answers: bids of both outcomes, ascending, as decimal text. */
export interface RestOrderBook {
  /** The two lists. */
  readonly orderbook_fp: {
    /** Bids for YES: `[price in dollars, contracts]`, best last. */
    readonly yes_dollars: [string, string][];
    /** Bids for NO, priced for NO. */
    readonly no_dollars: [string, string][];
  };
}

const ONE_DOLLAR = 10_000;

/** A price of either outcome. */
function upToOneDollar(price: number): number {
  if (price > ONE_DOLLAR) throw new RangeError("a price over one dollar");
  return price;
}

/** A NO price, as a YES price. */
const complement = (price: number) => complementPrice(upToOneDollar(price));

/**
 * Reads the frames of the channel `orderbook_delta` of the event exchange.
 *
 * @throws {KalshiConfigError} for an option that is unknown or wrong
 *
 * @example
 * ```ts
 * import { eventBookDecoder, MarketBook } from "@unofficial/kalshi/order-books";
 *
 * const decoder = eventBookDecoder();
 * const book = new MarketBook("KXHIGHNY-26NOV24-T60");
 * export function take(text: string): void {
 *   const update = decoder.decode(JSON.parse(text));
 *   if (update !== undefined) book.feed(update);
 * }
 * ```
 */
export function eventBookDecoder(options: EventBookDecoderOptions = {}): BookDecoder {
  const { useYesPrice } = readDecoderOptions(options);
  return decoderOf({
    bids: "yes_dollars_fp",
    asks: "no_dollars_fp",
    price: "price_dollars",
    delta: "delta_fp",
    bid: "yes",
    ask: "no",
    bidPrice: upToOneDollar,
    askPrice: useYesPrice ? upToOneDollar : complement,
  });
}

/**
 * A book in the shape of Kalshi's REST answer: https://docs.kalshi.com/getting_started/orderbook_responses
 *
 * @throws {KalshiValueError} for a book of another product, with prices over one dollar
 */
export function restOrderBook(book: OrderBook): RestOrderBook {
  const text = (price: number, size: number): [string, string] => [formatPrice(price), formatCount(size)];
  const { bids, asks } = book.depth();
  return {
    orderbook_fp: {
      yes_dollars: bids.map(({ price, size }) => text(price, size)).reverse(),
      no_dollars: asks.map(({ price, size }) => text(complementPrice(price), size)).reverse(),
    },
  };
}
