/**
 * Writes that take effect once, whatever happens to requests and answers on the way: what can be sent again is
 * sent again, and what may have happened is looked up.
 *
 * @module
 */

import { KalshiConfigError, type KalshiError } from "../errors.ts";
import type { OrderRetries } from "../config.ts";
import { assertOptionsObject } from "../http/check_call.ts";
import { type CallOptions, type HttpPipeline, onceOnly, type SendOptions } from "../http/pipeline.ts";
import { shown } from "../plain.ts";

/** What tells of writes to orders after the fact. */
export type OrderState = typeof import("./order_state.ts");

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
  readonly lookUp: (
    state: OrderState,
    options: CallOptions,
    error: KalshiError,
    maxItems?: number,
  ) => Promise<R | undefined>;
}

let retries: typeof import("./write_retries.ts") | undefined;

/** Whether this call may be sent again. */
export function isIdempotent(http: HttpPipeline, options: WriteOptions): boolean {
  assertOptionsObject("A write", options);
  const { orderRetries = http.config.orderRetries } = options as WriteOptions;
  if (orderRetries === "never" || orderRetries === "idempotent") return orderRetries === "idempotent";
  throw new KalshiConfigError(
    `orderRetries takes "never" or "idempotent"; got ${shown(orderRetries)}.`,
  );
}

/** The options of a look-up: what is added to a write has no place there. */
export function lookUpOptions<O extends CallOptions>(
  { extraQuery: _, extraBody: __, ...options }: O,
): Omit<O, "extraQuery" | "extraBody"> {
  return options;
}

/**
 * Runs a write so that it takes effect once, or as it is where `orderRetries` is `never`. Where the outcome stays
 * unknown, the error says so.
 */
export async function exactlyOnce<R>(http: HttpPipeline, options: WriteOptions, write: Write<R>): Promise<R> {
  const { clientIds } = write;
  if (!isIdempotent(http, options)) return await write.send({ ...options, [onceOnly]: { clientIds } });
  // Kept, since asking for a module that is there costs microseconds each time.
  retries ??= await import("./write_retries.ts");
  return await retries.runOnce(http, options, write);
}
