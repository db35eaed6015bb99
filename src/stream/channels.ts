/**
 * What is peculiar to each channel, as data: https://docs.kalshi.com/websockets/websocket-connection
 *
 * @module
 */

import type { Channel } from "../contract/event/channels.ts";
import { commandParams } from "../contract/event/commands.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { findFault } from "../contract/check.ts";
import { unknownOption } from "../base/options.ts";
import { copyPlain, isPlain, shown } from "../base/plain.ts";
import type { QueuePolicy } from "../base/queue.ts";

/** Which markets of a channel, by ticker. */
export interface MarketParams {
  /** Only these markets; all of them when left out. */
  readonly market_tickers?: readonly string[] | undefined;
  /** Short for a list of one. */
  readonly market_ticker?: string | undefined;
}

/** Parameters of `orderbook_delta`, which needs markets. */
export interface OrderbookParams extends MarketParams {
  /**
   * Whether the NO side comes in YES prices, so that it reads as asks; true unless told. One stream has one
   * setting, and its order books need `true`.
   */
  readonly use_yes_price?: boolean | undefined;
}

/** Parameters of `ticker`. */
export interface TickerParams extends MarketParams {
  /** Only these markets, by UUID; not together with tickers. */
  readonly market_ids?: readonly string[] | undefined;
  /** Short for a list of one. */
  readonly market_id?: string | undefined;
  /** Sends the current ticker of each named market at once. */
  readonly send_initial_snapshot?: boolean | undefined;
}

/** Parameters of `communications`. */
export interface CommunicationsParams {
  /** Into how many shards the feed is cut, 1 to 100. */
  readonly shard_factor?: number | undefined;
  /** Which shard to read, from 0. */
  readonly shard_key?: number | undefined;
  /** `self`: only what concerns your own requests and quotes. */
  readonly user_filter?: "" | "self" | undefined;
}

/** Parameters of the CF Benchmarks channels. */
export interface IndexParams {
  /** Only these indices, or `["all"]`; none when left out: `add` them later. */
  readonly index_ids?: readonly string[] | undefined;
}

/** Parameters of `pyth_value`. */
export interface UnderlyingParams {
  /** Only these underlyings, or `["all"]`; none when left out: `add` them later. */
  readonly underlying_tickers?: readonly string[] | undefined;
}

/** A channel that takes no parameters. */
export type NoParams = Readonly<Record<never, never>>;

/** What `subscribe` takes for each channel, named as Kalshi does. */
export interface ChannelParams {
  /** Snapshots and changes of order books. */
  orderbook_delta: OrderbookParams;
  /** Best prices, last price and volume. */
  ticker: TickerParams;
  /** Public trades. */
  trade: MarketParams;
  /** Your fills. */
  fill: MarketParams;
  /** Your positions. */
  market_positions: MarketParams;
  /** Markets and events as they are created, change and settle. */
  market_lifecycle_v2: NoParams;
  /** The same for combos. */
  multivariate_market_lifecycle: NoParams;
  /** Requests for quote and quotes. */
  communications: CommunicationsParams;
  /** Your order groups. */
  order_group_updates: NoParams;
  /** Your orders. */
  user_orders: MarketParams;
  /** CF Benchmarks indices. */
  cfbenchmarks_value: IndexParams;
  /** Pyth prices. */
  pyth_value: UnderlyingParams;
  /** CF Benchmarks indices, five times a second. */
  cfbenchmarks_value_5hz: IndexParams;
}

/** How a market, index or underlying is named: the parameter, and the field of a payload that tells it. */
export type KeyParam = "market_tickers" | "market_ids" | "index_ids" | "underlying_tickers";

/** What is peculiar to a channel. */
export interface ChannelFacts {
  /** The types of its messages; undefined for a channel that is not known. */
  readonly types: readonly string[] | undefined;
  /** What its consumers' queues do when full. */
  readonly policy: QueuePolicy;
  /** The parameter that picks what it carries; undefined when it cannot be picked. */
  readonly key: KeyParam | undefined;
  /** True where everything is subscribed to and picked here: what is private is small, and never cut off. */
  readonly local: boolean;
  /** Parameters beside the key. */
  readonly options: readonly string[];
  /** Actions of `update_subscription`: add, remove, list. */
  readonly actions: readonly [add: string, remove: string, list?: string];
}

const MARKET_ACTIONS = ["add_markets", "delete_markets"] as const;
const INDEX_ACTIONS = ["subscribe_indices", "unsubscribe_indices", "indexlist"] as const;

function facts(
  policy: QueuePolicy,
  types: string,
  key?: KeyParam,
  { local = false, options = [] }: { readonly local?: boolean; readonly options?: readonly string[] } = {},
  actions: ChannelFacts["actions"] = MARKET_ACTIONS,
): ChannelFacts {
  return { types: types.split(" "), policy, key, local, options, actions };
}

const CHANNELS: Readonly<Record<Channel, ChannelFacts>> = {
  orderbook_delta: facts("error", "orderbook_snapshot orderbook_delta", "market_tickers", {
    options: ["use_yes_price"],
  }),
  ticker: facts("latest", "ticker", "market_tickers", { options: ["send_initial_snapshot"] }),
  trade: facts("drop-oldest", "trade", "market_tickers"),
  fill: facts("error", "fill", "market_tickers", { local: true }),
  market_positions: facts("error", "market_position", "market_tickers", { local: true }),
  market_lifecycle_v2: facts("drop-oldest", "market_lifecycle_v2 event_lifecycle event_fee_update"),
  multivariate_market_lifecycle: facts("drop-oldest", "multivariate_market_lifecycle event_lifecycle"),
  communications: facts(
    "error",
    "rfq_created rfq_deleted quote_created quote_accepted quote_executed",
    undefined,
    { options: ["shard_factor", "shard_key", "user_filter"] },
  ),
  order_group_updates: facts("error", "order_group_updates"),
  user_orders: facts("error", "user_order", "market_tickers", { local: true }),
  cfbenchmarks_value: facts(
    "drop-oldest",
    "cfbenchmarks_value cfbenchmarks_value_indexlist",
    "index_ids",
    {},
    INDEX_ACTIONS,
  ),
  pyth_value: facts("drop-oldest", "pyth_value pyth_value_underlying_list", "underlying_tickers", {}, [
    "subscribe_underlyings",
    "unsubscribe_underlyings",
    "underlying_list",
  ]),
  cfbenchmarks_value_5hz: facts(
    "drop-oldest",
    "cfbenchmarks_value_5hz cfbenchmarks_value_5hz_indexlist",
    "index_ids",
    {},
    INDEX_ACTIONS,
  ),
};

/** The types of all messages that are known; each has an object for a payload. */
export const MESSAGE_TYPES: ReadonlySet<string> = new Set(
  Object.values(CHANNELS).flatMap(({ types }) => types ?? []),
);

/** What is known of a channel; of a new one, only that it may lose nothing. */
export function channelFacts(channel: string): ChannelFacts {
  if (Object.hasOwn(CHANNELS, channel)) return CHANNELS[channel as Channel];
  return {
    types: undefined,
    policy: "error",
    key: "market_tickers",
    local: false,
    options: [],
    actions: MARKET_ACTIONS,
  };
}

/** What a consumer asks of a channel, read from the parameters of `subscribe`. */
export interface Wish {
  /** How the keys are named. */
  readonly param: KeyParam | undefined;
  /** What it picks; undefined for everything. */
  readonly keys: Set<string> | undefined;
  /** Parameters that hold for the whole subscription. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** Options of calls, which are no parameters. */
const OPTIONS: readonly string[] = [
  "signal",
  "timeoutMs",
  "queue",
  "recover",
  "awaitLive",
  "policy",
  "limit",
];

/** Refuses what cannot be a channel, and another spelling of one that is known: Kalshi's names are lower case. */
function assertChannel(channel: unknown): void {
  if (typeof channel !== "string" || channel === "") {
    throw new KalshiConfigError(
      `A subscription takes the name of one channel first, such as "ticker"; got ${shown(channel)}.`,
    );
  }
  if (Object.hasOwn(CHANNELS, channel)) return;
  // A channel of a new kind may be called nearly so; what differs in case and separators alone is none.
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const known = Object.keys(CHANNELS).find((name) => bare(name) === bare(channel));
  if (known === undefined) return;
  throw new KalshiConfigError(`There is no channel ${shown(channel)}. Did you mean "${known}"?`);
}

/**
 * Reads parameters, and refuses what the channel does not have: Kalshi would ignore it and send everything.
 *
 * @throws {KalshiConfigError} naming the parameter
 */
export function readParams(channel: string, given: Readonly<Record<string, unknown>> = {}): Wish {
  assertChannel(channel);
  const params = copyPlain(given);
  if (!isPlain(params)) {
    throw new KalshiConfigError(
      `"${channel}" takes its parameters as a plain object such as { market_tickers: [ticker] }; got ${
        shown(params)
      }.`,
    );
  }
  const { types, key, options: allowed } = channelFacts(channel);
  const names = key === "market_tickers" ? ["market_tickers", "market_ids"] : key ? [key] : [];
  const options: Record<string, unknown> = {};
  let param: KeyParam | undefined = key;
  let keys: Set<string> | undefined;
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    const plural = name === "market_ticker" || name === "market_id" ? `${name}s` : name;
    const isKey = names.includes(plural) &&
      (plural !== "market_ids" || channel === "ticker" || types === undefined);
    if (isKey) {
      const list = plural === name ? value : [value];
      if (
        !Array.isArray(list) || list.length === 0 || list.some((item) => typeof item !== "string" || !item)
      ) {
        throw new KalshiConfigError(
          `${name} of "${channel}" takes ${plural === name ? "a list of one or more strings" : "a string"}.`,
        );
      }
      if (keys !== undefined) {
        throw new KalshiConfigError(
          `"${channel}" takes one of ${names.join(" and ")}, as one list or one name.`,
        );
      }
      param = plural as KeyParam;
      keys = new Set(list);
    } else if (types === undefined || allowed.includes(name)) {
      const rule = types === undefined ? undefined : commandParams.subscribe?.[name];
      const fault = rule && findFault({ [name]: rule }, { [name]: value }, { what: "parameter" });
      if (fault !== undefined) throw new KalshiConfigError(`"${channel}": ${fault}`);
      options[name] = value;
    } else if (OPTIONS.includes(name)) {
      throw new KalshiConfigError(
        `The channel "${channel}" has no parameter "${name}". It is an option: it goes into the last argument.`,
      );
    } else {
      throw unknownOption(`The channel "${channel}"`, name, [
        ...names.slice(0, channel === "ticker" ? 2 : 1),
        ...allowed,
      ]);
    }
  }
  if (channel === "orderbook_delta") {
    if (keys === undefined) {
      throw new KalshiConfigError('"orderbook_delta" needs market_tickers: Kalshi has no feed of all books.');
    }
    options.use_yes_price ??= true;
  }
  if (key === "index_ids" || key === "underlying_tickers") {
    keys = keys?.has("all") ? undefined : keys ?? new Set();
  }
  return { param, keys, options };
}

/** The field of a payload that names what a key names. */
export function keyOf(param: KeyParam | undefined, msg: Readonly<Record<string, unknown>>): unknown {
  switch (param) {
    case "market_ids":
      return msg.market_id;
    case "index_ids":
      return msg.index_id;
    case "underlying_tickers":
      return msg.underlying_ticker;
    default:
      return msg.market_ticker ?? msg.ticker;
  }
}
