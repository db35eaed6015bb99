/** The errors of drop copy, market data and requests for quotes. */
import { KalshiError, type KalshiErrorContext, type KalshiErrorJson } from "../base/errors.ts";

/** The drop copy refused a request, or sent less than it says. */
export class KalshiEventResendError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiEventResendError";
  /** The code of this class. */
  override readonly code = "EVENT_RESEND";
  /** EventResendRejectReason(21004): 1 too many requests, 2 server error, 3 too far back, 4 too high, 5 not allowed. */
  readonly reason: number | undefined;
  /** What `JSON.stringify` shows. */
  override toJSON(): KalshiErrorJson & Pick<KalshiEventResendError, "reason"> {
    return { ...super.toJSON(), reason: this.reason };
  }
  /** Takes a text, Kalshi's reason, and what is known beside them. */
  constructor(message: string, reason?: number, context: KalshiErrorContext = {}) {
    super(message, context);
    this.reason = reason;
  }
}

/** Kalshi refused a request for market data or for the status of a market. */
export class KalshiMarketDataError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiMarketDataError";
  /** The code of this class. */
  override readonly code = "MARKET_DATA";
  /** MDReqRejReason(281), as `MDReqRejReason` names them; undefined where Kalshi gives none. */
  readonly reason: string | undefined;
  /** What `JSON.stringify` shows. */
  override toJSON(): KalshiErrorJson & Pick<KalshiMarketDataError, "reason"> {
    return { ...super.toJSON(), reason: this.reason };
  }
  /** Takes a text, Kalshi's reason, and what is known beside them. */
  constructor(message: string, reason?: string, context: KalshiErrorContext = {}) {
    super(message, context);
    this.reason = reason;
  }
}

/** Kalshi refused a request for quotes, a quote, or what became of one. */
export class KalshiRfqError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiRfqError";
  /** The code of this class. */
  override readonly code = "RFQ";
  /** QuoteRequestRejectReason(658), as `QuoteRequestRejectReason` names them; undefined where Kalshi gives none. */
  readonly reason: number | undefined;
  /** What `JSON.stringify` shows. */
  override toJSON(): KalshiErrorJson & Pick<KalshiRfqError, "reason"> {
    return { ...super.toJSON(), reason: this.reason };
  }
  /** Takes a text, Kalshi's reason, and what is known beside them. */
  constructor(message: string, reason?: number, context: KalshiErrorContext = {}) {
    super(message, context);
    this.reason = reason;
  }
}
