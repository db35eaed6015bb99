/**
 * How a write is sent again: looked for between attempts, and after the last one.
 *
 * @module
 */

import { KalshiError } from "../errors.ts";
import { type HttpPipeline, onceOnly, type Repeat } from "../http/pipeline.ts";
import { lookUpOptions, type Write, type WriteOptions } from "./exactly_once.ts";
// Here before a write is sent: what loses a request can keep a module away as well.
import * as state from "./order_state.ts";

/** Whether a write that failed may have taken effect, and the caller still waits for it. */
export function isOpen(error: unknown, { repeated }: Repeat): error is KalshiError {
  if (!(error instanceof KalshiError)) return false;
  const { code, outcome } = error;
  if (code === "ABORTED" || code === "CLOSED") return false;
  // A refusal of a repeated write can come from what an attempt before it did.
  return outcome === "unknown" || outcome === "rejected" && repeated === true && code !== "RATE_LIMITED";
}

/** For a look that fails: what is known of the write says more than why the look did. */
export const nothing = (): undefined => undefined;

/** Runs a write under `orderRetries: "idempotent"`. */
export async function runOnce<R>(http: HttpPipeline, options: WriteOptions, write: Write<R>): Promise<R> {
  const { clientIds, onlyRefused, send, lookUp } = write;
  const step = http.steps(options);
  const look = () => lookUpOptions(step());
  const repeat: Repeat = onlyRefused ? {} : {
    // Between attempts one quick look must do: the exchange refuses what it has.
    lookUp: (error) => lookUp(state, { ...look(), maxRetries: 0 }, error, 200).catch(nothing),
  };
  try {
    return await send({ ...step(), [onceOnly]: { clientIds, repeat } });
  } catch (error) {
    if (!isOpen(error, repeat)) throw error;
    // These two show that the write is there, though what lists it may lag behind.
    const isThere = error.outcome === "unknown" && /CONFLICT|DECODE/.test(error.code);
    const looks = isThere ? 1 + (options.maxRetries ?? http.config.maxRetries) : 1;
    for (let count = 0; count < looks; count++) {
      if (count > 0) await http.pause(count, step());
      const found = await lookUp(state, look(), error).catch(nothing);
      if (found !== undefined) return found;
    }
    throw error;
  }
}
