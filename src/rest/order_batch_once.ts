/**
 * Batches whose items take effect once: only those of unknown outcome are sent again.
 *
 * @module
 */

import type { KalshiError } from "../errors.ts";
import { type HttpPipeline, onceOnly, type Repeat } from "../http/pipeline.ts";
import { isRetryableStatus, isSuccess } from "../http/retry.ts";
import { lookUpOptions, type WriteOptions } from "./exactly_once.ts";
import { type Batch, type ItemResult, sendOnce } from "./order_batch.ts";
import * as state from "./order_state.ts";
import { isOpen, nothing } from "./write_retries.ts";

/** An item that the exchange failed on, other than one that it refused. */
function isUnknown({ order_id, error }: ItemResult): boolean {
  return error ? /internal|unavailable|timeout|timed_out/i.test(error.code ?? "") : !order_id;
}

/** An item that it refused because it knows its id. */
function isTaken(result: ItemResult | undefined): boolean {
  return /exist|duplicate/i.test(result?.error?.code ?? "");
}

/** Runs a batch under `orderRetries: "idempotent"`. */
export async function runBatchOnce<I, R extends ItemResult>(
  http: HttpPipeline,
  batch: Batch<I, R>,
  options: WriteOptions,
): Promise<R[]> {
  const { items, clientIds, unknown } = batch;
  const step = http.steps(options);
  const repeat: Repeat = {};
  const results = new Map<I, R>();
  const lookUp = async (missing: readonly I[]) => {
    const found = await batch.lookUp(state, missing, lookUpOptions(step())).catch(nothing);
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
      const answers = await sendOnce(http, batch, open, { ...step(), [onceOnly]: { clientIds, repeat } });
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
    // A 2xx that broke off is a broken connection; one that is no result stays one.
    const { status, code } = last ?? {};
    if (status !== undefined && !isRetryableStatus(status) && (code === "DECODE" || !isSuccess(status))) {
      break;
    }
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
