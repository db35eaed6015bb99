/**
 * The codes of the error frames of Kalshi's WebSockets: what they mean for a stream, and what to do about them.
 *
 * @module
 */

import type { errorCodes } from "../contract/event/channels.ts";
import { KalshiStreamError } from "./errors.ts";
import type { StreamErrorRules } from "./product.ts";

/** The codes of a contract, by their meaning. */
type ErrorCodes = Readonly<Record<keyof typeof errorCodes, number>>;

const FRAMING =
  "The command was malformed: please report it, with the versions of this package and of your runtime.";
const SHARDING = "Give 1 <= shard_factor <= 100 and 0 <= shard_key < shard_factor.";
const OURS = "It is Kalshi's fault and worth another try.";

const adviceOf = (errorCodes: ErrorCodes): Readonly<Record<number, string>> => ({
  [errorCodes.unableToProcessMessage]: FRAMING,
  [errorCodes.paramsRequired]: "Give the parameters that this channel needs.",
  [errorCodes.channelsRequired]: FRAMING,
  [errorCodes.subscriptionIdsRequired]: FRAMING,
  [errorCodes.unknownCommand]: FRAMING,
  [errorCodes.alreadySubscribed]: "It is subscribed to already: nothing needs to be done.",
  [errorCodes.unknownSubscriptionId]: "The subscription has ended: subscribe again.",
  [errorCodes.unknownChannelName]: "Check the channel's name; it may have been retired.",
  [errorCodes.authenticationRequired]: "Use a key whose scopes cover this channel.",
  [errorCodes.channelError]: OURS,
  [errorCodes.invalidParameter]: "Check the format of tickers and ids.",
  [errorCodes.exactlyOneSubscriptionIdIsRequired]: FRAMING,
  [errorCodes.unsupportedAction]: "This channel has no such action.",
  [errorCodes.marketTickerRequired]: "Give `market_tickers`.",
  [errorCodes.actionRequired]: FRAMING,
  [errorCodes.marketNotFound]:
    "Check the ticker. A market that was created a moment ago may take some seconds.",
  [errorCodes.internalError]: OURS,
  [errorCodes.commandTimeout]: OURS,
  [errorCodes.shardFactorMustBeOver0]: SHARDING,
  [errorCodes.shardFactorIsRequiredWhenShardKeyIsSet]: SHARDING,
  [errorCodes.shardKeyMustBeAtLeast0AndBelowShardFactor]: SHARDING,
  [errorCodes.shardFactorMustBeAtMost100]: SHARDING,
  [errorCodes.matchIdsRequired]: "Give the parameters that this channel needs.",
  [errorCodes.indexIdsRequired]: 'Give `index_ids`, or `["all"]`.',
  [errorCodes.subscriptionBufferOverflow]: "Subscribe to fewer markets on this stream, or read faster.",
  [errorCodes.subscriptionMarketLimitExceeded]:
    "Spread the markets over several streams: one session holds 500,000.",
  [errorCodes.tooManyRequests]: "Send fewer commands: one session may send 10,000 a second.",
  [errorCodes.underlyingTickersRequired]: 'Give `underlying_tickers`, or `["all"]`.',
});

/** What the codes of a product's contract mean for a stream. */
export function errorRules(
  { errorCodes, terminalErrors }: {
    readonly errorCodes: ErrorCodes;
    readonly terminalErrors: readonly number[];
  },
): StreamErrorRules {
  return {
    alreadySubscribed: errorCodes.alreadySubscribed,
    unknownSubscription: errorCodes.unknownSubscriptionId,
    ending: new Set(terminalErrors),
    passing: new Set([...terminalErrors, errorCodes.commandTimeout, errorCodes.tooManyRequests]),
    aboutName: new Set([errorCodes.invalidParameter, errorCodes.marketNotFound]),
    advice: adviceOf(errorCodes),
  };
}

/** The error of an error frame. */
export function streamError(
  { msg }: { readonly msg: Readonly<Record<string, unknown>> },
  { advice }: StreamErrorRules,
  channel?: string,
): KalshiStreamError {
  const code = typeof msg.code === "number" ? msg.code : 0;
  return new KalshiStreamError(code, typeof msg.msg === "string" ? msg.msg : "", channel, advice[code]);
}
