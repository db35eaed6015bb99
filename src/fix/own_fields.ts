/** The fields that a method was given. */
import { assertObject } from "../base/options.ts";
import { readOwn } from "../base/plain.ts";

/**
 * A copy of the fields, each read once, to be added to: what is spread of an object that inherits nothing takes longer
 * than all of its checks. What is no object of fields is refused.
 */
export function ownFields<Fields extends object>(name: string, fields: Fields): Fields {
  assertObject(name, fields);
  return readOwn(fields);
}
