/**
 * How a value is compared with the contract. The schemas themselves are in the generated files; nothing that
 * `@unofficial/kalshi` loads imports this module at run time.
 *
 * @module
 */
import { type BaseIssue, type GenericSchema, safeParse as compare } from "valibot";
import { KalshiDecodeError } from "../base/errors.ts";
import { fillLists } from "./fill_lists.ts";
import type { Lists } from "./operation.ts";

/** The first place where a value is not what the contract says. */
export interface SchemaDifference {
  /** Where: `markets[3].price_ranges[0].step`; empty for the value itself. */
  readonly path: string;
  /** What the contract says: `string`, or `a value` where the field must be there. */
  readonly expected: string;
  /** What was found: `number`, `null`, `nothing`. Strings are not repeated, they may be secret. */
  readonly received: string;
}

/** What `safeParse` functions return. */
export type ParseResult<T> =
  | { readonly success: true; readonly value: T }
  | { readonly success: false; readonly difference: SchemaDifference };

/**
 * Compares the body of a successful answer with the contract: `checkResponse` of `@unofficial/kalshi/schemas`.
 * `operation` is the method and the path template, such as `GET /markets/{ticker}`. Returns `undefined` when there
 * is no difference, and also for operations that it does not know.
 */
export type ResponseCheck = (operation: string, value: unknown) => SchemaDifference | undefined;

/** A schema that is built when it is first used: an application pays for those it needs. */
export type LazySchema = () => GenericSchema;

/** Makes a {@linkcode LazySchema}. */
export function lazy(make: LazySchema): LazySchema {
  let made: GenericSchema | undefined;
  return () => made ??= make();
}

function pathOf(issue: BaseIssue<unknown>): string {
  return (issue.path ?? []).reduce((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Valibot writes `Object` and `Array`, and the types of scalars in lower case. */
function plain(expected: string | null): string {
  return expected === "Object" || expected === "Array" ? expected.toLowerCase() : expected ?? "another value";
}

/** The first difference between a value and a schema, or `undefined`. */
export function difference(schema: LazySchema, value: unknown): SchemaDifference | undefined {
  const result = compare(schema(), value, { abortEarly: true });
  if (result.success) return undefined;
  const [issue] = result.issues;
  const { expected, input } = issue;
  const named = issue.type === "picklist" || issue.type === "literal";
  return {
    path: pathOf(issue),
    expected: expected === "never" ? "no such field" : input === undefined ? "a value" : plain(expected),
    received: named ? JSON.stringify(input) : expected === "never" ? "one" : kindOf(input),
  };
}

/** A difference in words: `markets[3].title: expected string, received number`. */
export function describeDifference({ path, expected, received }: SchemaDifference): string {
  return `${path === "" ? "" : `${path}: `}expected ${expected}, received ${received}`;
}

/** Returns the value itself when it is what the schema says; a list that is null in it becomes an empty one. */
export function parse<T>(schema: LazySchema, name: string, value: unknown, lists: Lists = {}): T {
  const found = difference(schema, value);
  if (found === undefined) return fillLists(lists, value) as T;
  throw new KalshiDecodeError(
    `Not a ${name}: ${
      describeDifference(found)
    }. Kalshi may have changed its contract: look for a newer version of this package.`,
    { details: found },
  );
}

/** Like {@linkcode parse}, and returns what it finds instead of throwing. */
export function safeParse<T>(schema: LazySchema, value: unknown, lists: Lists = {}): ParseResult<T> {
  const found = difference(schema, value);
  return found === undefined
    ? { success: true, value: fillLists(lists, value) as T }
    : { success: false, difference: found };
}

/**
 * The first difference of a frame from the shapes that its `type` can have: two answers to commands share the
 * type `ok`. A type that is not known is no difference.
 */
export function differenceOfFrame(
  frames: Readonly<Record<string, readonly LazySchema[]>>,
  frame: unknown,
): SchemaDifference | undefined {
  const type = (frame as { readonly type?: unknown } | null | undefined)?.type;
  if (typeof type !== "string") return { path: "type", expected: "string", received: kindOf(type) };
  const found = (Object.hasOwn(frames, type) ? frames[type] ?? [] : []).map((schema) =>
    difference(schema, frame)
  );
  return found.includes(undefined) ? undefined : found[0];
}
