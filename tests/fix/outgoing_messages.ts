/** Messages as a client may send them, made up. */
import fc from "fast-check";
import type { FixProduct } from "../../src/contract/fix/sessions.ts";
import type { OutgoingField, OutgoingFields } from "../../src/contract/fix_outgoing_rules.ts";

/** Values that a field takes. */
function values(field: OutgoingField, product: FixProduct, useDollars: boolean): fc.Arbitrary<unknown> {
  switch (field.kind) {
    case "text":
      return fc.stringMatching(/^[!-~]{1,16}$/).filter((text) => !/^MII|^MC4/.test(text));
    case "uuid":
      return fc.uuid();
    case "exec-id":
      return fc.tuple(fc.nat(), fc.nat(), fc.constantFrom("", ";1")).map(([clock, event, rest]) =>
        `${clock};${event}${rest}`
      );
    case "flag":
      return fc.boolean();
    case "time":
      return fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => {
        const iso = date.toISOString();
        return `${iso.slice(0, 10).replaceAll("-", "")}-${iso.slice(11, 23)}`;
      });
    case "code":
      return fc.constantFrom(...Object.keys(field.codes));
    case "whole":
      return field.codes === undefined
        ? fc.integer({ min: field.range?.[0] ?? 0, max: field.range?.[1] ?? 1e9 })
        : fc.constantFrom(...Object.keys(field.codes).map(Number));
    case "price":
      if (product === "margin") {
        return fc.integer({ min: 1, max: 1e9 }).map((ticks) => (ticks / 1e4).toFixed(4));
      }
      return useDollars
        ? fc.integer({ min: 1, max: 9_999 }).map((ticks) => (ticks / 1e4).toFixed(4))
        : fc.integer({ min: 1, max: 99 }).map(String);
    case "quantity":
      return field.places === 0
        ? fc.integer({ min: 1, max: 1e6 }).map(String)
        : fc.integer({ min: 1, max: 1e8 }).map((hundredths) => (hundredths / 100).toFixed(2));
    case "money":
      return fc.integer({ min: 1, max: 1e9 }).map((cents) => (cents / 100).toFixed(2));
    case "group":
      return fc.array(outgoingFields(field.fields, product, useDollars), { minLength: 1, maxLength: 3 });
  }
}

/** Fields that pass, each on its own; whether they go together is another matter. */
export function outgoingFields(
  fields: OutgoingFields,
  product: FixProduct,
  useDollars: boolean,
): fc.Arbitrary<object> {
  const needed = Object.keys(fields).filter((name) => fields[name]?.required);
  return fc.record(
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, values(field, product, useDollars)]),
    ),
    { requiredKeys: needed },
  );
}
