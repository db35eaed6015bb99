/** The time of a call that takes more than one request. */

import { endOf } from "../http/build_call.ts";
import type { CallOptions } from "../http/call_options.ts";
import type { HttpPipeline } from "../http/pipeline.ts";

/** Gives the options for each step: what is then left of the call's total time. */
export function stepsOf<O extends CallOptions>(
  { clock, config }: HttpPipeline,
  options: O,
  endsAt: number = endOf(options, config, clock),
): () => O {
  // A step at the very end gets a moment that passes at once, not an unlimited time.
  return () => ({ ...options, totalTimeoutMs: Math.max(0, endsAt - clock.monotonic()) });
}
