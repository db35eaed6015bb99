/** What a field of an outgoing message takes, in words, and what was probably meant. */
import { nearestName } from "../base/nearest_name.ts";
import { shownName } from "../base/plain.ts";
import { otherMessages, outgoingMessages, sessionMessages } from "./fix/outgoing.ts";
import type { FixProduct } from "./fix/sessions.ts";
import type { OutgoingField, OutgoingFields } from "./fix_outgoing_rules.ts";
import { isDecimalText, placesOf, type PriceUnit } from "./fix_outgoing_values.ts";

/** Names that others use, the REST API among them, for what FIX calls something else. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  ticker: ["Symbol", "NoRelatedSym"],
  market_ticker: ["Symbol", "NoRelatedSym"],
  market: ["Symbol"],
  symbols: ["NoRelatedSym", "Symbol"],
  count: ["OrderQty"],
  quantity: ["OrderQty"],
  qty: ["OrderQty"],
  size: ["OrderQty"],
  client_order_id: ["ClOrdID"],
  clientorderid: ["ClOrdID"],
  clorderid: ["ClOrdID"],
  action: ["Side"],
  type: ["OrdType"],
  tif: ["TimeInForce"],
  expiration_time: ["ExpireTime"],
  expiration_ts: ["ExpireTime"],
  post_only: ["ExecInst"],
  reduce_only: ["ExecInst"],
  subaccount: ["AllocAccount"],
  order_group_id: ["OrderGroupID", "SecondaryClOrdID"],
  ordergroupid: ["SecondaryClOrdID"],
  exchange_index: ["ExDestination"],
  self_trade_prevention_type: ["SelfTradePreventionType"],
  cancel_order_on_pause: ["CancelOrderOnPause"],
};

/** The group of a message that a name belongs into. */
export function groupOf(fields: OutgoingFields, name: string): string | undefined {
  return Object.keys(fields).find((key) => {
    const field = fields[key];
    return field?.kind === "group" && Object.hasOwn(field.fields, name);
  });
}

/** What is wrong with a member of a group that stands outside of it. */
export const belongsInto = (group: string): string =>
  `belongs into the entries of \`${group}\`: outside of them Kalshi drops it without a word.`;

/** What is wrong with a name that a message, or one of its groups, does not have; `elsewhere`: what it has for event contracts. */
export function unknownField(
  fields: OutgoingFields,
  name: string,
  path: string,
  outer: OutgoingFields = {},
  elsewhere: OutgoingFields = {},
): string {
  const group = groupOf(fields, name);
  if (group !== undefined) return `\`${name}\` ${belongsInto(group)}`;
  if (Object.hasOwn(outer, name)) {
    return `\`${name}\` belongs beside \`${path.replace(/\[.*/, "")}\`, not into its entries.`;
  }
  if (path === "" && Object.hasOwn(elsewhere, name)) {
    return `unknown field \`${name}\`, which the gateways of event contracts alone have: leave it out for perps.`;
  }
  const known = Object.keys(fields);
  const lower = name.toLowerCase();
  const other = Object.hasOwn(OTHER_NAMES, lower) ? OTHER_NAMES[lower] : undefined;
  const byTag = /^\d+$/.test(name) ? known.find((one) => fields[one]?.tag === Number(name)) : undefined;
  const near = byTag ?? other?.find((one) => known.includes(one)) ?? nearestName(name, known);
  return `unknown field ${/^\d{1,6}$/.test(name) ? name : shownName(path + name)}${
    near === undefined
      ? `. It takes ${
        known.map((one) => `\`${one}\``).join(", ")
      }; what is newer goes into \`extra\`, by its tag.`
      : `, did you mean \`${near}\`?`
  }`;
}

/** What is wrong with a MsgType that a client does not send. */
export function unknownType(type: unknown, product: FixProduct): string {
  const messages = outgoingMessages[product];
  const says = Object.entries(messages).map(([value, { name }]) => `"${value}" (${name})`).join(", ");
  if (typeof type !== "string") return `\`MsgType\` is missing: it is one of ${says}.`;
  const other = Object.hasOwn(otherMessages, type) ? otherMessages[type] : undefined;
  if (other !== undefined) {
    return sessionMessages.includes(type)
      ? `${other}(35=${type}) is sent by the session itself.`
      : `${other}(35=${type}) is sent by Kalshi alone.`;
  }
  const elsewhere = Object.hasOwn(outgoingMessages.event, type) ? outgoingMessages.event[type] : undefined;
  if (elsewhere !== undefined) {
    return `${elsewhere.name}(35=${type}) is not known to the ${product} gateways.`;
  }
  const names = Object.entries(messages);
  const near = nearestName(type, names.map(([, { name }]) => name));
  const meant = names.find(([value, { name }]) =>
    name === near || value.toLowerCase() === type.toLowerCase()
  );
  return `unknown MsgType ${shownName(type, '"')}${
    meant === undefined ? `: it is one of ${says}.` : `, did you mean "${meant[0]}" (${meant[1].name})?`
  }`;
}

const codesInWords = (codes: Readonly<Record<string, string>>, quote: string) =>
  Object.entries(codes).map(([value, words]) =>
    `${quote}${value}${quote}${words === value ? "" : ` (${words})`}`
  )
    .join(" or ");

/** What a field takes. */
export function takes(field: OutgoingField, unit: PriceUnit): string {
  switch (field.kind) {
    case "uuid":
      return "a UUID, such as crypto.randomUUID()";
    case "exec-id":
      return 'the ExecID of a report, such as "1790000000;42"';
    case "flag":
      return "true or false";
    case "time":
      return 'a UTC time such as "20261124-12:00:00.000"';
    case "code":
      return field.closed ? codesInWords(field.codes, '"') : `text such as ${codesInWords(field.codes, '"')}`;
    case "whole":
      if (field.codes !== undefined) {
        return field.closed
          ? codesInWords(field.codes, "")
          : `a whole number such as ${codesInWords(field.codes, "")}`;
      }
      return `a whole number${
        field.range === undefined ? " from 0" : ` from ${field.range[0]} to ${field.range[1]}`
      }`;
    case "price":
      if (unit === "cents") return `whole cents from ${field.zero ? 0 : 1} to 99 as text, such as "56"`;
      return unit === "dollars"
        ? `dollars ${
          field.zero ? "from" : "above"
        } 0 and below 1 as text, such as "0.5600", with at most 4 decimal places`
        : 'dollars above 0 as text, such as "1250.5000", with at most 4 decimal places';
    case "quantity":
      return field.places === 0
        ? 'whole contracts above 0 as text, such as "10"'
        : 'contracts above 0 as text, such as "10" or "0.50", with at most 2 decimal places';
    case "money":
      return 'dollars above 0 as text, such as "25.00", with at most 6 decimal places';
    case "group":
      return "a list";
    default:
      return field.longest === undefined
        ? "printable ASCII text"
        : `printable ASCII text of at most ${field.longest} characters`;
  }
}

/** What was probably meant, as a sentence of its own that begins with a space; empty where nobody knows. */
export function meant(field: OutgoingField, value: unknown, unit: PriceUnit): string {
  if (value === null) return " Leave it out.";
  if (value instanceof Date) return field.kind === "time" ? meantTime(value) : "";
  if (!/^(string|number|bigint|boolean)$/.test(typeof value)) return "";
  switch (field.kind) {
    case "flag":
      return /^(true|false)$/.test(`${value}`)
        ? ` Write ${value} without quotes.`
        : value === "Y" || value === "N"
        ? ` Write ${value === "Y"}.`
        : "";
    case "time":
      return meantTime(value);
    case "code":
      return meantCode(field.codes, value, '"');
    case "whole":
      if (typeof value === "string" && /^\d{1,15}$/.test(value)) return ` Write ${value} without quotes.`;
      return field.codes === undefined ? "" : meantCode(field.codes, value, "");
    case "price":
      return meantPrice(value, unit);
    case "quantity":
    case "money":
      return numberInQuotes(value) ??
        (typeof value === "string" && value.startsWith("-")
          ? ` It is never negative${
            field.kind === "quantity" ? ": whether it is bought or sold says `Side`" : ""
          }.`
          : "");
    case "text":
      return typeof value === "number" ? ` Write "${value}", in quotes.` : "";
    default:
      return "";
  }
}

/** A number as the text that it stands for. */
function numberInQuotes(value: unknown): string | undefined {
  if (typeof value !== "number" && typeof value !== "bigint") return undefined;
  return isDecimalText(`${value}`) ? ` Write "${value}", in quotes.` : "";
}

function meantPrice(value: unknown, unit: PriceUnit): string {
  const text = `${value}`;
  if (!isDecimalText(text)) return "";
  if (unit === "cents" && text.includes(".") && placesOf(text) > 0) {
    return Number(text) < 1
      ? " Prices of this session are in cents: for dollars, log on with UseDollars."
      : " Of a fraction Kalshi would take the whole cents without a word: for finer prices, log on with UseDollars and give " +
        "dollars.";
  }
  if (unit === "dollars" && Number(text) >= 1 && Number(text) < 100) {
    return ` Prices of this session are in dollars: for cents, write "${(Number(text) / 100).toFixed(4)}".`;
  }
  return numberInQuotes(value) ?? "";
}

function meantTime(value: unknown): string {
  const ms = value instanceof Date
    ? value.getTime()
    : typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)
    ? Date.parse(value)
    : NaN;
  if (Number.isNaN(ms) || Math.abs(ms) > 8.64e15) return "";
  const iso = new Date(ms).toISOString();
  if (!/^\d{4}-/.test(iso)) return "";
  return ` Write "${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}-${iso.slice(11, 23)}".`;
}

function meantCode(codes: Readonly<Record<string, string>>, value: unknown, quote: string): string {
  if (typeof value === "boolean") {
    const code = value ? "Y" : "N";
    return Object.hasOwn(codes, code) ? ` Write "${code}".` : "";
  }
  const text = `${value}`;
  if (typeof value === "number" && Object.hasOwn(codes, text)) return ` Write "${text}", in quotes.`;
  if (typeof value !== "string" || value.length > 32) return "";
  const near = nearestName(value, Object.values(codes));
  const code = Object.keys(codes).find((one) => codes[one] === near);
  return near === undefined || code === undefined ? "" : ` Did you mean ${quote}${code}${quote} (${near})?`;
}
