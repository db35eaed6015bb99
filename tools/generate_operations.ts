/** Writes the operation tables: a constant and the type of its parameters for each REST call. */
import type { Call, Field, RestSpec } from "./generate_spec.ts";
import { listsName, listsOf } from "./generate_lists.ts";
import { rulesName, RuleWriter } from "./generate_rules.ts";
import { docComment, enumNames, property, typeText } from "./generate_types.ts";

/** A row of operations.tsv: what Kalshi's prose says of a call and its spec does not. */
export interface FactRow {
  /** Where an answer holds its page and the next cursor; empty where there are no pages. */
  readonly pagination: string;
  /** Which rate budget pays; with a question mark where that is assumed. */
  readonly bucket: string;
  /** Tokens; empty for the usual ten. */
  readonly cost: string;
  /** Which of the write buckets pays. */
  readonly shard: string;
  /** What an API key must be allowed to. */
  readonly scope: string;
  /** Whether a key of one subaccount may make the call. */
  readonly restricted: string;
  /** Kalshi's page on it, below docs.kalshi.com. */
  readonly page: string;
}

/** Kalshi's guide: order books need no signature. Its spec marks them as signed. */
const optionalAuth = new Set(["GetMarketOrderbook", "GetMarketOrderbooks"]);

/** Calls about the caller's own account that Kalshi's spec forgets to mark as signed. */
const neededAuth = new Set(["GetUserDataTimestamp"]);

function authOf({ id, auth }: Call): "none" | "optional" | undefined {
  if (optionalAuth.has(id)) return "optional";
  return auth || neededAuth.has(id) ? undefined : "none";
}

/** Calls that ask for something in a body, and change nothing. */
const harmless = new Set(["EstimatePortfolioMaintenanceMargin"]);

/** Costs that are told in prose only. */
const toldCosts: Record<string, string> = {
  CancelAllOrders: "cost: 2",
  GetMarginBalance: "cost: 5, costWith: { compute_available_balance: 50 }",
};

/** Rows of operations.tsv by product and operation id. */
export function readRows(text: string): Map<string, FactRow> {
  const [head = "", ...lines] = text.trimEnd().split("\n");
  const columns = head.split("\t");
  return new Map(lines.map((line) => {
    const cells = line.split("\t");
    const cell = (name: string) => cells[columns.indexOf(name)] ?? "";
    return [`${cell("product")} ${cell("operationId")}`, {
      pagination: cell("pagination"),
      bucket: cell("bucket"),
      cost: cell("cost"),
      shard: cell("shard"),
      scope: cell("scope"),
      restricted: cell("restricted"),
      page: cell("page"),
    }];
  }));
}

/** Throws where its row does not say all of a call, or where there is a row of none. */
function checkRows(product: string, spec: RestSpec, rows: ReadonlyMap<string, FactRow>): void {
  const calls = new Map(spec.calls.map((call) => [`${product} ${call.id}`, call]));
  for (const name of rows.keys()) {
    if (name.startsWith(`${product} `) && !calls.has(name)) {
      throw new Error(`operations.tsv has a row for ${name}, which the specification does not know`);
    }
  }
  for (const [name, call] of calls) {
    const row = rows.get(name);
    if (row === undefined) throw new Error(`operations.tsv has no row for ${name}: add one`);
    if (!/^(read\??|write)$/.test(row.bucket)) {
      throw new Error(`operations.tsv must say of ${name} which bucket pays for it: read or write`);
    }
    if (row.page === "") {
      throw new Error(`operations.tsv must say of ${name} which page of docs.kalshi.com it is on`);
    }
    if (pageOf(row) === undefined && call.queryParams.some(({ name }) => name === "cursor")) {
      throw new Error(`operations.tsv must say of ${name}, which takes a cursor, how its answer has pages`);
    }
  }
}

/** Who pays for a call and what key it needs; throws where its row does not say, or says what cannot be. */
function accessOf(name: string, call: Call, { bucket, shard, scope, restricted }: FactRow): string[] {
  const shards = bucket === "write" ? /^(none|index|ticker|[1-9]\d*)$/ : /^-$/;
  const isPublic = authOf(call) === "none";
  if (
    !shards.test(shard) || (scope === "-") !== isPublic || !(isPublic ? /^-$/ : /^(yes|no)$/).test(restricted)
  ) {
    throw new Error(
      `operations.tsv must say of ${name} who pays for it and what key it needs: mend its row`,
    );
  }
  const usual = call.method === "GET" ? "read" : "write";
  return [
    ...(/^(none|-)$/.test(shard) ? [] : [`shard: ${Number(shard) || JSON.stringify(shard)}`]),
    ...(scope === "-" || scope === usual ? [] : [`scope: ${JSON.stringify(scope)}`]),
    ...(restricted === "yes" ? ["restricted: true"] : []),
  ];
}

const isCsv = (field: Field) => field.facts["x-format"] === "comma-separated";

function pageOf(facts: FactRow): { items: string; next: string } | undefined {
  const parts = new Map(facts.pagination.split(";").map((part) => part.split("=") as [string, string]));
  const items = parts.get("items")?.split(",")[0];
  return items === undefined ? undefined : { items, next: parts.get("field") ?? "cursor" };
}

function costOf(call: Call, facts: FactRow): string | undefined {
  const told = toldCosts[call.id];
  if (told !== undefined || facts.cost === "") return told;
  const [cost, per] = facts.cost.split("/");
  return per === undefined ? `cost: ${cost}` : `${cost === "10" ? "" : `cost: ${cost}, `}costPer: "orders"`;
}

/** Whether the spec lets an answer leave out the list of a page. */
function mayLack(spec: RestSpec, call: Call, items: string): boolean {
  const shape = spec.types.find(({ name }) => name === call.response)?.shape;
  return shape?.kind === "object" && shape.fields.some(({ name, required }) => name === items && !required);
}

function row(
  spec: RestSpec,
  call: Call,
  facts: FactRow,
  access: readonly string[],
  lists: string | undefined,
  rules: RuleWriter,
): string {
  const fields = [...call.pathParams, ...call.queryParams];
  const page = pageOf(facts);
  const auth = authOf(call);
  const cost = costOf(call, facts);
  return [
    ...(call.method === "GET" ? [] : [`method: "${call.method}"`]),
    `path: "${call.path}"`,
    ...(auth === undefined ? [] : [`auth: "${auth}"`]),
    ...(call.status === 200 ? [] : [`status: ${call.status}`]),
    ...(call.response === undefined ? ["empty: true"] : []),
    ...(harmless.has(call.id) ? ["harmless: true"] : []),
    ...(lists === undefined ? [] : [`lists: ${lists}`]),
    ...(facts.bucket === "write" ? ['bucket: "write"'] : []),
    ...(cost === undefined ? [] : [cost]),
    ...access,
    ...(page === undefined ? [] : [`items: "${page.items}"`]),
    ...(page !== undefined && mayLack(spec, call, page.items) ? ["optional: true"] : []),
    ...(page === undefined || page.next === "cursor" ? [] : [`next: "${page.next}"`]),
    ...(fields.length === 0 ? [] : [`params: ${rules.params(call.id, fields)}`]),
    ...(call.body === undefined ? [] : [`body: bodies.${rulesName(call.body.type)}`]),
    ...(call.body === undefined || call.body.required ? [] : ["bodyOptional: true"]),
  ].map((part) => `  ${part},\n`).join("");
}

/** The operation table of a product as one module's text. */
export function operationsModule(
  head: string,
  product: string,
  spec: RestSpec,
  rows: ReadonlyMap<string, FactRow>,
  operation: string,
): string {
  checkRows(product, spec, rows);
  const enums = enumNames(spec.types);
  const known = new Set(spec.types.map(({ name }) => name));
  const used = new Set<string>();
  const holders = listsOf(spec.types);
  const usedLists = new Set<string>();
  const use = (text: string) => {
    for (const word of text.match(/\w+/g) ?? []) if (known.has(word)) used.add(word);
    return text;
  };
  const rules = new RuleWriter(product, spec.types);
  let paged = false;
  const blocks = spec.calls.map((call) => {
    const name = `${product} ${call.id}`;
    const told = rows.get(name) as FactRow;
    const lists = holders.has(call.response ?? "") ? listsName(call.response ?? "") : undefined;
    if (lists !== undefined) usedLists.add(lists);
    const columns = accessOf(name, call, told);
    const fields = [...call.pathParams, ...call.queryParams];
    const line = `\`${call.method} ${call.path}\``;
    const page = pageOf(told);
    const params = fields.length === 0 ? "undefined" : `${call.id}Params`;
    const response = use(call.response ?? "undefined");
    const body = call.body === undefined
      ? undefined
      : use(call.body.type) + (call.body.required ? "" : " | undefined");
    const parts = [params, response, body ?? "undefined"];
    while (parts.at(-1) === "undefined") parts.pop();
    const type = page === undefined
      ? `Operation${parts.length === 0 ? "" : `<${parts.join(", ")}>`}`
      : `PagedOperation<${params}, ${response}, "${page.items}">`;
    paged ||= page !== undefined;
    const properties = fields.map((field) => {
      const own = isCsv(field) ? "string | readonly string[]" : typeText(field.shape, "in", enums);
      return property(params, { ...field, nullable: false }, "in", enums, use(own));
    });
    const interfaceText = fields.length === 0 ? "" : docComment([`Parameters of ${line}.`], false) +
      `export interface ${params} {\n${properties.join("")}}\n\n`;
    return interfaceText +
      docComment([`${line}: https://docs.kalshi.com/${told.page}`], call.deprecated) +
      `export const ${call.id}: ${type} = {\n${row(spec, call, told, columns, lists, rules)}};\n`;
  });
  const names = paged ? "Operation, PagedOperation" : "Operation";
  return `${head}import * as bodies from "./bodies.ts";\n` +
    `import { ${[...usedLists].sort().join(", ")} } from "./lists.ts";\n` +
    `import type { ${names} } from "${operation}";\n` +
    `import type { ${[...used].sort().join(", ")} } from "./types.ts";\n\n${blocks.join("\n")}`;
}
