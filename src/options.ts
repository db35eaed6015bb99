/**
 * Refusing option names that do not exist, with the one that was probably meant.
 *
 * @module
 */
import { KalshiConfigError } from "./errors.ts";

/** Drops what other SDKs spell differently: case, separators, units, Python's `loads` and `dumps`. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "")
    .replace(/loads$/, "parse").replace(/dumps$/, "stringify")
    .replace(/(millis|secs|seconds|ms|s)$/, "");
}

/** How many letters to insert, delete or replace. */
function edits(a: string, b: string): number {
  let row = [...b, ""].map((_, index) => index);
  [...a].forEach((letter, i) => {
    let left = i;
    row = row.map((above, j) =>
      left = j === 0 ? i + 1 : Math.min(above + 1, left + 1, (row[j - 1] ?? 0) + Number(letter !== b[j - 1]))
    );
  });
  return row[b.length] ?? 0;
}

/** The name in `known` that `name` was probably meant to be, or undefined when none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = plain(name);
  const [best] = known
    .map((candidate) => {
      const other = plain(candidate);
      const far = edits(given, other);
      return { candidate, far: given.length > 3 && other.includes(given) ? Math.min(far, 1) : far };
    })
    .sort((a, b) => a.far - b.far);
  return best && best.far <= Math.max(1, given.length / 3) ? best.candidate : undefined;
}

/** Refuses what is no object of options, and options that `owner` does not have. */
export function assertKnownOptions(owner: string, options: object, known: readonly string[]): void {
  if (typeof options !== "object" || options === null) refuse(owner, ["an object of options"]);
  for (const name of Object.keys(options)) if (!known.includes(name)) throw unknownOption(owner, name, known);
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

/**
 * Refuses names that are none of `known`: the short {@linkcode assertKnownOptions}, for what small bundles hold.
 * Inherited names count: an AbortSignal in the place of options would never end anything.
 */
export function assertNames(owner: string, options: object, known: readonly string[], hidden = /^$/): void {
  for (const name in options) {
    if (!known.includes(name) && !hidden.test(name)) {
      throw new KalshiConfigError(
        `${owner} has no option \`${name}\`. Its options are: ${known.join(", ")}.`,
      );
    }
  }
}

/** Refuses names of options that are no part and none of `others`, and parts that could not be called. */
export function assertParts(owner: string, options: object, others: readonly string[]): void {
  if (typeof options !== "object" || options === null) refuse(owner, ["an object of options"]);
  assertNames(owner, options, [...Object.keys(PARTS), ...others]);
  for (const [name, ways] of Object.entries(PARTS)) {
    const part = (options as Record<string, Record<string, unknown> | undefined>)[name];
    const has = (methods: string) =>
      methods.split(" ").every((method) => typeof part?.[method] === "function");
    if (part === undefined || ways.some(has)) continue;
    refuse(name, ways.map((methods) => methods === "call" ? "a function" : `an object with ${methods}`));
  }
}

function refuse(what: string, ways: readonly string[]): never {
  throw new KalshiConfigError(`${what} takes ${ways.join(" or ")}.`);
}

/** Refuses what is no number of at least `least`; infinity is one unless `most` says otherwise. */
export function assertAtLeast(name: string, value: unknown, least = 0, most = Infinity): void {
  if (typeof value === "number" && value >= least && value <= most) return;
  throw new KalshiConfigError(`${name} takes a number of at least ${least}; got ${String(value)}.`);
}

/** The error for an option that `owner` does not have. */
export function unknownOption(owner: string, name: string, known: readonly string[]): KalshiConfigError {
  const near = nearestName(name, known);
  const hint = near === undefined
    ? `Its options are: ${known.join(", ")}.`
    : `Did you mean ${near}${near.endsWith("Ms") ? " (in milliseconds)" : ""}?`;
  return new KalshiConfigError(`${owner} has no option ${JSON.stringify(name.slice(0, 64))}. ${hint}`);
}
