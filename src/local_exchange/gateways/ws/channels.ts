/** The channels of a product's WebSocket as its server has them: what picks from each, and which of them are numbered. */
import type { ChannelFacts } from "../../../contract/channel_facts.ts";
import type { FieldRules } from "../../../contract/field_rule.ts";

/** What a channel can be picked by. */
export type ChannelKey = "markets" | "indices" | "underlyings";

/** Which part of a channel that is split over connections. */
export interface Shard {
  readonly factor: number;
  readonly key: number;
}

/** How a channel is subscribed to. */
export interface ChannelRules {
  /** What picks from it; undefined where nothing does. */
  readonly key?: ChannelKey | undefined;
  /** It cannot be had without naming markets. */
  readonly needsMarkets?: boolean;
  /** Its frames are numbered. */
  readonly numbered?: boolean;
  /** It can be had in parts. */
  readonly splits?: boolean;
}

/** The channels and commands of a product. */
export interface Channels {
  /** The channels that there are. */
  readonly names: readonly string[];
  /** What the parameters of each command take. */
  readonly commands: Readonly<Record<string, FieldRules>>;
  /** The actions that `update_subscription` has. */
  readonly actions: readonly string[];
  /** Parameters of `subscribe` that are true or false. */
  readonly flags: readonly string[];
  /** How a channel is subscribed to; undefined where there is no such channel. */
  rulesOf(channel: string): ChannelRules | undefined;
}

const keys: Readonly<Record<string, ChannelKey>> = {
  market_tickers: "markets",
  index_ids: "indices",
  underlying_tickers: "underlyings",
};

/** The actions of `update_subscription` that each kind of key has: to add, to remove, to list what there is. */
export const keyActions: Readonly<Record<ChannelKey, readonly [add: string, remove: string, list?: string]>> =
  {
    markets: ["add_markets", "delete_markets"],
    indices: ["subscribe_indices", "unsubscribe_indices", "indexlist"],
    underlyings: ["subscribe_underlyings", "unsubscribe_underlyings", "underlying_list"],
  };

/** The channels and commands that a contract tells of. */
export function channelsOf(
  facts: Readonly<Record<string, ChannelFacts>>,
  commands: Readonly<Record<string, FieldRules>>,
): Channels {
  const rules: Readonly<Record<string, ChannelRules>> = Object.fromEntries(
    Object.entries(facts).map(([channel, { numbered, picks: [param = ""] }]) => [channel, {
      key: keys[param],
      needsMarkets: channel === "orderbook_delta",
      numbered,
      splits: channel === "communications",
    }]),
  );
  const { action } = commands.update_subscription ?? {};
  return {
    names: Object.keys(rules),
    commands,
    actions: action?.type === "string" ? action.oneOf ?? [] : [],
    flags: Object.entries(commands.subscribe ?? {})
      .filter(([, { type }]) => type === "boolean")
      .map(([name]) => name),
    rulesOf: (channel) => Object.hasOwn(rules, channel) ? rules[channel] : undefined,
  };
}
