/**
 * Orders: Kalshi's tag `orders`.
 *
 * @module
 */

import {
  CancelOrderV2,
  type CancelOrderV2Params,
  CreateOrderV2,
  GetOrder,
  GetOrders,
  type GetOrdersParams,
} from "../contract/operations.ts";
import type {
  CancelOrderV2Response,
  CreateOrderV2Request,
  CreateOrderV2Response,
  GetOrdersResponse,
  Order,
} from "../contract/types.ts";
import { KalshiConfigError } from "../errors.ts";
import type { ListAllOptions, Page } from "../http/page.ts";
import type { CallOptions } from "../http/pipeline.ts";
import { call, listAll, listPage, Namespace } from "./namespace.ts";

/** A number would go through a float, and NaN through JSON as null: neither may reach an order. */
function assertDecimal(name: string, value: unknown): void {
  if (typeof value !== "string" || !/^\d+(\.\d+)?$/.test(value)) {
    const got = typeof value === "string" ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
    throw new KalshiConfigError(`\`${name}\` takes a decimal string such as "0.5600"; got ${got}.`);
  }
}

/** `client.orders` */
export class Orders extends Namespace {
  /**
   * Places an order. `side: "bid"` buys YES, `"ask"` sells YES (which is to buy NO at 1 minus the price);
   * `price` is the YES price in dollars, `count` contracts, both as strings. It is sent once: when the error
   * says `outcome: "unknown"`, look the order up before you place it again.
   *
   * @throws {KalshiConflictError} when the `client_order_id` was used before.
   * @see https://docs.kalshi.com/api-reference/orders/create-order-v2
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = await KalshiClient.fromEnv();
   * const order = await client.orders.create({
   *   ticker: "KXHIGHNY-26NOV24-T60",
   *   side: "bid",
   *   count: "10.00",
   *   price: "0.5600",
   *   time_in_force: "good_till_canceled",
   *   self_trade_prevention_type: "taker_at_cross",
   *   client_order_id: crypto.randomUUID(),
   * });
   * console.log(order.order_id, order.fill_count, order.remaining_count);
   * ```
   */
  async create(order: CreateOrderV2Request, options?: CallOptions): Promise<CreateOrderV2Response> {
    assertDecimal("price", order.price);
    assertDecimal("count", order.count);
    return await call(this.http, CreateOrderV2, undefined, options, order);
  }

  /**
   * One order.
   *
   * @see https://docs.kalshi.com/api-reference/orders/get-order
   */
  async get(orderId: string, options?: CallOptions): Promise<Order> {
    return (await call(this.http, GetOrder, { order_id: orderId }, options)).order;
  }

  /**
   * One page of the account's orders, of any status unless `status` says one.
   *
   * @see https://docs.kalshi.com/api-reference/orders/get-orders
   */
  list(params: GetOrdersParams = {}, options?: CallOptions): Promise<Page<Order, GetOrdersResponse>> {
    return listPage(this.http, GetOrders, params, options);
  }

  /** Every order, over all pages. See {@linkcode Orders.list}. */
  listAll(params: GetOrdersParams = {}, options?: ListAllOptions): AsyncGenerator<Order, void, undefined> {
    return listAll(this.http, GetOrders, params, options);
  }

  /**
   * Cancels what rests of an order. `reduced_by` in the answer is the count that was cancelled.
   *
   * @param params `market_ticker` or `exchange_index` route the call to the market's shard at once.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/api-reference/orders/cancel-order-v2
   */
  cancel(
    orderId: string,
    params: Omit<CancelOrderV2Params, "order_id"> = {},
    options?: CallOptions,
  ): Promise<CancelOrderV2Response> {
    return call(this.http, CancelOrderV2, { ...params, order_id: orderId }, options);
  }
}
