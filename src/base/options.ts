/**
 * What options may be: a table of rules for each object of options, and one way to read it. Configurations
 * alone are read by schemas.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { KalshiConfigError } from "./errors.ts";
import { nearestName } from "./nearest_name.ts";
import { LONGEST_MS } from "./waits.ts";
import { isPlain, readOwn, shownName, shownSecret } from "./plain.ts";

/** What the value of an option must be. */
export interface Rule<T> {
  /** In words, as they stand after "takes": `a whole number from 1`. */
  readonly takes: string;
  readonly test: (value: unknown) => boolean;
  /** What it is where it is left out. */
  readonly preset: T | undefined;
  /** Whether it must be given. */
  readonly isNeeded: boolean;
  /** Checks and copies what holds more than one value, in place of `test`. */
  readonly read: ((owner: string, name: string, value: unknown) => unknown) | undefined;
  /** The words that it may be, of which a near one was probably meant. */
  readonly words: readonly string[];
}

/** A {@linkcode Rule} whose option has a value where it is left out. */
export interface PresetRule<T> extends Rule<T> {
  readonly preset: T;
}

/** A {@linkcode Rule} of an option that must be given. */
export interface NeededRule<T> extends Rule<T> {
  readonly isNeeded: true;
}

/** A rule for each option of a type; those that the type does not let one leave out are needed. */
export type Rules<T> = {
  readonly [Name in keyof T]-?: undefined extends T[Name] ? Rule<Exclude<T[Name], undefined>>
    : NeededRule<T[Name]>;
};

/** Rules of options whose type does not matter. */
export type AnyRules = Readonly<Record<string, Rule<unknown>>>;

/** Options that were read by rules: those with a preset are there. */
export type Read<T, R> =
  & T
  & {
    readonly [
      Name in keyof T & keyof R as R[Name] extends PresetRule<unknown> ? NonUndefined<R[Name], Name> : never
    ]-?: Exclude<T[Name], undefined>;
  };
type NonUndefined<R, Name> = R extends { readonly preset: infer P } ? undefined extends P ? never : Name
  : never;

/**
 * Where a name belongs that an owner does not have, as a sentence; undefined where that is not known.
 *
 * @param near the option of the owner that has a similar name, where there is one
 */
export type Hint = (name: string, near: string | undefined) => string | undefined;

/** A rule of one's own. */
export function rule<T>(takes: string, test: (value: unknown) => boolean): Rule<T> {
  // All fields are its own: nothing that `Object.prototype` was made to hold becomes a rule.
  return { takes, test, preset: undefined, isNeeded: false, read: undefined, words: [] };
}

/** The same rule for an option that must be given. */
export function needed<T>(of: Rule<T>): NeededRule<T> {
  return { ...of, isNeeded: true };
}

/** The same rule with the value of an option that is left out. */
export function withPreset<T>(of: Rule<T>, preset: NoInfer<T>): PresetRule<T> {
  return { ...of, preset };
}

const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;

const range = (least: number, most: number) =>
  `from ${least}${most === Infinity || most >= Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`;

/** A number; infinity is one unless `most` says otherwise. */
export const number = (least: number, most = Infinity, what = "a number"): Rule<number> =>
  rule(`${what} ${range(least, most)}`, (value) => isNumber(value, least, most));

/** A finite number. */
export const finite = (least: number, what = "a number"): Rule<number> =>
  number(least, Number.MAX_VALUE, what);

/** A number of milliseconds that a timer can hold. */
export const milliseconds = (least: number, most: number = LONGEST_MS): Rule<number> =>
  number(least, most, "milliseconds");

/** A number of milliseconds above 0 that a timer can hold. */
export const positiveMs = (most: number = LONGEST_MS): Rule<number> =>
  rule(
    `milliseconds above 0${most === Infinity ? "" : `, to ${most}`}`,
    (value) => isNumber(value, 0, most) && value > 0,
  );

/** A whole number. */
export const whole = (
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
  what = "a whole number",
): Rule<number> =>
  rule(`${what} ${range(least, most)}`, (value) => Number.isInteger(value) && isNumber(value, least, most));

/** True or false. */
export const flag = (): Rule<boolean> => rule("true or false", (value) => typeof value === "boolean");

/** One of some words. */
export const oneOf = <const T extends string>(...words: readonly T[]): Rule<T> => ({
  ...rule<T>(
    words.map((word) => JSON.stringify(word)).join(" or "),
    (value) => words.some((word) => word === value),
  ),
  words,
});

/** Text that is not empty. */
export const text = (what = "text"): Rule<string> =>
  rule(what, (value) => typeof value === "string" && value !== "");

/** What can be called. */
export const callable = <T extends (...args: never) => unknown>(what = "a function"): Rule<T> =>
  rule(what, (value) => typeof value === "function");

/** A list whose items pass a test. */
export const list = <T>(what: string, test: (item: unknown) => boolean): Rule<readonly T[]> =>
  rule(what, (value) => Array.isArray(value) && value.every(test));

/** Whether something has these methods. */
export const hasMethods = (value: unknown, ...names: readonly string[]): boolean =>
  (typeof value === "object" && value !== null || typeof value === "function") &&
  names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");

/** An object with some methods. */
export const having = <T>(what: string, ...names: readonly string[]): Rule<T> =>
  rule(`${what} with ${names.join(" and ")}`, (value) => hasMethods(value, ...names));

/** A source of time. */
export const clock = (): Rule<Clock> => having("a clock", "now", "monotonic", "setTimer");

/** A signal that ends something. */
export const signal = (): Rule<AbortSignal> =>
  rule(
    "an AbortSignal, such as `controller.signal`",
    (value) => typeof (value as Partial<AbortSignal> | null)?.aborted === "boolean",
  );

/** An object of options in an option. */
export const group = <T extends object>(rules: Rules<T>): Rule<T> => ({
  ...rule<T>(`{ ${Object.keys(rules).join(", ")} }`, isPlain),
  read: (owner, name, value) => readBy(`${owner}.${name}`, value, rules as AnyRules),
});

/** What an error says of a value that an option cannot have. Text is never quoted: it may be a key. */
export function refusal(owner: string, name: string, takes: string, value: unknown): string {
  const hint = value instanceof Promise ? " Await it." : "";
  return `${owner}: ${shownName(name)} takes ${takes}; got ${shownSecret(value)}.${hint}`;
}

/** Refuses a value that an option, or an argument, cannot have. */
export function assertValue(owner: string, name: string, value: unknown, must: Rule<unknown>): void {
  if (must.test(value)) return;
  const near = typeof value === "string" && value.length <= 32 ? nearestName(value, must.words) : undefined;
  const hint = near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  throw new KalshiConfigError(refusal(owner, name, must.takes, value) + hint);
}

/** Refuses what is no object of options: a text, a list, a signal in the place of `{ signal }`. */
export function assertObject(owner: string, options: unknown): asserts options is object {
  if (isPlain(options)) return;
  const hint = options instanceof AbortSignal ? " Write { signal }." : "";
  throw new KalshiConfigError(`${owner} takes an object of options; got ${shownSecret(options)}.${hint}`);
}

/**
 * Reads an object of options by a table of rules: a copy of its own properties, each read once, in which nothing is
 * unknown, wrong or missing, and presets stand for what is left out; `undefined` is the same as left out. Only the copy
 * is to be used: what it does not hold was not given, and what was checked stays what it was.
 *
 * @throws {KalshiConfigError} for the first that is wrong
 */
export function readOptions<T extends object, R extends Rules<T>>(
  owner: string,
  options: T,
  rules: R,
  hint?: Hint,
): Read<T, R> {
  return readBy(owner, options, rules as AnyRules, hint) as Read<T, R>;
}

/** The options of a table that must be given, or stand for something where they are not: each call reads a table. */
const dueIn = new WeakMap<AnyRules, readonly string[]>();

function namesDue(rules: AnyRules): readonly string[] {
  let names = dueIn.get(rules);
  if (names === undefined) {
    names = Object.keys(rules).filter((name) => rules[name]?.isNeeded || rules[name]?.preset !== undefined);
    dueIn.set(rules, names);
  }
  return names;
}

function readBy(owner: string, options: unknown, rules: AnyRules, hint?: Hint): object {
  assertObject(owner, options);
  const own = readOwn(options as Record<string, unknown>);
  for (const name of Object.keys(own)) {
    if (!Object.hasOwn(rules, name)) throw unknownOption(owner, name, Object.keys(rules), hint);
    const value = own[name];
    if (value === undefined) continue;
    const must = rules[name] as Rule<unknown>;
    if (must.read !== undefined) own[name] = must.read(owner, name, value);
    else if (!must.test(value)) assertValue(owner, name, value, must);
  }
  for (const name of namesDue(rules)) {
    if (own[name] !== undefined) continue;
    const { isNeeded, takes, preset } = rules[name] as Rule<unknown>;
    if (isNeeded) throw new KalshiConfigError(`${owner} needs \`${name}\`: it takes ${takes}.`);
    if (preset !== undefined) own[name] = preset;
  }
  return own;
}

/** The error for an option that `owner` does not have. */
export function unknownOption(
  owner: string,
  name: string,
  known: readonly string[],
  hint?: Hint,
): KalshiConfigError {
  const near = nearestName(name, known);
  const says = hint?.(name, near) ??
    (near === undefined ? `Its options are: ${known.join(", ")}.` : `Did you mean ${inWords(near)}?`);
  return new KalshiConfigError(`${owner} has no option ${shownName(name, '"')}. ${says}`);
}

/** An option's name, with its unit where it has one. */
export const inWords = (name: string): string => `${name}${name.endsWith("Ms") ? " (in milliseconds)" : ""}`;
