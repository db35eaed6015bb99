/** From an operation's template and its parameters to the path that is signed and the URL that is sent. */

import type { FieldRules } from "../contract/field_rule.ts";
import { holdsPrivateKey } from "../contract/check.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { shown } from "../base/plain.ts";

/** Values of path and query parameters, by name. */
export type Params = Readonly<Record<string, unknown>>;

function refuse(message: string): never {
  throw new KalshiConfigError(message);
}

function pathSegment(template: string, name: string, value: unknown): string {
  if (typeof value !== "string" && typeof value !== "number") {
    refuse(
      `${template} needs \`${name}\` as a string; ${
        value === undefined ? "it is missing" : `got ${typeof value}`
      }.`,
    );
  }
  const text = String(value);
  // "." and ".." survive percent-encoding and would be resolved away before the request leaves.
  if (text.trim() === "" || text === "." || text === "..") {
    refuse(`${template} needs \`${name}\` as a non-empty id; got ${JSON.stringify(text)}.`);
  }
  return encodeURIComponent(text);
}

const NONE: ReadonlySet<string> = new Set();

/** Fills the `{names}` of a template, each percent-encoded once. Returns the path and the names it used. */
export function fillPath(template: string, params: Params): { path: string; used: ReadonlySet<string> } {
  if (!template.includes("{")) return { path: template, used: NONE };
  const used = new Set<string>();
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    used.add(name);
    return pathSegment(template, name, params[name]);
  });
  return { path, used };
}

function queryText(name: string, value: unknown): string {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      if (Number.isFinite(value)) return String(value);
  }
  return refuse(
    `The query parameter \`${name}\` takes a string, a finite number, a boolean or a list of them; ` +
      `got ${
        value === null
          ? "null"
          : Array.isArray(value)
          ? "a nested list"
          : typeof value === "number"
          ? value
          : typeof value
      }.`,
  );
}

/**
 * The query of a request, with its `?`, or nothing. `undefined` is left out; `false` and 0 are sent. A list is
 * repeated (`a=1&a=2`), or joined by commas where its rule says so.
 */
export function buildQuery(
  params: Params,
  used: ReadonlySet<string>,
  rules: FieldRules = {},
): string {
  const pairs: [name: string, text: string][] = [];
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || used.has(name)) continue;
    if (!Array.isArray(value)) {
      pairs.push([name, queryText(name, value)]);
      continue;
    }
    const items = value.map((item) => queryText(name, item));
    if (items.some((item) => item === "")) refuse(`The list \`${name}\` holds an empty item.`);
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule?.type !== "list" || !rule.commas) {
      for (const item of items) pairs.push([name, item]);
    } else if (items.some((item) => item.includes(","))) {
      refuse(`The list \`${name}\` goes over the wire joined by commas; an item of it holds one.`);
    } else if (items.length > 0) {
      pairs.push([name, items.join(",")]);
    }
  }
  return encodePairs(pairs);
}

/** What `URLSearchParams` writes as it is: tickers, numbers, most cursors. To make one takes longer than all the rest. */
const AS_IS = /^[\w*.-]*$/;

function encodePairs(pairs: [name: string, text: string][]): string {
  if (pairs.length === 0) return "";
  const isPlain = pairs.every(([name, text]) => AS_IS.test(name) && AS_IS.test(text));
  return isPlain
    ? `?${pairs.map(([name, text]) => `${name}=${text}`).join("&")}`
    : `?${new URLSearchParams(pairs)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Checks a path that a caller wrote: it must go over the wire as it is signed. */
export function assertPlainPath(path: string): void {
  if (typeof path !== "string") {
    refuse(`request() takes a path after the method, such as "/markets"; got ${shown(path)}.`);
  }
  if (path.split("/").some((part) => holdsPrivateKey(decoded(part)))) {
    refuse("The path of a request holds a private key, which must never be sent.");
  }
  const parsed = path.startsWith("/") && !path.startsWith("//")
    ? new URL(path, "http://localhost")
    : undefined;
  if (parsed === undefined || parsed.pathname !== path || path.length > 1 && path.endsWith("/")) {
    refuse(
      `The path ${
        shown(path)
      } cannot be signed as it would be sent. Write it like /markets/TICKER, percent-encoded ` +
        "and without a query, which is `query`.",
    );
  }
}
