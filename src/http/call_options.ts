/**
 * The options of a call, its last argument, and how a call is refused.
 *
 * @module
 */

import type { FieldRules } from "../contract/field_rule.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { CALL_OPTIONS, CONFIG_OPTIONS, WALK_OPTIONS } from "../config/option_places.ts";
import { assertSignal, unknownOption } from "../config/options.ts";
import { type Fields, isPlain, readOwn, shown, shownName } from "../base/plain.ts";

/** A request as far as its check goes by it. */
export interface CheckedTemplate {
  readonly method?: string | undefined;
  readonly path: string;
  readonly params?: FieldRules | undefined;
  readonly body?: FieldRules | undefined;
  readonly bodyOptional?: boolean | undefined;
  readonly items?: string | undefined;
}

const NONE: FieldRules = {};

/** Which call it is, in messages. */
export function nameOf({ method = "GET", path }: CheckedTemplate): string {
  return `${method} ${path}`;
}

/** Throws what is wrong with a call, as a sentence. */
export function refuseCall(template: CheckedTemplate, says: string): never {
  throw new KalshiConfigError(`${nameOf(template)}: ${says} Nothing was sent.`, {
    method: template.method ?? "GET",
    path: template.path,
  });
}

/** Refuses options that are no plain object, before they are spread: a spread AbortSignal would end nothing. */
export function assertOptionsObject(owner: string, options: unknown): asserts options is Fields {
  if (isPlain(options)) return;
  const signal = options instanceof AbortSignal ? " Write { signal }." : "";
  throw new KalshiConfigError(
    `${owner}: the options, its last argument, are a plain object such as { timeoutMs: 5000 }; got ${
      shown(options)
    }.${signal} Nothing was sent.`,
  );
}

/** A copy of a call's options; refuses those that it does not have, and values that they cannot have. */
export function readCallOptions<O extends object>(
  template: CheckedTemplate,
  options: O,
  more: readonly string[] = [],
): O {
  assertOptionsObject(nameOf(template), options);
  const own = readOwn(options);
  const known: readonly string[] = [...CALL_OPTIONS, ...more];
  for (const name of Object.keys(own)) {
    if (!known.includes(name)) refuseOption(template, name, known);
  }
  const { signal, maxRetries } = own as Fields;
  if (signal !== undefined) assertSignal(signal);
  if (typeof maxRetries === "number" && maxRetries % 1) {
    throw new KalshiConfigError(`maxRetries takes a whole number; got ${maxRetries}.`);
  }
  return own;
}

function refuseOption(template: CheckedTemplate, name: string, known: readonly string[]): never {
  const { params = NONE, body = NONE } = template;
  const among = (names: readonly string[]) => names.includes(name);
  const hint = Object.hasOwn(params, name)
    ? "It is a parameter: it goes into the argument before the options."
    : Object.hasOwn(body, name)
    ? "It is a field of the body: it goes into the argument before the options."
    : among(WALK_OPTIONS)
    ? `Only walks with \`listAll\` have it${
      name === "history" ? ", where Kalshi keeps older rows apart" : ""
    }.`
    : among(CONFIG_OPTIONS)
    ? "It belongs into the `config` of the client."
    : undefined;
  if (hint === undefined) throw unknownOption(nameOf(template), name, known);
  throw new KalshiConfigError(`${nameOf(template)} has no option ${shownName(name, '"')}. ${hint}`);
}
