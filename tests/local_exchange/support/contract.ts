/** Whether answers are what Kalshi's specification says, and nothing more. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import type { Answer, Watch } from "./session.ts";

type Schema = { [key: string]: unknown };

interface Operation {
  readonly operationId: string;
  readonly responses: Record<
    string,
    { $ref?: string; content?: { "application/json"?: { schema: Schema } } }
  >;
}

interface Spec {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly schemas: Record<string, Schema>;
    readonly responses: Record<string, { content?: { "application/json"?: { schema: Schema } } }>;
  };
}

const spec = JSON.parse(readFileSync("src/contract/spec/openapi.json", "utf8")) as Spec;
const constraints = [
  "type",
  "format",
  "enum",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "required",
  "maxLength",
];

/** OpenAPI 3.0 as JSON Schema: `nullable` spelled out, and no property that the schema does not name. */
function convert(schema: Schema): Schema {
  const converted: Schema = {};
  for (const key of constraints) if (schema[key] !== undefined) converted[key] = schema[key];
  if (typeof schema.$ref === "string") {
    converted.$ref = schema.$ref.replace("#/components/schemas/", "#/definitions/");
  }
  if (schema.items !== undefined) converted.items = convert(schema.items as Schema);
  if (Array.isArray(schema.allOf)) converted.allOf = schema.allOf.map(convert);
  if (schema.properties !== undefined) {
    converted.properties = Object.fromEntries(
      Object.entries(schema.properties as Record<string, Schema>).map((
        [name, value],
      ) => [name, convert(value)]),
    );
    converted.additionalProperties = false;
  }
  if (typeof schema.additionalProperties === "object") {
    converted.additionalProperties = convert(schema.additionalProperties as Schema);
  }
  return schema.nullable === true ? { anyOf: [converted, { type: "null" }] } : converted;
}

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
    uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    int32: true,
    int64: true,
    double: true,
  },
});
const definitions = Object.fromEntries(
  Object.entries(spec.components.schemas).map(([name, value]) => [name, convert(value)]),
);
// Dollars and counts are strings of digits; the specification leaves their form to its prose.
definitions.FixedPointDollars = { type: "string", pattern: "^-?\\d+\\.\\d{4}(\\d\\d)?$" };
definitions.FixedPointCount = { type: "string", pattern: "^-?\\d+\\.\\d\\d$" };
ajv.addSchema({ $id: "spec", definitions });

const templates = Object.entries(spec.paths).map(([template, operations]) => ({
  pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  fixed: template.split("/").filter((part) => part !== "" && !part.startsWith("{")).length,
  operations,
}));

/** Ids of all operations in the specification. */
export const operationIds: readonly string[] = Object.values(spec.paths)
  .flatMap((operations) => Object.values(operations).map(({ operationId }) => operationId))
  .filter((id) => id !== undefined);

/** The operation of a request. */
export function operationOf(method: string, path: string): Operation {
  const found = templates
    .filter(({ pattern, operations }) => pattern.test(path) && operations[method.toLowerCase()] !== undefined)
    .sort((a, b) => b.fixed - a.fixed)[0]?.operations[method.toLowerCase()];
  if (found === undefined) throw new Error(`No operation for ${method} ${path}.`);
  return found;
}

/** Throws where an answer differs from the specification. */
export function checkAnswer(method: string, path: string, { status, value }: Answer): void {
  const operation = operationOf(method, path);
  const listed = operation.responses[status];
  const name = `${operation.operationId} ${status}`;
  if (listed === undefined) {
    // Kalshi's specification lists no 404, 409 and the like for many operations that answer them.
    if (status < 400) throw new Error(`${name} is no status of the specification.`);
  }
  const named = listed?.$ref?.split("/").at(-1);
  const response = named === undefined ? listed : spec.components.responses[named];
  const schema = response?.content?.["application/json"]?.schema ??
    (status >= 400 ? { $ref: "#/components/schemas/ErrorResponse" } : undefined);
  if (schema === undefined) {
    if (value !== undefined) throw new Error(`${name} has a body, and should have none.`);
    return;
  }
  const reference = convert(schema);
  const validate = ajv.compile({ ...reference, $ref: String(reference.$ref).replace("#/", "spec#/") });
  if (!validate(value)) {
    const problems = validate.errors?.slice(0, 5).map(({ instancePath, message, params }) =>
      `${instancePath || "/"} ${message} ${JSON.stringify(params)}`
    );
    throw new Error(`${name}: ${problems?.join("; ")}\n${JSON.stringify(value).slice(0, 600)}`);
  }
}

/** A watch that checks every answer and notes which operations were seen to succeed. */
export function contractWatch(): { readonly watch: Watch; readonly seen: Set<string> } {
  const seen = new Set<string>();
  return {
    seen,
    watch(method, path, answer) {
      checkAnswer(method, path, answer);
      if (answer.status < 300) seen.add(operationOf(method, path).operationId);
    },
  };
}
