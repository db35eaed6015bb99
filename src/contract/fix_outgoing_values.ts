/** Whether a value is what a field of an outgoing message takes. */
import { UUID } from "../base/plain.ts";
import { holdsPrivateKey } from "./check.ts";
import type { OutgoingField } from "./fix_outgoing_rules.ts";

/** What prices are in. */
export type PriceUnit = "cents" | "dollars" | "perps dollars";

const EXEC_ID = /^\d{1,39};\d{1,39}(?:;\d{1,9})?$/;
const TIME = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d(?:\.\d{1,9})?)$/;
const DECIMAL = /^\d{1,15}(?:\.\d{1,15})?$/;

/** Whether text is a plain decimal. */
export const isDecimalText = (text: string): boolean => DECIMAL.test(text);

/** The places of a decimal that count. */
export function placesOf(text: string): number {
  const point = text.indexOf(".");
  if (point < 0) return 0;
  let end = text.length;
  while (text[end - 1] === "0") end--;
  return end - point - 1;
}

function isTime(text: string): boolean {
  const [, year, month, day, time = ""] = TIME.exec(text) ?? [];
  if (year === undefined) return false;
  const iso = `${year}-${month}-${day}T${time.slice(0, 12)}Z`;
  const ms = Date.parse(iso);
  // A day that a month does not have is moved by some engines.
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(8, 10) === day;
}

function isDecimal(text: string, places: number, zero: boolean): boolean {
  return DECIMAL.test(text) && placesOf(text) <= places && (zero || /[1-9]/.test(text));
}

/** Printable ASCII, and some of it. A loop, for this is asked of every text of every order. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code > 126) return false;
  }
  return text !== "";
}

/** Whether it is. */
export function fitsField(field: OutgoingField, value: unknown, unit: PriceUnit): boolean {
  if (field.kind === "flag") return typeof value === "boolean";
  if (field.kind === "whole") {
    if (!Number.isSafeInteger(value)) return false;
    const { range: [least, most] = [0, Infinity], codes, closed } = field;
    if (codes !== undefined && closed) return Object.hasOwn(codes, String(value));
    return (value as number) >= least && (value as number) <= most;
  }
  if (typeof value !== "string" || !isPrintable(value) || holdsPrivateKey(value)) return false;
  switch (field.kind) {
    case "uuid":
      return UUID.test(value);
    case "exec-id":
      return EXEC_ID.test(value);
    case "time":
      return isTime(value);
    case "code":
      return !field.closed || Object.hasOwn(field.codes, value);
    case "price": {
      if (!isDecimal(value, unit === "cents" ? 0 : 4, field.zero === true)) return false;
      return unit === "perps dollars" || Number(value) < (unit === "cents" ? 100 : 1);
    }
    case "quantity":
      return isDecimal(value, field.places, false);
    case "money":
      return isDecimal(value, 6, false);
    case "text":
      return value.length <= (field.longest ?? Infinity);
    default:
      return false;
  }
}
