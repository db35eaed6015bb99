/** What a quote manager throws. */
import { KalshiError } from "../../base/errors.ts";
import type { QuoteOrder, QuoteRefusal } from "./types.ts";

/** A wish that is not taken: it breaks a limit, or cannot be. Nothing was sent, and the wish before it stands. */
export class KalshiQuoteRefusedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiQuoteRefusedError";
  /** The code of this class. */
  override readonly code = "QUOTE_REFUSED";
  /** Why. */
  readonly reason: QuoteRefusal;
  /** The largest count of this side that would be taken now, in contracts, where a limit on counts or money is the reason. */
  readonly allowed: string | undefined;

  /** Takes why, and what would be taken. */
  constructor(message: string, reason: QuoteRefusal, allowed?: string) {
    super(message);
    this.reason = reason;
    this.allowed = allowed;
  }
}

/** Nothing proves that no order of the manager's rests any more: these may. */
export class KalshiQuotesLeftError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiQuotesLeftError";
  /** The code of this class. */
  override readonly code = "QUOTES_LEFT";
  /** Orders that rested when the exchange was last asked, or that nobody could be asked about. */
  readonly left: readonly QuoteOrder[];

  /** Takes the orders, and why they could not be ended. */
  constructor(message: string, left: readonly QuoteOrder[], cause: unknown) {
    super(message, { outcome: "unknown", clientIds: left.map(({ clientOrderId }) => clientOrderId), cause });
    this.left = left;
  }
}
