/** Writing exact fractions as decimals. */
import { divide, type Ratio, type Rounding } from "./ratio.ts";

/** A whole number of 10^-`places`, with all its places. */
function plain(units: bigint, places: number): string {
  const digits = `${units < 0n ? -units : units}`.padStart(places + 1, "0");
  const point = digits.length - places;
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}${places > 0 ? "." : ""}${digits.slice(point)}`;
}

/** A fraction with `places` decimals. */
export function writeRounded({ numerator, denominator }: Ratio, places: number, rounding: Rounding): string {
  return plain(divide(numerator * 10n ** BigInt(places), denominator, rounding), places);
}

/** A fraction whose denominator is a power of ten, with the places that it needs. */
export function writeExact({ numerator, denominator }: Ratio): string {
  const places = `${denominator}`.length - 1;
  return plain(numerator, places).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}
