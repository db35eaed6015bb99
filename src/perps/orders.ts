/**
 * Orders on the margin exchange: Kalshi's tag `orders`.
 *
 * @module
 */

import { shown } from "../base/plain.ts";
import {
  type AmendMarginOrderParams,
  type CancelAllMarginOrdersParams,
  type CancelMarginOrderParams,
  type DecreaseMarginOrderParams,
  GetMarginOrder,
  GetMarginOrders,
  type GetMarginOrdersParams,
} from "../contract/perps/operations.ts";
import type {
  AmendMarginOrderRequest,
  AmendMarginOrderResponse,
  CreateMarginOrderResponse,
  DecreaseMarginOrderRequest,
  DecreaseMarginOrderResponse,
  GetMarginOrdersResponse,
  MarginOrder,
} from "../contract/perps/types.ts";
import {
  type CallOptions,
  type ListAllOptions,
  refuseCall,
  type WriteOptions,
} from "../http/call_options.ts";
import { callFor, listAll, listPage } from "../http/call_operation.ts";
import { withIds } from "../http/check_call.ts";
import { Namespace } from "../http/namespace.ts";
import type { PageCall } from "../http/page.ts";
import { amendOrder, cancelAllOrders, cancelOrder, decreaseOrder, placeOrder } from "../writes/orders.ts";
import { type PerpsCancelled, type PerpsOrderRequest, perpsOrders } from "./order_product.ts";

export type { PerpsCancelled, PerpsOrderRequest };

/** `client.orders` */
export class PerpsOrders extends Namespace {
  /**
   * Places an order. `side: "bid"` goes long or closes a short, `"ask"` goes short or closes a long; `price` is dollars,
   * a multiple of the market's `tick_size`, `count` contracts, both as strings.
   *
   * The market is named by `ticker` or `market_id`. With the `market_version` of the market that you have read, an order
   * for other terms, such as after a corporate action, is refused with `market_version_mismatch`; 0 and none checks
   * nothing.
   *
   * It gets a `client_order_id` where it has none, and is sent once: an error with `outcome: "unknown"` carries that id
   * in `clientIds`, by which to look the order up before you place it again. With `orderRetries: "idempotent"` this call
   * does that itself: it looks, sends the order again with the same id, and gives the order that has landed. An answer
   * made from that order's state has no averages, and both counts are zero where the exchange cancelled the order at once.
   *
   * @throws {KalshiConfigError} for a field that is unknown, missing or wrong; nothing was sent.
   * @throws {KalshiConflictError} when the `client_order_id` was used before, and for another `market_version`.
   * @throws {KalshiAuthError} with status 403 when the account is not enabled for margin trading.
   * @see https://docs.kalshi.com/margin-rest/orders/create-order
   *
   * @example
   * ```ts
   * import { PerpsClient } from "@unofficial/kalshi/perps";
   *
   * await using client = await PerpsClient.fromEnv();
   * const [market] = await client.markets.list({ status: "active" });
   * if (market?.bid != null) {
   *   const order = await client.orders.create({
   *     ticker: market.ticker,
   *     market_version: market.market_version,
   *     side: "bid",
   *     count: "1.00",
   *     price: market.bid,
   *     time_in_force: "good_till_canceled",
   *     self_trade_prevention_type: "taker_at_cross",
   *     client_order_id: crypto.randomUUID(),
   *   });
   *   console.log(order.order_id, order.fill_count, order.remaining_count);
   * }
   * ```
   */
  create(order: PerpsOrderRequest, options: WriteOptions = {}): Promise<CreateMarginOrderResponse> {
    return placeOrder(this.http, perpsOrders, order, options);
  }

  /**
   * One order.
   *
   * @throws {KalshiNotFoundError} when there is none.
   * @see https://docs.kalshi.com/margin-rest/orders/get-order
   */
  get(orderId: string, options?: CallOptions): Promise<MarginOrder> {
    return callFor(this.http, GetMarginOrder, "order", { order_id: orderId }, options);
  }

  /**
   * The order of that `client_order_id`, or undefined. Kalshi has no call for it, so that this walks over the orders,
   * newest first: narrow it by `ticker`, `min_ts` and the like. Undefined is no proof that the order never arrived: these
   * reads run behind the exchange.
   *
   * @param params Filters of {@linkcode PerpsOrders.list}; pages of 1000 unless `limit` says otherwise.
   */
  async getByClientOrderId(
    clientOrderId: string,
    params: GetMarginOrdersParams = {},
    options?: ListAllOptions,
  ): Promise<MarginOrder | undefined> {
    if (typeof clientOrderId !== "string" || clientOrderId === "") {
      refuseCall(
        GetMarginOrders,
        `a client order id is text that is not empty; got ${shown(clientOrderId)}.`,
      );
    }
    const filters = withIds(GetMarginOrders, params, {});
    for await (const order of this.listAll({ limit: 1000, ...filters }, options)) {
      if (order.client_order_id === clientOrderId) return order;
    }
    return undefined;
  }

  /**
   * One page of the account's orders, of any status unless the filters say otherwise. `order_source: "system"` are those
   * that the exchange placed: liquidations and exit triggers (`order_reason`).
   *
   * @param params `min_ts` and `max_ts` in Unix seconds.
   * @see https://docs.kalshi.com/margin-rest/orders/get-orders
   */
  list(
    params: GetMarginOrdersParams = {},
    options?: CallOptions,
  ): PageCall<MarginOrder, GetMarginOrdersResponse> {
    return listPage(this.http, GetMarginOrders, params, options);
  }

  /** Every order, over all pages. See {@linkcode PerpsOrders.list}. */
  listAll(
    params: GetMarginOrdersParams = {},
    options?: ListAllOptions,
  ): AsyncGenerator<MarginOrder, void, undefined> {
    return listAll(this.http, GetMarginOrders, params, options);
  }

  /**
   * Cancels what rests of an order. `reduced_by` in the answer is the count that was cancelled. It costs one token of the
   * write budget.
   *
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, and an order that has ended by a cancel
   * is a success, whoever cancelled it. There is no `reduced_by` then: an order of perps does not tell how large it was.
   *
   * @throws {KalshiNotFoundError} when no such order rests: it may have filled, or have been cancelled before.
   * @see https://docs.kalshi.com/margin-rest/orders/cancel-order
   */
  cancel(
    orderId: string,
    params: Omit<CancelMarginOrderParams, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<PerpsCancelled> {
    return cancelOrder(this.http, perpsOrders, orderId, params, options);
  }

  /**
   * Cancels every resting order of the account, or of one subaccount. With `orderRetries: "idempotent"` it is sent again
   * after an unknown outcome.
   *
   * @see https://docs.kalshi.com/changelog
   */
  cancelAll(params: CancelAllMarginOrdersParams = {}, options: WriteOptions = {}): Promise<void> {
    return cancelAllOrders(this.http, perpsOrders, params, options);
  }

  /**
   * Changes price, count or expiry of a resting order. `count` is the new total, what is filled included. The market is
   * named by `ticker` or `market_id`, the side is the order's own.
   *
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, and an order that has this price, count
   * and, where given, expiry and client order id is a success.
   *
   * @param change Unit of `price` is dollars, of `count` contracts, both as strings; `expiration_time` is Unix seconds, 0
   * for none, left out to keep it.
   * @throws {KalshiConfigError} for a field that is unknown, missing or wrong; nothing was sent.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/margin-rest/orders/amend-order
   */
  amend(
    orderId: string,
    change: AmendMarginOrderRequest,
    params: Omit<AmendMarginOrderParams, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<AmendMarginOrderResponse> {
    return amendOrder(this.http, perpsOrders, orderId, change, params, options);
  }

  /**
   * Takes contracts off a resting order, which keeps its place in the queue. It costs one token of the write budget.
   *
   * With `orderRetries: "idempotent"`, `reduce_to` is sent again after an unknown outcome. `reduce_by` is not, since twice
   * would take off more: the order is read before and after, which tells whether it took effect. Prefer `reduce_to`.
   *
   * @param change Either `reduce_by` or `reduce_to`, contracts as a string.
   * @throws {KalshiConfigError} when it holds both or none, or a field is unknown or wrong; nothing was sent.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/margin-rest/orders/decrease-order
   */
  decrease(
    orderId: string,
    change: DecreaseMarginOrderRequest,
    params: Omit<DecreaseMarginOrderParams, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<DecreaseMarginOrderResponse> {
    return decreaseOrder(this.http, perpsOrders, orderId, change, params, options);
  }
}
