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
import type { Order } from "../../engine/model.ts";
import type { Caller } from "../../signatures.ts";
import { type Call, route } from "./route.ts";
import { formatCount } from "../../units.ts";
import type { Exchange } from "../../exchange.ts";
import { orderFilter, ordersPage } from "./order_pages.ts";
import {
  accountOf,
  Fields,
  integer,
  invalid,
  keyOf,
  list,
  subaccountOf,
  subaccountParam,
  text,
} from "./read.ts";
import {
  amendmentOf,
  decreaseOf,
  type ForceRules,
  orderRequest,
  readAmendment,
  readDecrease,
  readWish,
} from "./order_fields.ts";
import { averageDollars } from "../../wire/format.ts";
import { orderPayload } from "../../wire/orders.ts";

/** With which times in force an order may say so. */
const forceRules: ForceRules = {
  expires: ["good_till_canceled", "fill_or_kill"],
  reduceOnly: ["immediate_or_cancel"],
};

/** Places the order that `fields` describe. */
export function placeOrder(exchange: Exchange, key: Caller, fields: Fields): Placed {
  const { engine, catalog } = exchange;
  const ticker = fields.requiredText("ticker");
  const wish = readWish(fields);
  const shard = fields.integer("exchange_index", { min: -1 });
  const market = catalog.markets.get(ticker)?.market;
  if (market === undefined || (shard !== undefined && shard >= 0 && shard !== market.shard)) {
    throw new ApiError("market_not_found");
  }
  const placed = engine.place(orderRequest(key, wish, market, engine.now, forceRules));
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
  const order = id === undefined ? undefined : call.side.engine.orders.get(id);
  if (order === undefined || order.account !== key.account) throw new ApiError("not_found");
  if (key.subaccount !== undefined && order.wallet.subaccount !== key.subaccount) {
    throw new ApiError("not_found");
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
  const { engine } = call.side;
  if (engine.exchangePaused) throw new ApiError("exchange_is_paused");
  const order = orderOf(call, id);
  const { market, wallet } = order;
  const { subaccount, ticker, shard = ticker === undefined ? 0 : -1 } = where;
  if (
    (subaccount !== undefined && subaccount !== wallet.subaccount) ||
    (shard >= 0 && shard !== market.shard) ||
    (ticker !== undefined && ticker !== market.ticker)
  ) throw new ApiError("not_found");
  if (market.status !== "active" && market.status !== "inactive") throw new ApiError("market_inactive");
  if (order.status !== "resting") throw new ApiError("not_found");
  return order;
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
    if (engine.exchangePaused) throw new ApiError("exchange_is_paused");
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
    const wish = readAmendment(fields);
    const shard = fields.integer("exchange_index", { min: -1 });
    const order = changeableOrderOf(call, call.path.order_id, {
      subaccount: subaccountParam(call),
      shard: shard ?? -1,
    });
    if (order.market.ticker !== ticker) throw new ApiError("order_ticker_mismatch");
    const placed = engine.amend(order, amendmentOf(wish, order, engine.now));
    if ("rejected" in placed) throw rejectionError(placed);
    return placedPayload(placed, engine.now);
  }),
  route(DecreaseOrderV2, (call) => {
    const { engine } = call.exchange;
    const fields = new Fields(call.body);
    const wish = readDecrease(fields);
    const order = changeableOrderOf(call, call.path.order_id, {
      subaccount: subaccountParam(call),
      shard: fields.integer("exchange_index", { min: -1 }),
      ticker: fields.text("market_ticker"),
    });
    engine.decrease(order, decreaseOf(wish, order));
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
    const { items, cursor } = ordersPage(call, {
      keep: (order) => !call.exchange.archive.hasOrder(order) && keep(order),
    });
    return { orders: items.map(orderPayload), cursor };
  }),
  route(GetOrderQueuePosition, (call) => {
    const order = orderOf(call, call.path.order_id);
    if (order.status !== "resting") throw new ApiError("not_found");
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
