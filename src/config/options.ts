/**
 * Refusing option names that do not exist, with the one that was probably meant.
 *
 * @module
 */
import { nearestName } from "../base/nearest_name.ts";
import { KalshiConfigError } from "../base/errors.ts";
import { CONFIG_OPTIONS, laterPlaceOf, placeOf } from "./option_places.ts";
import { isPlain, readOwn, shown, shownName } from "../base/plain.ts";

/**
 * The own properties of an object of options, each read once. Only this copy is to be checked and used: what it does
 * not hold was not given, and what was checked stays what it was.
 *
 * @throws {KalshiConfigError} for what is no plain object, and for an option that `owner` does not have
 */
export function readOptions<T extends object>(owner: string, options: T, known: readonly string[]): T {
  // An AbortSignal in the place of options would never end anything, and a text would be no option at all.
  if (!isPlain(options as unknown)) refuse(owner, ["an object of options"], options);
  const own = readOwn(options);
  for (const name of Object.keys(own)) {
    if (!known.includes(name)) throw unknownOption(owner, name, known);
  }
  return own;
}

// The methods that each must have; what has `call` is a function.
const PARTS = {
  runtime: ["createHttpPool"],
  transport: ["fetch", "call"],
  clock: ["now monotonic setTimer"],
  limiter: ["admit"],
  inspect: ["call"],
  onRequest: ["call"],
  onResponse: ["call"],
  onRetry: ["call"],
};

/** {@linkcode readOptions} of those that are parts or `others`; refuses parts that could not be called. */
export function readParts<T extends object>(owner: string, options: T, others: readonly string[]): T {
  const own = readOptions(owner, options, [...Object.keys(PARTS), ...others]);
  for (const [name, ways] of Object.entries(PARTS)) {
    const part = (own as Record<string, Record<string, unknown> | undefined>)[name];
    const has = (methods: string) =>
      methods.split(" ").every((method) => typeof part?.[method] === "function");
    if (part === undefined || ways.some(has)) continue;
    refuse(
      name,
      ways.map((methods) => methods === "call" ? "a function" : `an object with ${methods}`),
      part,
    );
  }
  return own;
}

function refuse(what: string, ways: readonly string[], given: unknown): never {
  throw new KalshiConfigError(`${what} takes ${ways.join(" or ")}; got ${shown(given)}.`);
}

/** Refuses what is no number of at least `least`; infinity is one unless `most` says otherwise. */
export function assertAtLeast(name: string, value: unknown, least = 0, most = Infinity): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new KalshiConfigError(`${name} takes a number of at least ${least}; got ${shown(value)}.`);
}

/** Refuses what is neither true nor false. */
export function assertFlag(name: string, value: unknown): void {
  if (typeof value !== "boolean") refuse(name, ["true", "false"], value);
}

/** Refuses what is no AbortSignal. */
export function assertSignal(value: unknown): void {
  if (typeof (value as Partial<AbortSignal> | null)?.aborted === "boolean") return;
  throw new KalshiConfigError(
    `signal takes an AbortSignal, such as \`controller.signal\`; got ${shown(value)}.`,
  );
}

/** Refuses what cannot be called. */
export function assertFunction(name: string, value: unknown): void {
  if (typeof value !== "function") refuse(name, ["a function"], value);
}

/** The error for an option that `owner` does not have. */
export function unknownOption(owner: string, name: string, known: readonly string[]): KalshiConfigError {
  const near = nearestName(name, known);
  const hint = placeOf(owner, name, known) ??
    (near === undefined
      ? nearConfig(name, known) ?? laterPlaceOf(owner, name) ?? `Its options are: ${known.join(", ")}.`
      : `Did you mean ${inWords(near)}?`);
  return new KalshiConfigError(`${owner} has no option ${shownName(name, '"')}. ${hint}`);
}

const inWords = (name: string) => `${name}${name.endsWith("Ms") ? " (in milliseconds)" : ""}`;

/** An option of a configuration that was probably meant, where there is one. */
function nearConfig(name: string, known: readonly string[]): string | undefined {
  const near = known.includes("config") ? nearestName(name, CONFIG_OPTIONS) : undefined;
  return near && `Did you mean config.${inWords(near)}?`;
}
