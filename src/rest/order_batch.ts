/**
 * Batches: a result for each item, and only the items of unknown outcome sent again.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import type { ErrorResponse } from "../contract/types.ts";
import { type CallOptions, type HttpPipeline, onceOnly, type SendOptions } from "../http/pipeline.ts";
import { isPlain } from "../plain.ts";
import { isIdempotent, type OrderState, type WriteOptions } from "./exactly_once.ts";
import { callAnd, listIn } from "./namespace.ts";

/** The result of an item. */
export interface ItemResult {
  /** Id of the order. */
  readonly order_id?: string | null;
  /** Why it failed. */
  readonly error?: ErrorResponse | null;
}

/** An operation that takes a list of orders and answers with a list of results. */
export type BatchOperation<R> = Operation<undefined, { orders: R[] }, unknown>;

/** A batch, and how to find out what became of its items. */
export interface Batch<I, R> {
  readonly operation: BatchOperation<R>;
  readonly items: readonly I[];
  /** The field of items and results by which they belong together. */
  readonly key: keyof I & keyof R & string;
  /** The client order ids of all items, for errors. */
  readonly clientIds?: readonly string[] | undefined;
  /** The results of those items that have taken effect. */
  readonly lookUp: (
    state: OrderState,
    items: readonly I[],
    options: CallOptions,
  ) => Promise<ReadonlyMap<I, R>>;
  /** The result of an item that may have taken effect. */
  readonly unknown: (item: I, error: ErrorResponse) => R;
}

/** What is added to these items of a batch: `extraBody` goes by their places among all of them. */
function extrasOf<I>(
  all: readonly I[],
  items: readonly I[],
  extraBody: SendOptions["extraBody"],
): SendOptions {
  if (items === all || !isPlain(extraBody) || !Array.isArray(extraBody.orders)) return {};
  const extras: readonly unknown[] = extraBody.orders;
  return { extraBody: { ...extraBody, orders: items.map((item) => extras[all.indexOf(item)]) } };
}

/** One request. A result for each item, in the items' order, or an error that holds what came. */
export async function sendOnce<I, R>(
  http: HttpPipeline,
  { operation, key, items: all }: Batch<I, R>,
  items: readonly I[],
  options: SendOptions,
): Promise<R[]> {
  const own = { ...options, ...extrasOf(all, items, options.extraBody) };
  return await callAnd(http, operation, undefined, own, { orders: items }, (response, lack) => {
    const answers = listIn(response, "orders", lack);
    // By id, since nothing promises their order; by place where no id says otherwise.
    const byId = new Map<unknown, R>(answers.map((answer) => [answer?.[key], answer]));
    const ids = new Set<unknown>(items.map((item) => item[key]));
    const results = items.map((item, index) => {
      const id: unknown = item[key];
      const at = answers[index];
      return at?.[key] === id ? at : byId.get(id) ?? (ids.has(at?.[key]) ? undefined : at);
    });
    if (answers.length === items.length && results.every(Boolean)) return results as R[];
    throw lack(`a result for each of ${items.length} orders (what came is in \`details\`)`, answers);
  });
}

/** Runs a batch; with `orderRetries: "idempotent"` each of its items takes effect once. */
export async function runBatch<I, R extends ItemResult>(
  http: HttpPipeline,
  batch: Batch<I, R>,
  options: WriteOptions = {},
): Promise<R[]> {
  const { items, clientIds } = batch;
  if (!isIdempotent(http, options)) {
    return await sendOnce(http, batch, items, { ...options, [onceOnly]: { clientIds } });
  }
  return await (await import("./order_batch_once.ts")).runBatchOnce(http, batch, options);
}
