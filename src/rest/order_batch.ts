/**
 * Batches: a result for each item, and only the items of unknown outcome sent again.
 *
 * @module
 */

import type { Operation } from "../contract/operation.ts";
import type { ErrorResponse } from "../contract/types.ts";
import { KalshiError } from "../errors.ts";
import type { CallOptions, HttpPipeline, Repeat } from "../http/pipeline.ts";
import { isIdempotent, isOver, type SendOptions, type WriteOptions } from "./exactly_once.ts";
import { callForList, decodeError } from "./namespace.ts";

/** The result of an item. */
interface ItemResult {
  readonly error?: ErrorResponse | null;
}

/** An operation that takes a list of orders and answers with a list of results. */
export type BatchOperation<R> = Operation<undefined, { orders: R[] | null }, unknown>;

/** A batch, and how to find out what became of its items. */
export interface Batch<I, R> {
  readonly operation: BatchOperation<R>;
  readonly items: readonly I[];
  /** The client order ids of these items, for errors. */
  readonly clientIds: (items: readonly I[]) => readonly string[] | undefined;
  /** The results of those items that have taken effect. */
  readonly lookUp: (items: readonly I[], options: CallOptions) => Promise<ReadonlyMap<I, R>>;
}

/** An item that the exchange failed on, other than one that it refused. */
function isUnknown({ error }: ItemResult): boolean {
  return /internal|unavailable|timeout|timed_out/i.test(error?.code ?? "");
}

/** One request. A result for each item, in the items' order, or an error that holds what came. */
async function sendOnce<I, R>(
  http: HttpPipeline,
  operation: BatchOperation<R>,
  items: readonly I[],
  options: SendOptions,
): Promise<R[]> {
  const results = await callForList(http, operation, "orders", undefined, options, { orders: items });
  if (results.length !== items.length) {
    const lack =
      `a result for each of ${items.length} orders (it holds ${results.length}, which are in \`details\`)`;
    throw decodeError(operation, undefined, lack, results);
  }
  return results as R[];
}

/** Runs a batch; with `orderRetries: "idempotent"` each of its items takes effect once. */
export async function runBatch<I, R extends ItemResult>(
  http: HttpPipeline,
  { operation, items, clientIds, lookUp }: Batch<I, R>,
  options: WriteOptions = {},
): Promise<R[]> {
  if (!isIdempotent(http, options)) {
    return await sendOnce(http, operation, items, { ...options, clientIds: clientIds(items) });
  }
  const step = http.steps(options);
  const repeat: Repeat = { ambiguous: false };
  const results = new Map<I, R>();
  const rounds = 1 + (options.maxRetries ?? http.config.maxRetries);
  let open = items;
  for (let round = 0; round < rounds && open.length > 0; round++) {
    if (round > 0) await http.pause(round, options);
    let refused: I[] = [];
    try {
      const answers = await sendOnce(http, operation, open, {
        ...step(),
        clientIds: clientIds(open),
        repeat,
      });
      for (const [index, answer] of answers.entries()) {
        const item = open[index] as I;
        results.set(item, answer);
        if (answer.error) refused.push(item);
      }
      open = open.filter((item) => isUnknown(results.get(item) ?? {}));
      if (open.length > 0) repeat.ambiguous = true;
      // After an attempt of unknown outcome, a refusal can mean that the item has landed before.
      refused = repeat.ambiguous ? refused.filter((item) => !open.includes(item)) : [];
      if (refused.length === 0) continue;
    } catch (error) {
      if (!(error instanceof KalshiError) || error.outcome !== "unknown" || isOver(error)) throw error;
      refused = [...open];
      const found = await lookUp(refused, step()).catch((): ReadonlyMap<I, R> => new Map());
      if (refused.some((item) => !found.has(item))) throw error;
      open = [];
    }
    for (const [item, result] of await lookUp(refused, step())) results.set(item, result);
  }
  return items.map((item) => results.get(item) as R);
}
