/**
 * An order book out of REST's answer.
 *
 * @module
 */
import { complementPrice, parseCount, parsePrice } from "../base/fixed_point.ts";
import { OrderBook } from "../books/order_book.ts";
import type { OrderbookCountFp } from "../contract/event/types.ts";

/** Makes one in YES terms: a bid for NO is an ask at what its price lacks to a dollar. */
export function bookFromRest({ yes_dollars, no_dollars }: OrderbookCountFp): OrderBook {
  const book = new OrderBook();
  for (const [price, count] of yes_dollars ?? []) book.add("bid", parsePrice(price), parseCount(count));
  for (const [price, count] of no_dollars ?? []) {
    book.add("ask", complementPrice(parsePrice(price)), parseCount(count));
  }
  return book;
}
