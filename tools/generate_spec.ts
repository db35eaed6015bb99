/** Reads the fact files into one plain form, from which types, schemas and tables are written. */
import { readFileSync } from "node:fs";

/** A JSON value as the specs hold it. */
// deno-lint-ignore no-explicit-any -- the specs are walked by key; each reader states what it expects.
export type Json = any;

/** What a value looks like on the wire. */
export type Shape =
  | { readonly kind: "string" | "number" | "boolean" | "unknown" }
  | { readonly kind: "const"; readonly value: string | number }
  | { readonly kind: "enum"; readonly values: readonly (string | number)[] }
  | { readonly kind: "ref"; readonly name: string }
  /** A string whose type is written out by hand. */
  | { readonly kind: "typed"; readonly type: string }
  | { readonly kind: "array"; readonly items: Shape; readonly length?: number }
  | { readonly kind: "record"; readonly values: Shape }
  | { readonly kind: "object"; readonly fields: readonly Field[] };

/** A property of an object, or a parameter. */
export interface Field {
  readonly name: string;
  readonly shape: Shape;
  readonly required: boolean;
  readonly nullable: boolean;
  readonly deprecated: boolean;
  /** What the spec says beyond the shape: units, formats, limits, defaults. */
  readonly facts: Json;
}

/** A named type. `use` says who makes the values: us (`in`), the exchange (`out`), or both. */
export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
  readonly use: "in" | "out" | "both";
  readonly facts: Json;
}

/** One REST call. */
export interface Call {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly auth: boolean;
  readonly deprecated: boolean;
  readonly pathParams: readonly Field[];
  readonly queryParams: readonly Field[];
  readonly body: { readonly type: string; readonly required: boolean } | undefined;
  readonly status: number;
  readonly response: string | undefined;
}

/** A file below src/contract/spec; like all tools, it runs in the project's root. */
export function readFacts(name: string): string {
  return readFileSync(`src/contract/spec/${name}`, "utf8");
}

export function pascal(name: string): string {
  return name.replace(/(^|[_-])([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase());
}

function singular(name: string): string {
  return name.replace(/ies$/, "y").replace(/s$/, "");
}

/** Name of the type of a nested object. A message's own fields get the short names that people will read. */
function nestedName(owner: string, property: string): string {
  if (property === "msg") return owner.replace(/(Message|Response)$/, "Data");
  if (property === "params") return owner.replace(/Command$/, "Params");
  return owner + pascal(property);
}

const union = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(" | ");

export const refName = (ref: string) => ref.slice(ref.lastIndexOf("/") + 1);

/** Follows `$ref` and folds an `allOf` of one `$ref` with sibling facts into those facts plus the reference. */
function flatten(schema: Json): { ref?: string; facts: Json } {
  if (schema.$ref !== undefined) return { ref: refName(schema.$ref), facts: {} };
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined;
  if (only?.$ref !== undefined) {
    const { allOf: _allOf, ...facts } = schema;
    return { ref: refName(only.$ref), facts };
  }
  return { facts: schema };
}

/** Turns schemas into shapes; nested objects get names of their own, which land in `named`. */
export class Shapes {
  readonly named = new Map<string, { shape: Shape; facts: Json }>();
  readonly #nullable: ReadonlySet<string>;

  /** Takes the names of the types that may be null wherever they are used. */
  constructor(nullable: Iterable<string> = []) {
    this.#nullable = new Set(nullable);
  }

  add(name: string, schema: Json): void {
    this.named.set(name, { shape: this.read(schema, name), facts: schema });
  }

  read(schema: Json, owner: string): Shape {
    const { ref } = flatten(schema);
    if (ref !== undefined) return { kind: "ref", name: ref };
    if (schema["x-type"] !== undefined) return { kind: "typed", type: schema["x-type"] };
    if (schema.const !== undefined) return { kind: "const", value: schema.const };
    // What Kalshi says of a list that goes on: whatever is not on it yet may be sent too.
    if (schema["x-open"] === true) return { kind: "typed", type: `Open<${union(schema.enum)}>` };
    if (schema.enum !== undefined) {
      return { kind: "enum", values: schema.enum.filter((value: unknown) => value !== null) };
    }
    switch (schema.type) {
      case "string":
      case "boolean":
        return { kind: schema.type };
      case "integer":
      case "number":
        return { kind: "number" };
      case "array": {
        const items = this.#inline(schema.items ?? {}, singular(owner));
        return schema.minItems === schema.maxItems && schema.minItems !== undefined
          ? { kind: "array", items, length: schema.minItems }
          : { kind: "array", items };
      }
      case "object":
        if (schema.properties !== undefined) return { kind: "object", fields: this.fields(schema, owner) };
        if (typeof schema.additionalProperties === "object") {
          return { kind: "record", values: this.#inline(schema.additionalProperties, singular(owner)) };
        }
        return { kind: "record", values: { kind: "unknown" } };
      case undefined:
        if (schema.allOf ?? schema.oneOf ?? schema.anyOf) break;
        return { kind: "unknown" };
    }
    throw new Error(`${owner}: no shape is known for ${JSON.stringify(schema).slice(0, 200)}`);
  }

  fields(schema: Json, owner: string): Field[] {
    const required = new Set<string>(schema.required ?? []);
    return Object.entries<Json>(schema.properties).map(([name, property]) =>
      this.field(name, property, required.has(name), nestedName(owner, name))
    );
  }

  field(name: string, schema: Json, required: boolean, owner: string): Field {
    const { facts, ref } = flatten(schema);
    return {
      name,
      shape: this.#inline(schema, owner),
      required,
      nullable: facts.nullable === true || (ref !== undefined && this.#nullable.has(ref)),
      deprecated: facts.deprecated === true,
      facts,
    };
  }

  #inline(schema: Json, owner: string): Shape {
    const shape = this.read(schema, owner);
    if (shape.kind !== "object") return shape;
    this.named.set(owner, { shape, facts: schema });
    return { kind: "ref", name: owner };
  }
}

/** An OpenAPI fact file as named shapes and calls. */
export class RestSpec {
  readonly version: string;
  readonly types: readonly NamedShape[];
  readonly calls: readonly Call[];

  constructor(text: string) {
    const spec = JSON.parse(text);
    const schemas: [string, Json][] = Object.entries(spec.components.schemas);
    const shapes = new Shapes(schemas.filter(([, schema]) => schema.nullable === true).map(([name]) => name));
    for (const [name, schema] of schemas) shapes.add(name, schema);
    const resolve = (value: Json): Json =>
      value.$ref === undefined
        ? value
        : value.$ref.slice(2).split("/").reduce((at: Json, key: string) => at[key], spec);
    const calls: Call[] = [];
    const sent = new Set<string>();
    const received = new Set<string>();
    for (const [path, item] of Object.entries<Json>(spec.paths)) {
      for (const [method, call] of Object.entries<Json>(item)) {
        const params: [string, Field][] = (call.parameters ?? []).map(resolve).map((param: Json) => {
          const facts = { deprecated: param.deprecated, ...param.schema };
          return [param.in, shapes.field(param.name, facts, param.required === true, param.name)];
        });
        const [status, answer] = Object.entries<Json>(call.responses).find(([code]) =>
          code.startsWith("2")
        ) ?? [];
        const bodySchema = call.requestBody?.content["application/json"].schema;
        const answerSchema = resolve(answer).content?.["application/json"].schema;
        const body = bodySchema &&
          { type: refName(bodySchema.$ref), required: call.requestBody.required === true };
        const response = answerSchema && refName(answerSchema.$ref);
        if (body) sent.add(body.type);
        for (const [, field] of params) {
          for (const name of refs(field.shape)) sent.add(name);
        }
        for (const one of Object.values<Json>(call.responses)) {
          const schema = resolve(one).content?.["application/json"].schema;
          if (schema) received.add(refName(schema.$ref));
        }
        calls.push({
          id: call.operationId,
          tag: call.tags[0],
          method: method.toUpperCase(),
          path,
          auth: call.security !== undefined && call.security.length > 0,
          deprecated: call.deprecated === true,
          pathParams: params.filter(([where]) => where === "path").map(([, field]) => field),
          queryParams: params.filter(([where]) => where === "query").map(([, field]) => field),
          body,
          status: Number(status),
          response,
        });
      }
    }
    this.version = spec.info.version;
    this.calls = calls;
    reach(sent, shapes);
    reach(received, shapes);
    this.types = [...shapes.named].map(([name, { shape, facts }]) => ({
      name,
      shape,
      facts,
      use: sent.has(name) ? received.has(name) ? "both" : "in" : "out",
    }));
  }
}

/** Whether this is a list of any length: one of fixed length is a tuple. */
export function isList(shape: Shape): boolean {
  return shape.kind === "array" && shape.length === undefined;
}

/** Names that a shape refers to directly. */
export function refs(shape: Shape): string[] {
  switch (shape.kind) {
    case "ref":
      return [shape.name];
    case "array":
      return refs(shape.items);
    case "record":
      return refs(shape.values);
    case "object":
      return shape.fields.flatMap((field) => refs(field.shape));
    default:
      return [];
  }
}

/** Adds to a set of names all that they lead to. */
export function reach(names: Set<string>, shapes: Shapes): void {
  for (const name of names) {
    const entry = shapes.named.get(name);
    if (entry !== undefined) { for (const next of refs(entry.shape)) names.add(next); }
  }
}
