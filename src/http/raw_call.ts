/**
 * The check of a request to a path of the caller's own, of which no contract says what it takes.
 *
 * @module
 */

import type { RequestTemplate } from "../contract/request_template.ts";
import { holdsPrivateKey } from "../contract/check.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { copyPlain, type Fields, isPlain, shown, shownName, shownSecret } from "../base/plain.ts";
import { readCallOptions, refuseCall } from "./call_options.ts";
import type { Payload } from "./call.ts";
import type { CallOptions } from "./call_options.ts";

/** What a raw request carries. */
interface RawPayload {
  readonly query?: unknown;
  readonly body?: unknown;
}

/**
 * Checks what a raw request is given, and returns what it sends: copies.
 *
 * @throws {KalshiConfigError} for the first thing that is wrong
 */
export function readRawCall(
  template: RequestTemplate,
  given: CallOptions,
  { query, body }: RawPayload,
): Payload {
  const options = readCallOptions(template, given);
  if (options.extraQuery !== undefined || options.extraBody !== undefined) {
    refuseCall(
      template,
      "it takes all of its own in `query` and `body`, without `extraQuery` and `extraBody`.",
    );
  }
  const params = query === undefined ? {} : copyPlain(query) as Fields;
  for (const [name, value] of Object.entries(params)) {
    if (holdsPrivateKey(value)) refuseCall(template, `${shownName(name)} holds a private key.`);
  }
  return { options, params, body: body === undefined ? undefined : JSON.parse(rawJson(template, body)) };
}

/** The body of a request of the caller's own as JSON. */
function rawJson(template: RequestTemplate, body: unknown): string {
  const text = JSON.stringify(body, (name: string, value: unknown) => {
    const where = name === "" ? "`body`" : shownName(name);
    // JSON writes NaN as null, which for an expiry means none, knows no bigint, and sees nothing in a Map.
    const isOdd = typeof value === "bigint" || typeof value === "number" && !Number.isFinite(value) ||
      value instanceof Map || value instanceof Set;
    if (isOdd) refuseCall(template, `${where} takes what JSON can hold; got ${shown(value)}.`);
    if (holdsPrivateKey(value)) refuseCall(template, `${where} holds a private key.`);
    return value;
  });
  if (text === undefined) refuseCall(template, `\`body\` takes what JSON can hold; got ${shown(body)}.`);
  return text;
}

const tagOf = (value: object): string => Object.prototype.toString.call(value);

/** Refuses a query and a body that would be sent as something else than they are. */
export function assertSendable({ query, body }: RawPayload): void {
  if (query !== undefined && !isPlain(query)) {
    throw new KalshiConfigError(
      `\`query\` takes a plain object of names and values; got ${
        shownSecret(query)
      }. For URLSearchParams or a Map: ` +
        "`Object.fromEntries(query)`, with a list where a name comes more than once.",
    );
  }
  if (body === undefined) return;
  // What JSON writes as {}, as a table of numbers or not at all; who turns itself into JSON knows how. A form is to be
  // sent as a form, though Bun has a JSON for it.
  const isData = typeof body === "object" && body !== null && !Array.isArray(body) && !isPlain(body) &&
    (typeof (body as { toJSON?: unknown }).toJSON !== "function" || /Form|Params|Headers/.test(tagOf(body)));
  if (isData || typeof body === "function" || typeof body === "symbol") {
    throw new KalshiConfigError(
      `\`body\` takes what JSON knows: a plain object, a list, a text, a number, true, false or null; got ${
        shownSecret(body)
      }.`,
    );
  }
}
