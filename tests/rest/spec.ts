/** Kalshi's specifications as the tests of the namespaces read them: without any help of the generated tables. */
import eventFacts from "../../src/contract/spec/openapi.json" with { type: "json" };
import klearFacts from "../../src/contract/spec/klear-openapi.json" with { type: "json" };
import perpsFacts from "../../src/contract/spec/perps-openapi.json" with { type: "json" };
import { follow } from "../contract/samples.ts";

// deno-lint-ignore no-explicit-any -- the specification is walked by key.
export type Json = any;

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

function read(spec: Json, path: string, method: string, call: Json): SpecOperation {
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
    signed: (call.security ?? []).length > 0 || call.operationId === "GetUserDataTimestamp",
  };
}

/** Requests can be made with all that is optional, or with nothing of it. */
export type Fullness = "full" | "least";

/** A value that the specification accepts in a request. */
function requestValue(spec: Json, schema: Json): unknown {
  const shape = follow(spec, schema);
  const { type, format, properties = {}, items, minimum = 7, maximum = 7 } = shape;
  if (shape.enum !== undefined) return shape.enum[0];
  if (shape["x-unit"] === "unix-ms") return 1_790_000_000_000;
  switch (type) {
    case "object":
      return Object.fromEntries(
        Object.entries<Json>(properties).map(([name, property]) => [name, requestValue(spec, property)]),
      );
    case "array":
      return [requestValue(spec, items), requestValue(spec, items)];
    case "integer":
      return Math.min(Math.max(minimum, 7), Math.max(maximum, minimum));
    case "boolean":
      return true;
  }
  if (shape["x-format"] === "comma-separated") return ["A-1.5", "B-2"];
  if (shape["x-unit"] !== undefined) return "0.5600";
  if (format === "uuid" || /\buuid\b/.test(shape["x-validate"] ?? "")) {
    return "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
  }
  if (format === "date-time") return "2026-11-24T12:00:00Z";
  if (format === "date") return "2026-11-24";
  return "text1";
}

function fill(spec: Json, schema: Json, fullness: Fullness): Json {
  const { required = [], properties = {} } = follow(spec, schema);
  const names = Object.keys(properties).filter((name) => fullness === "full" || required.includes(name));
  return Object.fromEntries(names.map((name) => [name, requestValue(spec, properties[name])]));
}

/** What the schemas of a product cannot say. */
interface OwnRules {
  /** Of two fields only one may be there, or one has to. */
  readonly body: Readonly<Record<string, (body: Json, fullness: Fullness) => void>>;
  readonly query: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const uuid = "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f";
const transferId = uuid;

const eventRules: OwnRules["body"] = {
  // Ids that the client would make up.
  CreateOrderV2(body) {
    body.client_order_id = "order-1";
  },
  BatchCreateOrdersV2(body) {
    body.orders.forEach((order: Json, index: number) => order.client_order_id = `order-${index}`);
  },
  IntraExchangeInstanceTransfer(body) {
    body.client_transfer_id = transferId;
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

const perpsRules: OwnRules["body"] = {
  CreateMarginOrder(body, fullness) {
    body.client_order_id = "order-1";
    if (fullness === "least") body.ticker = "A-1.5";
  },
  AmendMarginOrder(body, fullness) {
    if (fullness === "least") body.ticker = "A-1.5";
  },
  DecreaseMarginOrder(body) {
    delete body.reduce_to;
    body.reduce_by = "1.00";
  },
  IntraExchangeInstanceTransfer(body) {
    body.client_transfer_id = transferId;
  },
  // A cap is for a market or for an asset class.
  UpdateFCMSubtraderRiskControls(body) {
    delete body.asset_class;
  },
  SetCrossMarginExitTrigger(body, fullness) {
    for (const name of ["anchor_order_id", "trail_amount", "trail_bps"]) delete body[name];
    if (fullness === "full") body.count = "3.00";
    else body.stop_loss_price = "0.5600";
  },
  SetIsolatedMarginExitTrigger(body, fullness) {
    for (const name of ["trail_amount", "trail_bps"]) delete body[name];
    if (fullness === "least") body.take_profit_price = "0.5600";
  },
  UpdateCrossMarginExitTrigger(body, fullness) {
    if (fullness === "least") body.stop_loss_price = "0.5600";
  },
};

/** What a call sends. */
export interface Sent {
  readonly ids: readonly string[];
  readonly query: Record<string, unknown>;
  /** Undefined where no body is sent. */
  readonly body: Json | undefined;
}

/** A specification, read. */
export class Spec {
  /** The document. */
  readonly document: Json;
  /** All calls by operation id. */
  readonly operations: ReadonlyMap<string, SpecOperation>;
  readonly #rules: OwnRules;

  constructor(document: Json, rules: OwnRules) {
    this.document = document;
    this.#rules = rules;
    this.operations = new Map(
      Object.entries<Json>(document.paths).flatMap(([path, calls]) =>
        Object.entries<Json>(calls).map((
          [method, call],
        ) => [call.operationId, read(document, path, method, call)])
      ),
    );
  }

  /** A known operation. */
  operationOf(id: string): SpecOperation {
    const operation = this.operations.get(id);
    if (operation === undefined) throw new Error(`The specification knows no ${id}.`);
    return operation;
  }

  /** The fields of an answer or a body by name; none for `{}` and for no body. */
  fieldsOf(schema: Json | undefined): string[] {
    return schema === undefined ? [] : Object.keys(follow(this.document, schema).properties ?? {});
  }

  /** A request with values for everything, or for what is required only. */
  request(operation: SpecOperation, fullness: Fullness): Sent {
    const chosen = operation.queryParams.filter(({ required }) => required || fullness === "full");
    const query = Object.fromEntries(
      chosen.map(({ name, schema }) => [name, requestValue(this.document, schema)]),
    );
    Object.assign(query, this.#rules.query[operation.id]);
    let body: Json | undefined;
    if (operation.body !== undefined) {
      body = fill(this.document, operation.body, fullness);
      this.#rules.body[operation.id]?.(body, fullness);
    }
    const ids = operation.pathParams.map(({ name, schema }) => schema.format === "uuid" ? uuid : `${name}-1`);
    return { ids, query, body };
  }
}

const klearRules: OwnRules["body"] = {
  // A market is in a portfolio once.
  EstimatePortfolioMaintenanceMargin(body) {
    body.positions.forEach((position: Json, index: number) => position.market_ticker = `A-${index}`);
  },
};

/** The specifications by product. */
export const specs = {
  event: new Spec(eventFacts, {
    body: eventRules,
    query: { GetQuotes: { user_filter: "self" }, GetFCMOrders: { subtrader_id: "text1" } },
  }),
  perps: new Spec(perpsFacts, {
    body: perpsRules,
    query: { DeleteFCMSubtraderRiskControls: { asset_class: undefined } },
  }),
  klear: new Spec(klearFacts, { body: klearRules, query: {} }),
};

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
