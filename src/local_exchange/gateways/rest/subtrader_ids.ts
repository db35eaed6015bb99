/** What the customers of a futures commission merchant are called, whichever product they are of. */
import { type Fields, invalid } from "./read.ts";

/** The part of a new customer's id that is its own. */
export function readSuffix(fields: Fields): string {
  const suffix = fields.requiredText("subtrader_suffix");
  if (/^[A-Za-z0-9]{1,16}$/.test(suffix)) return suffix;
  throw invalid("subtrader_suffix takes 1 to 16 of A-Z, a-z and 0-9");
}
