/**
 * The errors of a stream.
 *
 * @module
 */

import { KalshiError, type KalshiErrorContext } from "../errors.ts";

const FRAMING =
  "The command was malformed: please report it, with the versions of this package and of your runtime.";
const SHARDING = "Give 1 <= shard_factor <= 100 and 0 <= shard_key < shard_factor.";
const OURS = "It is Kalshi's fault and worth another try.";

/** What to do about an error code of the WebSocket. */
const ADVICE: Readonly<Record<number, string>> = {
  1: FRAMING,
  2: "Give the parameters that this channel needs.",
  3: FRAMING,
  4: FRAMING,
  5: FRAMING,
  7: "The subscription has ended: subscribe again.",
  8: "Check the channel's name; it may have been retired.",
  9: "Use a key whose scopes cover this channel.",
  10: OURS,
  11: "Check the format of tickers and ids.",
  12: FRAMING,
  13: "This channel has no such action.",
  14: "Give `market_tickers`.",
  15: FRAMING,
  16: "Check the ticker. A market that was created a moment ago may take some seconds.",
  17: OURS,
  18: OURS,
  19: SHARDING,
  20: SHARDING,
  21: SHARDING,
  22: SHARDING,
  24: 'Give `index_ids`, or `["all"]`.',
  25: "Subscribe to fewer markets on this stream, or read faster.",
  26: "Spread the markets over several streams: one session holds 500,000.",
  27: "Send fewer commands: one session may send 10,000 a second.",
  28: 'Give `underlying_tickers`, or `["all"]`.',
};

/**
 * Kalshi refused a command, or ended a subscription:
 * https://docs.kalshi.com/websockets/websocket-connection
 */
export class KalshiStreamError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamError";
  /** Kalshi's error code, 1 to 28. */
  readonly errorCode: number;
  /** The channel that the command was for, where it was for one. */
  readonly channel: string | undefined;
  /** Takes Kalshi's code and text, and the channel. */
  constructor(errorCode: number, text: string, channel?: string, context?: KalshiErrorContext) {
    const what = channel === undefined ? "The command" : `The subscription to "${channel}"`;
    const meaning = text || "no reason given";
    const advice = ADVICE[errorCode];
    super("STREAM", `${what} was refused with error ${errorCode}: ${meaning}.${advice ? ` ${advice}` : ""}`, {
      outcome: "rejected",
      details: { code: errorCode, msg: text },
      ...context,
    });
    this.errorCode = errorCode;
    this.channel = channel;
  }
}

/** The error of an error frame. */
export function streamError(
  { msg }: { readonly msg: Readonly<Record<string, unknown>> },
  channel?: string,
): KalshiStreamError {
  return new KalshiStreamError(
    typeof msg.code === "number" ? msg.code : 0,
    typeof msg.msg === "string" ? msg.msg : "",
    channel,
  );
}

/** The stream is closed: reconnects are used up, or the key was refused. `cause` says why, unless you closed it. */
export class KalshiStreamClosedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamClosedError";
  /** Takes the message and the last cause. */
  constructor(message: string, context?: KalshiErrorContext) {
    super("CLOSED", message, context);
  }
}

/** A consumer with the queue policy `error` fell behind. Other consumers of the stream go on. */
export class KalshiStreamOverflowError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamOverflowError";
  /** Takes whose queue it is and how many items it holds. */
  constructor(what: string, limit: number) {
    super(
      "OVERFLOW",
      `The queue of ${what} is full with ${limit} items: its reader is too slow. The items before this error are ` +
        "complete; what came after is lost. Read faster, or choose another `queue.limit` or `queue.policy`.",
    );
  }
}

/** An order book was read while it was not live. */
export class KalshiStaleBookError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStaleBookError";
  /** Takes the market, the book's state and the reason for it. */
  constructor(ticker: string, state: string, reason: string | undefined) {
    super(
      "STALE_BOOK",
      `The book of ${ticker} is ${state}${reason ? ` (${reason})` : ""}: its prices may be wrong. ` +
        "Wait for `live()`, or read `lastKnown` if old prices will do.",
    );
  }
}
