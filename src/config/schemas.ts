/**
 * What options of a configuration may be, as schemas: each message says what the option takes. And how a configuration
 * is read by them.
 *
 * @module
 */
import * as v from "valibot";
import { KalshiConfigError } from "../base/errors.ts";
import { assertObject, type Hint, refusal, unknownOption } from "../base/options.ts";
import { isPlain, readOwn } from "../base/plain.ts";
import { LONGEST_MS } from "../base/waits.ts";
import { hideValues, isMadeHere, readHeaders } from "./headers.ts";
import { type ConnectionLimits, LEAST_LIMITS } from "./limits.ts";

/** A number of milliseconds that a timer holds. */
export function milliseconds(least: number) {
  const takes = `milliseconds from ${least} to ${LONGEST_MS}`;
  return v.pipe(v.number(takes), v.minValue(least, takes), v.maxValue(LONGEST_MS, takes));
}

/** A whole number. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER, what = "a whole number") {
  const takes = `${what} from ${least} to ${most}`;
  return v.pipe(v.number(takes), v.integer(takes), v.minValue(least, takes), v.maxValue(most, takes));
}

/** Text. */
export const text = () => v.string("a string");

/** True or false. */
export const flag = () => v.boolean("true or false");

/** One of some words. */
export const oneOf = <const Words extends readonly string[]>(...words: Words) =>
  v.picklist(words, words.map((word) => JSON.stringify(word)).join(" or "));

/** A function of the caller's. No schema can tell what it takes. */
export const callable = <F>() => v.function("a function") as unknown as v.GenericSchema<F>;

/** Header fields, by the rules that those of a call have too. */
export const headers = (owner: string, name: string) =>
  v.pipe(v.unknown(), v.transform((given) => hideValues(readHeaders(owner, name, given))));

/** The same schemas, without what every object inherits: Valibot would take that for entries too. */
const ownEntries = <Entries extends v.ObjectEntries>(entries: Entries): Entries =>
  Object.assign(Object.create(null), entries);

/** Limits of a connection pool. */
export function connectionLimits() {
  const takes = `{ ${Object.keys(LEAST_LIMITS).join(", ")} }`;
  return v.pipe(
    v.unknown(),
    v.check((limits) => isPlain(limits), takes),
    v.strictObject(
      ownEntries({
        maxConnections: v.optional(whole(LEAST_LIMITS.maxConnections)),
        maxKeepaliveConnections: v.optional(whole(LEAST_LIMITS.maxKeepaliveConnections)),
        keepaliveExpiryMs: v.optional(
          whole(LEAST_LIMITS.keepaliveExpiryMs, LONGEST_MS, "whole milliseconds"),
        ),
      }),
      takes,
    ),
    v.transform((limits): ConnectionLimits => Object.freeze(readOwn(limits))),
  );
}

/** What {@linkcode readBySchema} reads. */
export interface SchemaOptions<Entries extends v.ObjectEntries> {
  /** The class, for messages. */
  readonly owner: string;
  readonly entries: Entries;
  /** What is known of options that hold options, by their names. */
  readonly nested?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Where a name belongs that an owner does not have. */
  readonly hint: (owner: string, known: readonly string[]) => Hint;
}

/** Options that were read. */
export interface SchemaResult<Values> {
  /** Those that were given, as they were given. */
  readonly given: Readonly<Record<string, unknown>>;
  /** All of them. */
  readonly values: Values;
}

/**
 * Reads options by a schema for each: a copy of their own properties, each read once, with presets for what is left
 * out; `undefined` is the same as left out.
 *
 * @throws {KalshiConfigError} for the first that is unknown or wrong
 */
export function readBySchema<Entries extends v.ObjectEntries>(
  { owner, entries, nested = {}, hint }: SchemaOptions<Entries>,
  options: object,
): SchemaResult<v.InferOutput<v.StrictObjectSchema<Entries, string>>> {
  assertObject(owner, options);
  const own = readOwn(options as Record<string, unknown>);
  // A schema also reads what an object inherits.
  for (const [name, value] of Object.entries(own)) {
    if (isPlain(value) && !isMadeHere(value)) own[name] = readOwn(value);
  }
  const result = v.safeParse(v.strictObject(ownEntries(entries), "an object of options"), own, {
    abortEarly: true,
  });
  if (result.success) {
    const values = readOwn<Record<string, unknown>>(result.output);
    // All of them are there, so that nothing is looked for where objects inherit from.
    for (const name of Object.keys(entries)) values[name] ??= undefined;
    return { given: own, values: values as typeof result.output };
  }
  const [{ path = [], expected, input, message }] = result.issues;
  const names = path.map(({ key }) => String(key));
  const name = names.pop() ?? "";
  const where = [owner, ...names].join(".");
  if (expected === "never") {
    const [holder] = names;
    const known = holder === undefined ? Object.keys(entries) : nested[holder] ?? [];
    throw unknownOption(where, name, known, hint(where, known));
  }
  const entry = names.length === 0 ? entries[name] : undefined;
  if (input === undefined && entry !== undefined) {
    const missing = v.safeParse(entry as v.GenericSchema, undefined).issues?.[0].message;
    throw new KalshiConfigError(`${owner} needs \`${name}\`: it takes ${missing}.`);
  }
  throw new KalshiConfigError(refusal(where, name, message, input));
}
