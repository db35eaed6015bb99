/**
 * Orders of event contracts, as their writes know them.
 *
 * @module
 */

import {
  AmendOrderV2,
  type AmendOrderV2Params,
  CancelAllOrders,
  type CancelAllOrdersParams,
  CancelOrderV2,
  type CancelOrderV2Params,
  CreateOrderV2,
  DecreaseOrderV2,
  type DecreaseOrderV2Params,
  GetOrder,
  GetOrders,
} from "../contract/event/operations.ts";
import type {
  AmendOrderV2Request,
  AmendOrderV2Response,
  CancelOrderV2Response,
  CreateOrderV2Request,
  CreateOrderV2Response,
  DecreaseOrderV2Request,
  DecreaseOrderV2Response,
  Order,
} from "../contract/event/types.ts";
import { formatCount, parseCount } from "../base/fixed_point.ts";
import { timeMs } from "../base/wire_time.ts";
import type { OrderProduct } from "./order_product.ts";

/** What calls about event orders take and give. */
export interface EventOrderShapes {
  readonly order: Order;
  readonly place: CreateOrderV2Request;
  readonly placed: CreateOrderV2Response;
  readonly cancel: CancelOrderV2Params;
  readonly cancelled: CancelOrderV2Response;
  readonly cancelAll: CancelAllOrdersParams;
  readonly amend: AmendOrderV2Request;
  readonly amendParams: AmendOrderV2Params;
  readonly amended: AmendOrderV2Response;
  readonly decrease: DecreaseOrderV2Request;
  readonly decreaseParams: DecreaseOrderV2Params;
  readonly decreased: DecreaseOrderV2Response;
}

function identity({ order_id, client_order_id, created_time, last_update_time }: Order) {
  return { order_id, client_order_id, ts_ms: timeMs(last_update_time) ?? timeMs(created_time) ?? 0 };
}

/** There are no averages in an order's state. */
function placedFrom(order: Order): CreateOrderV2Response {
  return { ...identity(order), fill_count: order.fill_count_fp, remaining_count: order.remaining_count_fp };
}

/** Orders of event contracts. */
export const eventOrders: OrderProduct<EventOrderShapes> = {
  place: CreateOrderV2,
  cancel: CancelOrderV2,
  cancelAll: CancelAllOrders,
  amend: AmendOrderV2,
  decrease: DecreaseOrderV2,
  get: GetOrder,
  list: GetOrders,
  stateOf: (order) => ({
    ticker: order.ticker,
    side: order.book_side,
    price: order.yes_price_dollars,
    filled: order.fill_count_fp,
    remaining: order.remaining_count_fp,
    expires: order.expiration_time,
    subaccount: order.subaccount_number ?? 0,
  }),
  placedFrom,
  amendedFrom: placedFrom,
  // What was taken off it before counts in.
  cancelledFrom: (order) =>
    order.status === "canceled"
      ? {
        ...identity(order),
        reduced_by: formatCount(
          Math.max(0, parseCount(order.initial_count_fp) - parseCount(order.fill_count_fp)),
        ),
      }
      : undefined,
  decreasedFrom: (order) => ({ ...identity(order), remaining_count: order.remaining_count_fp }),
};
