/** The errors of books. */

import { KalshiError } from "../base/errors.ts";

/** An order book was read while it was not live. */
export class KalshiStaleBookError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStaleBookError";
  /** The code of this class. */
  override readonly code = "STALE_BOOK";
  /** Takes the market, the book's state and the reason for it. */
  constructor(ticker: string, state: string, reason: string | undefined) {
    super(
      `The book of ${ticker} is ${state}${reason ? ` (${reason})` : ""}: its prices may be wrong. ` +
        "Wait for `live()`, or read `lastKnown` if old prices will do.",
    );
  }
}
