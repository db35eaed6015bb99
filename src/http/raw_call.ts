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
import { type Payload, payloadOf } from "./call.ts";
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
  { query, body, advise }: RawPayload & Pick<Payload, "advise">,
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
  const sent = body === undefined ? undefined : JSON.parse(rawJson(template, body));
  return payloadOf(options, { params, body: sent, advise });
}

/** The body of a request of the caller's own as JSON. */
function rawJson(template: RequestTemplate, body: unknown): string {
  const text = JSON.stringify(body, function (this: Fields, name: string, value: unknown) {
    const isItem = Array.isArray(this);
    const where = name === "" ? "`body`" : isItem ? `item ${name} of a list in \`body\`` : shownName(name);
    // What it was before it turned itself into JSON: a date that is none becomes null, which for an expiry means none.
    const own = this[name];
    if (isLost(value) || isForm(own) || value === null && own !== null || value === undefined && isItem) {
      const hint = own instanceof Promise ? " Await it." : "";
      refuseCall(template, `${where} takes what JSON can hold; got ${shown(own)}.${hint}`);
    }
    if (holdsPrivateKey(value)) refuseCall(template, `${where} holds a private key.`);
    return value;
  });
  if (text === undefined) refuseCall(template, `\`body\` takes what JSON can hold; got ${shown(body)}.`);
  return text;
}

/** Whether JSON leaves it out, or writes something else: NaN as null, a Map or a promise as {}, bytes as a table. */
function isLost(value: unknown): boolean {
  switch (typeof value) {
    case "bigint":
    case "function":
    case "symbol":
      return true;
    case "number":
      return !Number.isFinite(value);
    case "object":
      return value !== null && !Array.isArray(value) && !isPlain(value);
    default:
      return false;
  }
}

/** A form is to be sent as a form, though Bun has a JSON for it. */
const isForm = (value: unknown): boolean => /Form|Params|Headers/.test(Object.prototype.toString.call(value));

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
  // Who turns itself into JSON knows how, and what is wrong with a number or a bigint is said with its name.
  const knowsJson = typeof (body as { toJSON?: unknown } | null | undefined)?.toJSON === "function";
  if (isForm(body) || !/number|bigint/.test(typeof body) && isLost(body) && !knowsJson) {
    throw new KalshiConfigError(
      `\`body\` takes what JSON knows: a plain object, a list, a text, a number, true, false or null; got ${
        shownSecret(body)
      }.`,
    );
  }
}
