/**
 * What to do about the errors that Kalshi's WebSocket tells.
 *
 * @module
 */

import { KalshiStreamError } from "./errors.ts";

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
  6: "It is subscribed to already: nothing needs to be done.",
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
  23: "Give the parameters that this channel needs.",
  24: 'Give `index_ids`, or `["all"]`.',
  25: "Subscribe to fewer markets on this stream, or read faster.",
  26: "Spread the markets over several streams: one session holds 500,000.",
  27: "Send fewer commands: one session may send 10,000 a second.",
  28: 'Give `underlying_tickers`, or `["all"]`.',
};

/** The error of an error frame. */
export function streamError(
  { msg }: { readonly msg: Readonly<Record<string, unknown>> },
  channel?: string,
): KalshiStreamError {
  const code = typeof msg.code === "number" ? msg.code : 0;
  return new KalshiStreamError(code, typeof msg.msg === "string" ? msg.msg : "", channel, ADVICE[code]);
}
