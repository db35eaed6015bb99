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
  if (Array.isArray(items)) {
    let filled: object = value;
    for (let index = 0; index < value.length; index++) {
      const full = fillLists(items as unknown as Lists, value[index]);
      if (full !== value[index]) filled = put(filled, index, full);
    }
    return filled;
  }
  // A page has a thousand items: name by name, since engines are quick with a name that stays.
  let filled: readonly unknown[] = value;
  for (const rule of rulesOf(items)) filled = fillItems(rule, filled);
  return filled;
}

function fillItems([name, lists]: Rules[number], items: readonly unknown[]): readonly unknown[] {
  let filled = items;
  const rules: Rules = [[name, lists]];
  const isLeaf = Array.isArray(lists) && lists.length === 0 && name !== "*";
  for (let index = 0; index < items.length; index++) {
    if (isLeaf && (items[index] as Readonly<Record<string, unknown>> | null)?.[name] !== null) continue;
    const full = fillFields(rules, items[index]);
    if (full !== items[index]) filled = put(filled, index, full) as readonly unknown[];
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
  const filled = fillLists(lists, found);
  return filled === found ? holder : put(holder, name, filled);
}

function put(holder: object, name: string | number, value: unknown): object {
  if (Reflect.set(holder, name, value)) return holder;
  // A parser of the caller's own may freeze what it returns.
  return Object.assign(Array.isArray(holder) ? [...holder] : { ...holder }, { [name]: value });
}
