/** Values made from the schemas of the fact files. */
import type { Json } from "../../src/cli/spec_diff/schema.ts";

/** A schema with its reference followed, keeping `nullable` that stands beside it. */
export function follow(spec: Json, schema: Json): Json {
  const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  if (ref === undefined) return schema.allOf?.length === 1 ? { ...schema.allOf[0], ...schema } : schema;
  const target = String(ref).slice(2).split("/").reduce((at: Json, key) => at[key], spec);
  return { ...follow(spec, target), ...(schema.nullable === true ? { nullable: true } : {}) };
}

/** Every field filled in, with known values. */
export function sample(spec: Json, schema: Json): Json {
  const { type, properties = {}, items, enum: values, const: only, minItems, additionalProperties } = follow(
    spec,
    schema,
  );
  if (only !== undefined) return only;
  if (values !== undefined) return values[0];
  switch (type) {
    case "object":
      if (typeof additionalProperties === "object") return { key: sample(spec, additionalProperties) };
      return Object.fromEntries(
        Object.entries<Json>(properties).map(([name, property]) => [name, sample(spec, property)]),
      );
    case "array":
      return Array.from({ length: minItems ?? 2 }, () => sample(spec, items));
    case "string":
      return "0.5600";
    case "integer":
    case "number":
      return 7;
    case "boolean":
      return true;
    default:
      return "anything";
  }
}

/** Whether a schema is that of a list, and not of a tuple of fixed length. */
export function isList({ type, minItems, maxItems }: Json): boolean {
  return type === "array" && (minItems === undefined || minItems !== maxItems);
}

/** The place of a list in a value. */
export interface ListPlace {
  readonly path: string;
  /** Said to be null at times, which then means something. */
  readonly nullable: boolean;
  /** Puts something else in its place. */
  readonly put: (value: unknown) => void;
  readonly get: () => unknown;
}

/** All lists of a value: as fields, in lists, in maps, and the value itself. */
export function listPlaces(
  spec: Json,
  schema: Json,
  holder: Json,
  key: string | number,
  path = "",
): ListPlace[] {
  const at = follow(spec, schema);
  const { properties = {}, items, additionalProperties } = at;
  const value = holder[key];
  const own = isList(at)
    ? [{
      path,
      nullable: at.nullable === true,
      put: (value: unknown) => holder[key] = value,
      get: () => holder[key],
    }]
    : [];
  if (Array.isArray(value)) {
    return own.concat(
      value.flatMap((_, index) => listPlaces(spec, items, value, index, `${path}[${index}]`)),
    );
  }
  if (typeof additionalProperties === "object") {
    return Object.keys(value).flatMap((name) =>
      listPlaces(spec, additionalProperties, value, name, `${path}.${name}`)
    );
  }
  return Object.entries<Json>(properties).flatMap(([name, property]) =>
    listPlaces(spec, property, value, name, `${path}.${name}`)
  );
}

/** The value with an empty list wherever it has null for one that is never said to be null. */
export function withEmptyLists(spec: Json, schema: Json, value: Json): Json {
  const at = follow(spec, schema);
  const { properties = {}, items, additionalProperties } = at;
  if (value === null) return isList(at) && at.nullable !== true ? [] : null;
  if (typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withEmptyLists(spec, items ?? {}, item));
  return Object.fromEntries(
    Object.entries<Json>(value).map(([name, inner]) => [
      name,
      withEmptyLists(
        spec,
        properties[name] ?? (typeof additionalProperties === "object" ? additionalProperties : {}),
        inner,
      ),
    ]),
  );
}

/** A place in a value, and what the schema says of it. */
export interface Place {
  readonly path: string;
  readonly schema: Json;
  /** The object or list that holds it, and the key there. */
  readonly holder: Json;
  readonly key: string | number;
  readonly required: boolean;
}

/** All fields of a value, deep inside too. */
export function places(spec: Json, schema: Json, value: Json, path = ""): Place[] {
  const { type, properties = {}, required = [], items, additionalProperties } = follow(spec, schema);
  if (type === "array") {
    return value.flatMap((item: Json, index: number) => places(spec, items, item, `${path}[${index}]`));
  }
  if (typeof additionalProperties === "object") {
    return places(spec, additionalProperties, value.key, path === "" ? "key" : `${path}.key`);
  }
  return Object.entries<Json>(properties).flatMap(([key, property]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const place: Place = {
      path: at,
      schema: follow(spec, property),
      holder: value,
      key,
      required: required.includes(key),
    };
    return [place, ...places(spec, property, value[key], at)];
  });
}
