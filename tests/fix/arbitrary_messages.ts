/** Every message of Kalshi's FIX, and every variant of those that have some, with values at random. */
import fc from "fast-check";
import { kalshiDictionary } from "../../src/contract/fix/dictionary.ts";
import type { FixMessage } from "../../src/contract/fix/messages.ts";
import type { FixMember } from "../../src/contract/fix_dictionary.ts";
import { there } from "../../tools/there.ts";

/** One message, or one variant of it. */
export interface MessageKind {
  /** For messages of a test: `R combo`. */
  readonly name: string;
  readonly MsgType: string;
  readonly arbitrary: fc.Arbitrary<FixMessage>;
}

/** Makes the value of a field. */
export type ValueOf = (tag: number) => fc.Arbitrary<unknown>;

const text = fc.oneof(
  fc.stringMatching(/^[ -~]{1,30}$/),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((value) => !value.includes("\x01")).map(
    (value) => value.isWellFormed === undefined || value.isWellFormed() ? value : "é",
  ),
);

/** Anything that the type of the field can hold on the wire. */
export function anyValue(tag: number): fc.Arbitrary<unknown> {
  const [, type] = there(kalshiDictionary.fields[tag]);
  switch (type) {
    case "Integer":
    case "Int":
    case "SeqNum":
    case "Length":
    case "NumInGroup":
      return fc.oneof(fc.nat({ max: 1000 }), fc.integer({ min: -999_999_999_999, max: 999_999_999_999_999 }));
    case "Boolean":
      return fc.boolean();
    case "Data":
      return fc.uint8Array({ minLength: 1, maxLength: 60 });
    default:
      return text;
  }
}

const two = (value: number) => String(value).padStart(2, "0");
const day = fc.tuple(
  fc.integer({ min: 2024, max: 2030 }),
  fc.integer({ min: 1, max: 12 }),
  fc.integer({ min: 1, max: 28 }),
)
  .map(([year, month, date]) => `${year}${two(month)}${two(date)}`);
const time = fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999))
  .map(([h, m, s, ms]) => `${two(h)}:${two(m)}:${two(s)}.${String(ms).padStart(3, "0")}`);
const decimal = fc.tuple(fc.nat(99_999), fc.nat(9999), fc.boolean())
  .map(([whole, part, cents]) => cents ? String(whole) : `${whole}.${String(part).padStart(4, "0")}`);
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ;._-]{0,20}$/).map((value) => value.trim());

/** Only what the dictionary allows: a value of its list, a date that is one. */
export function allowedValue(tag: number): fc.Arbitrary<unknown> {
  const [, type, values] = there(kalshiDictionary.fields[tag]);
  const whole = ["Integer", "Int", "SeqNum", "Length", "NumInGroup"].includes(type);
  if (values !== undefined) {
    return fc.constantFrom(...values).map((value) =>
      whole ? Number(value) : type === "Boolean" ? value === "Y" : value
    );
  }
  if (whole) return fc.nat({ max: 60 });
  switch (type) {
    case "Boolean":
      return fc.boolean();
    case "Data":
      return fc.base64String({ minLength: 4, maxLength: 40 }).map((value) => new TextEncoder().encode(value));
    case "Decimal":
    case "Price":
    case "Quantity":
      return decimal;
    case "UTCTimestamp":
      return fc.tuple(day, time).map(([date, clock]) => `${date}-${clock}`);
    case "UTC Date":
    case "LocalMktDate":
      return day;
    case "UTC Time":
      return time;
    case "Char":
      return fc.constantFrom("Y", "N", "1");
    case "UUID":
      return fc.uuid();
    default:
      return word;
  }
}

/** What a variant takes of its message: these members only, and these of them always. */
interface Variant {
  readonly only?: readonly number[];
  readonly always?: readonly number[];
  readonly fixed?: Readonly<Record<string, unknown>>;
}

const parties = [453, 448, 452];
const variants: Readonly<Record<string, Readonly<Record<string, Variant>>>> = {
  R: {
    "of a creator": {
      only: [131, 146, 79, 55, 38, 152, 21015, 21016, 21033, 21034, ...parties],
      always: [55],
    },
    "of a creator, a combo by quantity": {
      only: [131, 146, 79, 38, 21016, ...parties, 20180, 20181, 20182, 20183, 20184],
      always: [38, 20180, 20181, 20182, 20183, 20184],
    },
    "of a creator, a combo by cost": {
      only: [131, 146, 152, 21033, 20180, 20181, 20182, 20183, 20184],
      always: [152, 20180, 20181, 20182, 20183, 20184],
    },
    "to a maker": {
      only: [131, 146, 55, 38, 152, 453, 448, 60, 20180, 20181, 20182, 20183, 20184],
      always: [55, 38, 60],
    },
  },
  S: {
    "of a maker": { only: [117, 131, 55, 132, 133, 18, 79, 21015] },
    "to a creator": { only: [117, 131, 55, 132, 133, 38, 134, 135, ...parties, 60], always: [60] },
    "to a creator, one side": { only: [117, 131, 55, 132, 134, 60], always: [132, 134, 60] },
  },
  UOG: {
    create: { only: [20131, 20132, 79], always: [20132], fixed: { OrderGroupAction: 1 } },
    delete: { only: [20131, 20130, 79, 100], always: [20130], fixed: { OrderGroupAction: 2 } },
    reset: { only: [20131, 20130, 79, 100], always: [20130], fixed: { OrderGroupAction: 3 } },
    trigger: { only: [20131, 20130, 79, 100], always: [20130], fixed: { OrderGroupAction: 4 } },
    update: { only: [20131, 20130, 20132, 79], always: [20130, 20132], fixed: { OrderGroupAction: 5 } },
  },
};

function bodyOf(
  type: string,
  members: readonly FixMember[],
  valueOf: ValueOf,
  emptyGroups: boolean,
  { only, always = [] }: Variant,
  inGroup = false,
): fc.Arbitrary<Record<string, unknown>> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  const taken = members.filter((member) => {
    const tag = Math.abs(typeof member === "number" ? member : member[0]);
    return only === undefined || only.includes(tag);
  });
  for (const [place, member] of taken.entries()) {
    const count = typeof member === "number" ? member : member[0];
    const tag = Math.abs(count);
    const [name] = there(kalshiDictionary.fields[tag]);
    const value = typeof member === "number" ? valueOf(tag) : fc.array(
      bodyOf(
        type,
        member[1],
        valueOf,
        emptyGroups,
        { always, ...(only === undefined ? {} : { only }) },
        true,
      ),
      { minLength: emptyGroups && count > 0 ? 0 : 1, maxLength: type === "R" && tag === 146 ? 1 : 3 },
    );
    // The first member of an entry tells it from the one before.
    const needed = count > 0 || always.includes(tag) || inGroup && place === 0;
    fields[name] = needed ? value : fc.option(value, { nil: undefined });
  }
  return fc.record(fields);
}

/** Every message and variant; a group that is needed may be empty where that is asked for. */
export function messageKinds(valueOf: ValueOf, emptyGroups = false): readonly MessageKind[] {
  return Object.entries(kalshiDictionary.messages).flatMap(([MsgType, members]) =>
    Object.entries({ "": {}, ...variants[MsgType] } as Record<string, Variant>).map(([name, variant]) => ({
      name: `${MsgType} ${name}`.trim(),
      MsgType,
      arbitrary: bodyOf(MsgType, members, valueOf, emptyGroups, variant).map((body) =>
        ({ MsgType, ...body, ...variant.fixed }) as unknown as FixMessage
      ),
    }))
  );
}
