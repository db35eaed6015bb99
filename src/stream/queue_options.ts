/**
 * The queues between the socket and its readers: what a caller may say of one, and how it fares.
 *
 * @module
 */

import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";
import type { QueueOptions, QueuePolicy } from "../base/queue.ts";
import { readOptions } from "../config/options.ts";

/** How a subscription's queue fares. */
export interface QueueStats {
  /** Channel. */
  readonly channel: string;
  /** What happens when it is full. */
  readonly policy: QueuePolicy;
  /** Items that wait for their reader. */
  readonly size: number;
  /** Items dropped so far. */
  readonly dropped: number;
  /** Items replaced by a newer one of the same market so far. */
  readonly conflated: number;
}

const POLICIES: readonly QueuePolicy[] = ["error", "drop-oldest", "latest", "unbounded"];

/** Checks what a caller said of a queue. */
export function readQueueOptions(
  options: QueueOptions = {},
  policy: QueuePolicy,
  limit: number,
): { policy: QueuePolicy; limit: number } {
  const own = readOptions("queue", options, ["policy", "limit"]);
  const chosen = { policy: own.policy ?? policy, limit: own.limit ?? limit };
  if (!POLICIES.includes(chosen.policy)) {
    throw new KalshiConfigError(
      `queue.policy takes one of ${POLICIES.join(", ")}; got ${shown(chosen.policy)}.`,
    );
  }
  if (!Number.isInteger(chosen.limit) || chosen.limit < 1) {
    throw new KalshiConfigError(`queue.limit takes a whole number from 1; got ${shown(chosen.limit)}.`);
  }
  return chosen;
}
