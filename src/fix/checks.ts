/**
 * What FIX wants checked of every message before anybody acts on it, against a dictionary: for counterparties that
 * are read strictly. What Kalshi sends is read with tolerance, for it adds fields before its dictionary has them.
 */
import { SessionRejectReason } from "../contract/fix/codes.ts";
import type { FixDictionary, FixMember } from "../contract/fix_dictionary.ts";
import type { FixFields } from "../contract/fix_fields.ts";
import { dataAfter } from "./framer.ts";

/** Why a message is refused: what a Reject(3) says. */
export interface FieldFault {
  /** SessionRejectReason(373). */
  readonly reason: number;
  /** RefTagID(371). */
  readonly tag?: number;
  /** Text(58). */
  readonly text: string;
}

const words: Readonly<Record<number, string>> = {
  [SessionRejectReason.InvalidTagNumber]: "Invalid tag number",
  [SessionRejectReason.RequiredTagMissing]: "Required tag missing",
  [SessionRejectReason.TagNotDefinedForMessage]: "Tag not defined for this message type",
  [SessionRejectReason.UndefinedTag]: "Undefined tag",
  [SessionRejectReason.TagWithoutValue]: "Tag specified without a value",
  [SessionRejectReason.IncorrectValue]: "Value is incorrect (out of range) for this tag",
  [SessionRejectReason.IncorrectDataFormat]: "Incorrect data format for value",
  [SessionRejectReason.CompIDProblem]: "CompID problem",
  [SessionRejectReason.SendingTimeAccuracy]: "SendingTime accuracy problem",
  [SessionRejectReason.InvalidMsgType]: "Invalid MsgType",
  [SessionRejectReason.TagMoreThanOnce]: "Tag appears more than once",
  [SessionRejectReason.TagOutOfOrder]: "Tag specified out of required order",
  [SessionRejectReason.GroupFieldsOutOfOrder]: "Repeating group fields out of order",
  [SessionRejectReason.WrongGroupCount]: "Incorrect NumInGroup count for repeating group",
};

/** A fault with the words of FIX. */
export function fault(reason: number, tag?: number): FieldFault {
  return { reason, text: words[reason] ?? "Other", ...(tag === undefined ? {} : { tag }) };
}

const integer = /^-?\d+$/;
const positive = /^\d+$/;
const decimal = /^-?(\d+\.?\d*|\.\d+)$/;
const date = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;
const time = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,12})?$/;
const timestamp =
  /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])-([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,12})?$/;

/** Types of FIX by name, Kalshi's spelling and the standard's. */
const formats: Readonly<Record<string, RegExp | undefined>> = {
  INT: integer,
  INTEGER: integer,
  SEQNUM: positive,
  LENGTH: positive,
  NUMINGROUP: positive,
  DAYOFMONTH: positive,
  DECIMAL: decimal,
  PRICE: decimal,
  PRICEOFFSET: decimal,
  QTY: decimal,
  QUANTITY: decimal,
  AMT: decimal,
  FLOAT: decimal,
  PERCENTAGE: decimal,
  CHAR: /^.$/u,
  BOOLEAN: /^[YN]$/,
  UTCTIMESTAMP: timestamp,
  UTCDATE: date,
  UTCDATEONLY: date,
  LOCALMKTDATE: date,
  UTCTIME: time,
  UTCTIMEONLY: time,
};

interface Shape {
  /** Members by tag; a group has its own shape. */
  readonly members: ReadonlyMap<number, Shape | undefined>;
  readonly required: readonly number[];
  /** The first member of an entry. */
  readonly delimiter: number;
  /** Whether an entry may begin with any other member. */
  readonly isLoose: boolean;
}

function shapeOf(members: readonly FixMember[], loose: readonly number[], count = 0): Shape {
  const map = new Map<number, Shape | undefined>();
  const required: number[] = [];
  for (const member of members) {
    const signed = typeof member === "number" ? member : member[0];
    const tag = Math.abs(signed);
    map.set(tag, typeof member === "number" ? undefined : shapeOf(member[1], loose, tag));
    if (signed > 0) required.push(tag);
  }
  const delimiter = map.keys().next().value ?? 0;
  return { members: map, required, delimiter, isLoose: loose.includes(count) };
}

const headerRequired = [35, 49, 56, 34, 52];

/** Checks messages against one dictionary. */
export class FieldChecks {
  readonly #dictionary: FixDictionary;
  readonly #shapes: ReadonlyMap<string, Shape>;
  readonly #header: ReadonlySet<number>;
  readonly #trailer: ReadonlySet<number>;

  constructor(dictionary: FixDictionary) {
    this.#dictionary = dictionary;
    this.#shapes = new Map(
      Object.entries(dictionary.messages).map(([type, members]) => [
        type,
        shapeOf(members, dictionary.looseGroups ?? []),
      ]),
    );
    this.#header = new Set(dictionary.header);
    this.#trailer = new Set(dictionary.trailer);
  }

  /** The first fault of a message, in the order of its fields. */
  find(fields: FixFields): FieldFault | undefined {
    const { type, malformed } = fields;
    const shape = this.#shapes.get(type);
    if (shape === undefined) return fault(SessionRejectReason.InvalidMsgType);
    if (malformed !== undefined) {
      const tag = /^-?\d+/.exec(malformed)?.[0];
      return fault(SessionRejectReason.InvalidTagNumber, tag === undefined ? undefined : Number(tag));
    }
    const seen = new Set<number>();
    let where: "header" | "body" | "trailer" = "header";
    for (let k = 0; k < fields.count; k++) {
      const tag = fields.tags[k] as number;
      if (this.#header.has(tag)) {
        if (where !== "header") return fault(SessionRejectReason.TagOutOfOrder, tag);
      } else if (this.#trailer.has(tag)) {
        where = "trailer";
      } else if (where === "trailer") {
        return fault(SessionRejectReason.TagOutOfOrder, tag);
      } else {
        where = "body";
      }
      const wrong = this.#value(fields, k);
      if (wrong !== undefined) return wrong;
      if (seen.has(tag)) return fault(SessionRejectReason.TagMoreThanOnce, tag);
      seen.add(tag);
      if (where !== "body") continue;
      // A message that takes data takes its length, which not every dictionary lists.
      if (!shape.members.has(tag) && !shape.members.has(dataAfter.get(tag) ?? 0)) {
        return fault(SessionRejectReason.TagNotDefinedForMessage, tag);
      }
      const group = shape.members.get(tag);
      if (group === undefined) continue;
      const end = this.#group(fields, k, group);
      if (typeof end !== "number") return end;
      k = end;
    }
    const missing = [...headerRequired, ...shape.required].find((tag) => !seen.has(tag));
    return missing === undefined ? undefined : fault(SessionRejectReason.RequiredTagMissing, missing);
  }

  /** The last field of a group that begins with its count, or what is wrong with it. */
  #group(fields: FixFields, at: number, shape: Shape): number | FieldFault {
    let entries = 0;
    let seen = new Set<number>();
    const incomplete = () => {
      const missing = entries === 0 ? undefined : shape.required.find((tag) => !seen.has(tag));
      return missing === undefined ? undefined : fault(SessionRejectReason.RequiredTagMissing, missing);
    };
    let k = at + 1;
    for (; k < fields.count; k++) {
      const tag = fields.tags[k] as number;
      if (!shape.members.has(tag)) break;
      const wrong = this.#value(fields, k);
      if (wrong !== undefined) return wrong;
      if (tag === shape.delimiter || (shape.isLoose && (entries === 0 || seen.has(tag)))) {
        const before = incomplete();
        if (before !== undefined) return before;
        entries++;
        seen = new Set();
      } else if (entries === 0) {
        return fault(SessionRejectReason.GroupFieldsOutOfOrder, tag);
      }
      if (seen.has(tag)) return fault(SessionRejectReason.TagMoreThanOnce, tag);
      seen.add(tag);
      const inner = shape.members.get(tag);
      if (inner === undefined) continue;
      const end = this.#group(fields, k, inner);
      if (typeof end !== "number") return end;
      k = end;
    }
    return incomplete() ??
      (entries === fields.int(at) ? k - 1 : fault(SessionRejectReason.WrongGroupCount, fields.tags[at]));
  }

  #value(fields: FixFields, k: number): FieldFault | undefined {
    const tag = fields.tags[k] as number;
    const known = this.#dictionary.fields[tag];
    if (known === undefined) {
      if (!this.#header.has(tag) && !this.#trailer.has(tag)) {
        return fault(SessionRejectReason.InvalidTagNumber, tag);
      }
      return fields.starts[k] === fields.ends[k]
        ? fault(SessionRejectReason.TagWithoutValue, tag)
        : undefined;
    }
    if (fields.starts[k] === fields.ends[k]) return fault(SessionRejectReason.TagWithoutValue, tag);
    const [, type, values] = known;
    const format = formats[type.toUpperCase().replaceAll(/[^A-Z]/g, "")];
    if (format === undefined && values === undefined) return undefined;
    fields.read();
    const text = fields.string(k);
    if (format !== undefined && !format.test(text)) {
      return fault(SessionRejectReason.IncorrectDataFormat, tag);
    }
    return values === undefined || values.includes(text)
      ? undefined
      : fault(SessionRejectReason.IncorrectValue, tag);
  }
}
