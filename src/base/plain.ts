/**
 * What counts as an object of fields, how it is copied, and how a value is shown in a message.
 *
 * @module
 */

/** An object of fields by name. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether there are fields at all to look at: an object of any kind, a list too. */
export const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Whether it is an object as JSON has them: no list, and not `null`. */
export const isRecord = (value: unknown): value is Fields => isObject(value) && !Array.isArray(value);

/** An id such as those of orders. */
export const UUID: RegExp = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How deep what the contract knows goes: an object, a list in it, an object in that, a value. */
const DEPTH = 4;

/** A plain object: written with braces, read from JSON, or without a prototype. No list, no instance of a class. */
export function isPlain(value: unknown): value is Fields {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ||
    // Of another realm, such as a frame or a worker's test.
    Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

/**
 * A copy of an object's own properties, each read once. It inherits nothing: what is not in it is left out, whatever
 * `Object.prototype` was made to hold elsewhere in the process.
 */
export function readOwn<T extends object>(given: T): T {
  const copy = Object.create(null);
  for (const name of Object.getOwnPropertyNames(given)) copy[name] = given[name as keyof T];
  return copy;
}

/**
 * Own properties of a plain object, and of those in it, read once: what is checked is what is sent. Everything else
 * stays what it is, for the check to refuse.
 */
export function copyPlain(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > DEPTH) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (let index = 0; index < value.length; index++) items.push(copyPlain(value[index], depth + 1));
    return items;
  }
  if (!isPlain(value)) return value;
  const copy: Record<string, unknown> = {};
  // Those that a loop would not show count as well: a filter that is not seen would be no filter.
  for (const name of Object.getOwnPropertyNames(value)) {
    const inner = value[name];
    const own = typeof inner === "object" ? copyPlain(inner, depth + 1) : inner;
    if (name === "__proto__") Object.defineProperty(copy, name, { value: own, enumerable: true });
    else copy[name] = own;
  }
  return copy;
}

/** Text that may be a key or a signature: PEM, or letters of both cases and digits without a space. */
export function isKeyLike(text: string): boolean {
  return /-----|PRIVATE KEY/.test(text) ||
    /^[\w+/=-]{24,}$/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text) &&
      !UUID.test(text);
}

/** Text as a message may show it: never what may be a secret, nor more than a line of it. */
export function shownText(text: string): string {
  if (text.includes("-----BEGIN")) return "the text of a key";
  return text.length > 40 || isKeyLike(text) ? lengthOf(text) : JSON.stringify(text);
}

const lengthOf = (text: string) => `text of ${text.length} character${text.length === 1 ? "" : "s"}`;

/** Words of letters, as names are made of: keys have digits in between, or no words. */
function isName(text: string): boolean {
  if (text.length > 64 || !/^[A-Za-z_$][\w$.-]*$/.test(text)) return false;
  if (text.length < 16) return true;
  const words = text.match(/[A-Z]*[a-z]+|[A-Z]+/g) ?? [];
  if (words.length === 1) return text.length <= 24 && !/\d/.test(text);
  return text.length < 24
    ? !/\d.*\d/.test(text) && text.length >= 3.5 * words.length
    : !/\d/.test(text) && text.length >= 4.5 * words.length;
}

/** A name as a message may show it: never what may be a secret. Places in lists belong to it. */
export function shownName(name: string, quote = "`"): string {
  return isName(name.replace(/\[\d{1,6}\]/g, ""))
    ? `${quote}${name}${quote}`
    : `of ${name.length} characters`;
}

/** A value of an option as a message may show it: text is never quoted, for it may be a key, whatever it looks like. */
export function shownSecret(value: unknown): string {
  return typeof value === "string" && value !== "" ? lengthOf(value) : shown(value);
}

/** A value as a message may show it. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "string":
      return value === "" ? "empty text" : shownText(value);
    case "number":
      return `the number ${value}`;
    case "bigint":
      return "a bigint";
    case "boolean":
      return String(value);
    case "object":
      return shownObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function shownObject(value: object | null): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (isPlain(value)) return "an object";
  const { constructor } = value;
  const name = typeof constructor === "function" ? constructor.name : "";
  return /^[A-Z]\w{0,40}$/.test(name)
    ? `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}`
    : "an object of a class";
}
