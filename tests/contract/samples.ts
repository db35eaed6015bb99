/** Values made from the schemas of the fact files. */
import type { Json } from "../../tools/spec_diff_schema.ts";

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
