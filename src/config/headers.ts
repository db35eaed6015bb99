/**
 * What a caller's own headers may hold.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { readOwn } from "../base/plain.ts";

// Some gateways read "_" as "-" in header names, so both spellings count as one.
const reserved = /^(kalshi-access-.*|host|content-length|connection|transfer-encoding)$/;

/**
 * Refuses headers that would forge a signature, break the framing of the request, or are no headers at all.
 *
 * @param headers names and values, as given by the caller
 * @param option the option's name, for the message
 * @returns a copy of them, in which each was read once
 * @throws {KalshiConfigError} for a KALSHI-ACCESS-* header, Host, Content-Length, Connection or
 * Transfer-Encoding in any case, a name given twice in different case, an invalid name, or a value that is no
 * string or holds a line break. Values never appear in the message.
 */
export function assertExtraHeaders(
  headers: unknown,
  option = "extraHeaders",
): Readonly<Record<string, string>> {
  const refuse = (why: string): never => {
    throw new KalshiConfigError(`${option} ${why}.`);
  };
  const prototype = typeof headers === "object" && headers ? Object.getPrototypeOf(headers) : undefined;
  if (prototype === undefined || (prototype && Object.getPrototypeOf(prototype))) {
    refuse(`must be a plain object, such as { "x-desk": "7" }`);
  }
  const seen = new Set<string>();
  const own = readOwn(headers as Record<string, unknown>);
  for (const [name, value] of Object.entries(own)) {
    const shown = JSON.stringify(name.slice(0, 64));
    const lower = name.toLowerCase().replaceAll("_", "-");
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) refuse(`holds ${shown}, which is no header name`);
    if (reserved.test(lower)) refuse(`cannot hold ${shown}, which this library sets`);
    if (seen.has(lower)) refuse(`holds ${shown} in two spellings`);
    seen.add(lower);
    if (typeof value !== "string" || !/^[\t -~\x80-\xff]*$/.test(value)) {
      refuse(`must hold one line of Latin-1 text for ${shown}`);
    }
  }
  return own as Readonly<Record<string, string>>;
}
