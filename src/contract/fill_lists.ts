/**
 * Kalshi writes null for an empty list here and there, whatever its specification says: a list of Go that was never
 * filled. Read by the contract, such a null is an empty list.
 *
 * @module
 */
import type { Lists } from "./operation.ts";

/** The rules of an object's fields, by name. */
type Rules = readonly (readonly [name: string, lists: Lists])[];

const rulesOf = (lists: Lists): Rules => Object.entries(lists as Readonly<Record<string, Lists>>);

/**
 * Puts an empty list where a value has null for a list, and returns it. What is no such list stays as it is, also
 * what the contract does not know.
 */
export function fillLists(lists: Lists, value: unknown): unknown {
  if (!Array.isArray(lists)) return fillFields(rulesOf(lists), value);
  if (value === null) return [];
  const [items] = lists;
  if (items === undefined || !Array.isArray(value)) return value;
  // A page has a thousand items: the rules are looked at once.
  const rules = Array.isArray(items) ? undefined : rulesOf(items);
  let filled: object = value;
  for (let index = 0; index < value.length; index++) {
    const item = value[index];
    const full = rules === undefined ? fillLists(items, item) : fillFields(rules, item);
    if (full !== item) filled = put(filled, index, full);
  }
  return filled;
}

function fillFields(rules: Rules, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  let filled: object = value;
  for (const [name, lists] of rules) {
    if (name === "*") { for (const each of Object.keys(filled)) filled = fillField(filled, each, lists); }
    else filled = fillField(filled, name, lists);
  }
  return filled;
}

function fillField(holder: object, name: string, lists: Lists): object {
  const found = (holder as Readonly<Record<string, unknown>>)[name];
  if (found === undefined || found !== null && Array.isArray(lists) && lists.length === 0) return holder;
  const filled = fillLists(lists, found);
  return filled === found ? holder : put(holder, name, filled);
}

function put(holder: object, name: string | number, value: unknown): object {
  if (Reflect.set(holder, name, value)) return holder;
  // A parser of the caller's own may freeze what it returns.
  return Object.assign(Array.isArray(holder) ? [...holder] : { ...holder }, { [name]: value });
}
