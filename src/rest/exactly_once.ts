/**
 * Writes that take effect once, whatever happens to requests and answers on the way: what can be sent again is
 * sent again, and what may have happened is looked up.
 *
 * @module
 */

import { KalshiConfigError, KalshiError } from "../errors.ts";
import type { OrderRetries } from "../config.ts";
import type { CallOptions, HttpPipeline, Repeat } from "../http/pipeline.ts";

/** What methods that place or change something take as their last argument. */
export interface WriteOptions extends CallOptions {
  /** Wins over the config's `orderRetries`. */
  readonly orderRetries?: OrderRetries | undefined;
}

/** Options as they go to the pipeline. */
export interface SendOptions extends CallOptions {
  readonly clientIds?: readonly string[] | undefined;
  readonly repeat?: Repeat | undefined;
}

/** One write, and how to find out what became of it. */
export interface Write<R> {
  /** The ids that the exchange knows it by. */
  readonly clientIds?: readonly string[] | undefined;
  /** It must not be sent again while its outcome is unknown: twice is more than once. */
  readonly onlyRefused?: boolean | undefined;
  /** Sends it. */
  readonly send: (options: SendOptions) => Promise<R>;
  /** Looks for its effect; undefined when there is none. */
  readonly lookUp: (options: CallOptions, error: KalshiError) => Promise<R | undefined>;
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

/** True when looking is of no use: the caller, the client or the time has ended the call, or it never began. */
export function isOver({ code, attempts }: KalshiError): boolean {
  return code === "ABORTED" || code === "CLOSED" || attempts === 0;
}

/**
 * Runs a write so that it takes effect once, or as it is where `orderRetries` is `never`. Where the outcome stays
 * unknown, the error says so.
 */
export async function exactlyOnce<R>(http: HttpPipeline, options: WriteOptions, write: Write<R>): Promise<R> {
  const { clientIds, onlyRefused } = write;
  if (!isIdempotent(http, options)) return await write.send({ ...options, clientIds });
  const repeat: Repeat = { ambiguous: false, onlyRefused };
  const step = http.steps(options);
  try {
    return await write.send({ ...step(), clientIds, repeat });
  } catch (error) {
    if (!(error instanceof KalshiError) || error.outcome !== "unknown" || isOver(error)) throw error;
    // A conflict proves that the write is there, though what lists it may lag behind.
    const looks = error.code === "CONFLICT" ? 1 + (options.maxRetries ?? http.config.maxRetries) : 1;
    for (let look = 0; look < looks; look++) {
      if (look > 0) await http.pause(look, options);
      try {
        const found = await write.lookUp(step(), error);
        if (found !== undefined) return found;
      } catch (failure) {
        // The first error says more about the write than one of looking for it.
        if (!(failure instanceof KalshiError) || isOver(failure)) break;
      }
    }
    throw error;
  }
}
