/** Prices, amounts and times as FIX has them. */
import { MiscFeeBasis, MiscFeeCurr, MiscFeeType } from "../../../contract/fix/codes.ts";
import { newYorkTime } from "../../world/new_york.ts";
import { formatMoney, formatPrice, parsePrice } from "../../units.ts";

/** Ticks in a cent. */
const CENT = 100;

/** Reads a Price: in dollars, or in cents, of which fractions are cut off. Undefined where it is none. */
export function readPrice(text: string, dollars: boolean): number | undefined {
  if (dollars) return parsePrice(text);
  const match = /^(\d{1,6})(?:\.\d*)?$/.exec(text);
  return match === null ? undefined : Number(match[1]) * CENT;
}

/** Writes a price: dollars with four decimals, or cents with as many as it has. */
export function writePrice(ticks: number, dollars: boolean): string {
  return dollars ? formatPrice(ticks) : String(ticks / CENT);
}

/** Money in dollars, exact, with two decimals at least. */
export function writeMoney(money: number): string {
  return formatMoney(money).replace(/0{1,4}$/, "");
}

/** An entry of NoMiscFees(136): what the exchange takes, in dollars. */
export function miscFee(MiscFeeAmt: string) {
  return {
    MiscFeeAmt,
    MiscFeeCurr: MiscFeeCurr.USD,
    MiscFeeType: MiscFeeType.ExchangeFees,
    MiscFeeBasis: MiscFeeBasis.Absolute,
  };
}

/** A UTCTimestamp in Unix milliseconds; it was found to be one. */
export function readTime(text: string): number {
  const [, year, month, day, clock] = /^(\d{4})(\d\d)(\d\d)-(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(text) ?? [];
  return Date.parse(`${year}-${month}-${day}T${clock}Z`);
}

/** A LocalMktDate: the day in New York that a time is in. */
export function businessDate(at: number): string {
  return newYorkTime(at).toISOString().slice(0, 10).replaceAll("-", "");
}
