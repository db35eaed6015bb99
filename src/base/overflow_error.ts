/** The error of a queue that its reader does not empty. */

import { KalshiError } from "./errors.ts";

/** A consumer with the queue policy `error` fell behind. Other consumers of the stream go on. */
export class KalshiStreamOverflowError extends KalshiError {
  /** The class name. */
  override readonly name = "KalshiStreamOverflowError";
  /** The code of this class. */
  override readonly code = "OVERFLOW";
  /** Takes whose queue it is and how many items it holds. */
  constructor(what: string, limit: number) {
    super(
      `The queue of ${what} is full with ${limit} items: its reader is too slow. The items before this error are ` +
        "complete; what came after is lost. Read faster, or choose another `queue.limit` or `queue.policy`.",
    );
  }
}
