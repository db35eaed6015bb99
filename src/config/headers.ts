/**
 * What a caller's own headers may hold.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { refusal, type Rule, rule } from "../base/options.ts";
import { readOwn, shownName } from "../base/plain.ts";

// Some gateways read "_" as "-" in header names, so both spellings count as one.
const reserved = /^(kalshi-access-.*|host|content-length|connection|transfer-encoding)$/;

/** In words, what is no header at all. */
const TAKES = 'a plain object, such as { "x-desk": "7" }';

/**
 * Refuses headers that would forge a signature, break the framing of the request, or are no headers at all.
 *
 * @param owner whose option it is, for the message
 * @param option the option's name, for the message
 * @param headers names and values, as given by the caller
 * @returns a copy of them, in which each was read once
 * @throws {KalshiConfigError} for a KALSHI-ACCESS-* header, Host, Content-Length, Connection or
 * Transfer-Encoding in any case, a name given twice in different case, an invalid name, or a value that is no
 * string or holds a line break. Values never appear in the message.
 */
export function readHeaders(
  owner: string,
  option: string,
  headers: unknown,
): Readonly<Record<string, string>> {
  const prototype = typeof headers === "object" && headers ? Object.getPrototypeOf(headers) : undefined;
  if (prototype === undefined || (prototype && Object.getPrototypeOf(prototype))) {
    throw new KalshiConfigError(refusal(owner, option, TAKES, headers));
  }
  const refuse = (why: string): never => {
    throw new KalshiConfigError(`${owner}: \`${option}\` ${why}.`);
  };
  const seen = new Set<string>();
  const own = isMadeHere(headers as object)
    ? { ...headers as object } as Record<string, unknown>
    : readOwn(headers as Record<string, unknown>);
  for (const [name, value] of Object.entries(own)) {
    const shown = shownName(name, '"');
    const lower = name.toLowerCase().replaceAll("_", "-");
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) refuse(`holds a name ${shown}, which is no header name`);
    if (reserved.test(lower)) refuse(`cannot hold ${shown}, which this library sets`);
    if (seen.has(lower)) refuse(`holds ${shown} in two spellings`);
    seen.add(lower);
    if (typeof value !== "string" || !/^[\t -~\x80-\xff]*$/.test(value)) {
      refuse(`must hold one line of Latin-1 text for ${shown}`);
    }
  }
  return own as Readonly<Record<string, string>>;
}

/** What a log shows of header fields: a value may be a token. */
function namesAlone(this: object): Record<string, string> {
  return Object.fromEntries(Object.keys(this).map((name) => [name, "[hidden]"]));
}

/** As Node, Bun and Deno ask an object what to show of it. */
const INSPECT = /* @__PURE__ */ Symbol.for("nodejs.util.inspect.custom");

/** The same header fields, frozen, of which a log shows the names alone. Whoever reads a field gets it. */
export function hideValues(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const hidden = { toJSON: { value: namesAlone }, [INSPECT]: { value: namesAlone } };
  return Object.freeze(Object.defineProperties(Object.assign(Object.create(null), headers), hidden));
}

/** Whether {@linkcode hideValues} made them. */
export const isMadeHere = (headers: object) => (headers as { [INSPECT]?: unknown })[INSPECT] === namesAlone;

/** Whether a log shows no value of header fields. */
export const isHidden = (headers: object): boolean =>
  Object.keys(headers).length === 0 || isMadeHere(headers);

/** What {@linkcode readHeaders} takes, as a rule of an option. */
export const headerFields = (): Rule<Readonly<Record<string, string>>> => ({
  ...rule(TAKES, () => false),
  read: readHeaders,
});
