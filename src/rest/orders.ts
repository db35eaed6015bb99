/**
 * Orders: Kalshi's tag `orders`.
 *
 * @module
 */

import {
  type AmendOrderV2Params,
  BatchCancelOrdersV2,
  BatchCreateOrdersV2,
  type CancelAllOrdersParams,
  type CancelOrderV2Params,
  type DecreaseOrderV2Params,
  GetHistoricalOrders,
  GetOrder,
  GetOrderQueuePosition,
  GetOrderQueuePositions,
  type GetOrderQueuePositionsParams,
  GetOrders,
  type GetOrdersParams,
} from "../contract/event/operations.ts";
import type {
  AmendOrderV2Request,
  AmendOrderV2Response,
  BatchCancelOrdersV2Request,
  BatchCancelOrdersV2RequestOrder,
  BatchCancelOrdersV2ResponseOrder,
  BatchCreateOrdersV2Request,
  BatchCreateOrdersV2ResponseOrder,
  CancelOrderV2Response,
  CreateOrderV2Request,
  CreateOrderV2Response,
  DecreaseOrderV2Request,
  DecreaseOrderV2Response,
  GetOrdersResponse,
  Order,
  OrderQueuePosition,
} from "../contract/event/types.ts";
import type { PageCall } from "../http/page.ts";
import type { CallOptions, WriteOptions } from "../http/call_options.ts";
import { readCallOptions, refuseCall } from "../http/call_options.ts";
import { withIds } from "../http/check_call.ts";
import { shown } from "../base/plain.ts";
import { checkFirst, ownFields, withExtras } from "../http/arguments.ts";
import { type HistoryOptions, listTiers } from "./history.ts";
import { callFor, callForList, listPage } from "../http/call_operation.ts";
import { Namespace } from "../http/namespace.ts";
import { writeBatch } from "../writes/batch.ts";
import { eventOrders } from "../writes/event_orders.ts";
import type { Named } from "../writes/order_product.ts";
import { findCancelled, findPlaced } from "../writes/order_state.ts";
import {
  amendOrder,
  cancelAllOrders,
  cancelOrder,
  decreaseOrder,
  placeOrder,
  withClientOrderId,
} from "../writes/orders.ts";

/** `client.orders` */
export class Orders extends Namespace {
  /**
   * Places an order. `side: "bid"` buys YES, `"ask"` sells YES (which is to buy NO at 1 minus the price);
   * `price` is the YES price in dollars, `count` contracts, both as strings.
   *
   * It gets a `client_order_id` where it has none, and is sent once: an error with `outcome: "unknown"` carries
   * that id in `clientIds`, by which to look the order up before you place it again. With
   * `orderRetries: "idempotent"` this call does that itself: it looks, sends the order again with the same id, and
   * gives the order that has landed. An answer made from that order's state has no averages, and both counts are
   * zero where the exchange cancelled the order at once.
   *
   * @throws {KalshiConfigError} for a field that is unknown, missing or wrong; nothing was sent.
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
  create(order: CreateOrderV2Request, options: WriteOptions = {}): Promise<CreateOrderV2Response> {
    return placeOrder(this.http, eventOrders, order, options);
  }

  /**
   * Places several orders in one request. The answer holds a result for each, in the same order: one that was
   * refused has an `error` and no `order_id`, whatever became of the others. How many fit depends on the
   * account's write budget.
   *
   * With `orderRetries: "idempotent"`, orders of unknown outcome are looked up and sent again with the same ids. An
   * order that stays unknown has an `error` of the code `outcome_unknown`; when all do, the call throws.
   *
   * @throws {KalshiConfigError} when there is no order, a `client_order_id` comes twice, or a field is unknown,
   * missing or wrong; nothing was sent.
   * @throws {KalshiDecodeError} when the answer lacks a result; its `details` hold the results that came.
   * @see https://docs.kalshi.com/api-reference/orders/batch-create-orders-v2
   *
   * @example
   * ```ts
   * import { KalshiClient } from "@unofficial/kalshi";
   *
   * await using client = await KalshiClient.fromEnv();
   * const ladder = ["0.5400", "0.5500"].map((price) => ({
   *   ticker: "KXHIGHNY-26NOV24-T60",
   *   side: "bid" as const,
   *   count: "10.00",
   *   price,
   *   time_in_force: "good_till_canceled" as const,
   *   self_trade_prevention_type: "taker_at_cross" as const,
   *   client_order_id: crypto.randomUUID(),
   * }));
   * for (const { order_id, error } of await client.orders.batchCreate({ orders: ladder })) {
   *   console.log(error ? `refused: ${error.code}` : order_id);
   * }
   * ```
   */
  async batchCreate(
    body: BatchCreateOrdersV2Request,
    wanted: WriteOptions = {},
  ): Promise<BatchCreateOrdersV2ResponseOrder[]> {
    const options = readCallOptions(BatchCreateOrdersV2, wanted);
    const own = ownFields(BatchCreateOrdersV2, body);
    const { orders: sent } = checkFirst(BatchCreateOrdersV2, undefined, own, options);
    const items = own.orders.map(withClientOrderId<CreateOrderV2Request>);
    const clientIds = items.map(({ client_order_id }) => client_order_id);
    if (new Set(clientIds).size < items.length) {
      refuseCall(
        BatchCreateOrdersV2,
        "`orders` holds a client_order_id twice: each order takes one of its own.",
      );
    }
    const sinceMs = this.http.now();
    const ours = new Set(items.filter((_, index) => own.orders[index]?.client_order_id === undefined));
    return await writeBatch<Named<CreateOrderV2Request>, BatchCreateOrdersV2ResponseOrder>(this.http, {
      operation: BatchCreateOrdersV2,
      items,
      key: "client_order_id",
      clientIds,
      isEcho: (item, verdict) => verdict === "taken" && ours.has(item),
      lookUp: async (missing, { options, maxItems }) => {
        const sought = new Map(missing.map((item) => [withExtras(item, sent[items.indexOf(item)]), item]));
        const found = await findPlaced(this.http, eventOrders, [...sought.keys()], sinceMs, {
          ...options,
          maxItems,
        });
        return new Map([...found].map(([order, result]) => [sought.get(order) ?? order, result]));
      },
      unknown: ({ client_order_id }, error) => ({ client_order_id, error }),
    }, options);
  }

  /**
   * One order. One that ended long ago is among the historical ones (`client.historical.orders`).
   *
   * @throws {KalshiNotFoundError} when there is none here.
   * @see https://docs.kalshi.com/api-reference/orders/get-order
   */
  get(orderId: string, options?: CallOptions): Promise<Order> {
    return callFor(this.http, GetOrder, "order", { order_id: orderId }, options);
  }

  /**
   * The order of that `client_order_id`, or undefined. Kalshi has no call for it, so that this walks over the
   * orders, newest first: narrow it by `ticker`, `min_ts` and the like.
   *
   * Undefined is no proof that the order never arrived: these reads run behind the exchange
   * (`client.exchange.userDataTimestamp` says how far), and old orders need `history: true`.
   *
   * @param params Filters of {@linkcode Orders.list}; pages of 1000 unless `limit` says otherwise.
   */
  async getByClientOrderId(
    clientOrderId: string,
    params: GetOrdersParams = {},
    options?: HistoryOptions,
  ): Promise<Order | undefined> {
    if (typeof clientOrderId !== "string" || clientOrderId === "") {
      refuseCall(GetOrders, `a client order id is text that is not empty; got ${shown(clientOrderId)}.`);
    }
    const filters = withIds(GetOrders, params, {});
    for await (const order of this.listAll({ limit: 1000, ...filters }, options)) {
      if (order.client_order_id === clientOrderId) return order;
    }
    return undefined;
  }

  /**
   * One page of the account's orders, of all subaccounts and of any status unless the filters say otherwise.
   *
   * @see https://docs.kalshi.com/api-reference/orders/get-orders
   */
  list(params: GetOrdersParams = {}, options?: CallOptions): PageCall<Order, GetOrdersResponse> {
    return listPage(this.http, GetOrders, params, options);
  }

  /**
   * Every order, over all pages. With `history: true` those before the cutoff too, after the live ones and each
   * once, by `order_id`. See {@linkcode Orders.list}.
   */
  listAll(params: GetOrdersParams = {}, options?: HistoryOptions): AsyncGenerator<Order, void, undefined> {
    return listTiers(
      this.http,
      {
        live: GetOrders,
        old: GetHistoricalOrders,
        id: "order_id",
        filters: ["ticker", "min_ts", "max_ts", "limit", "subaccount"],
      },
      params,
      options,
    );
  }

  /**
   * Cancels what rests of an order. `reduced_by` in the answer is the count that was cancelled.
   *
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, and an order that reads as canceled
   * is a success, whoever cancelled it; `reduced_by` is then all that was never filled, earlier decreases included.
   *
   * @param params `market_ticker` or `exchange_index` route the call to the market's shard at once; without
   * them it goes to shard 0.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/api-reference/orders/cancel-order-v2
   */
  cancel(
    orderId: string,
    params: Omit<CancelOrderV2Params, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<CancelOrderV2Response> {
    return cancelOrder(this.http, eventOrders, orderId, params, options);
  }

  /**
   * Cancels several orders in one request. The answer holds a result for each: one that could not be cancelled
   * has an `error`. `orderRetries: "idempotent"` works as in {@linkcode Orders.cancel} and
   * {@linkcode Orders.batchCreate}.
   *
   * @param body `market_ticker` or `exchange_index` of an item route it, as in {@linkcode Orders.cancel}.
   * @throws {KalshiConfigError} when there is no order in it, or a field is unknown, missing or wrong; nothing was
   * sent.
   * @throws {KalshiDecodeError} when the answer lacks a result; its `details` hold the results that came.
   * @see https://docs.kalshi.com/api-reference/orders/batch-cancel-orders-v2
   */
  async batchCancel(
    body: BatchCancelOrdersV2Request,
    wanted: WriteOptions = {},
  ): Promise<BatchCancelOrdersV2ResponseOrder[]> {
    const options = readCallOptions(BatchCancelOrdersV2, wanted);
    const own = ownFields(BatchCancelOrdersV2, body);
    checkFirst(BatchCancelOrdersV2, undefined, own, options);
    return await writeBatch<BatchCancelOrdersV2RequestOrder, BatchCancelOrdersV2ResponseOrder>(this.http, {
      operation: BatchCancelOrdersV2,
      // Each an object of its own, by which its result is kept.
      items: own.orders,
      key: "order_id",
      isEcho: (_, verdict) => verdict === "missing",
      lookUp: (items, { options }) => findCancelled(this.http, eventOrders, items, options),
      unknown: ({ order_id }, error) => ({ order_id, reduced_by: "0.00", error }),
    }, options);
  }

  /**
   * Cancels every resting order of the account, or of one subaccount. Orders that are placed within the minute
   * that follows may be cancelled too. With `orderRetries: "idempotent"` it is sent again after an unknown outcome.
   *
   * @see https://docs.kalshi.com/changelog
   */
  cancelAll(params: CancelAllOrdersParams = {}, options: WriteOptions = {}): Promise<void> {
    return cancelAllOrders(this.http, eventOrders, params, options);
  }

  /**
   * Changes price, count or expiry of a resting order. `count` is the new total, what is filled included. Only
   * a smaller count or another expiry keeps the place in the queue.
   *
   * With `orderRetries: "idempotent"` it is sent again after an unknown outcome, and an order that has this price,
   * count and, where given, expiry and client order id is a success.
   *
   * @param change Unit of `price` is dollars (YES), of `count` contracts, both as strings; `expiration_time` is
   * Unix seconds, 0 for none, left out to keep it.
   * @throws {KalshiConfigError} for a field that is unknown, missing or wrong; nothing was sent.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/api-reference/orders/amend-order-v2
   */
  amend(
    orderId: string,
    change: AmendOrderV2Request,
    params: Omit<AmendOrderV2Params, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<AmendOrderV2Response> {
    return amendOrder(this.http, eventOrders, orderId, change, params, options);
  }

  /**
   * Takes contracts off a resting order, which keeps its place in the queue.
   *
   * With `orderRetries: "idempotent"`, `reduce_to` is sent again after an unknown outcome. `reduce_by` is not, since
   * twice would take off more: the order is read before and after, which tells whether it took effect. Prefer
   * `reduce_to`.
   *
   * @param change Either `reduce_by` or `reduce_to`, contracts as a string. `market_ticker` or `exchange_index`
   * route the call to the market's shard at once.
   * @throws {KalshiConfigError} when it holds both or none, or a field is unknown or wrong; nothing was sent.
   * @throws {KalshiNotFoundError} when no such order rests.
   * @see https://docs.kalshi.com/api-reference/orders/decrease-order-v2
   */
  decrease(
    orderId: string,
    change: DecreaseOrderV2Request,
    params: Omit<DecreaseOrderV2Params, "order_id"> = {},
    options: WriteOptions = {},
  ): Promise<DecreaseOrderV2Response> {
    return decreaseOrder(this.http, eventOrders, orderId, change, params, options);
  }

  /**
   * How many contracts must trade before this order does, as a decimal string.
   *
   * @see https://docs.kalshi.com/api-reference/orders/get-order-queue-position
   */
  queuePosition(orderId: string, options?: CallOptions): Promise<string> {
    return callFor(this.http, GetOrderQueuePosition, "queue_position_fp", { order_id: orderId }, options);
  }

  /**
   * The same for all resting orders, or those of some markets (`market_tickers`) or of an event.
   *
   * @see https://docs.kalshi.com/api-reference/orders/get-queue-positions-for-orders
   */
  queuePositions(
    params: GetOrderQueuePositionsParams = {},
    options?: CallOptions,
  ): Promise<OrderQueuePosition[]> {
    return callForList(this.http, GetOrderQueuePositions, "queue_positions", params, options);
  }
}
