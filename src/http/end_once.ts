/** Writes that end something, or take it a step on, and so can be done once. */

import { withContext } from "../base/error_classes.ts";
import { KalshiError } from "../base/errors.ts";

/**
 * What such a write rejects with, made true: something on the way may send a request twice, and a refusal which says
 * that the thing is gone or done may be the answer to the second one.
 */
export async function endOnce(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof KalshiError) || error.outcome !== "rejected") throw error;
    const { code, serverCode = "" } = error;
    const isOver = code === "NOT_FOUND" || code === "CONFLICT" || /closed|already/i.test(serverCode);
    throw isOver ? withContext(error, { outcome: "unknown" }) : error;
  }
}
