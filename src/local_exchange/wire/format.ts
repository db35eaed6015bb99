/** How Kalshi writes what is in most payloads. */
import { formatPrice } from "../units.ts";

/** A time as Kalshi writes it. */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}

/** A time in whole Unix seconds. */
export function unixSeconds(at: number): number {
  return Math.floor(at / 1_000);
}

/** Money spread over contracts, as dollars with 4 decimals, rounded half up. */
export function averageDollars(money: number, count: number): string {
  return formatPrice(Math.floor(money / count + 0.5));
}
