/**
 * The queues between the socket and its readers: what a caller may say of one, and how it fares.
 *
 * @module
 */

import { readOptions } from "../base/options.ts";
import { type QueueOptions, type QueuePolicy, queueRules } from "../base/queue.ts";

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

/** Checks what a caller said of a queue. */
export function readQueueOptions(
  options: QueueOptions = {},
  policy: QueuePolicy,
  limit: number,
): { policy: QueuePolicy; limit: number } {
  const own = readOptions("queue", options, queueRules);
  return { policy: own.policy ?? policy, limit: own.limit ?? limit };
}
