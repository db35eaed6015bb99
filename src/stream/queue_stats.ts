/**
 * How the queues between the socket and its readers fare.
 *
 * @module
 */

import type { QueuePolicy } from "../base/queue.ts";

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
