/**
 * Checks a message before it is sent: names, types, codes, prices, and what must be there. What is wrong is refused;
 * nothing is repaired.
 *
 * @module
 */
import { KalshiConfigError } from "../base/errors.ts";
import { isPlain, shown, shownName } from "../base/plain.ts";
import { holdsPrivateKey } from "./check.ts";
import { otherMessages, outgoingMessages } from "./fix/outgoing.ts";
import type { FixProduct, FixSessionKind } from "./fix/sessions.ts";
import { togetherFault } from "./fix_outgoing_cases.ts";
import type { OutgoingField, OutgoingFields, OutgoingMessage } from "./fix_outgoing_rules.ts";
import { fitsField, type PriceUnit } from "./fix_outgoing_values.ts";
import { belongsInto, meant, takes, unknownField, unknownType } from "./fix_outgoing_words.ts";
import { FixEntry } from "./fix_records.ts";

/** Where a message goes. */
export interface OutgoingContext {
  /** Whose gateway. */
  readonly product: FixProduct;
  /** The session; any, unless told. */
  readonly session?: FixSessionKind | undefined;
  /** Whether the Logon asked for dollars; perps have them always. */
  readonly useDollars?: boolean | undefined;
  /** Whether the Logon asked for UseCapReservation. */
  readonly useCapReservation?: boolean | undefined;
  /** Whether it is a listener's session, which may not trade. */
  readonly listener?: boolean | undefined;
}

/** Fields that the session writes itself. */
const written: ReadonlySet<number> = new Set([8, 9, 10, 34, 35, 43, 49, 52, 56, 97, 122]);

/** How deep the groups of a message go: a list, an entry, a list in it, an entry of that, its fields. */
const DEPTH = 5;

/**
 * Own fields of a message, and of the entries of its groups, each read once; they inherit nothing that would be sent as
 * well. Entries of a message that came are of a class, in which a field that did not come is undefined.
 */
function copy(value: unknown, depth = 0): unknown {
  if (typeof value !== "object" || value === null || depth > DEPTH) return value;
  if (Array.isArray(value)) return Array.from(value, (item) => copy(item, depth + 1));
  const isEntry = value instanceof FixEntry;
  if (!isEntry && !isPlain(value)) return value;
  const own = Object.create(null);
  for (const name of Object.getOwnPropertyNames(value)) {
    const inner = copy((value as Readonly<Record<string, unknown>>)[name], depth + 1);
    if (inner !== undefined || !isEntry) own[name] = inner;
  }
  return own;
}

const isKnownType = (type: string) =>
  Object.hasOwn(outgoingMessages.event, type) || Object.hasOwn(outgoingMessages.margin, type) ||
  Object.hasOwn(otherMessages, type);

const refuse = (message: string, why: string): never => {
  throw new KalshiConfigError(`${message}: ${why}`);
};

/**
 * A copy of a message that a client may send as it is; only the copy is to be sent, for it stays as it was checked.
 *
 * Names must be those of FIX, values of the type and form that Kalshi takes, and what is required must be there, by its
 * name or by its tag in `extra`. Codes that are not listed are refused where the list is closed: Side, OrdType,
 * TimeInForce, subscription types, actions, yes and no. Prices are whole cents below 100, or dollars where the Logon
 * asked for them: of a fraction of a cent Kalshi would take the whole cents without a word.
 *
 * A message of a type that is newer than this library goes through where all that it holds is in `extra`.
 *
 * @throws {KalshiConfigError} for the first fault, naming the message and the field
 */
export function checkOutgoing<Message extends object>(message: Message, context: OutgoingContext): Message {
  if (!isPlain(message)) {
    throw new KalshiConfigError("A message is an object of fields by their FIX names, with its `MsgType`.");
  }
  const own = copy(message) as Readonly<Record<string, unknown>>;
  if (isNewer(own)) return own as Message;
  const rules = rulesOf(own.MsgType, context);
  const { product, useDollars = false } = context;
  const unit: PriceUnit = product === "margin" ? "perps dollars" : useDollars ? "dollars" : "cents";
  const beside = checkExtra(rules, own.extra);
  const elsewhere = outgoingMessages.event[own.MsgType as string]?.fields;
  checkFields(rules.name, rules.fields, own, { unit, beside, path: "", elsewhere });
  const fault = togetherFault(own.MsgType as string, withBeside(rules, own), context);
  if (fault !== undefined) refuse(rules.name, fault);
  return own as Message;
}

/** A message of a type that no dictionary names: all that it holds is in `extra`. */
function isNewer(own: Readonly<Record<string, unknown>>): boolean {
  const { MsgType, extra } = own;
  if (typeof MsgType !== "string" || isKnownType(MsgType) || !/^[A-Za-z0-9]{1,4}$/.test(MsgType)) {
    return false;
  }
  if (!Array.isArray(extra) || extra.length === 0 || Object.keys(own).length > 2) return false;
  checkExtra({ name: `MsgType ${MsgType}`, sessions: [], fields: {} }, extra);
  return true;
}

function rulesOf(type: unknown, { product, session, listener }: OutgoingContext): OutgoingMessage {
  const messages = outgoingMessages[product];
  const rules = typeof type === "string" && Object.hasOwn(messages, type) ? messages[type] : undefined;
  if (rules === undefined) throw new KalshiConfigError(unknownType(type, product));
  if (session !== undefined && !rules.sessions.includes(session)) {
    refuse(
      rules.name,
      `goes out on ${rules.sessions.map((name) => `"${name}"`).join(" or ")}; this session is "${session}".`,
    );
  }
  if (listener && type !== "U1") {
    refuse(rules.name, "is refused on a listener's session, which may not trade.");
  }
  return rules;
}

/** The group of each tag that belongs into one. */
function membersOf(fields: OutgoingFields): ReadonlyMap<number, string> {
  const members = new Map<number, string>();
  for (const [name, field] of Object.entries(fields)) {
    if (field.kind === "group") { for (const { tag } of Object.values(field.fields)) members.set(tag, name); }
  }
  return members;
}

/** Fields that no dictionary names: the tags that they have. */
function checkExtra({ name, fields }: OutgoingMessage, extra: unknown): ReadonlySet<number> {
  const tags = new Set<number>();
  if (extra === undefined) return tags;
  const wrong = "`extra` takes a list of [tag, value], each value text or bytes.";
  if (!Array.isArray(extra)) return refuse(name, wrong);
  const byTag = new Map(Object.entries(fields).map(([field, { tag }]) => [tag, field]));
  const members = membersOf(fields);
  for (const item of extra as readonly unknown[]) {
    if (!Array.isArray(item) || item.length !== 2) return refuse(name, wrong);
    const [tag, value] = item as readonly unknown[];
    if (!Number.isSafeInteger(tag) || (tag as number) < 1) {
      return refuse(name, "a tag in `extra` is a whole number above 0.");
    }
    if (written.has(tag as number)) {
      refuse(name, `the session writes ${tag} itself: leave it out of \`extra\`.`);
    }
    if (typeof value !== "string" && !(value instanceof Uint8Array)) refuse(name, wrong);
    if (typeof value === "string" && (/[^ -~\u0080-\uffff]/.test(value) || holdsPrivateKey(value))) {
      refuse(name, `${tag} in \`extra\` holds a control character, or a private key.`);
    }
    if ((value as string | Uint8Array).length === 0) {
      refuse(name, `${tag} in \`extra\` is empty: FIX knows no field without a value.`);
    }
    const inside = members.get(tag as number);
    if (inside !== undefined && !byTag.has(tag as number)) {
      refuse(name, `${tag} in \`extra\` ${belongsInto(inside)}`);
    }
    const field = byTag.get(tag as number);
    if (field !== undefined && tags.has(tag as number)) {
      refuse(name, `\`${field}\`(${tag}) stands twice in \`extra\`.`);
    }
    tags.add(tag as number);
  }
  return tags;
}

/** With what is given by its tag, by its name. */
function withBeside({ fields }: OutgoingMessage, own: Readonly<Record<string, unknown>>): typeof own {
  if (!Array.isArray(own.extra)) return own;
  const byTag = new Map(own.extra as readonly (readonly [number, unknown])[]);
  const all: Record<string, unknown> = Object.assign(Object.create(null), own);
  for (const [name, { tag }] of Object.entries(fields)) if (byTag.has(tag)) all[name] = byTag.get(tag);
  return all;
}

/** What is wrong with a value, as it stands after the field's name. */
function wrongValue(field: OutgoingField, value: unknown, unit: PriceUnit): string {
  // A key that landed in the wrong place must neither be sent nor be quoted.
  if (holdsPrivateKey(value)) return " holds a private key, which must never be sent.";
  return ` takes ${takes(field, unit)}; got ${shown(value)}.${meant(field, value, unit)}`;
}

interface Place {
  readonly unit: PriceUnit;
  /** Tags that are given in `extra`. */
  readonly beside: ReadonlySet<number>;
  /** Where the fields stand, such as `NoPartyIDs[0].`; empty at the top. */
  readonly path: string;
  /** Of a group's entry, the fields that stand beside the group. */
  readonly outer?: OutgoingFields;
  /** What the message has for event contracts. */
  readonly elsewhere?: OutgoingFields | undefined;
}

function checkFields(
  name: string,
  fields: OutgoingFields,
  given: Readonly<Record<string, unknown>>,
  place: Place,
): void {
  const { unit, beside, path } = place;
  for (const key of Object.keys(given)) {
    if (path === "" && (key === "MsgType" || key === "extra")) continue;
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      return refuse(name, unknownField(fields, key, path, place.outer, place.elsewhere));
    }
    const value = given[key];
    if (value === undefined) continue;
    if (path === "" && beside.has(field.tag)) {
      refuse(name, `\`${key}\` is given twice: by its name, and as ${field.tag} in \`extra\`.`);
    }
    if (field.kind === "group") checkGroup(name, fields, field, key, value, place);
    else if (!fitsField(field, value, unit)) {
      refuse(name, shownName(path + key) + wrongValue(field, value, unit));
    }
  }
  for (const [key, field] of needsOf(fields)) checkNeed(name, key, field, given, place);
}

const needs = new WeakMap<OutgoingFields, readonly (readonly [string, OutgoingField])[]>();

/** The fields that are required, always or beside others: looked for once, and not in every order. */
function needsOf(fields: OutgoingFields): readonly (readonly [string, OutgoingField])[] {
  let found = needs.get(fields);
  if (found === undefined) {
    found = Object.entries(fields).filter(([, { required, when }]) => required || when);
    needs.set(fields, found);
  }
  return found;
}

function checkNeed(
  name: string,
  key: string,
  { tag, required, when }: OutgoingField,
  given: Readonly<Record<string, unknown>>,
  { beside, path }: Place,
): void {
  const isThere = given[key] !== undefined || path === "" && beside.has(tag);
  if (required && !isThere) refuse(name, `\`${path}${key}\`(${tag}) is missing.`);
  if (when === undefined) return;
  const [other, values] = when;
  const value = given[other];
  if (value === undefined) return;
  if (values.includes(value as number)) {
    if (!isThere) refuse(name, `\`${path}${key}\`(${tag}) is missing: it goes with ${other} ${value}.`);
  } else if (isThere) {
    refuse(name, `\`${path}${key}\` does not go with ${other} ${value}: it is for ${values.join(", ")}.`);
  }
}

function checkGroup(
  name: string,
  outer: OutgoingFields,
  { fields, most = Infinity }: OutgoingField & { readonly kind: "group" },
  key: string,
  value: unknown,
  place: Place,
): void {
  if (!Array.isArray(value)) {
    return refuse(name, `\`${key}\` takes a list of { ${Object.keys(fields).join(", ")} }.`);
  }
  if (value.length === 0) refuse(name, `\`${key}\` is an empty list: leave it out.`);
  if (value.length > most) refuse(name, `\`${key}\` takes at most ${most} entries; got ${value.length}.`);
  for (const [index, entry] of (value as readonly unknown[]).entries()) {
    const path = `${place.path}${key}[${index}].`;
    if (!isPlain(entry)) {
      return refuse(name, `\`${path.slice(0, -1)}\` takes { ${Object.keys(fields).join(", ")} }.`);
    }
    checkFields(name, fields, entry, { ...place, path, outer });
  }
}
