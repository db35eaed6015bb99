/**
 * The check that every call of the contract goes through, and what its caller adds to the contract.
 *
 * @module
 */

import type { FieldRules } from "../contract/field_rule.ts";
import { CALL_OPTIONS, WALK_OPTIONS } from "../config/option_places.ts";
import { copyPlain, type Fields, isPlain, shown, shownName } from "../base/plain.ts";
import { findFault, holdsPrivateKey } from "../contract/check.ts";
import { type CheckedTemplate, refuseCall } from "./call_options.ts";

/** What a caller sends that the contract does not know. */
export interface Extras {
  readonly extraQuery?: Fields | undefined;
  readonly extraBody?: Fields | undefined;
}

const NONE: FieldRules = {};

/** Refuses what is no plain object of fields, before it is spread: a spread text or signal would be no filter. */
export function assertFields(template: CheckedTemplate, what: "parameters" | "body", given: unknown): void {
  if (isPlain(given)) return;
  const rules = (what === "body" ? template.body : template.params) ?? NONE;
  const names = Object.keys(rules).filter((name) => !template.path.includes(`{${name}}`));
  const example = names.find((name) => rules[name]?.required) ?? names[0];
  const takes = what === "body" ? "takes its fields" : "takes its parameters";
  const kind = example === undefined ? "a plain object" : `a plain object such as { ${example}: … }`;
  refuseCall(template, `it ${takes} as ${kind}; got ${shown(given)}.${signalHint(given)}`);
}

function signalHint(given: unknown): string {
  return given instanceof AbortSignal
    ? " A signal goes into the options, the last argument: { signal }."
    : "";
}

/** Own parameters together with the ids that are arguments of their own. */
export function withIds<P extends object, I extends object>(
  template: CheckedTemplate,
  params: P,
  ids: I,
): P & I {
  assertFields(template, "parameters", params);
  for (const name of Object.keys(ids)) {
    if (Object.hasOwn(params, name)) {
      refuseCall(template, `\`${name}\` is an argument of its own here: leave it out of the parameters.`);
    }
  }
  return { ...copyPlain(params) as P, ...ids };
}

/** What is wrong with a name that is known, but not here. */
function misplaced(template: CheckedTemplate, given: Fields, isBody: boolean): string | undefined {
  const rules = (isBody ? template.body : template.params) ?? NONE;
  const others = (isBody ? template.params : template.body) ?? NONE;
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(rules, name)) continue;
    const what = isBody ? "field" : "parameter";
    if (Object.hasOwn(others, name)) {
      return isBody
        ? `unknown field \`${name}\`: it is a parameter of the query, which goes into an argument of its own.`
        : `unknown parameter \`${name}\`: it is a field of the body.`;
    }
    if ([...CALL_OPTIONS, ...WALK_OPTIONS].some((option) => option === name)) {
      return `unknown ${what} \`${name}\`: it is an option of the call, which goes into the last argument.`;
    }
  }
  return undefined;
}

/** Checks one group of fields and returns a copy of it. */
function checkGroup(
  template: CheckedTemplate,
  given: unknown,
  isBody: boolean,
  extra: Fields | undefined,
): Fields {
  assertFields(template, isBody ? "body" : "parameters", given);
  const copy = copyPlain(given) as Fields;
  const rules = (isBody ? template.body : template.params) ?? NONE;
  const what = isBody ? "field" : "parameter";
  const fault = findFault(rules, copy, { what, extra });
  if (fault === undefined) return copy;
  const way = fault.startsWith("unknown")
    ? ` What is newer than this contract goes into \`${isBody ? "extraBody" : "extraQuery"}\`.`
    : "";
  const says = misplaced(template, copy, isBody) ?? fault + way;
  refuseCall(template, /[.?]$/.test(says) ? says : `${says}.`);
}

/**
 * Checks what a call is given, and returns what it sends: copies, with what `extraQuery` and `extraBody` add.
 *
 * @throws {KalshiConfigError} for the first thing that is wrong
 */
export function checkCall(
  template: CheckedTemplate,
  params: unknown,
  body: unknown,
  { extraQuery, extraBody }: Extras,
): { readonly params: Fields; readonly body: unknown } {
  if (extraQuery !== undefined || extraBody !== undefined) assertExtras(template, extraQuery, extraBody);
  const checked = params === undefined && template.params === undefined
    ? NONE
    : checkGroup(template, params === undefined ? {} : params, false, extraQuery);
  const sentParams = extraQuery === undefined ? checked : mergeQuery(template, checked, extraQuery);
  if (template.body === undefined) {
    return { params: sentParams, body: extraBody && mergeBody(template, undefined, extraBody) };
  }
  if (body === undefined && template.bodyOptional) {
    return { params: sentParams, body: extraBody && mergeBody(template, undefined, extraBody) };
  }
  const fields = checkGroup(template, body, true, extraBody);
  return {
    params: sentParams,
    body: extraBody === undefined ? fields : mergeBody(template, fields, extraBody),
  };
}

function assertExtras(template: CheckedTemplate, extraQuery: unknown, extraBody: unknown): void {
  for (const [name, value] of Object.entries({ extraQuery, extraBody })) {
    if (value !== undefined && !isPlain(value)) {
      refuseCall(template, `\`${name}\` takes a plain object; got ${shown(value)}.`);
    }
  }
  if (extraBody !== undefined && (template.method ?? "GET") === "GET") {
    refuseCall(template, "a GET has no body: leave `extraBody` out, or write `extraQuery`.");
  }
}

function mergeQuery(template: CheckedTemplate, params: Fields, extra: Fields): Fields {
  const merged: Record<string, unknown> = { ...params };
  for (const [name, value] of Object.entries(copyPlain(extra) as Fields)) {
    if (value === undefined) continue;
    const isId = template.path.includes(`{${name}}`);
    if (isId || template.items !== undefined && name === "cursor") {
      refuseCall(template, `\`extraQuery\` cannot hold \`${name}\`, which this call has a place for.`);
    }
    if (params[name] !== undefined) refuseTwice(template, shownName(name), "extraQuery");
    if (holdsPrivateKey(value)) refuseCall(template, `\`extraQuery\` holds a private key.`);
    merged[name] = value;
  }
  return merged;
}

function mergeBody(template: CheckedTemplate, body: Fields | undefined, extra: Fields): unknown {
  return merge(template, body, jsonCopy(template, extra, "extraBody"), "");
}

function refuseTwice(template: CheckedTemplate, name: string, where: string): never {
  refuseCall(template, `${name} is given twice, once of them in \`${where}\`: leave one of them out.`);
}

/** Objects are merged by name and lists item by item; nothing takes the place of something. */
function merge(template: CheckedTemplate, given: unknown, extra: unknown, path: string): unknown {
  if (extra === undefined) return given;
  if (given === undefined) return extra;
  if (Array.isArray(given) && Array.isArray(extra)) {
    if (extra.length > given.length) {
      refuseCall(
        template,
        `\`extraBody\` has ${extra.length} items for the ${given.length} of ${shownName(path)}.`,
      );
    }
    return given.map((item, index) => merge(template, item, extra[index], `${path}[${index}]`));
  }
  if (isPlain(given) && isPlain(extra)) {
    const merged: Record<string, unknown> = { ...given };
    for (const [name, value] of Object.entries(extra)) {
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      merged[name] = merge(template, own, value, path === "" ? name : `${path}.${name}`);
    }
    return merged;
  }
  refuseTwice(template, shownName(path), "extraBody");
}

const DEEP = 64;

/** A copy of what can be written as JSON without becoming something else. */
function jsonCopy(template: CheckedTemplate, value: unknown, path: string, depth = 0): unknown {
  switch (typeof value) {
    case "undefined":
    case "boolean":
      return value;
    case "string":
      if (holdsPrivateKey(value)) refuseCall(template, `${shownName(path)} holds a private key.`);
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      if (value === null) return value;
      if (depth > DEEP) refuseCall(template, "`extraBody` is too deep, or holds itself.");
      if (Array.isArray(value)) {
        return Array.from(value, (item, index) => jsonCopy(template, item, `${path}[${index}]`, depth + 1));
      }
      if (isPlain(value)) {
        return Object.fromEntries(
          Object.getOwnPropertyNames(value)
            .map((name) => [name, jsonCopy(template, value[name], `${path}.${name}`, depth + 1)]),
        );
      }
  }
  refuseCall(template, `${shownName(path)} takes what JSON can hold; got ${shown(value)}.`);
}
