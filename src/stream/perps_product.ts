/**
 * The WebSocket of the perps exchange, as a stream has to know it:
 * https://docs.kalshi.com/margin-ws/websockets/websocket-connection
 *
 * @module
 */

import { perpsRemedyOf } from "../base/perps_codes.ts";
import { perpsBookDecoder, type RestPerpsOrderBook, restPerpsOrderBook } from "../books/decoders/perps.ts";
import { channelFacts } from "../contract/perps/channel_facts.ts";
import { frameLists } from "../contract/perps/channel_lists.ts";
import { type Channel, errorCodes, terminalErrors } from "../contract/perps/channels.ts";
import { commandParams } from "../contract/perps/commands.ts";
import { errorRules } from "./error_codes.ts";
import { channelsOf, messageTypesOf, pickMarkets, type StreamProduct } from "./product.ts";

const channels = channelsOf<Channel>(channelFacts, {
  orderbook_delta: { policy: "error", mustPick: "Kalshi has no feed of all books." },
  ticker: { policy: "latest", options: ["send_initial_snapshot"] },
  trade: { policy: "drop-oldest" },
  fill: { policy: "error" },
  user_orders: { policy: "error" },
  order_group_updates: { policy: "error" },
});

/** The perps exchange. */
export const perpsProduct: StreamProduct<RestPerpsOrderBook> = {
  owner: "PerpsStream",
  channels,
  otherChannel: {
    types: undefined,
    picks: ["market_tickers"],
    isPrivate: false,
    policy: "error",
    options: [],
    defaults: {},
  },
  picks: { market_tickers: pickMarkets },
  subscribeParams: commandParams.subscribe ?? {},
  errors: errorRules({ errorCodes, terminalErrors }),
  remedyOf: perpsRemedyOf,
  lists: frameLists,
  messageTypes: messageTypesOf(channels),
  books: {
    toRest: restPerpsOrderBook,
    decoder: perpsBookDecoder(),
    param: "market_tickers",
    params: {},
    snapshotType: "orderbook_snapshot",
    // Its contract has none: a market that is added anew begins with a snapshot.
    snapshotAction: undefined,
  },
};
