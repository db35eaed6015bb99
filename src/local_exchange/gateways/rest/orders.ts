/** Kalshi's tag `orders`. */
import {
  AmendOrderV2,
  BatchCancelOrdersV2,
  BatchCreateOrdersV2,
  CancelAllOrders,
  CancelOrderV2,
  CreateOrderV2,
  DecreaseOrderV2,
  GetOrder,
  GetOrderQueuePosition,
  GetOrderQueuePositions,
  GetOrders,
} from "../../../contract/event/operations.ts";
import type { CreateOrderV2Response, ErrorResponse } from "../../../contract/event/types.ts";
import { ApiError, rejectionError } from "../../api_error.ts";
import type { Placed } from "../../engine/requests.ts";
import type { Order, TimeInForce } from "../../engine/model.ts";
import type { Caller } from "../../signatures.ts";
import { type Call, route } from "./route.ts";
import { formatCount } from "../../units.ts";
import type { Exchange } from "../../exchange.ts";
import { pageOf } from "./page.ts";
import {
  accountOf,
  choice,
  Fields,
  integer,
  invalid,
  keyOf,
  list,
  subaccountOf,
  subaccountParam,
  text,
  timeWindow,
  walletFor,
} from "./read.ts";
import { averageDollars } from "../../wire/format.ts";
import { orderPayload } from "../../wire/orders.ts";

/** 9999-12-31T23:59:59Z, beyond which RFC 3339 has no dates; milliseconds in place of seconds are far beyond it. */
const LAST_S = 253_402_300_799;

/** When an order expires, in Unix seconds: in the future; of an amendment also 0, which clears it. */
function expiryOf(fields: Fields, now: number, mayClear: boolean): number | undefined {
  const at = fields.integer("expiration_time", { min: -Number.MAX_SAFE_INTEGER });
  if (at === undefined || at === 0 && mayClear) return at;
  if (at > LAST_S) {
    throw invalid("expiration_time is after the year 9999: it takes Unix seconds", "invalid_order");
  }
  if (at * 1_000 <= now) throw invalid("expiration_time is in the past", "invalid_order");
  return at;
}

/** Refuses what does not go with a time in force. */
function assertAgree(
  timeInForce: TimeInForce,
  { expires, postOnly, reduceOnly }: {
    readonly expires: number | undefined;
    readonly postOnly: boolean;
    readonly reduceOnly: boolean;
  },
): void {
  if (expires !== undefined && timeInForce === "immediate_or_cancel") {
    throw invalid("expiration_time does not go with immediate_or_cancel", "invalid_order");
  }
  if (reduceOnly && timeInForce !== "immediate_or_cancel") {
    throw invalid("reduce_only needs immediate_or_cancel", "invalid_order");
  }
  if (postOnly && timeInForce !== "good_till_canceled") {
    throw invalid("post_only needs good_till_canceled", "invalid_order");
  }
}

/** Places the order that `fields` describe. */
export function placeOrder(exchange: Exchange, key: Caller, fields: Fields): Placed {
  const { engine, catalog } = exchange;
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
  const subaccount = fields.subaccount("subaccount");
  const groupId = fields.text("order_group_id");
  const shard = fields.integer("exchange_index", { min: -1 });
  const market = catalog.markets.get(ticker)?.market;
  if (market === undefined || (shard !== undefined && shard >= 0 && shard !== market.shard)) {
    throw new ApiError(404, "market_not_found");
  }
  const expires = expiryOf(fields, engine.now, false);
  assertAgree(timeInForce, { expires, postOnly, reduceOnly });
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
  if ("rejected" in placed) throw rejectionError(placed);
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
  const order = id === undefined ? undefined : call.exchange.engine.orders.get(id);
  if (order === undefined || order.account !== key.account) throw new ApiError(404, "not_found");
  if (key.subaccount !== undefined && order.wallet.subaccount !== key.subaccount) {
    throw new ApiError(404, "not_found");
  }
  return order;
}

/** Where an order is said to be, by the subaccount, shard or market that a call names. */
interface Whereabouts {
  readonly subaccount?: number | undefined;
  readonly shard?: number | undefined;
  readonly ticker?: string | undefined;
}

/** Where a call's query says that its order is. */
function whereabouts(call: Call): Whereabouts {
  return {
    subaccount: subaccountParam(call),
    shard: integer(call, "exchange_index", { min: -1 }),
    ticker: text(call, "market_ticker"),
  };
}

/**
 * A resting order of the caller's that may be changed. Without a market or a shard Kalshi looks on shard 0 alone.
 */
export function changeableOrderOf(call: Call, id: string | undefined, where: Whereabouts): Order {
  const { exchange: { engine } } = call;
  if (engine.exchangePaused) throw new ApiError(409, "exchange_is_paused");
  const order = orderOf(call, id);
  const { market, wallet } = order;
  const { subaccount, ticker, shard = ticker === undefined ? 0 : -1 } = where;
  if (
    (subaccount !== undefined && subaccount !== wallet.subaccount) ||
    (shard >= 0 && shard !== market.shard) ||
    (ticker !== undefined && ticker !== market.ticker)
  ) throw new ApiError(404, "not_found");
  if (market.status !== "active" && market.status !== "inactive") throw new ApiError(409, "market_inactive");
  if (order.status !== "resting") throw new ApiError(404, "not_found");
  return order;
}

/** What a call to list orders keeps. */
export function orderFilter(call: Call): (order: Order) => boolean {
  const ticker = text(call, "ticker");
  const events = list(call, "event_ticker");
  const isWithin = timeWindow(call);
  const status = choice(call, "status", ["resting", "canceled", "executed"]);
  const subaccount = subaccountOf(call);
  const shard = integer(call, "exchange_index", { min: 0 });
  return (order) =>
    (ticker === undefined || order.market.ticker === ticker) &&
    (events === undefined || events.includes(order.market.eventTicker)) &&
    isWithin(order.createdAt) &&
    (status === undefined || order.status === status) &&
    (subaccount === undefined || order.wallet.subaccount === subaccount) &&
    (shard === undefined || order.market.shard === shard);
}

/** The error of one item of a batch. */
function itemError(error: unknown): ErrorResponse {
  if (!(error instanceof ApiError)) throw error;
  const { code, message, details } = error;
  return { code, message, ...(details === undefined ? {} : { details }) };
}

const named = ({ clientOrderId }: Order) => clientOrderId === "" ? {} : { client_order_id: clientOrderId };

/** The largest batch: what a full write bucket pays for at the highest tier. */
const MOST_IN_BATCH = 10_000;

function batchOf(call: Call): Fields[] {
  const items = new Fields(call.body).items("orders");
  if (items.length === 0 || items.length > MOST_IN_BATCH) throw invalid("orders takes at least one item");
  return items;
}

export const orderRoutes = [
  route(
    CreateOrderV2,
    (call) =>
      placedPayload(placeOrder(call.exchange, keyOf(call), new Fields(call.body)), call.exchange.engine.now),
  ),
  route(BatchCreateOrdersV2, (call) => ({
    orders: batchOf(call).map((fields) => {
      const clientOrderId = fields.raw("client_order_id");
      try {
        return placedPayload(placeOrder(call.exchange, keyOf(call), fields), call.exchange.engine.now);
      } catch (error) {
        return {
          ...(typeof clientOrderId === "string" ? { client_order_id: clientOrderId } : {}),
          error: itemError(error),
        };
      }
    }),
  })),
  route(CancelOrderV2, (call) => {
    const order = changeableOrderOf(call, call.path.order_id, whereabouts(call));
    const reduced = call.exchange.engine.cancel(order);
    return {
      order_id: order.id,
      ...named(order),
      reduced_by: formatCount(reduced),
      ts_ms: call.exchange.engine.now,
    };
  }),
  route(BatchCancelOrdersV2, (call) => ({
    orders: batchOf(call).map((fields) => {
      const id = fields.requiredText("order_id");
      try {
        const order = changeableOrderOf(call, id, {
          subaccount: fields.subaccount("subaccount"),
          shard: fields.integer("exchange_index", { min: -1 }),
          ticker: fields.text("market_ticker"),
        });
        const reduced = call.exchange.engine.cancel(order);
        return {
          order_id: id,
          ...named(order),
          reduced_by: formatCount(reduced),
          ts_ms: call.exchange.engine.now,
        };
      } catch (error) {
        return { order_id: id, reduced_by: formatCount(0), error: itemError(error) };
      }
    }),
  })),
  route(CancelAllOrders, (call) => {
    const { engine } = call.exchange;
    if (engine.exchangePaused) throw new ApiError(409, "exchange_is_paused");
    const subaccount = subaccountOf(call);
    for (const order of accountOf(call).resting) {
      if (subaccount === undefined || order.wallet.subaccount === subaccount) engine.cancel(order);
    }
    return undefined;
  }),
  route(AmendOrderV2, (call) => {
    const { engine } = call.exchange;
    const fields = new Fields(call.body);
    const ticker = fields.requiredText("ticker");
    const side = fields.choice("side", ["bid", "ask"]);
    const price = fields.price("price");
    const count = fields.count("count");
    if (price === undefined || count === undefined) throw invalid("price and count are required");
    const shard = fields.integer("exchange_index", { min: -1 });
    const order = changeableOrderOf(call, call.path.order_id, {
      subaccount: subaccountParam(call),
      shard: shard ?? -1,
    });
    if (order.market.ticker !== ticker) throw new ApiError(400, "order_ticker_mismatch");
    if (order.side !== side) throw new ApiError(400, "order_side_mismatch");
    const original = fields.text("client_order_id");
    if (original !== undefined && original !== order.clientOrderId) {
      throw new ApiError(400, "order_id_and_client_order_id_mismatch");
    }
    const expires = expiryOf(fields, engine.now, true);
    const placed = engine.amend(order, {
      price,
      count,
      clientOrderId: fields.text("updated_client_order_id"),
      expiresAt: expires === undefined ? undefined : expires === 0 ? null : expires * 1_000,
    });
    if ("rejected" in placed) throw rejectionError(placed);
    return placedPayload(placed, engine.now);
  }),
  route(DecreaseOrderV2, (call) => {
    const { engine } = call.exchange;
    const fields = new Fields(call.body);
    const by = fields.count("reduce_by");
    const to = fields.count("reduce_to");
    if ((by === undefined) === (to === undefined)) {
      throw invalid("exactly one of reduce_by and reduce_to is required");
    }
    const order = changeableOrderOf(call, call.path.order_id, {
      subaccount: subaccountParam(call),
      shard: fields.integer("exchange_index", { min: -1 }),
      ticker: fields.text("market_ticker"),
    });
    const count = by ?? order.remaining - (to ?? 0);
    if (count <= 0 || count > order.remaining) throw new ApiError(400, "invalid_order_size");
    engine.decrease(order, count);
    return {
      order_id: order.id,
      ...named(order),
      remaining_count: formatCount(order.remaining),
      ts_ms: engine.now,
    };
  }),
  route(GetOrder, (call) => ({ order: orderPayload(orderOf(call, call.path.order_id)) })),
  route(GetOrders, (call) => {
    const keep = orderFilter(call);
    const { items, cursor } = pageOf(call, accountOf(call).orders, {
      newestFirst: true,
      keep: (order) => !call.exchange.archive.hasOrder(order) && keep(order),
    });
    return { orders: items.map(orderPayload), cursor };
  }),
  route(GetOrderQueuePosition, (call) => {
    const order = orderOf(call, call.path.order_id);
    if (order.status !== "resting") throw new ApiError(404, "not_found");
    return { queue_position_fp: formatCount(order.market.book.queueAhead(order)) };
  }),
  route(GetOrderQueuePositions, (call) => {
    const tickers = list(call, "market_tickers");
    const event = text(call, "event_ticker");
    if (tickers === undefined && event === undefined) {
      throw invalid("market_tickers or event_ticker is required");
    }
    const subaccount = subaccountOf(call) ?? 0;
    const orders = [...accountOf(call).resting].filter(({ market, wallet }) =>
      wallet.subaccount === subaccount &&
      (tickers === undefined || tickers.includes(market.ticker)) &&
      (event === undefined || market.eventTicker === event)
    );
    return {
      queue_positions: orders.map((order) => ({
        order_id: order.id,
        market_ticker: order.market.ticker,
        queue_position_fp: formatCount(order.market.book.queueAhead(order)),
      })),
    };
  }),
];
