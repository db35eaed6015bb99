/** The errors of FIX sessions. */
import { KalshiError, type KalshiErrorContext, type KalshiErrorJson } from "../base/errors.ts";

/** Kalshi refused the Logon. The message has its words, and what to do. */
export class KalshiFixLogonError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiFixLogonError";
  /** The code of this class. */
  override readonly code = "FIX_LOGON";
}

/**
 * The sequence numbers of both sides do not fit: the store is not that of the last session, or what is missing is not
 * sent again. `onSequenceMismatch: "reset"` begins both anew instead.
 */
export class KalshiFixSequenceError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiFixSequenceError";
  /** The code of this class. */
  override readonly code = "FIX_SEQUENCE";
}

/**
 * The store of a FIX session cannot be read or written, or another process has taken it. What was to be sent was not
 * sent, and its number is still free.
 */
export class KalshiFixStoreError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiFixStoreError";
  /** The code of this class. */
  override readonly code = "FIX_STORE";
}

/** The FIX client is closed and does not connect again; `cause` says why. */
export class KalshiFixClosedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiFixClosedError";
  /** The code of this class. */
  override readonly code = "FIX_CLOSED";
}

/** What a refused message is known by. */
export interface FixRefusal {
  /** Text(58) of the gateway, empty where it gave none. */
  readonly text: string;
  /** MsgSeqNum(34) of the message of ours that was refused, where that is known. */
  readonly MsgSeqNum: number | undefined;
}

/**
 * Kalshi refused a message of ours. The classes below it say with what; it is never thrown itself. `outcome` is
 * `rejected`, and `unknown` for EXCHANGE_UNAVAILABLE alone.
 */
export abstract class KalshiFixRejectError extends KalshiError implements FixRefusal {
  /** The code of the case. */
  abstract override readonly code: FixRejectCode;
  /** Text(58) of the gateway, empty where it gave none. */
  readonly text: string;
  /** MsgSeqNum(34) of the message of ours that was refused, where that is known. */
  readonly MsgSeqNum: number | undefined;

  /** Takes what happened and what to do, what is known of the request, and what came; `details` shows the latter. */
  constructor(
    message: string,
    context: KalshiErrorContext = {},
    refusal: { readonly [Name in keyof FixRefusal]?: FixRefusal[Name] | undefined } = {},
  ) {
    super(message, context);
    this.text = refusal.text ?? "";
    this.MsgSeqNum = refusal.MsgSeqNum;
  }

  /** What `JSON.stringify` shows. */
  override toJSON(): KalshiErrorJson & FixRefusal {
    const { text, MsgSeqNum } = this;
    return { ...super.toJSON(), text, MsgSeqNum };
  }
}

/** The codes of {@linkcode KalshiFixRejectError}s. */
export type FixRejectCode =
  | "FIX_SESSION_REJECT"
  | "FIX_BUSINESS_REJECT"
  | "FIX_ORDER_REJECT"
  | "FIX_CANCEL_REJECT"
  | "FIX_REQUEST_REJECT";

/** Reject(35=3): the message was malformed. `details` has SessionRejectReason, RefTagID and RefMsgType. */
export class KalshiFixSessionRejectError extends KalshiFixRejectError {
  /** The class name. */
  override readonly name = "KalshiFixSessionRejectError";
  /** The code of this class. */
  override readonly code = "FIX_SESSION_REJECT";
}

/** BusinessMessageReject(35=j): the message was understood and not taken. `details` has BusinessRejectReason. */
export class KalshiFixBusinessRejectError extends KalshiFixRejectError {
  /** The class name. */
  override readonly name = "KalshiFixBusinessRejectError";
  /** The code of this class. */
  override readonly code = "FIX_BUSINESS_REJECT";
}

/** ExecutionReport(35=8) with ExecType Rejected: there is no such order. `details` is the report. */
export class KalshiFixOrderRejectError extends KalshiFixRejectError {
  /** The class name. */
  override readonly name = "KalshiFixOrderRejectError";
  /** The code of this class. */
  override readonly code = "FIX_ORDER_REJECT";
}

/** OrderCancelReject(35=9): the order was not cancelled or replaced, and is what it was. `details` is the reject. */
export class KalshiFixCancelRejectError extends KalshiFixRejectError {
  /** The class name. */
  override readonly name = "KalshiFixCancelRejectError";
  /** The code of this class. */
  override readonly code = "FIX_CANCEL_REJECT";
}

/** Another request was refused by a message of its own, such as a mass cancel. `details` is that message. */
export class KalshiFixRequestRejectError extends KalshiFixRejectError {
  /** The class name. */
  override readonly name = "KalshiFixRequestRejectError";
  /** The code of this class. */
  override readonly code = "FIX_REQUEST_REJECT";
}
