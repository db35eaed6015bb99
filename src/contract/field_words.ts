/**
 * What a field takes, in words, with an example of its kind, and what was probably meant.
 *
 * @module
 */

import type { DecimalRule, FieldRule, FieldRules, IntegerRule, StringRule } from "./field_rule.ts";
import { nearestName } from "../base/nearest_name.ts";
import { isPlain, shown, shownName } from "../base/plain.ts";

/** Values from here on cannot be seconds: they would be after the year 5000. */
export const SECONDS_END = 1e11;

/** Values from here on cannot be milliseconds. */
export const MILLISECONDS_END = 1e14;

/** Names that others use for what Kalshi calls something else. */
const OTHER_NAMES: Readonly<Record<string, readonly string[]>> = {
  size: ["count"],
  quantity: ["count"],
  qty: ["count"],
  contracts: ["count", "contracts_fp"],
  yes_price: ["price"],
  yes_price_dollars: ["price"],
  no_price: ["price"],
  limit_price: ["price"],
  action: ["side"],
  type: ["time_in_force"],
  tif: ["time_in_force"],
  expiration_ts: ["expiration_time"],
  expires_at: ["expiration_time"],
  expiry: ["expiration_time"],
  symbol: ["ticker", "market_ticker"],
  market: ["ticker", "market_ticker"],
  market_ticker: ["ticker"],
  ticker: ["market_ticker", "market_tickers", "tickers"],
  tickers: ["market_tickers"],
  market_tickers: ["tickers", "ticker"],
  id: ["order_id", "client_order_id"],
  state: ["status"],
  page_size: ["limit"],
  per_page: ["limit"],
  max_results: ["limit"],
  shard: ["exchange_index"],
};

/** Names of tickers, whose example is one. */
const TICKER = /(^|_)tickers?$/;

function stringWords({ oneOf, format, maxLength }: StringRule, name: string): string {
  if (oneOf !== undefined) return oneOf.map((value) => JSON.stringify(value)).join(" or ");
  if (format === "date-time") return 'a time such as "2026-11-24T12:00:00Z"';
  if (format === "date") return 'a date such as "2026-11-24"';
  if (format === "uuid") return 'a UUID such as "3f1c9a52-6d7e-4b80-9c11-0a2b3c4d5e6f"';
  if (TICKER.test(name)) return 'a ticker such as "KXHIGHNY-26NOV24-T60"';
  return maxLength === undefined ? "text" : `text of at most ${maxLength} characters`;
}

function integerWords({ oneOf, unit, min, max, nonzero }: IntegerRule): string {
  if (oneOf !== undefined) return oneOf.join(" or ") + (unit === undefined ? "" : ` (${unit})`);
  if (unit === "unix-s") return "Unix time in whole seconds, such as 1790000000";
  if (unit === "unix-ms") return "Unix time in whole milliseconds, such as 1790000000000";
  const what = `a whole number${nonzero ? " other than 0" : ""}${unit === undefined ? "" : ` of ${unit}`}`;
  if (max !== undefined) return `${what} from ${min ?? 0} to ${max}`;
  return `${what}${min === undefined ? "" : ` of at least ${min}`}, such as ${Math.max(min ?? 0, 1)}`;
}

function decimalWords({ unit, places, price, positive }: DecimalRule): string {
  const example = unit === "contracts" ? "10.00" : price || places === 4 ? "0.5600" : "25.00";
  const range = price ? " from 0 to 1" : positive ? " above 0" : "";
  return `${unit}${range} as text, such as "${example}", with at most ${places} decimal places`;
}

/** What a field takes. */
export function takes(rule: FieldRule, name: string): string {
  switch (rule.type) {
    case "string":
      return stringWords(rule, name);
    case "boolean":
      return "true or false";
    case "integer":
      return integerWords(rule);
    case "decimal":
      return decimalWords(rule);
    case "object":
      return `an object of ${Object.keys(rule.fields).map((field) => `\`${field}\``).join(", ")}`;
    case "list": {
      const { items, commas, minItems, maxItems } = rule;
      const many = maxItems === undefined
        ? minItems === undefined ? "" : ` of at least ${minItems === 1 ? "one" : minItems}`
        : ` of ${minItems ?? 0} to ${maxItems}`;
      const words = `a list${many}, each item ${takes(items, name)}`;
      return commas ? `one text or ${words}` : words;
    }
  }
}

/** Text of a number without an exponent, or undefined. */
function plainNumber(value: number): string | undefined {
  const text = String(value);
  return /^\d+(\.\d+)?$/.test(text) ? text : undefined;
}

/** What was probably meant, as a sentence of its own that begins with a space; empty where nobody knows. */
export function meant(rule: FieldRule, name: string, value: unknown): string {
  if (isPlain(value) && typeof value[name] === "string") return ` Give its \`${name}\` itself.`;
  switch (rule.type) {
    case "decimal":
      return meantDecimal(rule, value);
    case "integer":
      return meantInteger(rule, value);
    case "boolean":
      return value === "true" || value === "false" ? ` Write ${value} without quotes.` : "";
    case "string":
      return meantText(rule, value);
    default:
      return "";
  }
}

function meantDecimal({ unit, places, price, positive }: DecimalRule, value: unknown): string {
  const text = typeof value === "number" || typeof value === "bigint" ? plainNumber(Number(value)) : value;
  if (typeof text !== "string") return "";
  if (/^-\d/.test(text)) {
    return unit === "contracts"
      ? " A count is never negative: whether it is bought or sold is said by the side."
      : " Dollars are never negative here.";
  }
  if (!/^\d+(\.\d+)?$/.test(text)) return "";
  if (price && Number(text) > 1) {
    return Number(text) < 100 ? ` For cents, write "${(Number(text) / 100).toFixed(4)}".` : "";
  }
  if ((text.split(".")[1]?.replace(/0+$/, "").length ?? 0) > places) {
    return price
      ? " Snap it to a price of the market first: see `snapDown` of @unofficial/kalshi/fixed-point."
      : "";
  }
  if (positive && !/[1-9]/.test(text)) return "";
  return typeof value === "string" ? "" : ` Write "${text}", in quotes.`;
}

function meantInteger({ unit, min }: IntegerRule, value: unknown): string {
  const isTime = unit === "unix-s" || unit === "unix-ms";
  const inUnit = (ms: string) => unit === "unix-s" ? `Math.floor(${ms} / 1000)` : ms;
  if (value instanceof Date) return isTime ? ` Write ${inUnit("date.getTime()")}.` : "";
  if (typeof value === "string" && /^-?\d{1,15}$/.test(value)) return ` Write ${value} without quotes.`;
  if (typeof value === "string" && isTime && !Number.isNaN(Date.parse(value))) {
    return ` Write ${inUnit("Date.parse(text)")}.`;
  }
  if (typeof value === "bigint") return " Write it as a number.";
  if (typeof value !== "number" || !Number.isFinite(value)) return "";
  if (!isTime) {
    return Number.isInteger(value) || value < (min ?? 0) ? "" : ` Round it first: ${Math.floor(value)}.`;
  }
  if (value < 0) return "";
  const [what, right] = unit === "unix-s"
    ? value < SECONDS_END
      ? ["a fraction of a second", value]
      : value < MILLISECONDS_END
      ? ["milliseconds", value / 1e3]
      : value < 1e17
      ? ["microseconds", value / 1e6]
      : ["nanoseconds", value / 1e9]
    : value < SECONDS_END
    ? ["seconds", value * 1e3]
    : value < MILLISECONDS_END
    ? ["a fraction of a millisecond", value]
    : ["microseconds", value / 1e3];
  return ` That looks like ${what}: did you mean ${Math.floor(right)}?`;
}

function meantText({ oneOf, format }: StringRule, value: unknown): string {
  if (oneOf?.includes("bid") && typeof value === "string" && /^(yes|no|buy|sell|long|short)$/i.test(value)) {
    return ' "bid" buys YES or goes long; "ask" sells YES, which buys NO at 1 minus the price, or goes short.';
  }
  if (oneOf !== undefined && typeof value === "string") {
    const near = nearestName(value, oneOf.filter((known) => known !== ""));
    return near === undefined ? "" : ` Did you mean ${JSON.stringify(near)}?`;
  }
  if (format === "date-time" && value instanceof Date) return " Write date.toISOString().";
  if (format === "date-time" && typeof value === "number") {
    return " Write new Date(milliseconds).toISOString().";
  }
  return "";
}

/** The name that was probably meant, of those that are known. */
export function nearestField(name: string, known: readonly string[]): string | undefined {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase().replaceAll("-", "_");
  if (known.includes(snake)) return snake;
  const other = Object.hasOwn(OTHER_NAMES, snake) ? OTHER_NAMES[snake] : undefined;
  return other?.find((candidate) => known.includes(candidate)) ?? nearestName(name, known);
}

/** What is wrong with a value of a field: what it takes, and what it got. */
export function wrongValue(rule: FieldRule, name: string, value: unknown): string {
  const last = name.slice(name.lastIndexOf(".") + 1).replace(/\[\d+\]$/, "");
  return `${shownName(name)} takes ${takes(rule, last)}; got ${shown(value)}.${meant(rule, last, value)}`;
}

/** What is wrong where a field is not there. */
export function missing(rule: FieldRule, name: string): string {
  const last = name.slice(name.lastIndexOf(".") + 1);
  return `${shownName(name)} is missing: it takes ${takes(rule, last)}.`;
}

/** What is wrong where a name is not known. */
export function unknownName(
  what: "field" | "parameter",
  name: string,
  path: string,
  rules: FieldRules,
): string {
  const known = Object.keys(rules);
  const near = nearestField(name, known);
  const hint = near !== undefined
    ? `, did you mean \`${near}\`?`
    : known.length === 0
    ? `: this call has none.`
    : `. It takes ${known.map((one) => `\`${one}\``).join(", ")}.`;
  return `unknown ${what} ${shownName(path)}${hint}`;
}
