/**
 * Kalshi writes null for an empty list here and there, whatever its specification says: a list of Go that was never
 * filled. Read by the contract, such a null is an empty list.
 *
 * @module
 */
import type { Lists } from "./operation.ts";

/**
 * Puts an empty list where a value has null for a list, and returns it. What is no such list stays as it is, also
 * what the contract does not know.
 */
export function fillLists(lists: Lists, value: unknown): unknown {
  if (Array.isArray(lists)) {
    if (value === null) return [];
    const [items] = lists;
    if (items === undefined || !Array.isArray(value)) return value;
    let filled: object = value;
    for (let index = 0; index < value.length; index++) filled = fillAt(items, filled, index);
    return filled;
  }
  if (typeof value !== "object" || value === null) return value;
  let filled: object = value;
  const fields = lists as Readonly<Record<string, Lists>>;
  for (const name in fields) {
    if (name === "*") { for (const each of Object.keys(filled)) filled = fillAt(fields[name], filled, each); }
    else filled = fillAt(fields[name], filled, name);
  }
  return filled;
}

function fillAt(lists: Lists = {}, holder: object, name: string | number): object {
  const found = (holder as Readonly<Record<string | number, unknown>>)[name];
  const filled = fillLists(lists, found);
  if (filled === found || Reflect.set(holder, name, filled)) return holder;
  // A parser of the caller's own may freeze what it returns.
  return Object.assign(Array.isArray(holder) ? [...holder] : { ...holder }, { [name]: filled });
}
