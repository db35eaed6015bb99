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

/** What the specification of a product says of answers. */
export interface Contract {
  /** Ids of all operations in the specification. */
  readonly operationIds: readonly string[];
  /** The operation of a request; undefined where the product has none. */
  operationOf(method: string, path: string): Operation | undefined;
  /** Throws where an answer differs from the specification. */
  checkAnswer(operation: Operation, answer: Answer): void;
}

/** Reads the specification of a product. */
export function contractOf(file: string): Contract {
  const spec = JSON.parse(readFileSync(`src/contract/spec/${file}`, "utf8")) as Spec;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: {
      "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
      uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      date: /^\d{4}-\d\d-\d\d$/,
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

  return {
    operationIds: Object.values(spec.paths)
      .flatMap((operations) => Object.values(operations).map(({ operationId }) => operationId))
      .filter((id) => id !== undefined),
    operationOf: (method, path) =>
      templates
        .filter(({ pattern, operations }) =>
          pattern.test(path) && operations[method.toLowerCase()] !== undefined
        )
        .sort((a, b) => b.fixed - a.fixed)[0]?.operations[method.toLowerCase()],
    checkAnswer(operation, { status, value }) {
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
      if (validate(value)) return;
      const problems = validate.errors?.slice(0, 5).map(({ instancePath, message, params }) =>
        `${instancePath || "/"} ${message} ${JSON.stringify(params)}`
      );
      throw new Error(`${name}: ${problems?.join("; ")}\n${JSON.stringify(value).slice(0, 600)}`);
    },
  };
}

/** The specification of the event contracts. */
export const eventContract = contractOf("openapi.json");
/** That of the margin exchange. */
export const perpsContract = contractOf("perps-openapi.json");

/** A watch that checks every answer and notes which operations were seen to succeed. */
export function contractWatch(
  { operationOf, checkAnswer }: Contract,
): { readonly watch: Watch; readonly seen: Set<string> } {
  const seen = new Set<string>();
  return {
    seen,
    watch(method, path, answer) {
      const operation = operationOf(method, path);
      if (operation === undefined) throw new Error(`No operation for ${method} ${path}.`);
      checkAnswer(operation, answer);
      if (answer.status < 300) seen.add(operation.operationId);
    },
  };
}
