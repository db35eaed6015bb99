/**
 * Orders of perps, as their writes know them.
 *
 * @module
 */

import {
  AmendMarginOrder,
  type AmendMarginOrderParams,
  CancelAllMarginOrders,
  type CancelAllMarginOrdersParams,
  CancelMarginOrder,
  type CancelMarginOrderParams,
  CreateMarginOrder,
  DecreaseMarginOrder,
  type DecreaseMarginOrderParams,
  GetMarginOrder,
  GetMarginOrders,
} from "../contract/perps/operations.ts";
import type {
  AmendMarginOrderRequest,
  AmendMarginOrderResponse,
  CancelMarginOrderResponse,
  CreateMarginOrderRequest,
  CreateMarginOrderResponse,
  DecreaseMarginOrderRequest,
  DecreaseMarginOrderResponse,
  MarginOrder,
} from "../contract/perps/types.ts";
import { parseCount } from "../base/fixed_point.ts";
import { assertSomeOf } from "../http/arguments.ts";
import type { OrderProduct } from "../writes/order_product.ts";

/** An order that is to be placed: it gets a client order id where it has none. */
export type PerpsOrderRequest =
  & Omit<CreateMarginOrderRequest, "client_order_id">
  & Partial<Pick<CreateMarginOrderRequest, "client_order_id">>;

/** What became of a cancel. */
export type PerpsCancelled = Omit<CancelMarginOrderResponse, "reduced_by"> & {
  /**
   * What the cancel took off, in contracts. Absent where the answer was lost and the order was found cancelled: an order
   * of perps does not tell how large it once was.
   */
  readonly reduced_by?: string | undefined;
};

/** What calls about perps orders take and give. */
export interface PerpsOrderShapes {
  readonly order: MarginOrder;
  readonly place: PerpsOrderRequest;
  readonly placed: CreateMarginOrderResponse;
  readonly cancel: CancelMarginOrderParams;
  readonly cancelled: PerpsCancelled;
  readonly cancelAll: CancelAllMarginOrdersParams;
  readonly amend: AmendMarginOrderRequest;
  readonly amendParams: AmendMarginOrderParams;
  readonly amended: AmendMarginOrderResponse;
  readonly decrease: DecreaseMarginOrderRequest;
  readonly decreaseParams: DecreaseMarginOrderParams;
  readonly decreased: DecreaseMarginOrderResponse;
}

/** There are no averages in an order's state. */
function placedFrom({ order_id, client_order_id, fill_count, remaining_count }: MarginOrder) {
  return { order_id, client_order_id, fill_count, remaining_count };
}

/**
 * An order of perps has no status: it has ended where nothing rests, and the reason of its last change tells how. There
 * may be no reason, too: then nothing is known of one that filled in part.
 */
function isCancelled({ fill_count, remaining_count, last_update_reason }: MarginOrder): boolean {
  if (last_update_reason.endsWith("Cancel")) return true;
  if (parseCount(remaining_count) > 0) return false;
  return parseCount(fill_count) === 0 || last_update_reason !== "" && last_update_reason !== "Trade";
}

/** Orders of perps. */
export const perpsOrders: OrderProduct<PerpsOrderShapes> = {
  // Its body has an id by the time that it is checked.
  place: CreateMarginOrder as OrderProduct<PerpsOrderShapes>["place"],
  cancel: CancelMarginOrder,
  cancelAll: CancelAllMarginOrders,
  amend: AmendMarginOrder,
  decrease: DecreaseMarginOrder,
  get: GetMarginOrder,
  list: GetMarginOrders,
  // A market is named by its ticker, which wins, or by Kalshi's id of it.
  check: (template, fields) => assertSomeOf(template, fields, ["ticker", "market_id"]),
  stateOf: (order) => ({
    ticker: order.ticker,
    side: order.side,
    price: order.price,
    filled: order.fill_count,
    remaining: order.remaining_count,
    expires: order.expiration_time,
    // Which subaccount an order is of, it does not tell; the list was asked for those of one.
    subaccount: undefined,
  }),
  placedFrom,
  amendedFrom: placedFrom,
  cancelledFrom: (order) =>
    isCancelled(order) ? { order_id: order.order_id, client_order_id: order.client_order_id } : undefined,
  decreasedFrom: ({ order_id, client_order_id, remaining_count }) => ({
    order_id,
    client_order_id,
    remaining_count,
  }),
};
