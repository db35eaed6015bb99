/**
 * What an order's state tells of the writes that made it so.
 *
 * @module
 */

import { GetOrder, GetOrders } from "../contract/operations.ts";
import type {
  AmendOrderV2Request,
  AmendOrderV2Response,
  CancelOrderV2Response,
  CreateOrderV2Request,
  CreateOrderV2Response,
  DecreaseOrderV2Response,
  Order,
} from "../contract/types.ts";
import { formatCount, parseCount, parsePrice } from "../fixed_point.ts";
import type { ListAllOptions } from "../http/page.ts";
import type { CallOptions, HttpPipeline } from "../http/pipeline.ts";
import { callFor, listAll } from "./namespace.ts";

/** How far apart two clocks may be, and more: Kalshi refuses requests of clocks that are off by half a minute. */
const CLOCK_SLACK_MS = 60_000;

/** An order with the id that makes it one of a kind. */
export type NamedOrder = CreateOrderV2Request & { readonly client_order_id: string };

/**
 * What became of orders that were sent since then (Unix milliseconds), by client order id. An id that was used for
 * another order is no find.
 */
export async function findOrders(
  http: HttpPipeline,
  sent: readonly NamedOrder[],
  sinceMs: number,
  options: ListAllOptions,
): Promise<Map<string, Order>> {
  const wanted = new Map(sent.map((order) => [order.client_order_id, order]));
  const found = new Map<string, Order>();
  const shared = <K extends keyof NamedOrder>(name: K): NamedOrder[K] | undefined =>
    sent.every((order) => order[name] === sent[0]?.[name]) ? sent[0]?.[name] : undefined;
  const params = {
    ticker: shared("ticker"),
    subaccount: shared("subaccount"),
    min_ts: Math.floor((sinceMs - CLOCK_SLACK_MS) / 1000),
    limit: 200,
  };
  for await (const order of listAll(http, GetOrders, params, options)) {
    const { ticker, side, subaccount } = wanted.get(order.client_order_id) ?? {};
    if (ticker !== order.ticker || side !== order.book_side) continue;
    if (subaccount !== undefined && subaccount !== (order.subaccount_number ?? 0)) continue;
    found.set(order.client_order_id, order);
    if (found.size === wanted.size) break;
  }
  return found;
}

/** One order as it stands. */
export function readOrder(http: HttpPipeline, orderId: string, options: CallOptions): Promise<Order> {
  return callFor(http, GetOrder, "order", { order_id: orderId }, options);
}

function identity({ order_id, client_order_id, created_time, last_update_time }: Order) {
  return { order_id, client_order_id, ts_ms: Date.parse(last_update_time ?? created_time ?? "") || 0 };
}

/** What is filled and what rests, together: fills do not change it, cancels, decreases and amends do. */
export function orderSize({ fill_count_fp, remaining_count_fp }: Order): number {
  return parseCount(fill_count_fp) + parseCount(remaining_count_fp);
}

/** The answer to the create that made this order, as far as its state tells: there are no averages. */
export function createdFrom(order: Order): CreateOrderV2Response {
  return { ...identity(order), fill_count: order.fill_count_fp, remaining_count: order.remaining_count_fp };
}

/**
 * The answer to the cancel that ended this order; undefined where none has. What was taken off it before counts in.
 */
export function cancelledFrom(order: Order): CancelOrderV2Response | undefined {
  if (order.status !== "canceled") return undefined;
  const reduced = parseCount(order.initial_count_fp) - parseCount(order.fill_count_fp);
  return { ...identity(order), reduced_by: formatCount(Math.max(0, reduced)) };
}

/** The answer to an amend that has taken effect; undefined where it has not. */
export function amendedFrom(
  order: Order,
  { price, count, expiration_time, updated_client_order_id }: AmendOrderV2Request,
): AmendOrderV2Response | undefined {
  const expires = Math.floor(Date.parse(order.expiration_time ?? "") / 1000) || 0;
  const isSo = parsePrice(order.yes_price_dollars) === parsePrice(price) &&
    orderSize(order) === parseCount(count) &&
    (expiration_time ?? expires) === expires &&
    (updated_client_order_id || order.client_order_id) === order.client_order_id;
  return isSo ? createdFrom(order) : undefined;
}

/** The answer to a decrease that left `size` (filled and resting), or `resting` at most; undefined else. */
export function decreasedFrom(
  order: Order,
  { size, resting = Infinity }: { readonly size?: number; readonly resting?: number },
): DecreaseOrderV2Response | undefined {
  const isSo = orderSize(order) === (size ?? orderSize(order)) &&
    parseCount(order.remaining_count_fp) <= resting;
  return isSo ? { ...identity(order), remaining_count: order.remaining_count_fp } : undefined;
}
