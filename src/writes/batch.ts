/**
 * Batches: a result for each item, and only the items of unknown outcome sent again.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import type { ErrorResponse } from "../contract/event/types.ts";
import { callAnd, listIn } from "../http/call_operation.ts";
import type { WriteAttempt } from "../http/call.ts";
import type { WriteOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";
import { isPlain } from "../base/plain.ts";
import { type Answer, type Verdict, type Write, write } from "./once.ts";

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
export interface Batch<I, R> extends Pick<Write<I, R>, "items" | "clientIds" | "isEcho" | "lookUp"> {
  readonly operation: BatchOperation<R>;
  /** The field of items and results by which they belong together. */
  readonly key: keyof I & keyof R & string;
  /** The result of an item that may have taken effect. */
  readonly unknown: (item: I, error: ErrorResponse) => R;
}

function verdictOf({ order_id, error }: ItemResult): Verdict {
  if (!error) return order_id ? "done" : "unknown";
  const code = error.code ?? "";
  if (/internal|unavailable|timeout|timed_out/i.test(code)) return "unknown";
  if (/exist|duplicate/i.test(code)) return "taken";
  return /not_?found/i.test(code) ? "missing" : "refused";
}

/** What is added to these items of a batch: `extraBody` goes by their places among all of them. */
function extrasOf<I>(
  all: readonly I[],
  items: readonly I[],
  extraBody: WriteOptions["extraBody"],
): WriteOptions {
  if (items === all || !isPlain(extraBody) || !Array.isArray(extraBody.orders)) return {};
  const extras: readonly unknown[] = extraBody.orders;
  return { extraBody: { ...extraBody, orders: items.map((item) => extras[all.indexOf(item)]) } };
}

/** One request. A result for each item, in the items' order, or an error that holds what came. */
async function send<I, R extends ItemResult>(
  http: HttpPipeline,
  { operation, key, items: all }: Batch<I, R>,
  items: readonly I[],
  options: WriteOptions,
  attempt: WriteAttempt,
): Promise<Answer<R>[]> {
  const own = { ...options, ...extrasOf(all, items, options.extraBody) };
  const body = { orders: items };
  const results = await callAnd(http, operation, undefined, own, body, (response, lack) => {
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
  }, attempt);
  return results.map((value) => ({ verdict: verdictOf(value), value }));
}

/** Runs a batch; with `orderRetries: "idempotent"` each of its items takes effect once. */
export async function writeBatch<I, R extends ItemResult>(
  http: HttpPipeline,
  batch: Batch<I, R>,
  options: WriteOptions = {},
): Promise<R[]> {
  const { answers, unknown, last } = await write<I, R>(http, options, {
    ...batch,
    send: (items, options, attempt) => send(http, batch, items, options, attempt),
  });
  return batch.items.map((item) => {
    const result = answers.get(item)?.value as R;
    if (!unknown.has(item)) return result;
    const { code, message = last?.message } = result?.error ?? {};
    return batch.unknown(item, {
      code: "outcome_unknown",
      message: `It may have taken effect: look before you send it again. The last answer was: ${
        code ?? message
      }`,
    });
  });
}
