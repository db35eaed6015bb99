/**
 * Names and types of what comes in, checked by the same table as the client's. What a value may be is checked where it
 * is read, with Kalshi's codes.
 */
import { unknownName } from "../contract/field_words.ts";
import type { FieldRule, FieldRules } from "../contract/field_rule.ts";
import type { Fields } from "../base/plain.ts";
import { isPlain } from "../base/plain.ts";

/** Nothing is what is not there, null, and an empty text: so a server reads it. */
export const isNothing = (value: unknown) => value === undefined || value === null || value === "";

const jsonTypes: Readonly<Record<FieldRule["type"], string>> = {
  string: "string",
  decimal: "string",
  integer: "number",
  boolean: "boolean",
  list: "array",
  object: "object",
};

const jsonTypeOf = (value: unknown): string => Array.isArray(value) ? "array" : typeof value;

/** A name that nobody knows, here or in what is inside. */
export function unknownNameIn(
  what: "field" | "parameter",
  rules: FieldRules,
  given: Fields,
  path = "",
): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) return unknownName(what, name, path + name, rules);
    const inner = rule.type === "list" ? rule.items : rule;
    if (inner.type !== "object") continue;
    for (const [index, item] of [value].flat().entries()) {
      if (!isPlain(item)) continue;
      const at = rule.type === "list" ? `${path}${name}[${index}].` : `${path}${name}.`;
      const stranger = unknownNameIn(what, inner.fields, item, at);
      if (stranger !== undefined) return stranger;
    }
  }
  return undefined;
}

/** A value of another type than JSON has it in. The items of a batch are read one by one, each with its own answer. */
export function wrongTypeIn(rules: FieldRules, given: Fields): string | undefined {
  for (const [name, value] of Object.entries(given)) {
    const rule = rules[name];
    if (rule === undefined || isNothing(value)) continue;
    const items: readonly unknown[] =
      rule.type === "list" && rule.items.type !== "object" && Array.isArray(value) ? value : [];
    const wrong = [
      [value, rule] as const,
      ...items.map((item) => [item, (rule as { items: FieldRule }).items] as const),
    ]
      .find(([one, { type }]) => jsonTypeOf(one) !== jsonTypes[type]);
    if (wrong !== undefined) {
      return `cannot read ${jsonTypeOf(wrong[0])} into field ${name} of type ${jsonTypes[wrong[1].type]}`;
    }
  }
  return undefined;
}
