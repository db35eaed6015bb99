/**
 * Checks what a call is given against the contract, before anything is sent. What is wrong is refused; nothing is
 * repaired.
 *
 * @module
 */

import type { FieldRule, FieldRules } from "./field_rule.ts";
import { type Fields, isPlain, UUID } from "../base/plain.ts";
import { MILLISECONDS_END, missing, SECONDS_END, unknownName, wrongValue } from "./field_words.ts";

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DECIMAL = /^\d+(?:\.\d+)?$/;

/** What the check goes by. */
export interface Reading {
  /** What the names are called. */
  readonly what: "field" | "parameter";
  /** Given beside: it counts for what is required. */
  readonly extra?: Fields | undefined;
  /** Empty text is the same as nothing, as it is to a server. */
  readonly emptyIsNothing?: boolean | undefined;
}

/**
 * What is wrong with some fields, as a sentence; undefined when nothing is.
 *
 * @param given own properties alone: a copy, so that what is checked stays what it is
 * @param path where they stand, such as `orders[2].`; empty at the top
 */
export function findFault(rules: FieldRules, given: Fields, reading: Reading, path = ""): string | undefined {
  const { what, extra } = reading;
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(rules, name)) return unknownName(what, name, path + name, rules);
    const value = given[name];
    if (value === undefined) continue;
    const fault = faultOf(rules[name] as FieldRule, name, value, reading, path);
    if (fault !== undefined) return fault;
  }
  for (const name of requiredOf(rules)) {
    if (isNothing(given[name], reading) && isNothing(extra?.[name], reading)) {
      return missing(rules[name] as FieldRule, path + name);
    }
  }
  return undefined;
}

/** Looked for once in each table of the contract: most have many rules, and none or few that are required. */
const required = new WeakMap<FieldRules, readonly string[]>();

function requiredOf(rules: FieldRules): readonly string[] {
  let names = required.get(rules);
  if (names === undefined) {
    names = Object.keys(rules).filter((name) => rules[name]?.required);
    required.set(rules, names);
  }
  return names;
}

function isNothing(value: unknown, { emptyIsNothing }: Reading): boolean {
  return value === undefined || value === "" && emptyIsNothing === true;
}

function faultOf(
  rule: FieldRule,
  name: string,
  value: unknown,
  reading: Reading,
  path: string,
): string | undefined {
  if (value === null && rule.nullable || value === "" && reading.emptyIsNothing) return undefined;
  switch (rule.type) {
    case "list":
      return listFault(rule, name, value, reading, path);
    case "object":
      if (!isPlain(value)) break;
      return findFault(rule.fields, value, inner(reading, name), `${path}${name}.`);
    default:
      if (fits(rule, name, value)) return undefined;
  }
  // A key that landed in the wrong place must neither be sent nor be quoted.
  if (holdsPrivateKey(value)) return `\`${path}${name}\` holds a private key, which must never be sent.`;
  return wrongValue(rule, path + name, value);
}

function inner(reading: Reading, name: string | number): Reading {
  const extra: unknown = (reading.extra as Record<string | number, unknown> | undefined)?.[name];
  return { ...reading, extra: typeof extra === "object" && extra !== null ? extra as Fields : undefined };
}

function listFault(
  rule: FieldRule & { readonly type: "list" },
  name: string,
  value: unknown,
  reading: Reading,
  path: string,
): string | undefined {
  const list: unknown = rule.commas && typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(list)) return wrongValue(rule, path + name, value);
  const { items, minItems = 0, maxItems = Infinity } = rule;
  if (list.length < minItems) {
    const why = reading.what === "parameter" && !rule.required
      ? " An empty list would be no filter: leave it out."
      : "";
    return wrongValue(rule, path + name, value) + why;
  }
  if (list.length > maxItems) {
    return `\`${path}${name}\` takes at most ${maxItems} items; got ${list.length}. Split longer lists into several calls.`;
  }
  const own = reading.extra === undefined ? reading : inner(reading, name);
  for (let index = 0; index < list.length; index++) {
    const at = `${name}[${index}]`;
    const item: unknown = list[index];
    if (items.type === "object" && isPlain(item)) {
      const fault = findFault(
        items.fields,
        item,
        own.extra === undefined ? own : inner(own, index),
        `${path}${at}.`,
      );
      if (fault !== undefined) return fault;
    } else {
      const fault = item === undefined
        ? wrongValue(items, path + at, item)
        : faultOf(items, at, item, own, path);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function fits(rule: FieldRule, name: string, value: unknown): boolean {
  switch (rule.type) {
    case "string":
      if (typeof value !== "string") return false;
      if (rule.oneOf !== undefined) return rule.oneOf.includes(value);
      // The first page has an empty cursor; anything else that is empty was meant to hold something.
      if (value === "") return name === "cursor";
      if (value.length > 24 && holdsPrivateKey(value)) return false;
      if (rule.maxLength !== undefined && value.length > rule.maxLength) return false;
      return rule.format === undefined || hasFormat(rule.format, value);
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      if (!Number.isSafeInteger(value) || rule.nonzero && value === 0) return false;
      if (rule.oneOf !== undefined) return rule.oneOf.includes(value as number);
      if (rule.unit === "unix-s" && !(value as number >= 0 && value as number < SECONDS_END)) return false;
      if (rule.unit === "unix-ms" && !isMilliseconds(value as number)) return false;
      return value as number >= (rule.min ?? -Infinity) && value as number <= (rule.max ?? Infinity);
    case "decimal":
      return typeof value === "string" && isDecimal(rule, value);
    default:
      return false;
  }
}

/** Zero is the beginning of all time. */
function isMilliseconds(value: number): boolean {
  return value === 0 || value >= SECONDS_END && value < MILLISECONDS_END;
}

function hasFormat(format: "date-time" | "date" | "uuid", value: string): boolean {
  if (format === "uuid") return UUID.test(value);
  return (format === "date" ? DATE : DATE_TIME).test(value) && !Number.isNaN(Date.parse(value));
}

function isDecimal(rule: FieldRule & { readonly type: "decimal" }, value: string): boolean {
  if (!DECIMAL.test(value)) return false;
  const point = value.indexOf(".");
  // Zeros behind the last place that counts change nothing.
  if (
    point !== -1 && value.length - point - 1 > rule.places &&
    /[1-9]/.test(value.slice(point + 1 + rule.places))
  ) {
    return false;
  }
  if (rule.price && Number(value) > 1) return false;
  if (rule.positive && !/[1-9]/.test(value)) return false;
  // Beyond that no number is exact.
  return value.length < 16 || Number(value) <= Number.MAX_SAFE_INTEGER / 10 ** rule.places;
}

/** Whether text is a private key, or holds one: as PEM, or the middle of a PEM. */
export function holdsPrivateKey(value: unknown): boolean {
  return typeof value === "string" && value.length > 15 &&
    /-----BEGIN [\w ]*PRIVATE KEY-----|^\s*(MC4CAQAwBQYDK2Vw|MII[A-Za-z0-9+/\s]{200})/.test(value);
}
