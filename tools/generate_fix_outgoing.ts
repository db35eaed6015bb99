/** What each message takes that a client sends, as text of src/contract/fix/outgoing.ts. */
import type { OutgoingField, OutgoingFields, OutgoingMessage } from "../src/contract/fix_outgoing_rules.ts";
import type { FixFacts } from "./generate_fix.ts";
import { sessionNames } from "./generate_fix_sessions.ts";
import { there } from "./there.ts";

type FactMessage = FixFacts["event"]["messages"][number];
type FactField = FactMessage["fields"][number];
type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Lists of values to which nothing is added without a change of FIX, or of what the message is. */
const closed = new Set([40, 54, 59, 263, 530, 20131, 20184]);

/** Quantities in contracts. */
const quantities = new Set([38]);

/** Kalshi's pages call it a UUID and show one with a suffix. */
const loose = new Set([448]);

/** An order group's id, which SecondaryClOrdID(526) calls a UUID; a malformed one is refused. */
const uuids = new Set([20130]);

/** ExecIDs, whose form fix.json tells of apart. */
const execIds = new Set([21001, 21002]);

/** Which sessions a client sends it on. */
function sessionsOf({ direction, sessions }: FactMessage): string[] {
  const sending = typeof direction === "string"
    ? (direction === "client->server" ? sessions : [])
    : Object.keys(direction).filter((session) => direction[session] === "client->server");
  return sending.map((session) => there(sessionNames[session], `a name for ${session}`));
}

class Product {
  readonly #facts: FixFacts;
  readonly #names: ReadonlyMap<number, string>;
  readonly #product: "event" | "margin";

  constructor(facts: FixFacts, names: ReadonlyMap<number, string>, product: "event" | "margin") {
    this.#facts = facts;
    this.#names = names;
    this.#product = product;
  }

  messages(): Record<string, OutgoingMessage> {
    const found: Record<string, OutgoingMessage> = {};
    for (const message of this.#facts[this.#product].messages) {
      const sessions = sessionsOf(message);
      if (sessions.length === 0) continue;
      const told = message.fields.filter(({ variant }) =>
        variant === undefined || variant === "client->server"
      );
      found[message.msg_type] = {
        name: message.name,
        sessions: sessions as OutgoingMessage["sessions"],
        fields: this.#fields(message, told, told.filter(({ group }) => group === undefined)),
      };
    }
    return found;
  }

  #fields(message: FactMessage, all: readonly FactField[], told: readonly FactField[]): OutgoingFields {
    const fields: Record<string, OutgoingField> = {};
    for (const tag of new Set(told.map((field) => field.tag))) {
      const same = told.filter((field) => field.tag === tag);
      fields[there(this.#names.get(tag))] = {
        ...this.#kind(message, all, same),
        tag,
        ...this.#need(message, same),
      } as OutgoingField;
    }
    return fields;
  }

  /** Whether it must be there, always or in a case. */
  #need(message: FactMessage, same: readonly FactField[]): Partial<Pick<OutgoingField, "required" | "when">> {
    const [field] = same;
    const cases = same.map(({ when }) => /^(\w+)=(\d+)$/.exec(when ?? ""));
    if (cases.every((one) => one !== null)) {
      const values = cases.map((one) => Number(one?.[2]));
      return { when: [there(cases[0]?.[1]), values] };
    }
    // An entry of a group begins with its first member, but for a request for a quote on a combo.
    const group = field?.group;
    const first = group === undefined ? undefined : this.#order(message, group)?.[0];
    if (first === field?.tag && `${message.msg_type}/${group}` !== "R/146") return { required: true };
    return same.some(({ required, when }) => required === "Y" && when === undefined)
      ? { required: true }
      : {};
  }

  #order({ msg_type }: FactMessage, group: number): readonly number[] | undefined {
    return (this.#facts.groups[`${msg_type}/${group}`] ?? this.#facts.groups[group]) as
      | readonly number[]
      | undefined;
  }

  /** What any message of either product says of a field. */
  #elsewhere<Name extends "enum" | "range" | "max_length">(
    tag: number,
    name: Name,
  ): FactField[Name] | undefined {
    for (const { messages } of [this.#facts[this.#product], this.#facts.event]) {
      for (const { fields } of messages) {
        const found = fields.find((field) => field.tag === tag && field[name] !== undefined);
        if (found !== undefined) return found[name];
      }
    }
    return undefined;
  }

  #kind(message: FactMessage, all: readonly FactField[], same: readonly FactField[]): object {
    const field = there(same[0]);
    const { tag, type } = field;
    const prices = this.#facts.use_dollars.affects_tags;
    if (field.count_of_group === tag) {
      const members = all.filter(({ group, count_of_group }) =>
        group === tag && count_of_group !== tag || parent(group, count_of_group)
      );
      return {
        kind: "group",
        ...(message.max_symbols_per_request !== undefined && { most: message.max_symbols_per_request }),
        fields: this.#fields(message, all, members),
      };
    }
    // The count of a group that stands in this one.
    function parent(group: number | undefined, count: number | undefined): boolean {
      return group === tag && count !== undefined && count !== tag;
    }
    const codes = this.#codes(tag, field.enum ?? this.#elsewhere(tag, "enum"));
    if (execIds.has(tag)) return { kind: "exec-id" };
    switch (uuids.has(tag) ? "UUID" : type) {
      case "Decimal":
        if (prices.includes(tag)) {
          return { kind: "price", ...(field.required === "C" && { zero: true }) };
        }
        if (quantities.has(tag)) {
          const isWhole = this.#product === "margin" && message.msg_type === "D";
          return { kind: "quantity", places: isWhole ? 0 : 2 };
        }
        return { kind: "money" };
      case "Boolean":
        return { kind: "flag" };
      case "UTCTimestamp":
        return { kind: "time" };
      case "UUID":
        if (!loose.has(tag)) return { kind: "uuid" };
        break;
      case "Integer": {
        if (codes !== undefined) return { kind: "whole", ...codes };
        const range = field.range ?? this.#elsewhere(tag, "range");
        return { kind: "whole", ...(range && { range }) };
      }
    }
    if (codes !== undefined) return { kind: "code", ...codes };
    const longest = field.max_length ?? field.max_len ?? this.#elsewhere(tag, "max_length");
    return { kind: "text", ...(longest !== undefined && { longest }) };
  }

  #codes(
    tag: number,
    told: FactField["enum"],
  ): Writable<Pick<OutgoingField & { kind: "code" }, "codes" | "closed">> | undefined {
    if (told === undefined) return undefined;
    const codes = Array.isArray(told)
      ? Object.fromEntries(told.map((value: string) => [value, value]))
      : Object.fromEntries(
        Object.entries(told as Readonly<Record<string, string>>)
          .map(([value, words]) => [value, words.split(/[,:;(]/)[0]?.trim() ?? words]),
      );
    const isYesNo = Object.keys(codes).join() === "Y,N";
    return { codes, ...((closed.has(tag) || isYesNo) && { closed: true }) };
  }
}

/** The text of the file, unformatted. */
export function outgoingModule(head: string, facts: FixFacts, names: ReadonlyMap<number, string>): string {
  const event = new Product(facts, names, "event").messages();
  const margin = new Product(facts, names, "margin").messages();
  const others = Object.fromEntries(
    facts.event.messages.filter(({ msg_type }) => event[msg_type] === undefined)
      .map(({ msg_type, name }) => [msg_type, name]),
  );
  const admin = facts.event.messages.filter(({ direction }) => direction === "both")
    .map(({ msg_type }) => msg_type);
  return [
    head,
    `import type { FixProduct } from "./sessions.ts";`,
    `import type { OutgoingMessage } from "../fix_outgoing_rules.ts";`,
    `/** By product and MsgType(35): what a client sends. */\nexport const outgoingMessages: Readonly<Record<FixProduct, Readonly<Record<string, OutgoingMessage>>>> = ${
      JSON.stringify({ event, margin })
    };`,
    `/** The names of the other messages, by MsgType(35). */\nexport const otherMessages: Readonly<Record<string, string>> = ${
      JSON.stringify(others)
    };`,
    `/** Those among them that a session sends by itself. */\nexport const sessionMessages: readonly string[] = ${
      JSON.stringify(admin)
    };`,
  ].join("\n\n");
}
