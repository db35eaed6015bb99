/**
 * The WebSocket of the event exchange, as a stream has to know it:
 * https://docs.kalshi.com/websockets/websocket-connection
 *
 * @module
 */

import { remedyOf } from "../base/server_codes.ts";
import { eventBookDecoder, type RestOrderBook, restOrderBook } from "../books/decoders/event.ts";
import { frameLists } from "../contract/event/channel_lists.ts";
import { channelFacts } from "../contract/event/channel_facts.ts";
import { type Channel, errorCodes, terminalErrors } from "../contract/event/channels.ts";
import { commandParams } from "../contract/event/commands.ts";
import { errorRules } from "./error_codes.ts";
import { channelsOf, messageTypesOf, pickMarkets, type PickRule, type StreamProduct } from "./product.ts";

const picks: Readonly<Record<string, PickRule>> = {
  market_tickers: pickMarkets,
  market_ids: { ...pickMarkets, single: "market_id", fields: ["market_id"] },
  index_ids: {
    fields: ["index_id"],
    all: "all",
    actions: { add: "subscribe_indices", remove: "unsubscribe_indices", list: "indexlist" },
  },
  underlying_tickers: {
    fields: ["underlying_ticker"],
    all: "all",
    actions: { add: "subscribe_underlyings", remove: "unsubscribe_underlyings", list: "underlying_list" },
  },
};

const channels = channelsOf<Channel>(channelFacts, {
  orderbook_delta: {
    policy: "error",
    options: ["use_yes_price"],
    defaults: { use_yes_price: true },
    mustPick: "Kalshi has no feed of all books.",
  },
  ticker: { policy: "latest", options: ["send_initial_snapshot"] },
  trade: { policy: "drop-oldest" },
  fill: { policy: "error" },
  market_positions: { policy: "error" },
  market_lifecycle_v2: { policy: "drop-oldest" },
  multivariate_market_lifecycle: { policy: "drop-oldest" },
  communications: { policy: "error", options: ["shard_factor", "shard_key", "user_filter"] },
  order_group_updates: { policy: "error" },
  user_orders: { policy: "error" },
  cfbenchmarks_value: { policy: "drop-oldest" },
  pyth_value: { policy: "drop-oldest" },
  cfbenchmarks_value_5hz: { policy: "drop-oldest" },
});

/** The event exchange. */
export const eventProduct: StreamProduct<RestOrderBook> = {
  owner: "KalshiStream",
  channels,
  otherChannel: {
    types: undefined,
    picks: ["market_tickers", "market_ids"],
    isPrivate: false,
    policy: "error",
    options: [],
    defaults: {},
  },
  picks,
  subscribeParams: commandParams.subscribe ?? {},
  errors: errorRules({ errorCodes, terminalErrors }),
  remedyOf,
  lists: frameLists,
  messageTypes: messageTypesOf(channels),
  books: {
    toRest: restOrderBook,
    decoder: eventBookDecoder({ useYesPrice: true }),
    param: "market_tickers",
    params: { use_yes_price: true },
    snapshotType: "orderbook_snapshot",
    snapshotAction: "get_snapshot",
  },
};
