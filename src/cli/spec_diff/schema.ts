/** Compares two schemas of OpenAPI 3.0, OpenAPI 3.1 or AsyncAPI 3, wherever they stand in their documents. */

// deno-lint-ignore no-explicit-any -- published specs are walked by key.
export type Json = any;

/** Who makes the values: we (`in`), the exchange (`out`), or both. It decides what breaks. */
export type Use = "in" | "out" | "both";

/** One difference between two specs. */
export interface Change {
  readonly breaking: boolean;
  /** `field added`, `operation removed`, ... */
  readonly kind: string;
  /** `Market.settlement_ts`, `GET /markets status`, ... */
  readonly where: string;
  readonly what: string;
}

/** Follows a JSON pointer such as `#/components/schemas/Market`. */
export function resolve(doc: Json, value: Json): Json {
  let at = value;
  for (let hops = 0; at?.$ref !== undefined; hops++) {
    if (hops > 20 || !String(at.$ref).startsWith("#/")) throw new Error(`cannot follow ${at.$ref}`);
    at = String(at.$ref).slice(2).split("/").reduce(
      (node: Json, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      doc,
    );
    if (at === undefined) throw new Error(`${value.$ref} leads nowhere`);
  }
  return at ?? {};
}

/** A schema without references, `allOf` and the two ways to say that a value may be null. */
interface Flat {
  /** Name of the component that it stands for, when it says nothing of its own. */
  readonly name: string | undefined;
  readonly type: string;
  readonly nullable: boolean;
  readonly values: readonly unknown[] | undefined;
  readonly properties: Readonly<Record<string, Json>>;
  readonly required: ReadonlySet<string>;
  readonly items: Json;
  readonly rest: Json;
  readonly variants: readonly Json[];
  /** Limits, format, default and the like. */
  readonly facts: Readonly<Record<string, unknown>>;
}

const factKeys = [
  "format",
  "default",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "pattern",
  "deprecated",
  "x-unit",
  "x-format",
];

function merge(doc: Json, schema: Json, into: Json): void {
  const { $ref, allOf, properties, required, ...rest } = schema;
  if ($ref !== undefined) merge(doc, resolve(doc, { $ref }), into);
  for (const part of allOf ?? []) merge(doc, part, into);
  Object.assign(into, rest);
  Object.assign(into.properties ??= {}, properties);
  into.required = [...into.required ?? [], ...required ?? []];
}

/** The properties of a schema, with those of its `allOf` parts. */
export function propertiesOf(doc: Json, schema: Json): Record<string, Json> {
  return flatten(doc, schema).properties;
}

const nameOf = (schema: Json): string | undefined => {
  const ref = schema?.$ref ?? (schema?.allOf?.length === 1 ? schema.allOf[0].$ref : undefined);
  return ref === undefined ? undefined : String(ref).slice(String(ref).lastIndexOf("/") + 1);
};

function flatten(doc: Json, schema: Json): Flat {
  const all: Json = {};
  merge(doc, schema, all);
  const variants: Json[] = (all.oneOf ?? all.anyOf ?? []).filter((one: Json) => one.type !== "null");
  const isNull = (all.oneOf ?? all.anyOf ?? []).length > variants.length;
  if (variants.length === 1) {
    const inner = flatten(doc, variants[0]);
    return { ...inner, nullable: true };
  }
  const types: string[] = (Array.isArray(all.type) ? all.type : [all.type]).filter(Boolean);
  const values = all.const !== undefined ? [all.const] : all.enum;
  const known = types.filter((type) => type !== "null");
  const type = known.join("|") || (Object.keys(all.properties).length > 0 ? "object" : "any");
  return {
    name: nameOf(schema),
    type,
    nullable: all.nullable === true || isNull || known.length < types.length ||
      values?.includes(null) === true,
    values: values?.filter((value: unknown) => value !== null),
    properties: all.properties,
    required: new Set(all.required),
    items: all.items,
    rest: typeof all.additionalProperties === "object" ? all.additionalProperties : undefined,
    variants,
    facts: Object.fromEntries(factKeys.flatMap((key) => all[key] === undefined ? [] : [[key, all[key]]])),
  };
}

const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(", ");

/** A schema in a few words: `integer`, `FixedPointDollars or null`, `"bid", "ask"`. */
export function describe(doc: Json, schema: Json): string {
  const flat = flatten(doc, schema);
  const plain = flat.values !== undefined
    ? list(flat.values)
    : flat.type === "array"
    ? `list of ${describe(doc, flat.items ?? {})}`
    : flat.name ?? flat.type;
  return flat.nullable ? `${plain} or null` : plain;
}

/** Compares the schemas of two documents and collects what differs. */
export class SchemaDiff {
  readonly changes: Change[] = [];
  readonly #old: Json;
  readonly #new: Json;
  /** Names that both documents define: they are compared on their own, not at each place of use. */
  readonly #shared: ReadonlySet<string>;
  readonly #open = new Set<string>();

  constructor(oldDoc: Json, newDoc: Json, shared: ReadonlySet<string>) {
    this.#old = oldDoc;
    this.#new = newDoc;
    this.#shared = shared;
  }

  add(breaking: boolean, kind: string, where: string, what: string): void {
    this.changes.push({ breaking, kind, where, what });
  }

  compare(where: string, before: Json, after: Json, use: Use): void {
    const sameName = nameOf(before) !== undefined && nameOf(before) === nameOf(after);
    const old = flatten(this.#old, before);
    const now = flatten(this.#new, after);
    const sent = use !== "out";
    const received = use !== "in";
    if (old.nullable !== now.nullable) {
      const breaking = now.nullable ? received : sent;
      this.add(breaking, "nullable changed", where, now.nullable ? "may be null now" : "may not be null now");
    }
    const sites = [before, after].map((schema) => schema?.$ref !== undefined && schema.allOf === undefined);
    if (sameName && this.#shared.has(nameOf(before) ?? "") && where !== nameOf(before)) {
      if (!sites.every(Boolean)) this.#facts(where, ownFacts(before), ownFacts(after), sent);
      return;
    }
    this.#facts(where, old.facts, now.facts, sent);
    if (old.type !== now.type) {
      // A spec that says nothing of the type allows any.
      this.add(old.type !== "any" || sent, "type changed", where, `${old.type} -> ${now.type}`);
      return;
    }
    this.#values(where, old, now, sent);
    const key = `${nameOf(before)} ${nameOf(after)} ${use}`;
    if (nameOf(before) !== undefined && this.#open.has(key)) return;
    this.#open.add(key);
    this.#properties(where, old, now, use);
    if (old.items !== undefined && now.items !== undefined) {
      this.compare(`${where}[]`, old.items, now.items, use);
    }
    if (old.rest !== undefined && now.rest !== undefined) this.compare(`${where}.*`, old.rest, now.rest, use);
    if (old.variants.length !== now.variants.length) {
      this.add(true, "variants changed", where, `${old.variants.length} -> ${now.variants.length}`);
    } else {old.variants.forEach((variant, index) =>
        this.compare(`${where}|${index + 1}`, variant, now.variants[index], use)
      );}
    this.#open.delete(key);
  }

  #properties(where: string, old: Flat, now: Flat, use: Use): void {
    const sent = use !== "out";
    const received = use !== "in";
    for (const [name, schema] of Object.entries(now.properties)) {
      const at = `${where}.${name}`;
      const required = now.required.has(name);
      if (!Object.hasOwn(old.properties, name)) {
        const what = describe(this.#new, schema) + (required ? ", required" : "");
        this.add(sent && required, "field added", at, what);
        continue;
      }
      if (old.required.has(name) !== required) {
        const what = required ? "optional -> required" : "required -> optional";
        this.add(required ? sent : received, "requiredness changed", at, what);
      }
      this.compare(at, old.properties[name], schema, use);
    }
    for (const [name, schema] of Object.entries(old.properties)) {
      if (Object.hasOwn(now.properties, name)) continue;
      this.add(true, "field removed", `${where}.${name}`, `was ${describe(this.#old, schema)}`);
    }
  }

  #values(where: string, old: Flat, now: Flat, sent: boolean): void {
    if (old.values === undefined && now.values === undefined) return;
    if (old.values === undefined) return this.add(sent, "enum added", where, list(now.values ?? []));
    if (now.values === undefined) return this.add(false, "enum removed", where, `any ${now.type} now`);
    const added = now.values.filter((value) => !old.values?.includes(value));
    const removed = old.values.filter((value) => !now.values?.includes(value));
    if (added.length > 0) this.add(false, "enum value added", where, list(added));
    if (removed.length > 0) this.add(sent, "enum value removed", where, list(removed));
  }

  #facts(where: string, old: Flat["facts"], now: Flat["facts"], sent: boolean): void {
    for (const key of factKeys) {
      const [a, b] = [old[key], now[key]];
      if (JSON.stringify(a) === JSON.stringify(b)) continue;
      const what = `${key.replace(/^x-/, "")} ${a === undefined ? "none" : JSON.stringify(a)} -> ` +
        (b === undefined ? "none" : JSON.stringify(b));
      // Facts that only the files of this project hold say nothing when a published spec lacks them.
      if (key.startsWith("x-")) {
        if (b !== undefined) this.add(key === "x-unit" && a !== undefined, "meaning changed", where, what);
      } else if (key === "deprecated") {
        if (b === true) this.add(false, "deprecated", where, "");
      } else if (key.startsWith("m")) {
        const low = key.startsWith("min");
        const tighter = b !== undefined &&
          (a === undefined || (low ? Number(b) > Number(a) : Number(b) < Number(a)));
        this.add(sent && tighter, "limit changed", where, what);
      } else this.add(sent && key === "pattern" && b !== undefined, `${key} changed`, where, what);
    }
  }
}

/** What a use of a named schema adds to it. */
function ownFacts(schema: Json): Flat["facts"] {
  return Object.fromEntries(
    factKeys.flatMap((key) => schema?.[key] === undefined ? [] : [[key, schema[key]]]),
  );
}
