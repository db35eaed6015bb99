/**
 * What came beside the result of a call.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { assertValue, callable } from "../base/options.ts";
import type { CallOptions } from "./call_options.ts";
import type { ResponseEvent } from "./hooks.ts";

/** The result of a call, and the answers that it came with. */
export interface WithResponse<T> {
  /** What the call resolves with. */
  readonly data: T;
  /** The last answer: its status, header fields and time. */
  readonly response: ResponseEvent;
  /** Every answer, those that were tried again among them, in the order they came. */
  readonly responses: readonly ResponseEvent[];
}

/**
 * Runs a call and gives its answer beside its result: status, header fields, and how long it took.
 *
 * @param run Makes one call of any method, handing on the options that it is given.
 * @throws {KalshiConfigError} when the call did not hand its options on, so that nothing was heard of an answer
 * @throws what the call throws; a {@linkcode KalshiError} has the answer's `status` itself
 *
 * @example
 * ```ts
 * import { KalshiClient, withResponse } from "@unofficial/kalshi";
 *
 * await using client = new KalshiClient({ demo: true });
 * const { data, response } = await withResponse((options) => client.markets.get("KXHIGHNY-26NOV24-T60", options));
 * console.log(data.status, response.status, response.headers["date"], response.durationMs);
 * ```
 */
export async function withResponse<T>(
  run: (options: Required<Pick<CallOptions, "onResponse">>) => PromiseLike<T>,
): Promise<WithResponse<T>> {
  assertValue("withResponse", "run", run, callable("a function that makes a call"));
  const responses: ResponseEvent[] = [];
  const data = await run({ onResponse: (event) => void responses.push(event) });
  const response = responses.at(-1);
  if (response === undefined) {
    throw new KalshiConfigError(
      "withResponse: the call was not given its options, so that nothing is known of its answer: " +
        "withResponse((options) => client.markets.get(ticker, options)).",
    );
  }
  return { data, response, responses };
}
