/**
 * Writes that take effect once, whatever happens to requests and answers on the way: what can be sent again is
 * sent again, and what may have happened is looked up.
 *
 * @module
 */

import { KalshiConfigError, KalshiError } from "../errors.ts";
import type { OrderRetries } from "../config.ts";
import type { CallOptions, HttpPipeline, Repeat, SendOptions } from "../http/pipeline.ts";

/** What methods that place or change something take as their last argument. */
export interface WriteOptions extends CallOptions {
  /** Wins over the config's `orderRetries`. */
  readonly orderRetries?: OrderRetries | undefined;
}

/** One write, and how to find out what became of it. */
export interface Write<R> {
  /** The ids that the exchange knows it by. */
  readonly clientIds?: readonly string[] | undefined;
  /** It must not be sent again while its outcome is unknown: twice is more than once. */
  readonly onlyRefused?: boolean | undefined;
  /** Sends it. */
  readonly send: (options: SendOptions) => Promise<R>;
  /** Looks for its effect, in a list at no more than `maxItems`; undefined when there is none. */
  readonly lookUp: (options: CallOptions, error: KalshiError, maxItems?: number) => Promise<R | undefined>;
}

/** Whether this call may be sent again. */
export function isIdempotent(
  http: HttpPipeline,
  { orderRetries = http.config.orderRetries }: WriteOptions,
): boolean {
  if (orderRetries === "never" || orderRetries === "idempotent") return orderRetries === "idempotent";
  throw new KalshiConfigError(
    `orderRetries takes "never" or "idempotent"; got ${JSON.stringify(orderRetries)}.`,
  );
}

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

/**
 * Runs a write so that it takes effect once, or as it is where `orderRetries` is `never`. Where the outcome stays
 * unknown, the error says so.
 */
export async function exactlyOnce<R>(http: HttpPipeline, options: WriteOptions, write: Write<R>): Promise<R> {
  const { clientIds, onlyRefused, send, lookUp } = write;
  if (!isIdempotent(http, options)) return await send({ ...options, clientIds });
  const step = http.steps(options);
  const repeat: Repeat = onlyRefused ? {} : {
    // Between attempts one quick look must do: the exchange refuses what it has.
    lookUp: (error) => lookUp({ ...step(), maxRetries: 0 }, error, 200).catch(nothing),
  };
  try {
    return await send({ ...step(), clientIds, repeat });
  } catch (error) {
    if (!isOpen(error, repeat)) throw error;
    // These two show that the write is there, though what lists it may lag behind.
    const isThere = error.outcome === "unknown" && /CONFLICT|DECODE/.test(error.code);
    const looks = isThere ? 1 + (options.maxRetries ?? http.config.maxRetries) : 1;
    for (let look = 0; look < looks; look++) {
      if (look > 0) await http.pause(look, step());
      const found = await lookUp(step(), error).catch(nothing);
      if (found !== undefined) return found;
    }
    throw error;
  }
}
