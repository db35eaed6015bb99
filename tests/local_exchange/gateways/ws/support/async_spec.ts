/** Whether frames are what Kalshi's AsyncAPI specification says, and nothing more. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";

type Schema = { [key: string]: unknown };

interface Spec {
  readonly components: {
    readonly messages: Record<string, { readonly payload: Schema }>;
    readonly schemas?: Record<string, Schema>;
  };
}

/** References resolved within one document, no property that a schema does not name, and tickers as they are. */
function convert(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(convert);
  if (typeof schema !== "object" || schema === null) return schema;
  const { pattern: _, ...rest } = schema as Schema;
  const converted = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !key.startsWith("x-")).map(([key, value]) => {
      if (key === "properties") {
        const properties = Object.entries(value as Schema).map(([name, inner]) => [name, convert(inner)]);
        return [key, Object.fromEntries(properties)];
      }
      if (key === "$ref") return [key, String(value).replace("#/components/schemas/", "#/definitions/")];
      return [key, key === "enum" || key === "const" || key === "required" ? value : convert(value)];
    }),
  ) as Schema;
  if (converted.properties !== undefined && converted.additionalProperties === undefined) {
    converted.additionalProperties = false;
  }
  return converted;
}

/** What the specification of a product says of frames. */
export interface FrameSpec {
  /** The types of messages in the specification. */
  readonly messageTypes: readonly string[];
  /** Throws where a frame differs from the specification. */
  checkFrame(frame: { readonly type?: unknown }): void;
}

/** Reads the specification of a product. */
export function frameSpec(file: string): FrameSpec {
  const spec = JSON.parse(readFileSync(`src/contract/spec/${file}`, "utf8")) as Spec;
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: {
      "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
      uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      int64: true,
      double: true,
    },
  });
  const { messages, schemas = {} } = spec.components;
  const definitions = Object.fromEntries(
    Object.entries(schemas).map(([name, value]) => [name, convert(value)]),
  );
  const byType = new Map<string, ValidateFunction[]>();
  for (const { payload } of Object.values(messages)) {
    const name = typeof payload.$ref === "string" ? payload.$ref.split("/").at(-1) ?? "" : "";
    const schema = name === "" ? payload : schemas[name];
    const type = ((schema?.properties as Record<string, Schema> | undefined)?.type)?.const;
    if (typeof type !== "string") continue;
    const validate = ajv.compile({ ...convert(schema) as Schema, definitions });
    byType.set(type, [...byType.get(type) ?? [], validate]);
  }
  return {
    messageTypes: [...byType.keys()],
    checkFrame(frame) {
      const validators = byType.get(String(frame.type));
      if (validators === undefined) throw new Error(`No message ${String(frame.type)} in the specification.`);
      if (validators.some((validate) => validate(frame))) return;
      const problems = validators[0]?.errors?.slice(0, 5).map(({ instancePath, message, params }) =>
        `${instancePath || "/"} ${message} ${JSON.stringify(params)}`
      );
      throw new Error(`${JSON.stringify(frame)} is not as specified: ${problems?.join("; ")}`);
    },
  };
}

/** The specification of the event contracts. */
export const eventFrames = frameSpec("asyncapi.json");
/** That of the margin exchange. */
export const perpsFrames = frameSpec("perps-asyncapi.json");
