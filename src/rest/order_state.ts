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
  CreateOrderV2Response,
  DecreaseOrderV2Response,
  Order,
} from "../contract/types.ts";
import { formatCount, parseCount, parsePrice } from "../fixed_point.ts";
import type { CallOptions, HttpPipeline } from "../http/pipeline.ts";
import { callFor, listAll } from "./namespace.ts";

/** A server may be this far behind our clock: requests of clocks that are off by more are refused. */
const CLOCK_SLACK_MS = 35_000;

/** How orders may be found again. */
export interface OrderSearch {
  readonly clientOrderIds: readonly string[];
  readonly ticker?: string | undefined;
  readonly subaccount?: number | undefined;
  /** When the call began, in Unix milliseconds. */
  readonly sinceMs: number;
}

/** The orders of those client order ids, by id, among those that were made since. */
export async function findOrders(
  http: HttpPipeline,
  { clientOrderIds, ticker, subaccount, sinceMs }: OrderSearch,
  options: CallOptions,
): Promise<Map<string, Order>> {
  const wanted = new Set(clientOrderIds);
  const found = new Map<string, Order>();
  const params = { ticker, subaccount, min_ts: Math.floor((sinceMs - CLOCK_SLACK_MS) / 1000), limit: 200 };
  for await (const order of listAll(http, GetOrders, params, options)) {
    if (!wanted.has(order.client_order_id)) continue;
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

/** The answer to the cancel that ended this order; undefined where none has. */
export function cancelledFrom(order: Order): CancelOrderV2Response | undefined {
  if (order.status !== "canceled") return undefined;
  const reduced = parseCount(order.initial_count_fp) - parseCount(order.fill_count_fp);
  return { ...identity(order), reduced_by: formatCount(Math.max(0, reduced)) };
}

/** The answer to an amend that has taken effect; undefined where it has not. */
export function amendedFrom(
  order: Order,
  { price, count }: AmendOrderV2Request,
): AmendOrderV2Response | undefined {
  const isSo = parsePrice(order.yes_price_dollars) === parsePrice(price) &&
    orderSize(order) === parseCount(count);
  return isSo ? createdFrom(order) : undefined;
}

/** The answer to a decrease that left at most `size` (filled and resting) or `resting`; undefined else. */
export function decreasedFrom(
  order: Order,
  { size = Infinity, resting = Infinity }: { readonly size?: number; readonly resting?: number },
): DecreaseOrderV2Response | undefined {
  if (orderSize(order) > size || parseCount(order.remaining_count_fp) > resting) return undefined;
  return { ...identity(order), remaining_count: order.remaining_count_fp };
}
