/** Writes valibot schemas of named shapes, kept private, and the functions that use them. */
import type { Call, Field, NamedShape, Shape } from "./generate_spec.ts";
import { listsName, listsOf } from "./generate_lists.ts";
import { docComment } from "./generate_types.ts";
import type { Message } from "./generate_ws.ts";

type Side = "in" | "out";

const constant = (name: string) => `${name[0]?.toLowerCase()}${name.slice(1)}Schema`;

/** What we receive may hold values that are not known yet; what we send may not. */
function schemaText(shape: Shape, side: Side, named: ReadonlyMap<string, Shape>): string {
  switch (shape.kind) {
    case "string":
    case "number":
    case "boolean":
    case "unknown":
      return `v.${shape.kind}()`;
    case "typed":
      return "v.string()";
    case "const":
      return `v.literal(${JSON.stringify(shape.value)})`;
    case "enum":
      if (side === "in") return `v.picklist(${JSON.stringify(shape.values)})`;
      return typeof shape.values[0] === "string" ? "v.string()" : "v.number()";
    case "ref": {
      const target = named.get(shape.name);
      if (target === undefined) throw new Error(`${shape.name} is not defined`);
      return target.kind === "object" ? `${constant(shape.name)}()` : schemaText(target, side, named);
    }
    case "array": {
      const items = schemaText(shape.items, side, named);
      if (shape.length !== undefined) {
        return `v.looseTuple([${Array(shape.length).fill(items).join(", ")}])`;
      }
      // Kalshi sends null for an empty list, whatever its spec says.
      return side === "in" ? `v.array(${items})` : `v.nullable(v.array(${items}))`;
    }
    case "record":
      return `v.record(v.string(), ${schemaText(shape.values, side, named)})`;
    case "object": {
      const kind = side === "in" ? "strictObject" : "looseObject";
      return `v.${kind}({\n${shape.fields.map((field) => entry(field, side, named)).join("")}})`;
    }
  }
}

/** A received field that is optional may be null too: Kalshi writes an absent value either way. */
function entry(field: Field, side: Side, named: ReadonlyMap<string, Shape>): string {
  const inner = schemaText(field.shape, side, named);
  const wrap = field.required
    ? field.nullable ? "nullable" : undefined
    : field.nullable || side === "out"
    ? "nullish"
    : "optional";
  return `  ${field.name}: ${wrap === undefined ? inner : `v.${wrap}(${inner})`},\n`;
}

function parsers(name: string, lists: string | undefined): string {
  const schema = constant(name);
  const more = lists === undefined ? "" : `, ${lists}`;
  const fails = "throws KalshiDecodeError that says where it differs";
  return docComment([`Returns the value itself if it is a {@linkcode ${name}}, else ${fails}.`], false) +
    `export function parse${name}(value: unknown): ${name} {\n  return parse(${schema}, "${name}", value${more});\n}\n\n` +
    docComment(
      [`Like {@linkcode parse${name}}, and returns the first difference instead of throwing.`],
      false,
    ) +
    `export function safeParse${name}(value: unknown): ParseResult<${name}> {\n` +
    `  return safeParse(${schema}, value${more});\n}\n`;
}

function moduleText(
  head: string,
  source: string,
  lists: string,
  validation: string,
  types: readonly NamedShape[],
  uses: string,
  more: string,
): string {
  const named = new Map(types.map(({ name, shape }) => [name, shape]));
  const objects = types.filter(({ shape }) => shape.kind === "object");
  const schemas = objects.map(({ name, shape, use }) => {
    const text = schemaText(shape, use === "out" ? "out" : "in", named);
    return `const ${constant(name)}: LazySchema = /* @__PURE__ */ lazy(() => ${text});\n`;
  });
  const names = objects.map(({ name }) => name);
  const holders = listsOf(types);
  const functions = names.map((name) => parsers(name, holders.has(name) ? listsName(name) : undefined));
  return `${head}import * as v from "valibot";\n` +
    `import { ${uses}, lazy, type LazySchema, parse, type ParseResult, safeParse, type SchemaDifference } ` +
    `from "${validation}";\nimport { ${
      names.filter((name) => holders.has(name)).map(listsName).join(", ")
    } } ` +
    `from "${lists}";\nimport type { ${names.join(", ")} } from "${source}";\n\n` +
    `export type * from "${source}";\n\n${schemas.join("\n")}\n${functions.join("\n")}\n${more}`;
}

/** Schemas of a REST API as one module's text, with the check of answers by operation. */
export function restSchemasModule(
  head: string,
  validation: string,
  types: readonly NamedShape[],
  calls: readonly Call[],
): string {
  const objects = new Set(types.filter(({ shape }) => shape.kind === "object").map(({ name }) => name));
  const rows = calls.filter(({ response }) => objects.has(response ?? ""))
    .map(({ method, path, response }) => `  "${method} ${path}": ${constant(response ?? "")},\n`);
  const more = `const answers: Readonly<Record<string, LazySchema>> = {\n${rows.join("")}};\n\n` +
    docComment([
      "Compares the body of a successful answer with the contract and returns the first difference. `operation` is the",
      "method and the path template, such as `GET /markets/{ticker}`.",
      "Returns `undefined` when there is none, and for operations that it does not know or whose answers have no fields.",
    ], false) +
    `export function checkResponse(operation: string, value: unknown): SchemaDifference | undefined {\n` +
    `  const schema = Object.hasOwn(answers, operation) ? answers[operation] : undefined;\n` +
    `  return schema === undefined ? undefined : difference(schema, value);\n}\n`;
  return moduleText(head, "./types.ts", "./lists.ts", validation, types, "difference", more);
}

/** Schemas of a WebSocket as one module's text, with the check of frames by their type. */
export function wsSchemasModule(
  head: string,
  validation: string,
  types: readonly NamedShape[],
  messages: readonly Message[],
): string {
  const byType = new Map<string, string[]>();
  for (const { sent, wireType, type } of messages) {
    if (!sent) byType.set(wireType, [...byType.get(wireType) ?? [], constant(type)]);
  }
  const rows = [...byType].map(([wireType, schemas]) => `  ${wireType}: [${schemas.join(", ")}],\n`);
  const more = `const frames: Readonly<Record<string, readonly LazySchema[]>> = {\n${rows.join("")}};\n\n` +
    docComment([
      "Compares a frame from the exchange with the contract, by its `type`, and returns the first difference.",
      "Returns `undefined` when there is none, and for types that it does not know.",
    ], false) +
    `export function checkFrame(frame: unknown): SchemaDifference | undefined {\n` +
    `  return differenceOfFrame(frames, frame);\n}\n`;
  return moduleText(
    head,
    "./channels.ts",
    "./channel_lists.ts",
    validation,
    types,
    "differenceOfFrame",
    more,
  );
}
