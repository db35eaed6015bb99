/**
 * What an order's state tells of the writes that made it so.
 *
 * @module
 */

import { GetOrder, GetOrders } from "../contract/event/operations.ts";
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
import { formatCount, parseCount, parsePrice } from "../base/fixed_point.ts";
import type { ListAllOptions } from "../http/call_options.ts";
import type { CallOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { callFor, listAll } from "../http/call_operation.ts";
import { timeMs } from "../base/wire_time.ts";

/** How far apart two clocks may be, and more: Kalshi refuses requests of clocks that are off by half a minute. */
const CLOCK_SLACK_MS = 60_000;

/** An order with the id that makes it one of a kind. */
export type NamedOrder = CreateOrderV2Request & { readonly client_order_id: string };

/**
 * The answers to those of these creates, sent since then (Unix milliseconds), that have landed. An id that was used
 * for another order is no find.
 */
export async function findCreated(
  http: HttpPipeline,
  sent: readonly NamedOrder[],
  sinceMs: number,
  options: ListAllOptions,
): Promise<Map<NamedOrder, CreateOrderV2Response>> {
  const wanted = new Map(sent.map((order) => [order.client_order_id, order]));
  const found = new Map<NamedOrder, CreateOrderV2Response>();
  const shared = <K extends keyof NamedOrder>(name: K): NamedOrder[K] | undefined =>
    sent.every((order) => order[name] === sent[0]?.[name]) ? sent[0]?.[name] : undefined;
  const params = {
    ticker: shared("ticker"),
    subaccount: shared("subaccount"),
    min_ts: Math.floor((sinceMs - CLOCK_SLACK_MS) / 1000),
    limit: 200,
  };
  for await (const order of listAll(http, GetOrders, params, options)) {
    const created = wanted.get(order.client_order_id);
    if (created?.ticker !== order.ticker || created.side !== order.book_side) continue;
    const { subaccount } = created;
    if (subaccount !== undefined && subaccount !== (order.subaccount_number ?? 0)) continue;
    found.set(created, createdFrom(order));
    if (found.size === wanted.size) break;
  }
  return found;
}

/** The answers to those of these cancels that have ended their orders. */
export async function findCancelled<I extends { readonly order_id: string }>(
  http: HttpPipeline,
  sent: readonly I[],
  options: CallOptions,
): Promise<Map<I, CancelOrderV2Response>> {
  const found = new Map<I, CancelOrderV2Response>();
  for (const item of sent) {
    const cancelled = await cancelledNow(http, item.order_id, options).catch(() => undefined);
    if (cancelled !== undefined) found.set(item, cancelled);
  }
  return found;
}

/** The answer to a cancel, where the order is cancelled by now. */
export async function cancelledNow(
  http: HttpPipeline,
  orderId: string,
  options: CallOptions,
): Promise<CancelOrderV2Response | undefined> {
  return cancelledFrom(await readOrder(http, orderId, options));
}

/** The answer to an amend, where the order is so by now. */
export async function amendedNow(
  http: HttpPipeline,
  orderId: string,
  body: AmendOrderV2Request,
  options: CallOptions,
): Promise<AmendOrderV2Response | undefined> {
  return amendedFrom(await readOrder(http, orderId, options), body);
}

/** What the order's size (filled and resting) will be after a `reduce_by`. */
export async function sizeAfter(
  http: HttpPipeline,
  orderId: string,
  { reduce_by }: DecreaseOrderV2Request,
  options: CallOptions,
): Promise<number> {
  return orderSize(await readOrder(http, orderId, options)) - parseCount(reduce_by ?? "0");
}

/** The answer to a decrease, where the order is of that `size`, or rests with at most `reduce_to`, by now. */
export async function decreasedNow(
  http: HttpPipeline,
  orderId: string,
  { size, reduce_to }: { readonly size: number | undefined; readonly reduce_to?: string | null | undefined },
  options: CallOptions,
): Promise<DecreaseOrderV2Response | undefined> {
  const order = await readOrder(http, orderId, options);
  const isSo = size === undefined
    ? parseCount(order.remaining_count_fp) <= parseCount(reduce_to ?? "0")
    : orderSize(order) === size;
  return isSo ? { ...identity(order), remaining_count: order.remaining_count_fp } : undefined;
}

function readOrder(http: HttpPipeline, orderId: string, options: CallOptions): Promise<Order> {
  return callFor(http, GetOrder, "order", { order_id: orderId }, options);
}

function identity({ order_id, client_order_id, created_time, last_update_time }: Order) {
  return { order_id, client_order_id, ts_ms: timeMs(last_update_time) ?? timeMs(created_time) ?? 0 };
}

/** What is filled and what rests, together: fills do not change it, cancels, decreases and amends do. */
function orderSize({ fill_count_fp, remaining_count_fp }: Order): number {
  return parseCount(fill_count_fp) + parseCount(remaining_count_fp);
}

/** The answer to the create that made this order, as far as its state tells: there are no averages. */
function createdFrom(order: Order): CreateOrderV2Response {
  return { ...identity(order), fill_count: order.fill_count_fp, remaining_count: order.remaining_count_fp };
}

/**
 * The answer to the cancel that ended this order; undefined where none has. What was taken off it before counts in.
 */
function cancelledFrom(order: Order): CancelOrderV2Response | undefined {
  if (order.status !== "canceled") return undefined;
  const reduced = parseCount(order.initial_count_fp) - parseCount(order.fill_count_fp);
  return { ...identity(order), reduced_by: formatCount(Math.max(0, reduced)) };
}

/** The answer to an amend that has taken effect; undefined where it has not. */
function amendedFrom(
  order: Order,
  { price, count, expiration_time, updated_client_order_id }: AmendOrderV2Request,
): AmendOrderV2Response | undefined {
  const expires = Math.floor((timeMs(order.expiration_time) ?? 0) / 1000);
  const isSo = parsePrice(order.yes_price_dollars) === parsePrice(price) &&
    orderSize(order) === parseCount(count) &&
    (expiration_time ?? expires) === expires &&
    (updated_client_order_id || order.client_order_id) === order.client_order_id;
  return isSo ? createdFrom(order) : undefined;
}
