/**
 * The errors of a stream.
 *
 * @module
 */

import { KalshiError, type KalshiErrorJson } from "../base/errors.ts";

/**
 * Kalshi refused a command, or ended a subscription:
 * https://docs.kalshi.com/websockets/websocket-connection
 */
export class KalshiStreamError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamError";
  /** The code of this class. */
  override readonly code = "STREAM";
  /** Kalshi's error code, 1 to 28. */
  readonly errorCode: number;
  /** The channel that the command was for, where it was for one. */
  readonly channel: string | undefined;
  /** What `JSON.stringify` shows. */
  override toJSON(): KalshiErrorJson & Pick<KalshiStreamError, "errorCode" | "channel"> {
    const { errorCode, channel } = this;
    return { ...super.toJSON(), errorCode, channel };
  }
  /** Takes Kalshi's code and text, the channel, and what to do about it. */
  constructor(errorCode: number, text: string, channel?: string, advice = "") {
    const what = channel === undefined ? "The command" : `The subscription to "${channel}"`;
    const meaning = text || "no reason given";
    super(`${what} was refused with error ${errorCode}: ${meaning}.${advice && ` ${advice}`}`, {
      outcome: "rejected",
      details: { code: errorCode, msg: text },
    });
    this.errorCode = errorCode;
    this.channel = channel;
  }
}

/** The stream is closed: reconnects are used up, or the key was refused. `cause` says why, unless you closed it. */
export class KalshiStreamClosedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamClosedError";
  /** The code of this class. */
  override readonly code = "STREAM_CLOSED";
}

/** A market has no order book any longer: it has closed, and may have been settled. */
export class KalshiMarketClosedError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiMarketClosedError";
  /** The code of this class. */
  override readonly code = "MARKET_CLOSED";
  /** Ticker of the market. */
  readonly ticker: string;
  /** The market's `status` as REST tells it: `closed`, `determined`, `disputed`, `amended` or `finalized`. */
  readonly marketStatus: string;
  /** Takes the market and its status. */
  constructor(ticker: string, marketStatus: string) {
    const isSettled = marketStatus === "finalized" || marketStatus === "settled";
    const what = isSettled ? "settled" : "closed";
    const more = marketStatus === what ? "" : ` (its status is "${marketStatus}")`;
    super(`The market ${ticker} is ${what}${more}: Kalshi sends no order book of it any longer.`);
    this.ticker = ticker;
    this.marketStatus = marketStatus;
  }
}
