/** Writes what parameters and fields take: the rules that requests and commands are checked by. */
import type { Field, Json, NamedShape, RestSpec, Shape } from "./generate_spec.ts";
import type { WsSpec } from "./generate_ws.ts";

/** Limits that are told in prose only, by call or type and field. */
const toldFacts: Readonly<Record<string, Json>> = {
  "BatchGetMarketCandlesticks.market_tickers": { "x-doc-max": 100 },
  "subscribe.shard_factor": { maximum: 100 },
  // Whether a key without any scope is a key for everything is not told.
  "CreateApiKeyRequest.scopes": { minItems: 1 },
  "GenerateApiKeyRequest.scopes": { minItems: 1 },
  "CreateOrderV2Request.count": { positive: true },
  "CreateRFQRequest.contracts_fp": { positive: true },
  "CreateMarginOrderRequest.count": { positive: true },
  // Kalshi counts in ten-thousandths of a dollar there.
  "WithdrawSettlementBalanceRequest.amount": { positive: true, pattern: "{1,4})?$" },
  "EstimatePortfolioMaintenanceMarginPosition.price": { positive: true },
  // The specification of perps leaves out what the event one says of the same field.
  "CreateMarginOrderRequest.expiration_time": { "x-unit": "unix-s" },
  "GetMarginMarketOrderbook.aggregation_tick_size": { positive: true },
};

/** Limits of fields that are the same everywhere: numbers of subaccounts and shards, where -1 is "wherever it is". */
function usualFacts(name: string): Json {
  if (/subaccount/.test(name)) return { minimum: 0 };
  if (name === "exchange_index") return { minimum: -1 };
  // Of exit triggers.
  if (/^(stop_loss_price|take_profit_price|trail_amount)$/.test(name)) return { positive: true };
  return /^amount(_cents)?$/.test(name) ? { minimum: 1 } : {};
}

/** Names of dollar fields that are the price of an event contract. */
const EVENT_PRICE = /^(price|yes_bid|no_bid)$/;

/** Names of dollar fields that are prices of perps. */
const PERPS_PRICE = /price$|^trail_amount$|tick_size$/;

/** Name of the constant that holds the rules of a type. */
export const rulesName = (type: string): string => type.charAt(0).toLowerCase() + type.slice(1);

/** The fields of a type; none where the specification says that it is an object and no more. */
const fieldsOf = (type: NamedShape | undefined): readonly Field[] =>
  type?.shape.kind === "object" ? type.shape.fields : [];

/** The names of the types whose rules are constants of their own: all bodies and what they hold. */
export function ruledTypes(spec: RestSpec): NamedShape[] {
  const byName = new Map(spec.types.map((type) => [type.name, type]));
  const names = new Set(spec.calls.flatMap(({ body }) => body === undefined ? [] : [body.type]));
  const objects = (shape: Shape): string[] => {
    if (shape.kind === "array") return objects(shape.items);
    return shape.kind === "ref" && byName.get(shape.name)?.shape.kind === "object" ? [shape.name] : [];
  };
  for (const name of names) {
    for (const { shape } of fieldsOf(byName.get(name))) for (const next of objects(shape)) names.add(next);
  }
  return spec.types.filter(({ name }) => names.has(name));
}

/** Writes rules for the types of one specification. */
export class RuleWriter {
  readonly #types: ReadonlyMap<string, NamedShape>;
  readonly #product: string;

  constructor(product: string, types: readonly NamedShape[]) {
    this.#product = product;
    this.#types = new Map(types.map((type) => [type.name, type]));
  }

  /** The rules of parameters as the text of an object. An empty list in a query is left out: it would be no filter. */
  params(owner: string, fields: readonly Field[]): string {
    return this.fields(owner, fields.map((field) => ({ ...field, facts: { minItems: 1, ...field.facts } })));
  }

  /** The rules of some fields as the text of an object. */
  fields(owner: string, fields: readonly Field[]): string {
    return `{${fields.map((field) => `\n    ${field.name}: ${this.#field(owner, field)},`).join("")}\n  }`;
  }

  #field(owner: string, field: Field): string {
    const facts = { ...usualFacts(field.name), ...field.facts, ...toldFacts[`${owner}.${field.name}`] };
    const parts = this.#parts(field.name, field.shape, facts);
    if (field.required) parts.push("required: true");
    if (field.nullable) parts.push("nullable: true");
    return `{ ${parts.join(", ")} }`;
  }

  #parts(name: string, shape: Shape, own: Json): string[] {
    const named = shape.kind === "ref" ? this.#types.get(shape.name) : undefined;
    if (named !== undefined && shape.kind === "ref") {
      if (named.shape.kind === "object") return ['type: "object"', `fields: ${rulesName(named.name)}`];
      return this.#parts(name, named.shape, { ...named.facts, ...own });
    }
    const facts = own;
    if (facts["x-format"] === "comma-separated") {
      return ['type: "list"', "commas: true", 'items: { type: "string" }', ...bounds(facts, "Items")];
    }
    switch (shape.kind) {
      case "boolean":
        return ['type: "boolean"'];
      case "enum": {
        const type = typeof shape.values[0] === "number" ? "integer" : "string";
        return [
          `type: "${type}"`,
          `oneOf: ${JSON.stringify(shape.values)}`,
          ...(type === "integer" ? unit(facts) : []),
        ];
      }
      case "typed":
        return ['type: "string"'];
      case "string":
        return this.#text(name, facts);
      case "number":
        if (facts.type !== "integer") throw new Error(`${name}: no rule is known for a float`);
        return [
          'type: "integer"',
          ...bounds(facts, ""),
          ...(facts["x-validate"] === "ne=0" ? ["nonzero: true"] : []),
          ...unit(facts),
        ];
      case "array": {
        // What the server's own check demands of a list is that it is there, and an empty one would do nothing.
        const some = /^required/.test(facts["x-validate"] ?? "") ? { minItems: 1 } : {};
        const items = this.#parts(name, shape.items, facts.items ?? {});
        return [
          'type: "list"',
          `items: { ${items.join(", ")} }`,
          ...bounds({ ...some, ...facts }, "Items"),
        ];
      }
      default:
        throw new Error(`${name}: no rule is known for ${shape.kind}`);
    }
  }

  #text(name: string, facts: Json): string[] {
    const positive = facts.positive === true ? ["positive: true"] : [];
    switch (facts["x-unit"]) {
      case "dollars": {
        const isPrice = this.#product === "event" && EVENT_PRICE.test(name);
        const isFour = isPrice || PERPS_PRICE.test(name) || String(facts.pattern).endsWith("{1,4})?$");
        return [
          'type: "decimal"',
          'unit: "dollars"',
          `places: ${isFour ? 4 : 6}`,
          ...(isPrice ? ["price: true"] : []),
          ...positive,
        ];
      }
      case "contracts":
        return ['type: "decimal"', 'unit: "contracts"', "places: 2", ...positive];
      case undefined: {
        const format = facts.format ?? (/\buuid\b/.test(facts["x-validate"] ?? "") ? "uuid" : undefined);
        return [
          'type: "string"',
          ...(format === undefined ? [] : [`format: "${format}"`]),
          ...bounds(facts, "Length").filter((part) => part.startsWith("max")),
        ];
      }
    }
    throw new Error(`${name}: no rule is known for text in ${facts["x-unit"]}`);
  }
}

const unit = (facts: Json): string[] => facts["x-unit"] === undefined ? [] : [`unit: "${facts["x-unit"]}"`];

function bounds(facts: Json, of: "" | "Items" | "Length"): string[] {
  const atLeast = /\bgte=(-?\d+)/.exec(facts["x-validate"] ?? "")?.[1];
  const [low, high] = of === ""
    ? [atLeast ?? facts.minimum, facts.maximum]
    : [facts[`min${of}`], facts[`max${of}`] ?? (of === "Items" ? facts["x-doc-max"] : undefined)];
  return [
    ...(low === undefined ? [] : [`min${of}: ${low}`]),
    ...(high === undefined ? [] : [`max${of}: ${high}`]),
  ];
}

/** The rules of what the commands of a WebSocket take, as one module's text. */
export function commandsModule(head: string, spec: WsSpec, rule: string): string {
  const writer = new RuleWriter("ws", spec.types);
  const fieldsOfType = (name: string) => fieldsOf(spec.types.find((type) => type.name === name));
  const commands = new Map<string, Map<string, Field>>();
  for (const { type, sent, wireType } of spec.messages) {
    if (!sent) continue;
    const merged = commands.get(wireType) ?? new Map<string, Field>();
    commands.set(wireType, merged);
    const params = fieldsOfType(type).find(({ name }) => name === "params")?.shape;
    if (params?.kind !== "ref") continue;
    for (const field of fieldsOfType(params.name)) {
      const known = merged.get(field.name);
      // One command by name, of which each kind of channel has its own actions.
      if (known?.shape.kind === "enum" && field.shape.kind === "enum") {
        const values = [...new Set([...known.shape.values, ...field.shape.values])];
        merged.set(field.name, { ...known, shape: { kind: "enum", values } });
      } else merged.set(field.name, known ?? field);
    }
  }
  const rows = [...commands].map(([command, fields]) =>
    `  ${command}: ${writer.fields(command, [...fields.values()])},\n`
  );
  return `${head}import type { FieldRules } from "${rule}";

/** What the parameters of each command take. */
export const commandParams: Readonly<Record<string, FieldRules>> = {
${rows.join("")}};
`;
}

/** The rules of all bodies of a product as one module's text. */
export function bodiesModule(head: string, product: string, spec: RestSpec, rule: string): string {
  const writer = new RuleWriter(product, spec.types);
  const types = ruledTypes(spec);
  // What is used stands before what uses it.
  const sorted: NamedShape[] = [];
  const add = (type: NamedShape) => {
    if (sorted.includes(type)) return;
    for (const { shape } of fieldsOf(type)) {
      const inner = shape.kind === "array" ? shape.items : shape;
      const next = types.find(({ name }) => inner.kind === "ref" && inner.name === name);
      if (next !== undefined) add(next);
    }
    sorted.push(type);
  };
  types.forEach(add);
  const blocks = sorted.map((type) =>
    `/** Fields of \`${type.name}\`. */\nexport const ${rulesName(type.name)}: FieldRules = ${
      writer.fields(type.name, fieldsOf(type))
    };\n`
  );
  return `${head}import type { FieldRules } from "${rule}";\n\n${blocks.join("\n")}`;
}
