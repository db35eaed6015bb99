/**
 * What no schema says of the calls of the margin exchange.
 *
 * @module
 */

import { type CallOptions, type CheckedTemplate, refuseCall } from "../http/call_options.ts";
import { isGiven, readParams } from "../http/arguments.ts";

/**
 * A copy of the parameters of a read over some time.
 *
 * @param names Where it starts and where it ends.
 * @param most Seconds that it may last.
 * @throws {KalshiConfigError} when it ends before it starts, or lasts longer
 */
export function readSpan<P extends object>(
  template: CheckedTemplate,
  given: P,
  options: CallOptions | undefined,
  names: readonly [start: keyof P & string, end: keyof P & string],
  most = Infinity,
): P {
  const { params, sent } = readParams(template, given, options);
  const [start, end] = names.map((name) => sent[name]);
  // Dates are written so that they are in order as text.
  if (isGiven(start) && isGiven(end) && (end as number | string) < (start as number | string)) {
    refuseCall(template, `\`${names[1]}\` ${end} is before \`${names[0]}\` ${start}: exchange them.`);
  }
  const length = Number(end) - Number(start);
  if (length > most) {
    refuseCall(
      template,
      `it reads at most ${most} seconds at once; got ${length}. Split longer times into several calls.`,
    );
  }
  return params;
}
