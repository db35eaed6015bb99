/**
 * What an order's state tells of the writes that made it so.
 *
 * @module
 */

import { parseCount, parsePrice } from "../base/fixed_point.ts";
import { timeMs } from "../base/wire_time.ts";
import type { CallOptions, ListAllOptions } from "../http/call_options.ts";
import { callFor, listAll } from "../http/call_operation.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import type {
  Amending,
  Decreasing,
  Named,
  OrderProduct,
  OrderShapes,
  OrderState,
  Placing,
} from "./order_product.ts";

/** How far apart two clocks may be, and more: Kalshi refuses requests of clocks that are off by half a minute. */
const CLOCK_SLACK_MS = 60_000;

/**
 * The answers to those of these creates, sent since then (Unix milliseconds), that have landed. An id that was used
 * for another order is no find.
 */
export async function findPlaced<S extends OrderShapes, I extends Named<Placing>>(
  http: HttpPipeline,
  { list, stateOf, placedFrom }: OrderProduct<S>,
  sent: readonly I[],
  sinceMs: number,
  options: ListAllOptions,
): Promise<Map<I, S["placed"]>> {
  const wanted = new Map(sent.map((order) => [order.client_order_id, order]));
  const found = new Map<I, S["placed"]>();
  const shared = <K extends keyof Placing>(name: K): I[K] | undefined =>
    sent.every((order) => order[name] === sent[0]?.[name]) ? sent[0]?.[name] : undefined;
  const params = {
    ticker: shared("ticker"),
    subaccount: shared("subaccount"),
    min_ts: Math.floor((sinceMs - CLOCK_SLACK_MS) / 1000),
    limit: 200,
  };
  for await (const order of listAll(http, list, params, options)) {
    const placed = wanted.get(order.client_order_id);
    if (placed === undefined || !isOf(placed, stateOf(order))) continue;
    found.set(placed, placedFrom(order));
    if (found.size === wanted.size) break;
  }
  return found;
}

/** Whether this can be the state of the order that was to be placed. */
function isOf({ ticker, side, subaccount }: Placing, state: OrderState): boolean {
  return (ticker ?? state.ticker) === state.ticker && side === state.side &&
    (subaccount ?? state.subaccount) === (state.subaccount ?? subaccount);
}

/** The answers to those of these cancels that have ended their orders. */
export async function findCancelled<S extends OrderShapes, I extends { readonly order_id: string }>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  sent: readonly I[],
  options: CallOptions,
): Promise<Map<I, S["cancelled"]>> {
  const found = new Map<I, S["cancelled"]>();
  for (const item of sent) {
    const cancelled = await cancelledNow(http, product, item.order_id, options).catch(() => undefined);
    if (cancelled !== undefined) found.set(item, cancelled);
  }
  return found;
}

/** The answer to a cancel, where the order is cancelled by now. */
export async function cancelledNow<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  options: CallOptions,
): Promise<S["cancelled"] | undefined> {
  return product.cancelledFrom(await readOrder(http, product, orderId, options));
}

/** The answer to an amend, where the order is so by now. */
export async function amendedNow<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  wanted: Amending,
  options: CallOptions,
): Promise<S["amended"] | undefined> {
  const order = await readOrder(http, product, orderId, options);
  const state = product.stateOf(order);
  const expires = Math.floor((timeMs(state.expires) ?? 0) / 1000);
  const isSo = parsePrice(state.price) === parsePrice(wanted.price) &&
    sizeOf(state) === parseCount(wanted.count) &&
    (wanted.expiration_time ?? expires) === expires &&
    (wanted.updated_client_order_id || order.client_order_id) === order.client_order_id;
  return isSo ? product.amendedFrom(order) : undefined;
}

/** What the order's size (filled and resting) will be after a `reduce_by`. */
export async function sizeAfter<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  { reduce_by }: Decreasing,
  options: CallOptions,
): Promise<number> {
  const order = await readOrder(http, product, orderId, options);
  return sizeOf(product.stateOf(order)) - parseCount(reduce_by ?? "0");
}

/** The answer to a decrease, where the order is of that `size`, or rests with at most `reduce_to`, by now. */
export async function decreasedNow<S extends OrderShapes>(
  http: HttpPipeline,
  product: OrderProduct<S>,
  orderId: string,
  { size, reduce_to }: { readonly size: number | undefined; readonly reduce_to?: string | null | undefined },
  options: CallOptions,
): Promise<S["decreased"] | undefined> {
  const order = await readOrder(http, product, orderId, options);
  const state = product.stateOf(order);
  const isSo = size === undefined
    ? parseCount(state.remaining) <= parseCount(reduce_to ?? "0")
    : sizeOf(state) === size;
  return isSo ? product.decreasedFrom(order) : undefined;
}

function readOrder<S extends OrderShapes>(
  http: HttpPipeline,
  { get }: OrderProduct<S>,
  orderId: string,
  options: CallOptions,
): Promise<S["order"]> {
  return callFor(http, get, "order", { order_id: orderId }, options);
}

/** What is filled and what rests, together: fills do not change it, cancels, decreases and amends do. */
function sizeOf({ filled, remaining }: OrderState): number {
  return parseCount(filled) + parseCount(remaining);
}
