/**
 * The few checks that a namespace makes before it sends: where a wrong value would cost money, or where the
 * exchange's own answer would not say what to do.
 *
 * @module
 */

import { KalshiConfigError } from "../errors.ts";

function refuse(message: string): never {
  throw new KalshiConfigError(message);
}

function shown(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? JSON.stringify(value) : typeof value;
}

const isGiven = (value: unknown) => value !== undefined && value !== null;

/** The fields of what a caller has to give. */
function fieldsOf(given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== "object" || given === null) {
    refuse(`This call takes an object of fields; got ${given === null ? "null" : typeof given}.`);
  }
  return given as Readonly<Record<string, unknown>>;
}

/** A number would go through a float, and NaN through JSON as null: neither may become a price or a count. */
export function assertDecimal(body: object, name: string): void {
  const value = fieldsOf(body)[name];
  if (typeof value !== "string" || !/^\d+(\.\d+)?$/.test(value)) {
    refuse(`\`${name}\` takes a decimal string such as "0.5600"; got ${shown(value)}.`);
  }
}

/** The same where the field may be left out. */
export function assertDecimalIfGiven(body: object, name: string): void {
  if (isGiven(fieldsOf(body)[name])) assertDecimal(body, name);
}

/** Money and counts in whole units of the wire; `unit` says which. */
export function assertWhole(body: object, name: string, unit: string): void {
  const value = fieldsOf(body)[name];
  if (!Number.isSafeInteger(value)) {
    refuse(`\`${name}\` takes a whole number of ${unit}; got ${shown(value)}.`);
  }
}

/** Exactly one of two ways to say the same: each is given when one of its fields is. */
export function assertOneOf(body: object, first: readonly string[], second: readonly string[]): void {
  const fields = fieldsOf(body);
  const has = (names: readonly string[]) => names.some((name) => isGiven(fields[name]));
  if (has(first) === has(second)) {
    const names = [first, second].map((group) => group.map((name) => `\`${name}\``).join(" or "));
    refuse(`Give exactly one: ${names.join(", or else ")}; got ${has(first) ? "both" : "none"}.`);
  }
}

/** A list in which there is something. */
export function assertSome(body: object, name: string): void {
  const value = fieldsOf(body)[name];
  if (!Array.isArray(value) || value.length === 0) {
    refuse(
      `\`${name}\` takes a list of at least one; got ${
        Array.isArray(value) ? "an empty one" : shown(value)
      }.`,
    );
  }
}

/** From one to a hundred of them; a string counts as it goes over the wire, with commas. */
export function assertHundred(params: object, name: string): void {
  const value = fieldsOf(params)[name];
  const items: unknown = typeof value === "string" ? value.split(",") : value;
  if (!Array.isArray(items)) refuse(`\`${name}\` takes a list of strings; got ${shown(value)}.`);
  if (items.length < 1 || items.length > 100) {
    refuse(`\`${name}\` takes 1 to 100 items; got ${items.length}. Split longer lists into several calls.`);
  }
}
