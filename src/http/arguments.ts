/**
 * What no schema says of a call: which of its fields go together.
 *
 * @module
 */

import { type CheckedTemplate, refuseCall } from "./call_options.ts";
import { assertFields, checkCall } from "./check_call.ts";
import type { CallOptions } from "./call_options.ts";
import { copyPlain, type Fields, isPlain, readOwn } from "../base/plain.ts";

/** True for what is neither left out nor null. */
export const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/**
 * Checks a write before anything else is asked of the exchange on its behalf; the pipeline checks it again.
 *
 * @param body A copy, as `options` is: what is checked is what is sent.
 * @returns what its body will hold, with what `extraBody` adds
 */
export function checkFirst<B extends object>(
  template: CheckedTemplate,
  params: object | undefined,
  body: B,
  options: CallOptions,
): B {
  return checkCall(readOwn(template), params, body, options).body as B;
}

/**
 * Checks the parameters of a read.
 *
 * @returns a copy of them to send, and what it will ask for with what `extraQuery` adds
 */
export function readParams<P extends object>(
  template: CheckedTemplate,
  given: P,
  options: CallOptions | undefined,
): { readonly params: P; readonly sent: P } {
  const params = copyPlain(given) as P;
  const own = isPlain(options) ? readOwn(options as CallOptions) : {};
  return { params, sent: checkCall(readOwn(template), params, undefined, own).params as P };
}

/** A body's own fields, and the check that it has some: before it is spread. */
export function ownFields<B extends object>(template: CheckedTemplate, body: B): B {
  assertFields(template, "body", body);
  return copyPlain(body) as B;
}

/** What a call is about, with what its caller adds to the contract. */
export function withExtras<T extends object>(given: T, extra: object | undefined): T {
  return extra === undefined ? given : { ...given, ...extra };
}

/** An id that this library sends itself must stand where it looks for it. */
export function assertNoExtra(template: CheckedTemplate, { extraBody }: CallOptions, name: string): void {
  if (extraBody !== undefined && Object.hasOwn(Object(extraBody), name)) {
    refuseCall(template, `\`${name}\` goes into the body itself, not into \`extraBody\`.`);
  }
}

/** Exactly one of two ways to say the same: each is given when one of its fields is. */
export function assertOneOf(
  template: CheckedTemplate,
  fields: object,
  first: readonly string[],
  second: readonly string[],
): void {
  const has = (names: readonly string[]) => names.some((name) => isGiven((fields as Fields)[name]));
  if (has(first) === has(second)) {
    const names = [first, second].map((group) => group.map((name) => `\`${name}\``).join(" or "));
    refuseCall(
      template,
      `Give exactly one: ${names.join(", or else ")}; got ${has(first) ? "both" : "none"}.`,
    );
  }
}

/** One of some parameters at least. */
export function assertSomeOf(template: CheckedTemplate, fields: object, names: readonly string[]): void {
  if (names.some((name) => isGiven((fields as Fields)[name]))) return;
  refuseCall(template, `Give at least one: ${names.map((name) => `\`${name}\``).join(" or ")}.`);
}
