/** Kalshi's tag `orders`. */
import { CancelOrderV2, CreateOrderV2, GetOrder, GetOrders } from "../../contract/operations.ts";
import type { CreateOrderV2Response } from "../../contract/types.ts";
import { ApiError, refusalError } from "../api_error.ts";
import type { Placed } from "../engine/engine.ts";
import type { Order } from "../engine/types.ts";
import type { ApiKey } from "../keys.ts";
import { type Call, route } from "../route.ts";
import { formatCount } from "../units.ts";
import type { Venue } from "../venue.ts";
import { pageOf } from "./page.ts";
import {
  accountOf,
  choice,
  Fields,
  integer,
  invalid,
  keyOf,
  list,
  subaccountFor,
  text,
  walletFor,
} from "./read.ts";
import { averageDollars, orderPayload } from "./shapes.ts";

/** Places the order that `fields` describe. */
export function placeOrder(venue: Venue, key: ApiKey, fields: Fields): Placed {
  const { engine, catalog } = venue;
  const ticker = fields.requiredText("ticker");
  const side = fields.choice("side", ["bid", "ask"]);
  const timeInForce = fields.choice("time_in_force", [
    "fill_or_kill",
    "good_till_canceled",
    "immediate_or_cancel",
  ]);
  const selfTradePrevention = fields.choice("self_trade_prevention_type", ["taker_at_cross", "maker"]);
  const price = fields.price("price");
  const count = fields.count("count");
  if (price === undefined || count === undefined) throw invalid("price and count are required");
  const postOnly = fields.flag("post_only");
  const reduceOnly = fields.flag("reduce_only");
  const subaccount = fields.integer("subaccount", { max: 63 });
  const groupId = fields.text("order_group_id");
  const shard = fields.integer("exchange_index", { min: -1 });
  const expires = fields.integer("expiration_time");
  const market = catalog.markets.get(ticker)?.market;
  if (market === undefined || (shard !== undefined && shard >= 0 && shard !== market.shard)) {
    throw new ApiError(404, "market_not_found");
  }
  if (expires !== undefined) {
    if (timeInForce === "immediate_or_cancel") {
      throw invalid("expiration_time does not go with immediate_or_cancel", "invalid_order");
    }
    if (expires * 1_000 <= engine.now) throw invalid("expiration_time is in the past", "invalid_order");
  }
  if (reduceOnly && timeInForce !== "immediate_or_cancel") {
    throw invalid("reduce_only needs immediate_or_cancel", "invalid_order");
  }
  if (postOnly && timeInForce !== "good_till_canceled") {
    throw invalid("post_only needs good_till_canceled", "invalid_order");
  }
  const wallet = walletFor(key, subaccount, market.shard);
  const group = groupId === undefined ? undefined : key.account.groups.get(groupId);
  if (groupId !== undefined && group?.wallet !== wallet) throw new ApiError(404, "order_group_not_found");
  const placed = engine.place({
    wallet,
    market,
    clientOrderId: fields.text("client_order_id") ?? "",
    side,
    price,
    count,
    timeInForce,
    selfTradePrevention,
    postOnly,
    reduceOnly,
    cancelOnPause: fields.flag("cancel_order_on_pause"),
    expiresAt: expires === undefined ? undefined : expires * 1_000,
    group,
  });
  if ("refused" in placed) throw refusalError(placed);
  return placed;
}

/** What a create answers. */
export function placedPayload({ order, filled, value, fees }: Placed, now: number): CreateOrderV2Response {
  return {
    order_id: order.id,
    ...(order.clientOrderId === "" ? {} : { client_order_id: order.clientOrderId }),
    fill_count: formatCount(filled),
    remaining_count: formatCount(order.remaining),
    ...(filled === 0 ? {} : {
      average_fill_price: averageDollars(value, filled),
      average_fee_paid: averageDollars(fees, filled),
    }),
    ts_ms: now,
  };
}

/** An order of the caller's, or a 404. */
export function orderOf(call: Call, id: string | undefined): Order {
  const key = keyOf(call);
  const order = id === undefined ? undefined : call.venue.engine.orders.get(id);
  if (order === undefined || order.account !== key.account) throw new ApiError(404, "not_found");
  if (key.subaccount !== undefined && order.wallet.subaccount !== key.subaccount) {
    throw new ApiError(404, "not_found");
  }
  return order;
}

/** A resting order of the caller's, on which the exchange lets cancels through. */
export function cancelableOrderOf(call: Call, id: string | undefined, subaccount: number | undefined): Order {
  const { venue: { engine } } = call;
  if (engine.exchangePaused) throw new ApiError(409, "exchange_is_paused");
  const order = orderOf(call, id);
  if (subaccount !== undefined && subaccount !== order.wallet.subaccount) {
    throw new ApiError(404, "not_found");
  }
  if (order.status !== "resting") throw new ApiError(404, "not_found");
  return order;
}

/** What a call to list orders keeps. */
export function orderFilter(call: Call): (order: Order) => boolean {
  const ticker = text(call, "ticker");
  const events = list(call, "event_ticker");
  const min = integer(call, "min_ts", { min: 0 });
  const max = integer(call, "max_ts", { min: 0 });
  const status = choice(call, "status", ["resting", "canceled", "executed"]);
  const subaccount = subaccountFor(keyOf(call), integer(call, "subaccount", { min: 0, max: 63 }));
  const shard = integer(call, "exchange_index", { min: 0 });
  return (order) =>
    (ticker === undefined || order.market.ticker === ticker) &&
    (events === undefined || events.includes(order.market.eventTicker)) &&
    (min === undefined || order.createdAt >= min * 1_000) &&
    (max === undefined || order.createdAt < (max + 1) * 1_000) &&
    (status === undefined || order.status === status) &&
    (subaccount === undefined || order.wallet.subaccount === subaccount) &&
    (shard === undefined || order.market.shard === shard);
}

export const orderRoutes = [
  route(
    CreateOrderV2,
    (call) =>
      placedPayload(placeOrder(call.venue, keyOf(call), new Fields(call.body)), call.venue.engine.now),
  ),
  route(CancelOrderV2, (call) => {
    const order = cancelableOrderOf(
      call,
      call.path.order_id,
      integer(call, "subaccount", { min: 0, max: 63 }),
    );
    const reduced = call.venue.engine.cancel(order);
    return {
      order_id: order.id,
      ...(order.clientOrderId === "" ? {} : { client_order_id: order.clientOrderId }),
      reduced_by: formatCount(reduced),
      ts_ms: call.venue.engine.now,
    };
  }),
  route(GetOrder, (call) => ({ order: orderPayload(orderOf(call, call.path.order_id)) })),
  route(GetOrders, (call) => {
    const { items, cursor } = pageOf(call, accountOf(call).orders, {
      newestFirst: true,
      keep: orderFilter(call),
    });
    return { orders: items.map(orderPayload), cursor };
  }),
];
