/** The error of the drop copy. */
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
