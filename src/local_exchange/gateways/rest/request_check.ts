/**
 * Names and types of requests and commands, checked by the same table as the client's. What a value may be is
 * checked where it is read, with Kalshi's codes.
 */
import { commandParams } from "../../../contract/event/commands.ts";
import type { FieldRule, FieldRules } from "../../../contract/field_rule.ts";
import type { Operation } from "../../../contract/operation.ts";
import { missing, unknownName } from "../../../contract/field_words.ts";
import { type Fields, isPlain } from "../../../base/plain.ts";
import { ApiError } from "../../api_error.ts";

/** How requests are read: by the contract, or taking no notice of what nobody knows. */
export type RequestReading = "strict" | "lenient";

/** Nothing is what is not there, null, and an empty text: so a server reads it. */
const isNothing = (value: unknown) => value === undefined || value === null || value === "";

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
function strangerIn(
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
      const stranger = strangerIn(what, inner.fields, item, at);
      if (stranger !== undefined) return stranger;
    }
  }
  return undefined;
}

/** A value of another type than JSON has it in. The items of a batch are read one by one, each with its own answer. */
function wrongTypeIn(rules: FieldRules, given: Fields): string | undefined {
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

function refuse(fault: string): never {
  throw new ApiError(400, "invalid_parameters", undefined, fault);
}

/** What a parameter's text must look like. */
function assertParameter(rule: FieldRule, name: string, text: string): void {
  if (rule.type === "integer" && !/^-?\d+$/.test(text)) refuse(`${name} must be a whole number`);
  if (rule.type === "boolean" && text !== "true" && text !== "false") refuse(`${name} must be true or false`);
}

/** Throws the 400 for a parameter or a field that is unknown, missing or of the wrong type. */
export function assertRequest(
  { params = {}, body: fields, bodyOptional }: Operation<unknown, unknown, unknown>,
  path: Fields,
  query: URLSearchParams,
  body: unknown,
): void {
  const given: Record<string, unknown> = Object.fromEntries(query);
  const stranger = strangerIn("parameter", params, given);
  if (stranger !== undefined) refuse(stranger);
  for (const [name, rule] of Object.entries(params)) {
    const texts = query.getAll(name).filter((text) => text !== "");
    if (rule.required && texts.length === 0 && path[name] === undefined) refuse(missing(rule, name));
    if (rule.type === "list" && !rule.commas) {
      for (const text of texts) assertParameter(rule.items, name, text);
    } else if (texts.length > 1) refuse(`${name} is given ${texts.length} times`);
    else if (texts[0] !== undefined) assertParameter(rule, name, texts[0]);
  }
  if (fields === undefined || body === undefined && bodyOptional) {
    if (!isNothing(body) && Object.keys(Object(body)).length > 0) refuse("this call has no body");
    return;
  }
  // What is no object at all is refused where it is read.
  if (!isPlain(body)) return;
  const strange = strangerIn("field", fields, body);
  if (strange !== undefined) refuse(strange);
  const wrong = wrongTypeIn(fields, body);
  if (wrong !== undefined) throw new ApiError(400, "bad_request", wrong);
}

/** What is wrong with the names and types of a command's parameters. */
export function commandFault(command: string, params: Fields): string | undefined {
  const rules = Object.hasOwn(commandParams, command) ? commandParams[command] : undefined;
  if (rules === undefined) return undefined;
  const fault = strangerIn("parameter", rules, params) ?? wrongTypeIn(rules, params);
  const filter = rules.user_filter;
  if (fault !== undefined || filter?.type !== "string" || params.user_filter === undefined) return fault;
  return filter.oneOf?.includes(String(params.user_filter)) ? undefined : '`user_filter` takes "self"';
}
