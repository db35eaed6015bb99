/** Kalshi's specification as the tests of the namespaces read it: without any help of the generated tables. */
import facts from "../../src/contract/spec/openapi.json" with { type: "json" };
import { follow } from "../contract/samples.ts";

// deno-lint-ignore no-explicit-any -- the specification is walked by key.
export type Json = any;

export const spec: Json = facts;

export interface Parameter {
  readonly name: string;
  readonly schema: Json;
  readonly required: boolean;
}

/** One call, as the specification tells it. */
export interface SpecOperation {
  readonly id: string;
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly deprecated: boolean;
  readonly pathParams: readonly Parameter[];
  readonly queryParams: readonly Parameter[];
  /** Undefined where no body is sent. */
  readonly body: Json | undefined;
  readonly bodyRequired: boolean;
  readonly status: number;
  /** Undefined where success has no body. */
  readonly answer: Json | undefined;
  readonly signed: boolean;
}

function read(path: string, method: string, call: Json): SpecOperation {
  const params: Json[] = (call.parameters ?? []).map((param: Json) => follow(spec, param));
  const place = (where: string) =>
    params.filter((param) => param.in === where).map(({ name, schema, required = false }) => (
      { name, schema: follow(spec, schema), required }
    ));
  const pathParams = place("path");
  const order = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  const [status, answer] = Object.entries<Json>(call.responses).find(([status]) => status.startsWith("2")) ??
    [];
  return {
    id: call.operationId,
    tag: call.tags[0],
    method: method.toUpperCase(),
    path,
    deprecated: call.deprecated === true,
    pathParams: pathParams.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name)),
    queryParams: place("query"),
    body: call.requestBody?.content["application/json"].schema,
    bodyRequired: call.requestBody?.required === true,
    status: Number(status),
    answer: answer.content?.["application/json"].schema,
    // The specification forgets that this one speaks of the account that asks.
    signed: call.security !== undefined || call.operationId === "GetUserDataTimestamp",
  };
}

/** All calls by operation id. */
export const operations: ReadonlyMap<string, SpecOperation> = new Map(
  Object.entries<Json>(spec.paths).flatMap(([path, calls]) =>
    Object.entries<Json>(calls).map(([method, call]) => [call.operationId, read(path, method, call)])
  ),
);

/** A known operation. */
export function operationOf(id: string): SpecOperation {
  const operation = operations.get(id);
  if (operation === undefined) throw new Error(`The specification knows no ${id}.`);
  return operation;
}

/** The fields of an answer or a body by name; none for `{}` and for no body. */
export function fieldsOf(schema: Json | undefined): string[] {
  return schema === undefined ? [] : Object.keys(follow(spec, schema).properties ?? {});
}

/** Requests can be made with all that is optional, or with nothing of it. */
export type Fullness = "full" | "least";

/** A value that the specification accepts in a request. */
function requestValue(schema: Json): unknown {
  const shape = follow(spec, schema);
  const { type, format, properties = {}, items, minimum = 7, maximum = 7 } = shape;
  if (shape.enum !== undefined) return shape.enum[0];
  if (shape["x-unit"] === "unix-ms") return 1_790_000_000_000;
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries<Json>(properties).map(([name, property]) => [name, requestValue(property)]),
      );
    case "array":
      return [requestValue(items), requestValue(items)];
    case "integer":
      return Math.min(Math.max(minimum, 7), Math.max(maximum, minimum));
    case "boolean":
      return true;
  }
  if (shape["x-format"] === "comma-separated") return ["A-1.5", "B-2"];
  if (shape["x-unit"] !== undefined) return "0.5600";
  if (format === "uuid") return "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
  if (format === "date-time") return "2026-11-24T12:00:00Z";
  return "text1";
}

function fill(schema: Json, fullness: Fullness): Json {
  const { required = [], properties = {} } = follow(spec, schema);
  const names = Object.keys(properties).filter((name) => fullness === "full" || required.includes(name));
  return Object.fromEntries(names.map((name) => [name, requestValue(properties[name])]));
}

/** What the schemas cannot say: of two fields only one may be there, or one has to. */
const bodyRules: Readonly<Record<string, (body: Json, fullness: Fullness) => void>> = {
  // Ids that the client would make up.
  CreateOrderV2(body) {
    body.client_order_id = "order-1";
  },
  BatchCreateOrdersV2(body) {
    body.orders.forEach((order: Json, index: number) => order.client_order_id = `order-${index}`);
  },
  IntraExchangeInstanceTransfer(body) {
    body.client_transfer_id = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
  },
  DecreaseOrderV2(body) {
    delete body.reduce_to;
    body.reduce_by = "1.00";
  },
  CreateRFQ(body, fullness) {
    delete body.target_cost_centi_cents;
    delete body.target_cost_dollars;
    if (fullness === "least") body.contracts_fp = "10.00";
  },
};
const queryRules: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  GetQuotes: { user_filter: "self" },
  GetFCMOrders: { subtrader_id: "text1" },
};

/** What a call sends. */
export interface Sent {
  readonly ids: readonly string[];
  readonly query: Record<string, unknown>;
  /** Undefined where no body is sent. */
  readonly body: Json | undefined;
}

/** A request with values for everything, or for what is required only. */
export function request(operation: SpecOperation, fullness: Fullness): Sent {
  const chosen = operation.queryParams.filter(({ required }) => required || fullness === "full");
  const query = Object.fromEntries(chosen.map(({ name, schema }) => [name, requestValue(schema)]));
  Object.assign(query, queryRules[operation.id]);
  let body: Json | undefined;
  if (operation.body !== undefined) {
    body = fill(operation.body, fullness);
    bodyRules[operation.id]?.(body, fullness);
  }
  return { ids: operation.pathParams.map(({ name }) => `${name}-1`), query, body };
}

/** The query as it must be on the wire. */
export function queryOnWire(operation: SpecOperation, query: Readonly<Record<string, unknown>>): string[] {
  return operation.queryParams.flatMap(({ name, schema }) => {
    const value = query[name];
    if (value === undefined) return [];
    if (!Array.isArray(value)) return [`${name}=${value}`];
    return schema["x-format"] === "comma-separated"
      ? [`${name}=${value.join(",")}`]
      : value.map((item) => `${name}=${item}`);
  }).sort();
}
