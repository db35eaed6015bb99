/**
 * Decimal text to integers and back, for the hot path of the books: no floats, no allocation while reading.
 *
 * @module
 */

/**
 * Reads decimal text such as `"0.5600"` or `"-54.00"` as an integer in units of 10^-`decimals`. Gives NaN for
 * anything else: other types, exponents, more decimals than fit, or a value past 2^53.
 */
export function parseFixed(text: unknown, decimals: number): number {
  if (typeof text !== "string") return NaN;
  const end = text.length;
  const negative = text.charCodeAt(0) === 45;
  let value = 0;
  let digits = 0;
  let fraction = -1;
  for (let at = negative ? 1 : 0; at < end; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit === -2 && fraction < 0 && digits > 0) {
      fraction = 0;
    } else if (digit < 0 || digit > 9) {
      return NaN;
    } else if (fraction === decimals) {
      if (digit !== 0) return NaN;
    } else {
      if (fraction >= 0) fraction++;
      value = value * 10 + digit;
      digits++;
    }
  }
  if (digits === 0) return NaN;
  for (let place = Math.max(fraction, 0); place < decimals; place++) value *= 10;
  if (value > Number.MAX_SAFE_INTEGER) return NaN;
  return negative && value !== 0 ? -value : value;
}

/** Writes an integer in units of 10^-`decimals` with at least `shown` decimals, as Kalshi does. */
export function formatFixed(value: number, decimals: number, shown: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
  let fraction = digits.slice(-decimals);
  while (fraction.length > shown && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  return `${value < 0 ? "-" : ""}${digits.slice(0, -decimals)}.${fraction}`;
}
