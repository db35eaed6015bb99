/** The generated files of src/contract/fix as text: messages, their codec, the dictionary, codes by name. */
import type { FixDictionary } from "../src/contract/fix_dictionary.ts";
import { outgoingModule } from "./generate_fix_outgoing.ts";
import { sessionsModule } from "./generate_fix_sessions.ts";
import { there } from "./there.ts";

type Kind = "string" | "decimal" | "int" | "flag" | "data";

interface FactField {
  readonly tag: number;
  readonly name: string;
  readonly type?: string;
  readonly required?: "Y" | "N" | "C";
  readonly enum?: Readonly<Record<string, string>> | readonly string[];
  readonly group?: number;
  readonly parent_group?: number;
  readonly count_of_group?: number;
  readonly variant?: string;
  readonly when?: string;
  readonly when_note?: string;
  readonly unit?: string;
  readonly note?: string;
  readonly range?: readonly [number, number];
  readonly in_header?: boolean;
  readonly max_len?: number;
  readonly max_length?: number;
}

interface FactMessage {
  readonly msg_type: string;
  readonly name: string;
  readonly direction: string | Readonly<Record<string, string>>;
  readonly sessions: readonly string[];
  readonly page?: string;
  readonly max_symbols_per_request?: number;
  readonly fields: readonly FactField[];
}

interface FactProduct {
  readonly messages: readonly FactMessage[];
  readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface FixFacts {
  readonly header: readonly FactField[];
  readonly trailer: readonly FactField[];
  readonly groups: Readonly<Record<string, unknown>>;
  /** What the unit of a price depends on. */
  readonly use_dollars: { readonly affects_tags: readonly number[] };
  readonly event: FactProduct;
  readonly margin: FactProduct;
}

/** Names of FIX where Kalshi's pages spell a standard tag in another way, or in two ways. */
const fixNames: Readonly<Record<number, string>> = {
  11: "ClOrdID",
  54: "Side",
  58: "Text",
  108: "HeartBtInt",
  117: "QuoteID",
  131: "QuoteReqID",
  448: "PartyID",
};

/** Data fields and the field of their length. */
const lengthOf: Readonly<Record<number, number>> = { 96: 95, 89: 93 };

/** A field as one message has it, in both products and all variants. */
interface Field {
  readonly tag: number;
  readonly name: string;
  readonly kind: Kind;
  /** In each product and variant. */
  required: boolean;
  readonly told: FactField[];
  readonly inHeader: boolean;
  /** The members of the group that this field counts. */
  group?: Field[];
}

interface Message {
  readonly type: string;
  readonly name: string;
  readonly facts: FactMessage[];
  readonly fields: Field[];
}

function kindOf(type: string | undefined, tag: number): Kind {
  switch (type) {
    case "Decimal":
    case "Price":
    case "Quantity":
      return "decimal";
    case "Integer":
    case "Int":
    case "SeqNum":
    case "Length":
    case "NumInGroup":
      return "int";
    case "Boolean":
      return "flag";
    case "Data":
      return "data";
    case undefined:
      throw new Error(`field ${tag} has no type`);
    default:
      return "string";
  }
}

const pascal = (text: string) =>
  text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "")
    .map((word) => /^[A-Z0-9]+$/.test(word) && word.length > 3 ? word[0] + word.slice(1).toLowerCase() : word)
    .map((word) => word[0]?.toUpperCase() + word.slice(1)).join("");

/** Everything the generated files are made from. */
class Facts {
  readonly names = new Map<number, string>();
  readonly kinds = new Map<number, Kind>();
  readonly messages: Message[] = [];
  /** Values by tag, with their words. */
  readonly values = new Map<number, Map<string, string>>();
  readonly facts: FixFacts;

  constructor(facts: FixFacts) {
    this.facts = facts;
    for (const product of [facts.event, facts.margin]) {
      for (const message of product.messages) {
        for (const field of message.fields) this.#name(field);
      }
    }
    for (const field of [...facts.header, ...facts.trailer]) this.#name(field);
    for (const product of [facts.event, facts.margin]) {
      for (const message of product.messages) for (const field of message.fields) this.#enumerate(field);
      for (const [tag, values] of Object.entries(product.enums)) this.#values(Number(tag), values);
    }
    const types = new Map<string, FactMessage[]>();
    for (const message of [...facts.event.messages, ...facts.margin.messages]) {
      types.set(message.msg_type, [...types.get(message.msg_type) ?? [], message]);
    }
    for (const [type, told] of types) this.messages.push(this.#message(type, told));
  }

  #name(field: FactField): void {
    const name = fixNames[field.tag] ?? field.name;
    const held = this.names.get(field.tag);
    if (held !== undefined && held !== name) throw new Error(`${field.tag} is ${held} and ${name}`);
    this.names.set(field.tag, name);
    const kind = kindOf(field.type, field.tag);
    const known = this.kinds.get(field.tag);
    if (known !== undefined && known !== kind) throw new Error(`${field.tag} is ${known} and ${kind}`);
    this.kinds.set(field.tag, kind);
  }

  #enumerate(field: FactField): void {
    if (field.enum === undefined) return;
    const values = Array.isArray(field.enum)
      ? Object.fromEntries(field.enum.map((value: string) => [value, value]))
      : field.enum as Readonly<Record<string, string>>;
    this.#values(field.tag, values);
  }

  #values(tag: number, values: Readonly<Record<string, string>>): void {
    const held = this.values.get(tag) ?? new Map<string, string>();
    for (const [value, words] of Object.entries(values)) if (!held.has(value)) held.set(value, words);
    this.values.set(tag, held);
  }

  #message(type: string, facts: FactMessage[]): Message {
    const variants = facts.map((message) => {
      const kinds = [...new Set(message.fields.map((field) => field.variant))];
      return kinds.map((variant) => message.fields.filter((field) => field.variant === variant));
    }).flat();
    const field = (tag: number): Field => {
      const told = facts.flatMap((message) => message.fields.filter((other) => other.tag === tag));
      const required = variants.every((fields) =>
        fields.some((other) =>
          other.tag === tag && other.required === "Y" &&
          (other.when === undefined || other.group !== undefined) &&
          !other.note?.includes("optional")
        )
      );
      return {
        tag,
        name: there(this.names.get(tag)),
        kind: there(this.kinds.get(tag)),
        required,
        told,
        inHeader: told.some((other) => other.in_header === true),
      };
    };
    const lengths = new Set(Object.values(lengthOf));
    const all = facts.flatMap((message) => message.fields);
    const order = [...new Set(all.map(({ tag }) => tag))].filter((tag) => !lengths.has(tag));
    const inGroup = new Map<number, number>();
    for (const { tag, group } of all) if (group !== undefined) inGroup.set(tag, group);
    const build = (tag: number): Field => {
      const made = field(tag);
      if (!all.some((other) => other.tag === tag && other.count_of_group === tag)) return made;
      const members = order.filter((other) => inGroup.get(other) === tag || parentOf(other, tag));
      const wire = (this.facts.groups[`${type}/${tag}`] ?? this.facts.groups[tag]) as
        | readonly number[]
        | undefined;
      const placed = wire?.filter((other) => members.includes(other)) ?? [];
      made.group = [...placed, ...members.filter((other) => !placed.includes(other))].map(build);
      // An entry that has one field is that field.
      const [only, ...more] = made.group;
      if (only !== undefined && more.length === 0) only.required = true;
      return made;
    };
    // A count that is itself a member of a group.
    const parentOf = (tag: number, group: number) =>
      all.some((other) => other.tag === tag && other.count_of_group === tag && other.group === group);
    const isMember = (tag: number) => all.some((other) => other.tag === tag && other.group !== undefined);
    return {
      type,
      name: facts[0]?.name ?? type,
      facts,
      fields: order.filter((tag) => !isMember(tag)).map(build),
    };
  }
}

/** What the values of a field are called: as the field, where no message is called so. */
function codesName(facts: Facts, field: string): string {
  return facts.messages.some(({ name }) => name === field) ? `${field}Code` : field;
}

function typeOf(facts: Facts, field: Field, owner: string): string {
  if (field.group !== undefined) return `readonly ${groupName(owner, field)}[]`;
  switch (field.kind) {
    case "int":
      return "number";
    case "flag":
      return "boolean";
    case "data":
      return "Uint8Array";
    default:
      return facts.values.has(field.tag) ? `Code<typeof ${codesName(facts, field.name)}>` : "string";
  }
}

/** The members of one group by message, or once where every message has the same. */
function groupName(owner: string, field: Field): string {
  const plain = field.name.replace(/^(No|Tot)/, "").replace(/IDs$/, "ID").replace(/ies$/, "y")
    .replace(/(?<=[a-z])s$/, "").replace(/Entrie$/, "Entry");
  return `${owner}${plain}`;
}

/** Whether perps have a message, and not this field of it. */
function isEventOnly({ facts }: Facts, type: string, tag: number): boolean {
  const message = facts.margin.messages.find(({ msg_type }) => msg_type === type);
  return message !== undefined && !message.fields.some((field) => field.tag === tag);
}

function wordsOf(facts: Facts, field: Field, message: string): string {
  const words = [`${field.name}(${field.tag})`];
  const units = [...new Set(field.told.map(({ unit }) => unit).filter((unit) => unit !== undefined))];
  const canBeDollars = facts.facts.use_dollars.affects_tags.includes(field.tag);
  if (units.includes("cents")) {
    words.push(
      canBeDollars ? "in cents, in dollars after a Logon with UseDollars and for perps" : "in cents",
    );
  } else if (units.length > 0) words.push(`in ${units.join(" or ")}`);
  const range = field.told.find((told) => told.range !== undefined)?.range;
  if (range !== undefined && !units.includes("cents")) words.push(`${range[0]} to ${range[1]}`);
  const longest = field.told.find((told) => told.max_length !== undefined || told.max_len !== undefined);
  if (longest !== undefined) words.push(`at most ${longest.max_length ?? longest.max_len} characters`);
  const when = field.told.find((told) => told.when !== undefined && told.when !== "")?.when;
  if (when !== undefined && field.told.every((told) => told.when !== undefined)) words.push(`when ${when}`);
  const note = field.told.find((told) => told.note !== undefined)?.note;
  if (note !== undefined) words.push(note);
  if (isEventOnly(facts, message, field.tag)) words.push("event contracts alone");
  const values = facts.values.get(field.tag);
  if (values !== undefined && field.kind === "int") {
    words.push([...values].map(([value, what]) => `${value} = ${what}`).join("; "));
  }
  return `${words.join("; ").replaceAll("*/", "* /")}.`;
}

export function messagesModule(head: string, facts: Facts): string {
  const lines = [head];
  const enums = [...facts.values.keys()].filter((tag) => facts.kinds.get(tag) !== "int").map((tag) =>
    codesName(facts, there(facts.names.get(tag)))
  ).sort();
  lines.push(`import type { Code } from "../fix_records.ts";`);
  lines.push(`import type { ExtraField } from "../fix_fields.ts";`);
  lines.push(`import type { ${enums.join(", ")} } from "./codes.ts";`);
  const interfaces = new Map<string, string>();
  const write = (type: string, name: string, doc: string, fields: readonly Field[], extra: string) => {
    const body = fields.map((field) => {
      const ofField = typeOf(facts, field, name);
      if (field.group !== undefined) {
        write(
          type,
          groupName(name, field),
          `An entry of ${field.name}(${field.tag}) of ${name}.`,
          field.group,
          "",
        );
      }
      return `/** ${wordsOf(facts, field, type)} */\nreadonly ${field.name}${
        field.required ? "" : "?"
      }: ${ofField}${field.required ? "" : " | undefined"};`;
    });
    interfaces.set(name, `/** ${doc} */\nexport interface ${name} {\n${extra}${body.join("\n")}\n}`);
  };
  for (const message of facts.messages) {
    const page = message.facts[0]?.page;
    const direction = message.facts[0]?.direction;
    const way = direction === "both"
      ? "Either side sends it."
      : direction === "client->server"
      ? "You send it."
      : direction === "server->client"
      ? "Kalshi sends it."
      : "Which side sends it depends on the session.";
    const only = facts.facts.margin.messages.some(({ msg_type }) => msg_type === message.type)
      ? ""
      : " Event contracts alone.";
    const doc = `${message.name}(35=${message.type}). ${way}${only}${
      page === undefined ? "" : ` See \`${page}\` of Kalshi's docs.`
    }`;
    const extra =
      `/** MsgType(35). */\nreadonly MsgType: "${message.type}";\n/** Fields that the dictionary does not name, in their order. */\nreadonly extra?: readonly ExtraField[] | undefined;\n`;
    write(message.type, message.name, doc, message.fields, extra);
  }
  lines.push(...interfaces.values());
  lines.push(
    `/** Every message of Kalshi's dialect; \`MsgType\` tells which it is. */\nexport type FixMessage =\n  | ${
      facts.messages.map(({ name }) => name).join("\n  | ")
    };`,
  );
  return lines.join("\n\n");
}

export function codesModule(head: string, facts: Facts): string {
  const lines = [head];
  for (const [tag, values] of [...facts.values].sort(([a], [b]) => a - b)) {
    const field = there(facts.names.get(tag));
    const name = codesName(facts, field);
    const number = facts.kinds.get(tag) === "int";
    const used = new Set<string>();
    const members: [string, string, string][] = [];
    for (const [value, words] of values) {
      const short = (words.split(/[,:;(]/)[0] ?? words).replaceAll("`", "");
      let key = /^[\d]/.test(short) ? `Value${pascal(short)}` : pascal(short);
      if (used.has(key)) key += pascal(value);
      used.add(key);
      members.push([key, number ? value : JSON.stringify(value), words]);
    }
    lines.push(
      `/** The values of ${field}(${tag}). */\nexport const ${name}: {\n${
        members.map(([key, value, words]) => `/** ${words} */\nreadonly ${key}: ${value};`).join("\n")
      }\n} = {\n${members.map(([key, value]) => `${key}: ${value},`).join("\n")}\n};`,
    );
  }
  return lines.join("\n\n");
}

/** Reading and writing one message, as straight code: a switch over tags, a statement for each field. */
export function codecModule(head: string, facts: Facts): string {
  const lines: string[] = [];
  const tags = new Set<number>();
  const tagName = (tag: number) => {
    tags.add(tag);
    return `t${tag}`;
  };
  const reads = (field: Field, into: string, kept: string): string => {
    switch (field.kind) {
      case "int":
        return `{ const value = f.int(k); if (!Number.isNaN(value)) ${into}.${field.name} = value; else ${kept}; }`;
      case "flag":
        return `{ const value = f.flag(k); if (value !== undefined) ${into}.${field.name} = value; else ${kept}; }`;
      case "data":
        return `${into}.${field.name} = f.data(k);`;
      default:
        return `${into}.${field.name} = f.string(k);`;
    }
  };
  const classOf = (name: string, fields: readonly Field[], type?: string) => {
    const body = fields.map((field) => `${field.name}: ${fieldType(field)} | undefined = undefined;`);
    return `class ${name} extends ${type === undefined ? "Entry" : "Message"} {\n${
      type === undefined ? "" : `readonly MsgType = ${JSON.stringify(type)};\nheader: FixHeader;\n`
    }${body.join("\n")}\n${
      type === undefined
        ? ""
        : `extra: ExtraField[] | undefined = undefined;\nconstructor(header: FixHeader) {\nsuper();\nthis.header = header;\n}\n`
    }}`;
  };
  const fieldType = (field: Field): string => {
    if (field.group !== undefined) return "unknown[]";
    return field.kind === "int"
      ? "number"
      : field.kind === "flag"
      ? "boolean"
      : field.kind === "data"
      ? "Uint8Array"
      : "string";
  };
  const writes = (field: Field, from: string, depth: number): string => {
    const value = `${from}.${field.name}`;
    const t = tagName(field.tag);
    if (field.group !== undefined) {
      const entry = `e${depth}`;
      const [first] = field.group;
      // A group that must be there says that it is empty.
      const isThere = field.required
        ? `${value} !== undefined`
        : `${value} !== undefined && ${value}.length > 0`;
      return `if (${isThere}) {\nw.int(${t}, ${value}.length);\nfor (const ${entry} of ${value}) {\n${
        // An entry of a request for a quote on a combo begins with its quantity, for there is no symbol.
        field.tag !== 146 || first?.required
          ? `w.first(${JSON.stringify(first?.name)}, ${entry}.${first?.name});\n`
          : ""}${field.group.map((member) => writes(member, entry, depth + 1)).join("\n")}\n}\n}`;
    }
    if (field.kind === "data") {
      return `if (${value} !== undefined) w.data(${tagName(there(lengthOf[field.tag]))}, ${t}, ${value});`;
    }
    const method = field.kind === "int" ? "int" : field.kind === "flag" ? "flag" : "string";
    return `if (${value} !== undefined) w.${method}(${t}, ${value});`;
  };
  const skipped = new Set(Object.values(lengthOf));
  for (const message of facts.messages) {
    const groups: string[] = [];
    const known = new Set<number>();
    const nameOf = new Map<Field, string>();
    const note = (fields: readonly Field[], owner: string) => {
      for (const field of fields) {
        if (field.group === undefined) continue;
        const name = groupName(owner, field);
        nameOf.set(field, name);
        note(field.group, name);
        const repeat = (member: Field) =>
          `if (e === undefined || e.${member.name} !== undefined) out.push(e = new ${name}());`;
        groups.push(classOf(name, field.group));
        groups.push(
          `function read${name}(f: FixFields, at: number, o: Message, out: ${name}[]): number {\nlet e: ${name} | undefined;\nlet k = at + 1;\nconst { tags, count } = f;\nfor (; k < count; k++) {\nswitch (tags[k]) {\n${
            field.group.map((member) => {
              if (member.group !== undefined) {
                const inner = there(nameOf.get(member));
                return `case ${member.tag}: {\n${
                  repeat(member)
                }\nconst entries: ${inner}[] = [];\ne.${member.name} = entries;\nk = read${inner}(f, k, o, entries);\nbreak;\n}`;
              }
              const read = reads(member, "e", "o.keep(f, k)");
              return `case ${member.tag}:\n${repeat(member)}\n${read}\nbreak;`;
            }).join("\n")
          }\ndefault:\nif (known${message.name}.has(tags[k] as number)) return k - 1;\no.keep(f, k);\n}\n}\nreturn k - 1;\n}`,
        );
      }
    };
    note(message.fields, message.name);
    const all = (fields: readonly Field[]) => {
      for (const field of fields) {
        known.add(field.tag);
        if (field.group !== undefined) all(field.group);
      }
    };
    all(message.fields);
    if (groups.length > 0) {
      lines.push(`const known${message.name}: ReadonlySet<number> = new Set([${[...known].join(", ")}]);`);
    }
    lines.push(...groups);
    lines.push(classOf(`${message.name}Message`, message.fields, message.type));
    const cases = message.fields.filter((field) => !field.inHeader).map((field) => {
      if (field.group !== undefined) {
        const inner = there(nameOf.get(field));
        return `case ${field.tag}: {\nconst entries: ${inner}[] = [];\nk = read${inner}(f, k, o, entries);\no.${field.name} = entries;\nbreak;\n}`;
      }
      return `case ${field.tag}:\n${reads(field, "o", "o.keep(f, k)")}\nbreak;`;
    });
    const length = message.fields.some((field) => field.kind === "data")
      ? [...skipped].map((tag) => `case ${tag}:`).join("\n") + "\nbreak;\n"
      : "";
    const header = message.fields.filter((field) => field.inHeader).map((field) =>
      `o.${field.name} = header.${field.name};`
    );
    lines.push(
      `function read${message.name}(f: FixFields, header: FixHeader, from: number): ${message.name}Message {\nconst o = new ${message.name}Message(header);\nconst { tags, count } = f;\nfor (let k = from; k < count; k++) {\nswitch (tags[k]) {\n${
        cases.join("\n")
      }\n${length}default:\nif (!f.headerField(header, k)) o.keep(f, k);\n}\n}\n${
        header.join("\n")
      }return o;\n}`,
    );
    lines.push(
      `function write${message.name}(w: FixWriter, m: ${message.name}): void {\n${
        message.fields.filter((field) => !field.inHeader).map((field) => writes(field, "m", 0)).join("\n")
      }\n}`,
    );
  }
  const top = [
    head,
    `import type { ExtraField, FixFields, FixHeader } from "../fix_fields.ts";`,
    `import { FixEntry as Entry, FixRecord as Message, type UnknownMessage, UnknownRecord } from "../fix_records.ts";`,
    `import { type FixWriter, type OutgoingHeader, tagBytes } from "../fix_writer.ts";`,
    `import type { FixMessage, ${facts.messages.map(({ name }) => name).join(", ")} } from "./messages.ts";`,
  ];
  const constants = [...tags].sort((a, b) => a - b).map((tag) =>
    `const t${tag}: Uint8Array = /* @__PURE__ */ tagBytes(${tag});`
  );
  const inHeader = facts.messages.filter(({ fields }) => fields.some((field) => field.inHeader));
  const end = [
    `/** A message as it came: what the dictionary knows by name, the rest in \`extra\`. */\nexport type ReceivedMessage = (FixMessage | UnknownMessage) & {\n/** Its header. */\nreadonly header: FixHeader;\n};`,
    `/** Reads the frame that the index shows. */\nexport function decodeMessage(f: FixFields): ReceivedMessage {\nconst header = f.header();\nconst from = f.bodyStart;\nswitch (header.MsgType) {\n${
      facts.messages.map(({ type, name }) =>
        `case ${
          JSON.stringify(type)
        }:\nreturn read${name}(f, header, from) as ${name} & { header: FixHeader };`
      ).join("\n")
    }\ndefault: {\nconst message = new UnknownRecord(header);\nfor (let k = from; k < f.count; k++) if (!f.headerField(header, k)) message.keep(f, k);\nreturn message;\n}\n}\n}`,
    `/** Writes one message with its header. */\nexport function encodeMessage(w: FixWriter, header: OutgoingHeader, m: FixMessage | UnknownMessage): void {\nw.begin(m.MsgType, header, ${
      inHeader.map(({ type }) => `m.MsgType === ${JSON.stringify(type)}`).join(" || ")
    } ? (m as ${
      inHeader.map(({ name }) => name).join(" | ")
    }).SenderSubID : undefined);\nswitch (m.MsgType) {\n${
      facts.messages.map(({ type, name }) =>
        `case ${JSON.stringify(type)}:\nwrite${name}(w, m as ${name});\nbreak;`
      ).join("\n")
    }\n}\nif (m.extra !== undefined) w.extra(m.extra);\nw.finish();\n}`,
  ];
  return [...top, ...constants, ...lines, ...end].join("\n\n");
}

/** The dictionary of one product: what is checked in strict mode. */
export function dictionaryModule(head: string, facts: Facts): string {
  const fields: Record<number, [name: string, type: string, values?: string[]]> = {};
  const typeName = (tag: number): string => {
    for (const product of [facts.facts.event, facts.facts.margin]) {
      for (const message of product.messages) {
        for (const field of message.fields) if (field.tag === tag) return there(field.type);
      }
    }
    return there([...facts.facts.header, ...facts.facts.trailer].find((field) => field.tag === tag)?.type);
  };
  for (const tag of [...facts.names.keys()].sort((a, b) => a - b)) {
    const values = facts.values.get(tag);
    const told: [string, string] = [facts.names.get(tag) ?? "", typeName(tag)];
    fields[tag] = values === undefined ? told : [...told, [...values.keys()]];
  }
  const shape = (list: readonly Field[]): unknown[] =>
    list.filter((field) => !field.inHeader).map((field) =>
      field.group === undefined
        ? (field.required ? field.tag : -field.tag)
        : [field.required ? field.tag : -field.tag, shape(field.group)]
    );
  const messages = Object.fromEntries(facts.messages.map((message) => [message.type, shape(message.fields)]));
  const dictionary: FixDictionary = {
    beginString: "FIXT.1.1",
    defaultApplVerID: "9",
    header: facts.facts.header.map(({ tag }) => tag),
    trailer: facts.facts.trailer.map(({ tag }) => tag),
    fields: fields as unknown as FixDictionary["fields"],
    messages: messages as unknown as FixDictionary["messages"],
  };
  return [
    head,
    `import type { FixDictionary } from "../fix_dictionary.ts";`,
    `/** Kalshi's dialect of FIX, event and margin products together. */\nexport const kalshiDictionary: FixDictionary = ${
      JSON.stringify(dictionary)
    };`,
  ].join("\n\n");
}

/** What the gateways of perps do not have. */
function eventOnlyModule(head: string, facts: Facts): string {
  const { event, margin } = facts.facts;
  const messages: string[] = [];
  const fields: Record<string, number[]> = {};
  for (const { msg_type: type, fields: all } of event.messages) {
    if (!margin.messages.some(({ msg_type }) => msg_type === type)) messages.push(type);
    else {
      const only = [...new Set(all.map(({ tag }) => tag))].filter((tag) => isEventOnly(facts, type, tag));
      if (only.length > 0) fields[type] = only;
    }
  }
  return [
    head,
    `/** MsgType(35) of each message that perps do not have. */\nexport const eventMessages: readonly string[] = ${
      JSON.stringify(messages)
    };`,
    `/** By MsgType(35), the tags that perps do not have in a message that they have. */\nexport const eventFields: Readonly<Record<string, readonly number[]>> = ${
      JSON.stringify(fields)
    };`,
  ].join("\n\n");
}

/** Path and unformatted text of each file. */
export function fixModules(text: string, head: (what: string) => string): Map<string, string> {
  const facts = new Facts(JSON.parse(text));
  return new Map([
    [
      "src/contract/fix/messages.ts",
      messagesModule(head("The messages of Kalshi's FIX, by their FIX names."), facts),
    ],
    [
      "src/contract/fix/codes.ts",
      codesModule(head("The values of the fields of Kalshi's FIX, by name."), facts),
    ],
    ["src/contract/fix/codec.ts", codecModule(head("Reads and writes the messages of Kalshi's FIX."), facts)],
    [
      "src/contract/fix/dictionary.ts",
      dictionaryModule(head("What each message of Kalshi's FIX takes."), facts),
    ],
    [
      "src/contract/fix/event_only.ts",
      eventOnlyModule(head("What the FIX of event contracts has, and that of perps has not."), facts),
    ],
    [
      "src/contract/fix/outgoing.ts",
      outgoingModule(head("What each message takes that a client sends."), facts.facts, facts.names),
    ],
    [
      "src/contract/fix/sessions.ts",
      sessionsModule(head("Where the sessions of Kalshi's FIX are, and what each does."), text),
    ],
  ]);
}
