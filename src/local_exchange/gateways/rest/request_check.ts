/** Names and types of a request, as the contract has them. */
import type { FieldRule } from "../../../contract/field_rule.ts";
import { missing } from "../../../contract/field_words.ts";
import type { Operation } from "../../../contract/operation.ts";
import { type Fields, isPlain } from "../../../base/plain.ts";
import { ApiError } from "../../api_error.ts";
import { isNothing, unknownNameIn, wrongTypeIn } from "../../contract_check.ts";

function refuse(fault: string): never {
  throw new ApiError("invalid_parameters", undefined, fault);
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
  const stranger = unknownNameIn("parameter", params, given);
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
  const strange = unknownNameIn("field", fields, body);
  if (strange !== undefined) refuse(strange);
  const wrong = wrongTypeIn(fields, body);
  if (wrong !== undefined) throw new ApiError("bad_request", wrong);
}
