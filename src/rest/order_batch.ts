/**
 * Batches: a result for each item, and only the items of unknown outcome sent again.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import type { ErrorResponse } from "../contract/types.ts";
import type { KalshiError } from "../errors.ts";
import type { CallOptions, HttpPipeline, Repeat, SendOptions } from "../http/pipeline.ts";
import { isRetryableStatus } from "../http/retry.ts";
import { isIdempotent, isOpen, nothing, type WriteOptions } from "./exactly_once.ts";
import { callAnd, listIn } from "./namespace.ts";

/** The result of an item. */
interface ItemResult {
  readonly order_id?: string | null;
  readonly error?: ErrorResponse | null;
}

/** An operation that takes a list of orders and answers with a list of results. */
export type BatchOperation<R> = Operation<undefined, { orders: R[] | null }, unknown>;

/** A batch, and how to find out what became of its items. */
export interface Batch<I, R> {
  readonly operation: BatchOperation<R>;
  readonly items: readonly I[];
  /** The field of items and results by which they belong together. */
  readonly key: keyof I & keyof R & string;
  /** The client order ids of all items, for errors. */
  readonly clientIds?: readonly string[] | undefined;
  /** The results of those items that have taken effect. */
  readonly lookUp: (items: readonly I[], options: CallOptions) => Promise<ReadonlyMap<I, R>>;
  /** The result of an item that may have taken effect. */
  readonly unknown: (item: I, error: ErrorResponse) => R;
}

/** An item that the exchange failed on, other than one that it refused. */
function isUnknown({ order_id, error }: ItemResult): boolean {
  return error ? /internal|unavailable|timeout|timed_out/i.test(error.code ?? "") : !order_id;
}

/** An item that it refused because it knows its id. */
function isTaken(result: ItemResult | undefined): boolean {
  return /exist|duplicate/i.test(result?.error?.code ?? "");
}

/** One request. A result for each item, in the items' order, or an error that holds what came. */
async function sendOnce<I, R>(
  http: HttpPipeline,
  { operation, key }: Batch<I, R>,
  items: readonly I[],
  options: SendOptions,
): Promise<R[]> {
  return await callAnd(http, operation, undefined, options, { orders: items }, (response, lack) => {
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
  const { items, clientIds, unknown } = batch;
  if (!isIdempotent(http, options)) return await sendOnce(http, batch, items, { ...options, clientIds });
  const step = http.steps(options);
  const repeat: Repeat = {};
  const results = new Map<I, R>();
  const lookUp = async (missing: readonly I[]) => {
    const found = await batch.lookUp(missing, step()).catch(nothing);
    for (const [item, result] of found ?? []) results.set(item, result);
    return missing.filter((item) => !found?.has(item));
  };
  const rounds = 1 + (options.maxRetries ?? http.config.maxRetries);
  let last: KalshiError | undefined;
  let open = items;
  const refused: I[] = [];
  for (let round = 0; round < rounds && open.length > 0; round++) {
    if (round > 0) {
      await http.pause(round, step(), last?.retryAfterMs);
      open = await lookUp(open);
      if (open.length === 0) break;
    }
    try {
      const answers = await sendOnce(http, batch, open, { ...step(), clientIds, repeat });
      const failed: I[] = [];
      for (const [index, answer] of answers.entries()) {
        const item = open[index] as I;
        results.set(item, answer);
        if (isUnknown(answer)) failed.push(item);
        // The refusal of what was sent before can come from what it did then.
        else if (answer.error && repeat.repeated) refused.push(item);
      }
      open = failed;
    } catch (error) {
      if (!isOpen(error, repeat)) throw error;
      last = error;
    }
    if (open.length > 0) repeat.repeated = repeat.ambiguous = true;
    if (last?.status !== undefined && !isRetryableStatus(last.status)) break;
  }
  let missing = [...open, ...refused];
  for (let look = 0; look < rounds && missing.length > 0; look++) {
    // An id that is taken shows that the item is there, though what lists it may lag behind.
    if (look > 0) {
      if (!missing.some((item) => isTaken(results.get(item)))) break;
      await http.pause(look, step());
    }
    missing = await lookUp(missing);
  }
  if (last !== undefined && results.size === 0) throw last;
  return items.map((item) => {
    const result = results.get(item) as R;
    if (!repeat.ambiguous || !missing.includes(item)) return result;
    const { code, message = last?.message } = result?.error ?? {};
    return unknown(item, {
      code: "outcome_unknown",
      message: `It may have taken effect: look before you send it again. The last answer was: ${
        code ?? message
      }`,
    });
  });
}
