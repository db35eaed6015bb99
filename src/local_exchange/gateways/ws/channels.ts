/** The channels of Kalshi's WebSocket as its server has them: what picks from each, and which of them are numbered. */
import { channelFacts } from "../../../contract/event/channel_facts.ts";
import { commandParams } from "../../../contract/event/commands.ts";

/** What a channel can be picked by. */
export type ChannelKey = "markets" | "indices" | "underlyings";

/** How a channel is subscribed to. */
export interface ChannelRules {
  /** What picks from it; undefined where nothing does. */
  readonly key?: ChannelKey | undefined;
  /** It cannot be had without naming markets. */
  readonly needsMarkets?: boolean;
  /** Its frames are numbered. */
  readonly numbered?: boolean;
}

const keys: Readonly<Record<string, ChannelKey>> = {
  market_tickers: "markets",
  index_ids: "indices",
  underlying_tickers: "underlyings",
};

const channels: Readonly<Record<string, ChannelRules>> = Object.fromEntries(
  Object.entries(channelFacts).map(([channel, { numbered, picks: [param = ""] }]) => [channel, {
    key: keys[param],
    needsMarkets: channel === "orderbook_delta",
    numbered,
  }]),
);

/** The channels that there are. */
export const channelNames: readonly string[] = Object.keys(channels);

/** How a channel is subscribed to; undefined where there is no such channel. */
export function rulesOf(channel: string): ChannelRules | undefined {
  return Object.hasOwn(channels, channel) ? channels[channel] : undefined;
}

/** The actions of `update_subscription` that each kind of key has: to add, to remove, to list what there is. */
export const keyActions: Readonly<Record<ChannelKey, readonly [add: string, remove: string, list?: string]>> =
  {
    markets: ["add_markets", "delete_markets"],
    indices: ["subscribe_indices", "unsubscribe_indices", "indexlist"],
    underlyings: ["subscribe_underlyings", "unsubscribe_underlyings", "underlying_list"],
  };

const { action } = commandParams.update_subscription ?? {};

/** The actions that `update_subscription` has. */
export const actionNames: readonly string[] = action?.type === "string" ? action.oneOf ?? [] : [];

/** Parameters of `subscribe` that are true or false. */
export const flagNames: readonly string[] = Object.entries(commandParams.subscribe ?? {})
  .filter(([, { type }]) => type === "boolean")
  .map(([name]) => name);
